package compile_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/source"
)

// meshRule is an APIRule of version v2 with what it refers to.
const meshRule = `apiVersion: gateway.kyma-project.io/v2
kind: APIRule
metadata: {name: m, namespace: shop}
spec:
  hosts: [m]
  gateway: kyma-system/kyma-gateway
  service: {name: orders, port: 8080}
  rules:
  - {path: "/a/{*}", methods: [GET], noAuth: true}
  - {path: "/{**}", methods: [GET, POST], extAuth: {authorizers: [x]}}
---
apiVersion: v1
kind: Service
metadata: {name: orders, namespace: shop}
spec: {selector: {app: orders}, ports: [{port: 8080}]}
---
apiVersion: networking.istio.io/v1beta1
kind: Gateway
metadata: {name: kyma-gateway, namespace: kyma-system}
spec: {servers: [{hosts: ["*.kyma.local"], port: {number: 443, protocol: HTTPS}}]}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: istio, namespace: istio-system}
data: {mesh: "extensionProviders: [{name: x, envoyExtAuthzHttp: {}}]"}
---
apiVersion: networking.istio.io/v1beta1
kind: VirtualService
metadata: {name: foreign, namespace: shop}
spec: {hosts: [a.kyma.local]}
`

// checkRun compiles bytes in every mode: nothing panics, and every finding has
// a place inside its file.
func checkRun(t *testing.T, data []byte) {
	f, problem := source.NewFile("0.yaml", data)
	in := compile.Input{Files: []*source.File{f}}
	if problem != nil {
		in = compile.Input{Problems: []source.Problem{*problem}}
	}
	for _, c := range []struct{ compat, handler string }{{"strict", "ory"}, {"controller", "istio"}} {
		cfg := config.Default()
		cfg.Compat, cfg.JWTHandler, cfg.Domains.Default = c.compat, c.handler, "kyma.local"
		r := compile.Run(in, compile.Options{Config: cfg, Schema: compile.SchemaAll, Passthrough: true})
		for _, d := range r.Disagreements {
			t.Errorf("decoder and JSON Schema disagree: %s\n%s", d, data)
		}
		lines := bytes.Count(data, []byte("\n")) + bytes.Count(data, []byte("\r")) + 1
		for i := range r.Findings {
			checkPlace(t, f, lines, &r.Findings[i])
		}
		checkWritten(t, data, r)
	}
}

func checkPlace(t *testing.T, f *source.File, lines int, found *diag.Finding) {
	t.Helper()
	spans := []source.Span{found.Span}
	for i := range found.Related {
		spans = append(spans, found.Related[i].Span)
	}
	for _, s := range spans {
		width := len([]rune(f.Line(s.Line)))
		if s.File != "0.yaml" || s.Line < 1 || s.Line > lines || s.Column < 1 || s.Column > width+2 || s.EndLine < s.Line || s.EndLine == s.Line && s.EndColumn < s.Column {
			t.Errorf("%s has the place %+v in\n%q", found.Code, s, f.Data)
		}
	}
	if found.Message == "" || strings.HasSuffix(found.Message, ".") || found.Severity == 0 {
		t.Errorf("%s has severity %s and says %q", found.Code, found.Severity, found.Message)
	}
}

// checkWritten reads what is written with kgw's own reader: it is YAML, and
// has a name of its own.
func checkWritten(t *testing.T, data []byte, r *compile.Result) {
	t.Helper()
	seen := map[string]bool{}
	for i := range r.Objects {
		o := &r.Objects[i]
		if seen[o.Key()] || o.Meta.Name == "" || o.Meta.Namespace == "" {
			t.Errorf("%s is written twice, or without a name, for\n%s", o.Key(), data)
		}
		seen[o.Key()] = true
		docs, _ := source.Split(&source.File{Data: o.AppendYAML(nil)})
		if len(docs) != 1 {
			t.Fatalf("%d documents are written for\n%s", len(docs), data)
		}
		if _, problems := docs[0].Parse(); len(problems) > 0 {
			t.Errorf("%s is written for\n%s\n%s", problems[0].Message, data, o.AppendYAML(nil))
		}
	}
}

func seeds() []string {
	list := "apiVersion: v1\nkind: List\nitems:\n- " + strings.TrimSpace(strings.ReplaceAll(rule("l"), "\n", "\n  ")) + "\n- 3\n"
	out := []string{
		rule("a"), rule("a") + "---\n" + rule("b"), meshRule, list, strings.ReplaceAll(rule("a"), "\n", "\r\n"),
		rule("a") + "---\n" + rule("a"), strings.Replace(rule("a"), "v1beta1", "v1alpha1", 1), "# kgw:ignore KGW305 reason\n" + rule("a"), "\ufeff---\n" + rule("a"),
		strings.Replace(rule("a"), "  namespace: shop", "  annotations: {kgw.dev/ignore: \"KGW408 meant; x\"}", 1), "kind: APIRule\n", "- {}\n", "\xff\xfe", "a: *a\n", "a: &a [*a]\n", rule("a")[:200],
	}
	for _, path := range []string{"/(", "/[a-z]+", "/a|b", "/\\d{2,}", "(?i)/x", "/(?!a)", "/*", "/.*/<x>", "/a{1000}", "/(a*)*"} {
		out = append(out, strings.Replace(rule("p"), "/.*", fmt.Sprintf("%q", path), 1))
	}
	for _, handler := range []string{"allow", "no_auth", "jwt", "oauth2_introspection", "nonsense", "\"\""} {
		out = append(out, strings.Replace(rule("h"), "noop", handler+"\n      config: {required_scope: [a], jwks_urls: [\"https://a/b\"], authentications: [{issuer: a, jwksUri: \"https://a\"}]}", 1))
	}
	return out
}

func TestSeedsOfTheFuzzer(t *testing.T) {
	for _, s := range seeds() {
		checkRun(t, []byte(s))
	}
}

func FuzzRun(f *testing.F) {
	for _, s := range seeds() {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) { checkRun(t, data) })
}
