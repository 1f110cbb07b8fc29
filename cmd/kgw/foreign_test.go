package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// foreignTexts are pieces of files that repositories hold and that have nothing
// to do with gateways. None names a kind that kgw reads.
var foreignTexts = []string{
	"{\n  // a comment\n  \"compilerOptions\": {\"strict\": true,},\n}\n",
	"{\"name\": \"web\", \"lockfileVersion\": 3, \"packages\": {\"node_modules/kind-of\": {\"version\": \"6.0.3\"}}}\n",
	"name: caf\xe9\nowner: M\xfcller\n",
	"{{- range .Values.list }}\n- name: {{ .name }}\n{{- end }}\n",
	"kind: Deployment\nmetadata:\n  name: {{ .Values.name }}\n  {{- with .Values.labels }}\n",
	"apiVersion: v1\nkind: ConfigMap\ndata:\n\ttab: here\n",
	"version: 2\njobs:\n  build:\n    steps: *steps\n",
	"\xff\xfea\x00b\x00c\x00",
	"\x00\x01\x02binary",
	"a: [1, 2\nb: }\n",
	"---\n---\n%YAML 9\n---\n",
	"\"unclosed: 'quotes\n",
	"openapi: 3.0.0\npaths:\n  /orders/{id}:\n    get: {responses: {}}\n",
	"- 1\n- 2\n- {a: b}\n",
	"&a [*a]\n",
	"apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {template: {}}\n",
	"kind: pipeline\ntype: docker\nsteps: @x\n",
	"",
	"\r\n\r\n",
	"[\"a\",\n  'b'",
}

// TestForeignFiles makes repositories of one APIRule and many foreign files at
// random: never an error for them, and the APIRule is compiled as if it were
// alone.
func TestForeignFiles(t *testing.T) {
	rule := strings.Replace(ruleOf, "noop", "oauth2_introspection", 1)
	names := []string{"package-lock.json", "tsconfig.json", "values.yaml", ".eslintrc.json", "docker-compose.yml", "mkdocs.yml", "a.yaml", "b.json", "i18n.yml"}
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 7))
		dir := t.TempDir()
		write := func(name, text string) {
			path := filepath.Join(dir, filepath.FromSlash(name))
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		write("deploy/rule.yaml", rule)
		for i := range 1 + r.IntN(20) {
			text := ""
			for range 1 + r.IntN(3) {
				text += foreignTexts[r.IntN(len(foreignTexts))]
			}
			write(fmt.Sprintf("d%d/%d/%s", r.IntN(4), i, names[r.IntN(len(names))]), text)
		}
		alone := execute(filepath.Join(dir, "deploy"), "", "build", ".")
		for _, args := range [][]string{{"build", "."}, {"validate", "."}} {
			got := execute(dir, "", args...)
			if got.Code != exitClean || strings.Contains(got.Stdout+got.Stderr, "error[") {
				t.Errorf("seed %d: kgw %v: exit %d\n%s%s", seed, args, got.Code, got.Stdout, got.Stderr)
			}
			if args[0] == "build" && got.Stdout != alone.Stdout {
				t.Errorf("seed %d: the build differs from that of the APIRule alone", seed)
			}
		}
	}
}

// TestBrokenFilesOfOurs holds that nothing of kgw's own kinds is passed over.
func TestBrokenFilesOfOurs(t *testing.T) {
	for name, text := range map[string]string{
		"torn":        "apiVersion: gateway.kyma-project.io/v1beta1\nkind: APIRule\nspec: [\n",
		"JSON":        "{\"kind\": \"APIRule\", \"spec\": {,}\n",
		"template":    "kind: FabricGateway\nspec: {{ .Values.spec }}: x\n",
		"Latin-1":     "kind: APIRule\nmetadata: {name: caf\xe9}\n",
		"UTF-16":      "k\x00i\x00n\x00d\x00:\x00 \x00A\x00P\x00I\x00R\x00u\x00l\x00e\x00",
		"policy":      "apiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nspec: {\n",
		"second of 2": "a: 1\n---\nkind: APIRule\nspec: [\n",
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "a.yaml"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := execute(dir, "", "validate", "."); got.Code != exitInput {
			t.Errorf("%s: exit %d\n%s", name, got.Code, got.Stdout)
		}
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "tsconfig.json"), []byte(foreignTexts[0]), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := execute(dir, "", "validate", ".", "--strict-files"); got.Code != exitInput {
		t.Errorf("--strict-files: exit %d\n%s", got.Code, got.Stdout)
	}
	if got := execute(dir, "", "validate", "tsconfig.json"); got.Code != exitInput {
		t.Errorf("a named file: exit %d\n%s", got.Code, got.Stdout)
	}
}
