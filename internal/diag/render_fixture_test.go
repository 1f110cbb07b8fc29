package diag

import (
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/internal/source"
)

const shopYAML = `apiVersion: gateway.kyma-project.io/v1beta1
kind: APIRule
metadata:
  name: shop
  namespace: store
spec:
  host: shop.example.com
  rules:
    - path: /orders/(
      methods: [GET]
---
apiVersion: gateway.kyma-project.io/v1beta1
kind: APIRule
metadata:
  name: 店舗 # 東京の店
  namespace: store
spec:
  host: "東京.example.com"
`

const adminYAML = "apiVersion: gateway.kyma-project.io/v1beta1\r\nkind: APIRule\r\nmetadata:\r\n  name: admin\r\nspec:\r\n  host: shop.example.com\r\n"

// documents reads text as the loader does.
func documents(t testing.TB, name, text string) []*source.Document {
	t.Helper()
	file, problem := source.NewFile(name, []byte(text))
	if problem != nil {
		t.Fatalf("%s: %s", name, problem.Message)
	}
	docs, _ := source.Split(file)
	for _, d := range docs {
		if root, _ := d.Parse(); root != nil {
			d.APIVersion, d.Kind, d.Namespace, d.Name = source.Head(root)
		}
	}
	return docs
}

// fixture is a report with a finding of each sort, in three files.
func fixture(t testing.TB) *Report {
	t.Helper()
	shop, admin := documents(t, "apis/shop.yaml", shopYAML), documents(t, "apis/a d%min.yaml", adminYAML)
	fine := documents(t, "apis/fine.yaml", strings.ReplaceAll(shopYAML, "/orders/(", "/.*"))
	r := &Report{Version: "v1.2.3-rc.1", Root: "/srv/my repo", Resources: append(append(shop, admin...), fine...)}
	r.Findings = List{
		{
			Code: HostConflict, Severity: Error, Message: `the host "shop.example.com" belongs to another resource`,
			Help: "give one of them another host", At: source.Ref{Doc: shop[0], Path: "spec.host"},
			Related: []Related{{Message: `APIRule "admin" claims it too`, At: source.Ref{Doc: admin[0], Path: "spec.host"}}},
			Witness: &Witness{Method: "GET", URL: "https://shop.example.com/"},
		},
		{
			Code: RegexPoison, Severity: Error, Message: `the path "/orders/(" does not compile: missing ")"`,
			Help: "close the group", At: source.Ref{Doc: shop[0], Path: "spec.rules[0].path"},
		},
		{Code: MethodsNotEnforced, Severity: Warning, Message: "the methods are not enforced", At: source.Ref{Doc: shop[0], Path: "spec.rules[0].methods"}},
		{Code: MethodsNotEnforced, Severity: Warning, Message: "the methods are still not enforced", At: source.Ref{Doc: shop[0], Path: "spec.rules[0].methods"}},
		{Code: HostNotAllowed, Severity: Info, Message: `the host "東京.example.com" is not allowed`, At: source.Ref{Doc: shop[1], Path: "spec.host"}},
		{Code: BadName, Severity: Error, Message: "the name is not DNS-1123\x1b[2J", At: source.Ref{Doc: shop[1], Path: "metadata.name"}},
		{
			Code: Unreadable, Severity: Error, Message: "cannot read the file: permission denied",
			Span: source.Span{File: "apis/locked.yaml", Line: 1, Column: 1},
		},
	}
	finish(r)
	return r
}

// finish does to a report what a run does before it renders.
func finish(r *Report) {
	r.Findings.Resolve()
	r.Findings.Sort()
	r.Summary.Count(r.Findings)
	r.Summary.Resources = len(r.Resources)
}

// single is a report of one finding about the value at path of a document.
func single(t testing.TB, text, path string) *Report {
	t.Helper()
	d := documents(t, "a.yaml", text)[0]
	r := &Report{Resources: []*source.Document{d}}
	r.Findings.Add(Finding{Code: BadHost, Severity: Error, Message: "bad", At: source.Ref{Doc: d, Path: path}})
	finish(r)
	return r
}

func render(t testing.TB, r Renderer, report *Report) string {
	t.Helper()
	var b strings.Builder
	if err := r.Render(&b, report); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
