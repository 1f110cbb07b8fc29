package docs_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/source"
)

var rewrite = flag.Bool("rewrite", false, "write the table of docs/fabricgateway.md anew")

// feature is a row of the table: what a gateway has besides a host, a Service
// and one operation.
type feature struct{ name, spec, operation, path, meta string }

const traffic = "  x-external-service-provider: {stackSetName: s, hosts: [a.example.com]}\n"

var features = []feature{
	{name: "privileges", operation: "{x-fabric-privileges: [a.read]}"},
	{name: "administrators", spec: "  x-fabric-admins: [jdoe]\n"},
	{name: "list of services", spec: "  x-fabric-whitelist: [stups_a]\n"},
	{name: "empty list of services", spec: "  x-fabric-whitelist: []\n"},
	{name: "employees: `allow_all`", spec: "  x-fabric-employee-access: {type: allow_all}\n"},
	{name: "employees: `allow_list`", spec: "  x-fabric-employee-access: {user-list: [jdoe]}\n", operation: "{x-fabric-privileges: [a.read]}"},
	{name: "employees: `deny_all`", spec: "  x-fabric-employee-access: {type: deny_all}\n"},
	{name: "rate limits", operation: "{x-fabric-ratelimits: {default-rate: 10, target: {stups_a: 20}}}"},
	{name: "CORS", spec: "  x-fabric-cors-support: {allowedOrigins: [b.example.com], allowedHeaders: [X-A]}\n"},
	{name: "compression", spec: "  x-fabric-compression-support: {compressionFactor: 5, encoding: text/html}\n"},
	{name: "static answer", operation: "{x-fabric-static-response: {status: 200, headers: {X-A: b}, body: c}}"},
	{name: "additional filters", meta: "  annotations: {fabric/additional-filters: 'preserveHost(\"true\")'}\n"},
	{name: "path with parameters", path: "/a/{id}/*"},
	{name: "path with a rest", path: "/a/**"},
	{name: "path with a final slash", path: "/a/"},
	{name: "every path", path: "/**"},
	{name: "several hosts", spec: "  x-fabric-service: [{host: a.example.com, serviceName: s-1}, {host: b.example.com, serviceName: s-2}]\n"},
	{name: "StackSet, 80 to 20", spec: traffic, meta: "80 20"},
	{name: "StackSet, 80.1 to 19.9", spec: traffic, meta: "80.1 19.9"},
	{name: "versioned hosts", spec: traffic, meta: "100 0 versioned"},
}

// document writes the gateway of a feature with what it refers to.
func (f *feature) document() string {
	spec, operation, path, meta := f.spec, f.operation, f.path, f.meta
	if !strings.Contains(spec, "x-fabric-service") && !strings.Contains(spec, "x-external") {
		spec += "  x-fabric-service: [{host: a.example.com, serviceName: s-1}]\n"
	}
	if operation == "" {
		operation = "{}"
	}
	if path == "" {
		path = "/a"
	}
	weights := strings.Fields(meta)
	if spec == traffic {
		meta = ""
	}
	text := fmt.Sprintf("apiVersion: zalando.org/v1\nkind: FabricGateway\nmetadata:\n  name: g\n%sspec:\n%s  paths:\n    %q: {get: %s}\n", meta, spec, path, operation)
	for _, s := range []string{"s-1", "s-2"} {
		text += fmt.Sprintf("---\napiVersion: v1\nkind: Service\nmetadata: {name: %s}\nspec: {selector: {app: %s}, ports: [{name: http, port: 80}]}\n", s, s)
	}
	if spec == traffic {
		text += fmt.Sprintf("---\napiVersion: zalando.org/v1\nkind: StackSet\nmetadata: {name: s}\nstatus: {traffic: [{serviceName: s-1, servicePort: 80, weight: %s}, {serviceName: s-2, servicePort: 80, weight: %s}]}\n",
			weights[0], weights[1])
	}
	return text
}

