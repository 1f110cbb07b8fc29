package prove_test

import (
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/prove"
	"github.com/kgw-dev/kgw/simulate"
)

// TestListsOfRules: what Oathkeeper may have besides the rules among the inputs, or in
// their place, is not known.
func TestListsOfRules(t *testing.T) {
	const rule = `[{"id": "a", "match": {"url": "http://a.test/<.*>", "methods": ["GET"]}, "upstream": {"url": "http://u"}, "authenticators": [{"handler": "noop"}], "authorizer": {"handler": "allow"}, "mutators": [{"handler": "noop"}]}]`
	for name, c := range map[string]struct {
		text string
		want simulate.Cause
	}{
		"a list":                      {rule, simulate.Passed},
		"a value of another type":     {strings.Replace(rule, `["GET"]`, `"GET"`, 1), simulate.Undecided},
		"a name in other capitals":    {strings.Replace(rule, `"authorizer"`, `"Authorizer"`, 1), simulate.Undecided},
		"a list that is not here":     {"access_rules: {repositories: ['file:///etc/rules.json']}\nserve: {proxy: {port: 4455}}\nauthenticators: {noop: {enabled: true}}\n", simulate.Undecided},
		"a configuration without any": {"access_rules: {matching_strategy: regexp}\nserve: {proxy: {port: 4455}}\nauthenticators: {noop: {enabled: true}}\n", simulate.NoHost},
	} {
		f, problem := source.NewFile("rules.yaml", []byte(c.text))
		if problem != nil {
			t.Fatal(problem.Message)
		}
		docs, _ := source.Split(f)
		cluster := prove.Simulate(prove.Natives(docs), compile.Options{})
		if d := cluster.Mesh.Decide(&simulate.Request{Method: "GET", Scheme: "http", Host: "a.test", Target: "/x"}, nil); d.Cause != c.want {
			t.Errorf("%s: %q %s", name, d.Cause, d.Reason)
		}
	}
}
