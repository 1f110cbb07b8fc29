// Package container_test builds kgw's container image with the command of
// docs/integrations/container.md, looks into what ko wrote, and runs it as a
// container would be run: its entry point with its environment and user, in a
// file system that holds nothing but its layers. ko is named by KGW_TEST_KO,
// which "make test-integrations" sets; without it the test is skipped.
package container_test

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/layout"
)

const list = `apiVersion: config.kubernetes.io/v1
kind: ResourceList
items:
- apiVersion: gateway.kyma-project.io/v1beta1
  kind: APIRule
  metadata: {name: shop, namespace: demo}
  spec:
    host: shop.example.com
    gateway: kyma-system/kyma-gateway
    service: {name: shop, port: 80}
    rules: [{path: /, methods: [GET], accessStrategies: [{handler: noop}]}]
`

func TestImage(t *testing.T) {
	ko := os.Getenv("KGW_TEST_KO")
	if ko == "" {
		t.Skip("SKIPPED: KGW_TEST_KO is not set: make test-integrations sets it")
	}
	image := build(t, ko)
	config, err := image.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	c := config.Config
	if !slices.Equal(c.Entrypoint, []string{"/ko-app/kgw"}) || len(c.Cmd) != 0 {
		t.Errorf("entry point %q, arguments %q", c.Entrypoint, c.Cmd)
	}
	if c.User != user {
		t.Errorf("user %q", c.User)
	}
	root := rootfs(t, image)
	out := start(t, root, &c, list)
	for _, want := range []string{"kind: VirtualService", "kind: Rule", "internal.config.kubernetes.io/path: generated/"} {
		if !strings.Contains(out, want) {
			t.Errorf("the function does not give %q:\n%s", want, out)
		}
	}
	if out := start(t, root, &c, "", "version"); !strings.HasPrefix(out, "kgw ") {
		t.Errorf("kgw version prints %s", out)
	}
}

// build runs the command of the page for this machine's platform.
func build(t *testing.T, ko string) v1.Image {
	t.Helper()
	page, err := os.ReadFile("../../docs/integrations/container.md")
	if err != nil {
		t.Fatal(err)
	}
	line := regexp.MustCompile(`(?m)^ko build .*$`).Find(page)
	if line == nil {
		t.Fatal("the page has no command")
	}
	bin := t.TempDir()
	dir, err := os.MkdirTemp("", "kgw-layout") // ko wants no capitals in its name
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Symlink(ko, filepath.Join(bin, "ko")); err != nil {
		t.Fatal(err)
	}
	reference := base(t, runtime.GOARCH)
	cmd := exec.Command("sh", "-c", string(line)+" --push=false --sbom=none --oci-layout-path="+dir+" --platform=linux/"+runtime.GOARCH)
	cmd.Dir = "../.."
	cmd.Env = append(os.Environ(), "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"),
		"KO_DEFAULTBASEIMAGE="+reference, "KO_DOCKER_REPO="+strings.TrimSuffix(reference, "/base:latest")+"/kgw")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", line, err, out)
	}
	index, err := layout.ImageIndexFromPath(dir)
	if err != nil {
		t.Fatal(err)
	}
	return only(t, index)
}

// only gives the one image of an index.
func only(t *testing.T, index v1.ImageIndex) v1.Image {
	t.Helper()
	manifest, err := index.IndexManifest()
	if err != nil || len(manifest.Manifests) != 1 {
		t.Fatalf("%v, %d manifests", err, len(manifest.Manifests))
	}
	m := manifest.Manifests[0]
	if m.MediaType.IsIndex() {
		inner, err := index.ImageIndex(m.Digest)
		if err != nil {
			t.Fatal(err)
		}
		return only(t, inner)
	}
	image, err := index.Image(m.Digest)
	if err != nil {
		t.Fatal(err)
	}
	return image
}

// rootfs unpacks the layers, which must hold one file: the program.
func rootfs(t *testing.T, image v1.Image) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "kgw-container")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil { // the image's user must get in
		t.Fatal(err)
	}
	layers, err := image.Layers()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, l := range layers {
		r, err := l.Uncompressed()
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, unpack(t, dir, r)...)
	}
	if !slices.Equal(names, []string{"ko-app/kgw"}) {
		t.Errorf("the layers hold %q", names)
	}
	return dir
}

func unpack(t *testing.T, dir string, r io.Reader) (names []string) {
	t.Helper()
	for archive := tar.NewReader(r); ; {
		h, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return names
		}
		if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimPrefix(filepath.Clean(h.Name), "/")
		if h.Typeflag == tar.TypeDir {
			continue
		}
		names = append(names, name)
		if h.Mode&0o022 != 0 || h.Mode&0o005 != 0o005 {
			t.Errorf("%s has mode %o", name, h.Mode)
		}
		data, err := io.ReadAll(archive)
		if err == nil {
			err = os.MkdirAll(filepath.Join(dir, filepath.Dir(name)), 0o755)
		}
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name), data, 0o755)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// start runs the entry point. As root it sees the image's file system alone and
// is the image's user; anybody else runs the program as it is.
func start(t *testing.T, root string, c *v1.Config, stdin string, args ...string) string {
	t.Helper()
	cmd := &exec.Cmd{Path: filepath.Join(root, c.Entrypoint[0]), Args: append(slices.Clone(c.Entrypoint), args...), Dir: root, Env: c.Env}
	if os.Geteuid() == 0 {
		cmd.Path, cmd.Dir = c.Entrypoint[0], "/"
		cmd.SysProcAttr = &syscall.SysProcAttr{Chroot: root, Credential: &syscall.Credential{Uid: 65532, Gid: 65532}}
	}
	if stdin != "" {
		cmd.Stdin = strings.NewReader(stdin)
	}
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v\n%s", err, stderr.String())
	}
	return stdout.String()
}
