package integrations_test

import (
	"archive/zip"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// TestVSCodeExtensionIsPackaged packages editors/vscode with the locked vsce and
// looks for what starts the server in it.
func TestVSCodeExtensionIsPackaged(t *testing.T) {
	t.Parallel()
	npm := onPath(t, "npm")
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join(root, "editors", "vscode"))); err != nil {
		t.Fatal(err)
	}
	run(t, dir, nil, npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund").ok(t)
	run(t, dir, nil, npm, "exec", "--", "vsce", "package", "--out", "kgw.vsix").ok(t)
	z, err := zip.OpenReader(filepath.Join(dir, "kgw.vsix"))
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	var names []string
	for _, f := range z.File {
		names = append(names, f.Name)
	}
	for _, want := range []string{"extension/package.json", "extension/extension.js", "extension/node_modules/vscode-languageclient/node.js"} {
		if !slices.Contains(names, want) {
			t.Errorf("%s is not in the package: %q", want, names[:min(len(names), 40)])
		}
	}
	if slices.Contains(names, "extension/node_modules/@vscode/vsce/package.json") {
		t.Error("the packager is in the package")
	}
}
