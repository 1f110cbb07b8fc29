package routes_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/migrate/routes"
)

// whole is a VirtualService with every part that moves.
func whole(t *testing.T) source.Object {
	t.Helper()
	data, err := os.ReadFile("../testdata/routes.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return parse(t, string(data))
}

func parse(t *testing.T, text string) source.Object {
	t.Helper()
	file, problem := source.NewFile("in.yaml", []byte(text))
	if problem != nil {
		t.Fatal(problem)
	}
	docs, _ := source.Split(file)
	root, problems := docs[0].Parse()
	if root == nil {
		t.Fatal(problems)
	}
	value, _ := source.Value(root).(source.Object)
	return value
}

func nameOf(v source.Object) string {
	_, _, _, name := source.Head(source.NodeOf(v))
	return name
}

func move(t *testing.T, values ...source.Object) []routes.Moved {
	t.Helper()
	var services []routes.Service
	for _, v := range values {
		services = append(services, routes.Service{Doc: &source.Document{Name: nameOf(v)}, Value: v, Namespace: "shop"})
	}
	return routes.Move(services, routes.Options{
		Gateways: config.GatewayAPI{Grants: "write"}, Judge: match.NewJudge(), Ports: func(ir.Name) []uint32 { return nil },
		Listeners: func(ir.Name, []string, string, string) ([]string, string) { return nil, "" }, Identity: func(ir.Name) string { return "" },
	})
}

// authors are the mappings whose keys are the author's.
var authors = []string{"headers", "queryParams", "withoutHeaders", "set", "add"}

// edits returns the value once for each mapping below the spec, with a field
// that nobody knows in it, and the path of the mapping.
func edits(v any, path string, put func(any) any) map[string]any {
	out := map[string]any{}
	switch v := v.(type) {
	case source.Object:
		last := path[strings.LastIndexByte(path, '.')+1:]
		if !slices.Contains(authors, last) || strings.HasSuffix(path, "].headers") && !strings.Contains(path, "match") {
			out[path] = put(append(slices.Clone(v), source.Member{Key: "nobodyKnows", Value: "x"}))
		}
		for i, m := range v {
			for at, changed := range edits(m.Value, path+"."+m.Key, func(inner any) any {
				own := slices.Clone(v)
				own[i].Value = inner
				return put(own)
			}) {
				out[at] = changed
			}
		}
	case []any:
		for i, e := range v {
			for at, changed := range edits(e, source.JoinIndex(path, i), func(inner any) any {
				own := slices.Clone(v)
				own[i] = inner
				return put(own)
			}) {
				out[at] = changed
			}
		}
	}
	return out
}

// TestUnknownFieldsLeave puts a field that nobody knows into every mapping of a
// VirtualService that moves: it then stays.
func TestUnknownFieldsLeave(t *testing.T) {
	service := whole(t)
	if m := move(t, service); m[0].Left || len(m[0].Objects) == 0 {
		t.Fatalf("it does not move: %v", m[0].Found)
	}
	spec, _ := service.Get("spec")
	changed := edits(spec, "spec", func(v any) any {
		own := slices.Clone(service)
		for i := range own {
			if own[i].Key == "spec" {
				own[i].Value = v
			}
		}
		return own
	})
	if len(changed) < 40 {
		t.Errorf("only %d mappings were changed", len(changed))
	}
	for at, v := range changed {
		if strings.HasPrefix(at, "spec.http[6]") {
			continue // is never asked
		}
		if m := move(t, v.(source.Object)); !m[0].Left || len(m[0].Objects) > 0 {
			t.Errorf("with an unknown field in %s it moves", at)
		}
	}
}

const shared = `
metadata: {name: one, namespace: shop}
spec: {hosts: [HOST], gateways: [public], http: [{match: [{uri: {prefix: PATH}}], route: [{destination: {host: a, port: {number: 80}}}]}]}
`

// TestSharedHosts moves VirtualServices that share a host apart only where no
// request depends on which of the two is older.
func TestSharedHosts(t *testing.T) {
	service := func(host, path string) source.Object {
		return parse(t, strings.NewReplacer("HOST", host, "PATH", path).Replace(shared))
	}
	beyond := parse(t, strings.NewReplacer("HOST", "a.test", "PATH", "/b", "80", "70000").Replace(shared))
	for name, c := range map[string]struct {
		one, other source.Object
		left       bool
	}{
		"the same requests":         {service("a.test", "/a"), service("a.test", "/a/b"), true},
		"under a wildcard":          {service("a.test", "/a"), service("'*.test'", "/a/b"), true},
		"other paths":               {service("a.test", "/a"), service("a.test", "/b"), false},
		"all the rest":              {service("a.test", "/a"), service("a.test", "/"), false},
		"other hosts":               {service("a.test", "/a"), service("b.test", "/a"), false},
		"the server refuses it":     {service("a.test", "/a"), beyond, true},
		"the other one cannot move": {service("a.test", "/a"), service("a.test", "x"), true},
	} {
		for _, m := range move(t, c.one, c.other) {
			if m.Left != c.left {
				t.Errorf("%s: left %v, want %v: %v", name, m.Left, c.left, m.Found)
			}
		}
	}
}

// TestDelegateWithoutMatches: an empty list in a delegate is as good as none, and
// the entry that delegates decides what it matches.
func TestDelegateWithoutMatches(t *testing.T) {
	const root = "{metadata: {name: root}, spec: {hosts: [a.test], gateways: [gw], http: [{match: [{uri: {exact: /only}}], timeout: 5s, delegate: {name: leaf}}]}}"
	for _, match := range []string{"", "match: [], ", "match: , timeout: , "} {
		leaf := "{metadata: {name: leaf}, spec: {http: [{" + match + "route: [{destination: {host: s, port: {number: 80}}}]}]}}"
		moved := move(t, parse(t, root), parse(t, leaf))
		if moved[0].Left || len(moved[0].Objects) != 1 {
			t.Fatalf("%q: it stays: %v", match, moved[0].Found)
		}
		o := manifest.Object{APIVersion: "v1", Kind: "HTTPRoute", Body: moved[0].Objects[0]}
		text := string(o.AppendYAML(nil))
		if !strings.Contains(text, "value: /only") || strings.Contains(text, "PathPrefix") || !strings.Contains(text, "request: 5s") {
			t.Errorf("with %q in the delegate:\n%s", match, text)
		}
	}
}
