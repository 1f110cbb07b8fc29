package release

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"go.yaml.in/yaml/v3"
)

// image is the result of a Dockerfile: a directory with the file system, and the
// command that is run in it.
type image struct {
	root, user, workdir string
	env, entrypoint     []string
}

// images builds every image of .goreleaser.yaml for this platform into a
// directory, and runs it with that directory as the root of its file system.
func images(t *testing.T, r release) {
	var config struct {
		Images []struct {
			ID         string   `yaml:"id"`
			Dockerfile string   `yaml:"dockerfile"`
			ExtraFiles []string `yaml:"extra_files"`
		} `yaml:"dockers_v2"`
	}
	if err := yaml.Unmarshal([]byte(readFile(t, filepath.Join(r.dir, ".goreleaser.yaml"))), &config); err != nil {
		t.Fatal(err)
	}
	built := map[string]image{}
	for _, c := range config.Images {
		context := buildContext(t, r, c.ExtraFiles)
		built[c.ID] = build(t, context, readFile(t, filepath.Join(r.dir, c.Dockerfile)))
	}
	if len(built) != 2 {
		t.Fatalf("%d images", len(built))
	}
	t.Run("kgw", func(t *testing.T) { plain(t, r, built["kgw"]) })
	t.Run("kgw-argocd", func(t *testing.T) { sidecar(t, r, built["kgw-argocd"]) })
}

func plain(t *testing.T, r release, i image) {
	if i.user != "65532:65532" || !slices.Equal(i.entrypoint, []string{"/usr/local/bin/kgw"}) {
		t.Errorf("user %s, entry point %q", i.user, i.entrypoint)
	}
	if out := i.run(t, append(i.entrypoint, "version")...); !strings.Contains(out, "kgw "+r.version+"\n") {
		t.Errorf("the image prints %s", out)
	}
	copyFile(t, filepath.Join(r.dir, "examples", "httpbin", "apirule.yaml"), filepath.Join(i.root, i.workdir, "apirule.yaml"), 0o644)
	if out := i.run(t, append(i.entrypoint, "build", ".")...); !strings.Contains(out, "kind: VirtualService") {
		t.Errorf("build prints %s", out)
	}
	function := i.command(t, i.entrypoint...)
	function.Stdin = strings.NewReader("apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems: []\n")
	if out, err := function.Output(); err != nil || !strings.Contains(string(out), "kind: ResourceList") {
		t.Errorf("as a function: %v\n%s", err, out)
	}
}

func sidecar(t *testing.T, r release, i image) {
	if i.user != "999:999" || !slices.Equal(i.entrypoint, []string{"/var/run/argocd/argocd-cmp-server"}) {
		t.Errorf("user %s, entry point %q", i.user, i.entrypoint)
	}
	var plugin struct {
		Kind string `yaml:"kind"`
		Spec struct {
			Generate struct {
				Command []string `yaml:"command"`
			} `yaml:"generate"`
		} `yaml:"spec"`
	}
	if err := yaml.Unmarshal([]byte(readFile(t, filepath.Join(i.root, "home/argocd/cmp-server/config/plugin.yaml"))), &plugin); err != nil {
		t.Fatal(err)
	}
	command := plugin.Spec.Generate.Command
	if plugin.Kind != "ConfigManagementPlugin" || len(command) == 0 {
		t.Fatalf("the plugin file holds %+v", plugin)
	}
	if program := i.lookPath(command[0]); program == "" {
		t.Errorf("the image has no %s in %q", command[0], i.env)
	} else if out := i.run(t, program, "version"); !strings.Contains(out, r.version) {
		t.Errorf("%s prints %s", program, out)
	}
	i.serve(t, tool(t, "KGW_TEST_ARGOCD"))
}

// buildContext returns what goreleaser hands to docker: the program of each platform
// under the platform's name, and the extra files under their own.
func buildContext(t *testing.T, r release, extra []string) string {
	t.Helper()
	dir := t.TempDir()
	for _, a := range r.of(t, "Binary", "", 6) {
		if a.OS == "linux" {
			copyFile(t, a.Path, filepath.Join(dir, a.OS, a.Arch, a.Name), 0o755)
		}
	}
	for _, file := range extra {
		copyFile(t, filepath.Join(r.dir, file), filepath.Join(dir, file), 0o644)
	}
	return dir
}

