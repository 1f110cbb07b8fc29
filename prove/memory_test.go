package prove_test

import (
	"fmt"
	"testing"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/prove"
)

// TestMemoryIsNeverStale validates files that change, and under namespaces that do:
// a memory changes nothing of what is found, and each step finds something else.
func TestMemoryIsNeverStale(t *testing.T) {
	file := func(name, text string) *source.File {
		f, problem := source.NewFile(name, []byte(text))
		if problem != nil {
			t.Fatal(problem)
		}
		return f
	}
	rule := "apiVersion: gateway.kyma-project.io/v2\nkind: APIRule\nmetadata: {name: shop, namespace: web%s}\nspec:\n  gateway: a/b\n  service: {name: shop, port: 80}\n" +
		"  hosts: [shop.example.com]\n  rules: [{path: /, methods: [GET], noAuth: true}]\n"
	fresh, live := file("rule.yaml", fmt.Sprintf(rule, "")), file("rule.yaml", fmt.Sprintf(rule, ", uid: u"))
	service := "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: other}\nspec: {hosts: [a.example.com], gateways: [b], http: [%s]}\n"
	refused, better := file("vs.yaml", fmt.Sprintf(service, "{}")), file("vs.yaml", fmt.Sprintf(service, "{nonsense: 1, route: [{destination: {host: a}}]}"))
	around := file("around.yaml", "apiVersion: v1\nkind: Service\nmetadata: {name: shop, namespace: web}\nspec: {selector: {app: shop}, ports: [{port: 80}]}\n"+
		"---\napiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {name: b, namespace: a}\nspec: {selector: {istio: i}, servers: [{port: {name: https, number: 443, protocol: HTTPS}, tls: {mode: SIMPLE, credentialName: c}, hosts: ['*.example.com']}]}\n")
	memory, before := &prove.Memory{}, ""
	for step, run := range []struct {
		namespace string
		files     []*source.File
	}{
		{"one", []*source.File{fresh, refused}},
		{"two", []*source.File{fresh, refused}},
		{"two", []*source.File{fresh, better}},
		{"two", []*source.File{live, better}},
		{"two", []*source.File{fresh, better}},
		{"two", []*source.File{fresh}},
	} {
		found := func(m *prove.Memory) string {
			text := ""
			for _, f := range m.Validate(compile.Input{Files: append(run.files, around)}, compile.Options{Namespace: run.namespace}).Findings {
				text += fmt.Sprintln(f.Span, f.Severity, f.Code, f.Message)
			}
			return text
		}
		got, want := found(memory), found(nil)
		if got != want {
			t.Errorf("step %d: with a memory\n%s\nwithout\n%s", step, got, want)
		}
		if got == before {
			t.Errorf("step %d: nothing is another than before:\n%s", step, got)
		}
		before = got
	}
}
