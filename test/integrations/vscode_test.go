package integrations_test

import (
	"archive/zip"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// misspeltRule is an APIRule whose handler is misspelt.
const misspeltRule = `apiVersion: gateway.kyma-project.io/v1beta1
kind: APIRule
metadata: {name: orders, namespace: shop}
spec:
  host: orders.example.com
  gateway: kyma-system/kyma-gateway
  service: {name: orders, port: 80}
  rules:
    - path: /.*
      methods: [GET]
      accessStrategies:
        - handler: nop
`

// TestVSCodeExtension packages editors/vscode with the locked vsce and looks for
// what starts the server in the package. Then it lets the packaged extension show
// what kgw finds in a file, in testdata/vscode.js instead of VS Code.
func TestVSCodeExtension(t *testing.T) {
	t.Parallel()
	npm := onPath(t, "npm")
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join(root, "editors", "vscode"))); err != nil {
		t.Fatal(err)
	}
	run(t, dir, nil, npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund").ok(t)
	run(t, dir, nil, npm, "exec", "--", "vsce", "package", "--out", "kgw.vsix").ok(t)
	names := unpack(t, filepath.Join(dir, "kgw.vsix"), dir)
	for _, want := range []string{"extension/package.json", "extension/extension.js", "extension/node_modules/vscode-languageclient/node.js"} {
		if !slices.Contains(names, want) {
			t.Errorf("%s is not in the package: %q", want, names[:min(len(names), 40)])
		}
	}
	if slices.Contains(names, "extension/node_modules/@vscode/vsce/package.json") {
		t.Error("the packager is in the package")
	}
	script, err := filepath.Abs(filepath.Join("testdata", "vscode.js"))
	if err != nil {
		t.Fatal(err)
	}
	write(t, dir, map[string]string{"folder/rule.yaml": misspeltRule, "mended.yaml": strings.Replace(misspeltRule, "nop\n", "noop\n", 1)})
	got := run(t, filepath.Join(dir, "extension"), nil, onPath(t, "timeout"), "60", onPath(t, "node"), script,
		filepath.Join(binDir, "kgw"), filepath.Join(dir, "folder", "rule.yaml"), filepath.Join(dir, "mended.yaml"), "KGW212").ok(t)
	if !strings.HasPrefix(got.stdout, "opened: KGW212\nchanged:") {
		t.Errorf("the extension shows\n%s", got)
	}
}

// unpack writes the files of a ZIP archive to a folder and returns their names.
func unpack(t *testing.T, archive, dir string) []string {
	t.Helper()
	z, err := zip.OpenReader(archive)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	var names []string
	for _, f := range z.File {
		names = append(names, f.Name)
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		write(t, dir, map[string]string{f.Name: string(text)})
	}
	return names
}
