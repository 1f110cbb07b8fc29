package compile_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/source"
)

// rule is an APIRule that compiles.
func rule(name string) string {
	return `apiVersion: gateway.kyma-project.io/v1beta1
kind: APIRule
metadata:
  name: ` + name + `
  namespace: shop
spec:
  host: ` + name + `.kyma.local
  gateway: kyma-system/kyma-gateway
  service: {name: orders, port: 8080}
  rules:
  - path: /.*
    methods: [GET]
    accessStrategies:
    - handler: noop
`
}

// run compiles texts, each as a file "0.yaml", "1.yaml" ...
func run(t testing.TB, o compile.Options, texts ...string) *compile.Result {
	t.Helper()
	in := compile.Input{}
	for i, text := range texts {
		f, problem := source.NewFile(fmt.Sprintf("%d.yaml", i), []byte(text))
		if problem != nil {
			in.Problems = append(in.Problems, *problem)
			continue
		}
		in.Files = append(in.Files, f)
	}
	o.Schema = compile.SchemaAll
	r := compile.Run(in, o)
	for _, d := range r.Disagreements {
		t.Errorf("decoder and JSON Schema disagree: %s", d)
	}
	return r
}

// errorsOf lists the errors as "file:line:column code".
func errorsOf(r *compile.Result) []string {
	var out []string
	for i := range r.Findings {
		if f := &r.Findings[i]; f.Severity == diag.Error {
			out = append(out, fmt.Sprintf("%s:%d:%d %s", f.Span.File, f.Span.Line, f.Span.Column, f.Code))
		}
	}
	return out
}

// TestOneBrokenDocument compiles a broken document between two that are right:
// it has its error at its place, and the others are written.
func TestOneBrokenDocument(t *testing.T) {
	for name, c := range map[string]struct {
		text  string
		want  []string
		fatal bool
	}{
		"nothing":                      {"", nil, false},
		"only comments":                {"# a\n---\n# b\n", nil, false},
		"another kind":                 {"kind: A\n", nil, false},
		"not YAML":                     {"a: [\n", []string{"1.yaml:1:1 KGW103"}, true},
		"not YAML, second document":    {"a: 1\n---\nb: [\n", []string{"1.yaml:3:1 KGW103"}, true},
		"a tab":                        {"a:\n\tb: 1\n", []string{"1.yaml:2:1 KGW104"}, true},
		"UTF-16":                       {"\xff\xfea\x00", []string{"1.yaml:1:1 KGW102"}, true},
		"binary":                       {"\x7fELF\x00\x00", []string{"1.yaml:1:5 KGW102"}, true},
		"a byte that is no UTF-8":      {"a: 1\nb: \xff\n", []string{"1.yaml:2:4 KGW102"}, true},
		"a rule that is cut":           {rule("b")[:150], []string{"1.yaml:6:1 KGW202"}, false},
		"a key twice":                  {rule("b") + "kind: APIRule\n", []string{"1.yaml:15:1 KGW105"}, false},
		"a key twice, other value":     {strings.Replace(rule("b"), "  host:", "  host: [a]\n  host:", 1), []string{"1.yaml:8:3 KGW105"}, false},
		"no host":                      {strings.Replace(rule("b"), "  host: b.kyma.local\n", "", 1), []string{"1.yaml:6:1 KGW202"}, false},
		"an unknown field":             {strings.Replace(rule("b"), "    methods:", "    method:", 1), []string{"1.yaml:12:5 KGW201"}, false},
		"CRLF and a mark":              {"\ufeff" + strings.ReplaceAll(strings.Replace(rule("b"), "8080", "0", 1), "\n", "\r\n"), []string{"1.yaml:9:33 KGW206"}, false},
		"an alias to itself":           {rule("b") + "    - &a {handler: jwt, config: {x: *a}}\n", []string{"1.yaml:15:37 KGW107"}, true},
		"an alias bomb":                {rule("b") + "    - handler: jwt\n      config:\n" + bomb(8), []string{"1.yaml:18:28 KGW107"}, true},
		"a wrong value behind alias":   {strings.Replace(strings.Replace(rule("b"), "port: 8080", "port: &p 80800", 1), "    methods:", "    service: {name: x, port: *p}\n    methods:", 1), []string{"1.yaml:9:33 KGW206", "1.yaml:9:33 KGW206"}, false},
		"a wrong value that is merged": {strings.Replace(strings.Replace(rule("b"), "service: {", "service: &s {x: 1, ", 1), "    methods:", "    service: {<<: *s, port: 80}\n    methods:", 1), []string{"1.yaml:9:16 KGW201", "1.yaml:9:16 KGW201"}, false},
		"items of a List":              {"kind: List\napiVersion: v1\nitems:\n- kind: A\n- " + strings.ReplaceAll(strings.Replace(rule("b"), "8080", "0", 1), "\n", "\n  ") + "\n", []string{"1.yaml:13:35 KGW206"}, false},
		"a template":                   {strings.Replace(rule("b"), "kyma-system/kyma-gateway", "{{ .Values.gateway }}", 1), []string{"1.yaml:8:3 KGW130"}, false},
		"a number as text":             {strings.Replace(rule("b"), "8080", "'8080'", 1), []string{"1.yaml:9:33 KGW203"}, false},
		"a float that is an integer":   {strings.Replace(rule("b"), "8080", "8080.0", 1), nil, false},
		"a namespace that is a word":   {strings.Replace(rule("b"), "namespace: shop", "namespace: on", 1), []string{"1.yaml:5:14 KGW209"}, false},
		"behind a line separator":      {strings.Replace(strings.Replace(rule("b"), "kind:", "# a\u2028# b\nkind:", 1), "8080", "0", 1), []string{"1.yaml:10:33 KGW206"}, false},
		"an unknown version":           {strings.Replace(rule("b"), "v1beta1", "v2aplha1", 1), []string{"1.yaml:1:13 KGW111"}, false},
	} {
		r := run(t, compile.Options{}, rule("a"), c.text, rule("z"))
		if d := cmp.Diff(c.want, errorsOf(r)); d != "" || r.Fatal != c.fatal {
			t.Errorf("%s: fatal %v (- want, + got)\n%s", name, r.Fatal, d)
			for _, f := range r.Findings {
				t.Logf("%s:%d:%d %s %s", f.Span.File, f.Span.Line, f.Span.Column, f.Code, f.Message)
			}
		}
		written := map[string]bool{}
		for i := range r.Objects {
			written[r.Objects[i].Origin.Doc.Name] = true
		}
		if !written["a"] || !written["z"] {
			t.Errorf("%s: the others are not written: %v", name, written)
		}
	}
}

