package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestFullDevice runs commands whose output cannot be written: none succeeds.
func TestFullDevice(t *testing.T) {
	dir := t.TempDir()
	text := "apiVersion: gateway.kyma-project.io/v1beta1\nkind: APIRule\nmetadata: {name: a, namespace: b}\nspec:\n  host: a.example.com\n  gateway: kyma-system/kyma-gateway\n" +
		"  service: {name: a, port: 80}\n  rules:\n  - {path: /.*, methods: [GET], accessStrategies: [{handler: noop}]}\n"
	if err := os.WriteFile(filepath.Join(dir, "a.yaml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "t.kgw-test.yaml"), []byte("apiVersion: kgw.dev/v1alpha1\nkind: Test\ntests:\n- request: {method: GET, url: https://a.example.com/x}\n  status: 200\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{
		"build a.yaml", "build -o json a.yaml", "validate a.yaml", "validate --format json a.yaml", "trace GET https://a.example.com/ a.yaml", "trace -o json GET https://a.example.com/ a.yaml",
		"test .", "migrate a.yaml --diff", "migrate a.yaml --assess", "explain", "explain KGW101", "schema", "schema apirule/v2", "version", "completion bash", "--help", "help exit-codes", "argocd plugin",
	} {
		full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
		if err != nil {
			t.Skip(err)
		}
		a := &app{stdin: strings.NewReader(""), stdout: full, stderr: io.Discard, getenv: func(string) string { return "" }, dir: dir}
		if code := a.run(append([]string{"kgw"}, strings.Fields(line)...)); code == 0 {
			t.Errorf("kgw %s succeeds", line)
		}
		full.Close()
	}
}