// build does what a Dockerfile says, as far as these go: one stage from scratch,
// files copied into it, and settings.
func build(t *testing.T, context, dockerfile string) image {
	t.Helper()
	parsed, err := parser.Parse(strings.NewReader(dockerfile))
	if err != nil {
		t.Fatal(err)
	}
	stages, _, err := instructions.Parse(parsed.AST, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(stages) != 1 || stages[0].BaseName != "scratch" {
		t.Fatalf("%d stages, from %s", len(stages), stages[0].BaseName)
	}
	i := image{root: t.TempDir()}
	platform := strings.NewReplacer("$TARGETPLATFORM", "linux/"+runtime.GOARCH)
	for _, command := range stages[0].Commands {
		switch c := command.(type) {
		case *instructions.ArgCommand:
		case *instructions.CopyCommand:
			mode := map[string]os.FileMode{"0755": 0o755, "0644": 0o644}[c.Chmod]
			for _, source := range c.SourcePaths {
				copyFile(t, filepath.Join(context, platform.Replace(source)), filepath.Join(i.root, c.DestPath), mode)
			}
		case *instructions.EnvCommand:
			for _, pair := range c.Env {
				i.env = append(i.env, pair.String())
			}
		case *instructions.WorkdirCommand:
			i.workdir = c.Path
			if err := os.MkdirAll(filepath.Join(i.root, c.Path), 0o755); err != nil {
				t.Fatal(err)
			}
		case *instructions.UserCommand:
			i.user = c.User
		case *instructions.EntrypointCommand:
			i.entrypoint = c.CmdLine
		default:
			t.Errorf("the image needs more than files and settings: %s", command.Name())
		}
	}
	return i
}

// lookPath finds a program in the PATH of the image.
func (i image) lookPath(name string) string {
	for _, variable := range i.env {
		if dirs, ok := strings.CutPrefix(variable, "PATH="); ok {
			for _, dir := range filepath.SplitList(dirs) {
				if _, err := os.Stat(filepath.Join(i.root, dir, name)); err == nil {
					return filepath.Join(dir, name)
				}
			}
		}
	}
	return ""
}

// run runs a program in the image to its end and gives what it prints.
func (i image) run(t *testing.T, args ...string) string {
	t.Helper()
	cmd := i.command(t, args...)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	switch {
	case errors.Is(err, syscall.EPERM):
		t.Skipf("this system allows no namespaces: %v", err)
	case err != nil:
		t.Fatalf("%q in the image: %v\n%s", args, err, stderr.String())
	}
	return string(out)
}

// command returns a program with nothing but the image: its files, its environment,
// its user, no network. Who is not root can be that user in a namespace alone.
func (i image) command(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	var uid, gid int
	if _, err := fmt.Sscanf(i.user, "%d:%d", &uid, &gid); err != nil {
		t.Fatalf("user %s: %v", i.user, err)
	}
	limits := &syscall.SysProcAttr{Chroot: i.root, Cloneflags: syscall.CLONE_NEWNET}
	if os.Getuid() == 0 {
		limits.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	} else {
		limits.Cloneflags |= syscall.CLONE_NEWUSER
		limits.UidMappings = []syscall.SysProcIDMap{{ContainerID: uid, HostID: os.Getuid(), Size: 1}}
		limits.GidMappings = []syscall.SysProcIDMap{{ContainerID: gid, HostID: os.Getgid(), Size: 1}}
	}
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Dir, cmd.Env, cmd.SysProcAttr = i.workdir, i.env, limits
	return cmd
}

// serve starts the entry point of the sidecar with what Argo CD's pod mounts:
// its server, a place for sockets, and /tmp. It serves as soon as its socket is
// there; it stops at SIGKILL only.
func (i image) serve(t *testing.T, server string) {
	t.Helper()
	copyFile(t, server, filepath.Join(i.root, i.entrypoint[0]), 0o755)
	sockets := filepath.Join(i.root, "home/argocd/cmp-server/plugins")
	for _, dir := range []string{sockets, filepath.Join(i.root, "tmp")} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(dir, 0o777); err != nil { // whatever the umask is
			t.Fatal(err)
		}
	}
	cmd := i.command(t, i.entrypoint...)
	var log strings.Builder
	cmd.Stderr = &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	serves := false
	for range 600 {
		if _, err := os.Stat(filepath.Join(sockets, "kgw.sock")); err == nil {
			serves = true
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	if !serves {
		t.Errorf("Argo CD's server does not serve the plugin of the image:\n%s", log.String())
	}
}