// bomb is the body of a mapping whose aliases expand to 10^n values.
func bomb(n int) string {
	var b strings.Builder
	b.WriteString("        a0: &a0 x\n")
	for i := 1; i <= n; i++ {
		fmt.Fprintf(&b, "        a%d: &a%d [%s]\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 10), ", "))
	}
	return b.String()
}

// TestManyDocuments compiles one more document than a file may hold.
func TestManyDocuments(t *testing.T) {
	text := strings.Repeat("---\nkind: A\n", source.MaxDocuments-1) + "---\n" + rule("a") + "---\n" + rule("b")
	r := run(t, compile.Options{}, text)
	want := []string{fmt.Sprintf("0.yaml:%d:1 KGW108", 2*(source.MaxDocuments-1)+1+15)}
	if d := cmp.Diff(want, errorsOf(r)); d != "" || !r.Fatal || len(r.Resources) != 1 {
		t.Errorf("fatal %v, %d resources (- want, + got)\n%s", r.Fatal, len(r.Resources), d)
	}
}

// TestOrderOfInputs expects the same bytes and findings for every order of the
// inputs and any number of cores.
func TestOrderOfInputs(t *testing.T) {
	texts := []string{rule("c"), rule("a") + "---\n" + rule("b"), strings.Replace(rule("d"), "8080", "0", 1), strings.Replace(rule("e"), "e.kyma", "a.kyma", 1)}
	base := ""
	for _, procs := range []int{1, 2, 7} {
		old := runtime.GOMAXPROCS(procs)
		for shift := range texts {
			in := compile.Input{}
			for i := range texts {
				n := (i + shift) % len(texts)
				f, _ := source.NewFile(fmt.Sprintf("%d.yaml", n), []byte(texts[n]))
				in.Files = append(in.Files, f)
			}
			r := compile.Run(in, compile.Options{})
			var out []byte
			for i := range r.Objects {
				out = append(r.Objects[i].AppendYAML(out), "---\n"...)
			}
			got := string(out) + strings.Join(errorsOf(r), "\n")
			if base == "" {
				base = got
			}
			if got != base {
				t.Errorf("%d cores, order %d (- first, + now)\n%s", procs, shift, cmp.Diff(base, got))
			}
		}
		runtime.GOMAXPROCS(old)
	}
	if !strings.Contains(base, "name: b-") || !strings.Contains(base, "KGW305") || strings.Contains(base, "name: a-") {
		t.Errorf("the output is not as expected:\n%s", base)
	}
}
