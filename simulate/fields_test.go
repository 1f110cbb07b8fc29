package simulate_test

import (
	"slices"
	"testing"

	"github.com/sebdah/goldie/v2"

	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/simulate"
	"github.com/kgw-dev/kgw/simulate/oathkeeper"
	"github.com/kgw-dev/kgw/simulate/skipper"
)

//go:generate go test -run ^TestReference$ -update .

// TestReference fails when docs/fields.md is not what the tables say; "make
// generate" rewrites it.
func TestReference(t *testing.T) {
	goldie.New(t, goldie.WithFixtureDir("../docs"), goldie.WithNameSuffix(".md")).Assert(t, "fields", slices.Concat(simulate.Reference(), skipper.Reference(), oathkeeper.Reference()))
}

// TestTablesAreClosed finds what no table has, at any depth, and what a table
// says is not read.
func TestTablesAreClosed(t *testing.T) {
	tree := func(text string) *source.Node {
		f, problem := source.NewFile("in.yaml", []byte(text))
		if problem != nil {
			t.Fatal(problem.Message)
		}
		docs, _ := source.Split(f)
		root, _ := docs[0].Parse()
		return root
	}
	for text, want := range map[string][]string{
		"metadata: {name: a, labels: {x: y}, uid: u}\nspec: {hosts: [a], http: [{match: [{uri: {exact: /}}], timeout: 3s}]}":   nil,
		"spec: {http: [{mtach: [], match: [{uri: {prefxi: /}, headers: {x.y: {exact: a, none: b}}}]}]}":                        {"spec.http[0].mtach", "spec.http[0].match[0].uri.prefxi", `spec.http[0].match[0].headers["x.y"].none`},
		"metadata: {labels: {istio.io/rev: canary}}\nspec: {new: 1, http: [{fault: {delay: {fixedDelay: 3s}, squash: true}}]}": {`metadata.labels["istio.io/rev"]`, "spec.new", "spec.http[0].fault.squash"},
		"status: {anything: {at: all}}": nil,
	} {
		var got []string
		for _, f := range simulate.VirtualServiceFields.Unread(tree(text)) {
			got = append(got, f.Path)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
	for path, want := range map[string]simulate.Reading{
		"spec.http[2].timeout": simulate.Decides, "spec.http[0].name": simulate.Inert, "spec.http[0].fault.delay.percentage.value": simulate.Inert,
		"spec.http[0].nothing": simulate.Unread, `metadata.annotations["a.b/c"]`: simulate.Inert,
	} {
		if got, _ := simulate.VirtualServiceFields.Reading(path); got != want {
			t.Errorf("%s is %s, want %s", path, got, want)
		}
	}
}