// answers compiles a feature for a target and returns the codes of what kgw says,
// each with whether it is an error.
func (f *feature) answers(t *testing.T, target, api string) map[diag.Code]bool {
	t.Helper()
	c := config.Default()
	c.Istio.Gateway = "ns/gateway"
	c.Fabric.Issuers = config.FabricIssuers{Services: &config.Issuer{Issuer: "https://s", JWKSURI: "https://s/k"}, Employees: &config.Issuer{Issuer: "https://e", JWKSURI: "https://e/k"}}
	c.Skipper.AdditionalFilters = []string{"preserveHost"}
	if strings.Contains(f.meta, "versioned") {
		c.Skipper.VersionedHostsBaseDomain = "v.example.com"
	}
	file, problem := source.NewFile("g.yaml", []byte(f.document()))
	if problem != nil {
		t.Fatal(problem)
	}
	result := compile.Run(compile.Input{Files: []*source.File{file}}, compile.Options{Config: c, Target: target, SkipperAPI: api})
	out := map[diag.Code]bool{}
	for _, finding := range result.Findings {
		if finding.Code >= "KGW500" {
			out[finding.Code] = finding.Severity == diag.Error
		} else if finding.Severity == diag.Error {
			t.Fatalf("%s: %s %s", f.name, finding.Code, finding.Message)
		}
	}
	if len(out) == 0 && len(result.Objects) == 0 {
		t.Fatalf("%s gives nothing for %s", f.name, target)
	}
	return out
}

// cell says in a word what a target makes of a feature.
func cell(found, always map[diag.Code]bool) string {
	var refused, caveats []string
	for code, isError := range found {
		if _, known := always[code]; known {
			continue
		}
		if isError {
			refused = append(refused, string(code))
		} else {
			caveats = append(caveats, string(code))
		}
	}
	slices.Sort(refused)
	slices.Sort(caveats)
	switch {
	case refused != nil && diag.Code(refused[0]).Acceptable():
		return "refused; `--accept " + strings.Join(refused, "`, `--accept ") + "`"
	case refused != nil:
		return "refused (" + strings.Join(refused, ", ") + ")"
	case caveats != nil:
		return "caveat (" + strings.Join(caveats, ", ") + ")"
	}
	return "exact"
}

// table asks every target about every feature.
func table(t *testing.T) string {
	targets := []struct{ title, name, api string }{
		{"`skipper`, Ingress", "skipper", "ingress"},
		{"`skipper`, RouteGroup", "skipper", "routegroup"},
		{"`istio`", "istio", ""},
		{"`oathkeeper`", "oathkeeper", ""},
	}
	var b strings.Builder
	b.WriteString("| feature |")
	for _, target := range targets {
		b.WriteString(" " + target.title + " |")
	}
	b.WriteString("\n|---|---|---|---|---|\n| every gateway |")
	always := make([]map[diag.Code]bool, len(targets))
	for i, target := range targets {
		always[i] = (&feature{name: "every gateway"}).answers(t, target.name, target.api)
		b.WriteString(" " + cell(always[i], nil) + " |")
	}
	for i := range features {
		b.WriteString("\n| " + features[i].name + " |")
		for j, target := range targets {
			b.WriteString(" " + cell(features[i].answers(t, target.name, target.api), always[j]) + " |")
		}
	}
	return b.String() + "\n"
}

const begin, end = "<!-- what the targets answer -->\n", "<!-- end -->\n"

// TestTable holds the table of docs/fabricgateway.md to what the targets
// answer. After a change on purpose: go test ./docs -run TestTable -rewrite.
func TestTable(t *testing.T) {
	page, err := os.ReadFile("fabricgateway.md")
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := bytes.Cut(page, []byte(begin))
	have, after, closed := bytes.Cut(rest, []byte(end))
	if !ok || !closed {
		t.Fatal("the page has no table")
	}
	want := table(t)
	if *rewrite {
		text := string(before) + begin + want + end + string(after)
		if err := os.WriteFile("fabricgateway.md", []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if string(have) != want {
		t.Errorf("the table is out of date:\n%s", want)
	}
}
