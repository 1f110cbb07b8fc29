package release

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/mod/module"
	"golang.org/x/mod/zip"
)

// stand-ins for what the commands of docs/install.md reach out for: the
// release's address, a system to install into, and krew's.
var standIns = map[string]string{
	"curl": `for url; do :; done
case $url in
https://github.com/kgw-dev/kgw/releases/latest/download/*) cp "$DIST/${url##*/}" . ;;
*) echo "not an address of a release: $url" >&2; exit 1 ;;
esac`,
	"sudo": `exec "$@"`,
	"dpkg": `mkdir -p "$HOME/system/var/lib/dpkg/info" "$HOME/system/var/lib/dpkg/updates"
: >> "$HOME/system/var/lib/dpkg/status"
exec %[1]s --root="$HOME/system" --force-not-root --log=/dev/null "$@"`,
	"kubectl": `shift
exec "$KREW/krew" install --manifest "$DIST/${3##*/}" --archive "$DIST/kgw_linux_amd64.tar.gz"`,
}

// install executes the commands of docs/install.md against a release that was
// not published.
func install(t *testing.T, r release) {
	tools := tool(t, "KGW_TEST_KREW")
	if runtime.GOOS+"/"+runtime.GOARCH != "linux/amd64" {
		t.Skip("the page installs the files for linux/amd64")
	}
	home, bin := t.TempDir(), t.TempDir()
	dpkg, _ := exec.LookPath("dpkg")
	for name, script := range standIns {
		text := "#!/bin/sh\nset -e\n" + strings.ReplaceAll(script, "%[1]s", dpkg) + "\n"
		if err := os.WriteFile(filepath.Join(bin, name), []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for name, value := range map[string]string{
		"HOME": home, "DIST": filepath.Join(r.dir, "dist"), "KREW": tools, "KREW_ROOT": filepath.Join(home, "krew"),
		"PATH": strings.Join([]string{bin, filepath.Join(home, ".local", "bin"), os.Getenv("PATH")}, string(os.PathListSeparator)),
	} {
		t.Setenv(name, value)
	}
	script := commands(t)
	t.Log(script)
	output(t, home, "sh", "-exc", script)
	for _, program := range []string{".local/bin/kgw", "system/usr/bin/kgw", "krew/bin/kubectl-kgw"} {
		if out := output(t, home, filepath.Join(home, program), "version"); !strings.Contains(out, r.version) {
			t.Errorf("%s prints %s", program, out)
		}
	}
	if page := readFile(t, filepath.Join(home, "system/usr/share/man/man1/kgw-build.1")); !strings.HasPrefix(page, ".nh\n.TH") {
		t.Errorf("the installed page begins with %.60s", page)
	}
}

// commands returns the lines of the page's sh blocks, except for those that need a
// network, or another system than this.
func commands(t *testing.T) string {
	t.Helper()
	_, dpkg := exec.LookPath("dpkg")
	var script strings.Builder
	inside := false
	for line := range strings.Lines(readFile(t, filepath.Join(root(t), "docs", "install.md"))) {
		program, _, _ := strings.Cut(strings.TrimSpace(strings.TrimPrefix(line, "sudo ")), " ")
		switch {
		case strings.HasPrefix(line, "```"):
			inside = line == "```sh\n"
		case !inside:
		case program == "rpm", program == "apk", program == "docker", program == "cosign", program == "gh", program == "go":
		case program == "dpkg" && dpkg != nil:
		case strings.Contains(line, "sigstore.json"):
		default:
			script.WriteString(line)
		}
	}
	return script.String()
}

// TestGoInstall installs the module as a proxy serves it. Nothing is downloaded
// that is not in the module cache.
func TestGoInstall(t *testing.T) {
	if mains := strings.Fields(output(t, root(t), "go", "list", "-f", `{{if eq .Name "main"}}{{.ImportPath}}{{end}}`, "./...")); len(mains) != 1 {
		t.Errorf("go install ./... installs %q", mains)
	}
	const version = "v1.2.3"
	proxy, bin, cache := t.TempDir(), t.TempDir(), t.TempDir()
	serve(t, proxy, version)
	modules := strings.TrimSpace(output(t, root(t), "go", "env", "GOMODCACHE"))
	for name, value := range map[string]string{
		"GOPROXY": "file://" + proxy + ",file://" + filepath.Join(modules, "cache", "download"),
		"GOBIN":   bin, "GOMODCACHE": cache, "GOSUMDB": "off", "GOFLAGS": "-trimpath -modcacherw", "GOWORK": "off", "CGO_ENABLED": "0",
	} {
		t.Setenv(name, value)
	}
	output(t, bin, "go", "install", "github.com/kgw-dev/kgw/cmd/kgw@"+version)
	if out := output(t, bin, filepath.Join(bin, "kgw"), "version"); !strings.HasPrefix(out, "kgw 1.2.3\n") {
		t.Errorf("the installed program prints %s", out)
	}
}

// serve lays the module out as https://go.dev/ref/mod#goproxy-protocol says.
func serve(t *testing.T, proxy, version string) {
	t.Helper()
	dir := filepath.Join(proxy, "github.com", "kgw-dev", "kgw", "@v")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	source := checkout(t, "kgw")
	for name, data := range map[string]string{
		"list":            version + "\n",
		version + ".info": fmt.Sprintf(`{"Version": %q, "Time": %q}`, version, madeAt),
		version + ".mod":  readFile(t, filepath.Join(source, "go.mod")),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(data), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	f, err := os.Create(filepath.Join(dir, version+".zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := zip.CreateFromDir(f, module.Version{Path: "github.com/kgw-dev/kgw", Version: version}, source); err != nil {
		t.Fatal(err)
	}
}
