package oathkeeper

import (
	"bytes"
	"math/rand"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/source"
)

// TestAccessRulesAreTheMaesters compares the file of access rules, byte for
// byte, with what the Maester's own code makes of the same Rules.
func TestAccessRulesAreTheMaesters(t *testing.T) {
	compared := 0
	for seed := range int64(600) {
		g := &generator{Rand: rand.New(rand.NewSource(seed))}
		rules := []object{canary}
		for i := range 4 + g.Intn(10) {
			rules = append(rules, g.rule(i, false))
		}
		slices.SortFunc(rules, func(a, b object) int { return strings.Compare(identity(a), identity(b)) })
		want, dropped := maester(t, rules)
		if len(dropped) > 0 {
			continue
		}
		file, problem := source.NewFile("rules.json", []byte(text(object{"apiVersion": "v1", "kind": "List", "items": rules})))
		if problem != nil {
			t.Fatal(problem.Message)
		}
		levels := map[string]string{"KGW402": "off", "KGW404": "off"}
		c := config.Default()
		c.Rules = levels
		result := compile.Run(compile.Input{Files: []*source.File{file}}, compile.Options{Config: c, EmitFile: config.EmitOathkeeperRules})
		if len(result.Files) != 1 || result.Findings.Max() == diag.Error {
			continue // a finding withholds a Rule
		}
		compared++
		if d := cmp.Diff(string(bytes.TrimSpace(want)), string(bytes.TrimSpace(result.Files[0].Data))); d != "" {
			t.Fatalf("seed %d (-maester +kgw):\n%s", seed, d)
		}
	}
	if compared < 50 {
		t.Errorf("only %d sets were compared", compared)
	}
}

// identity returns the id of a Rule's access rule.
func identity(rule object) string {
	meta := rule["metadata"].(object)
	return meta["name"].(string) + "." + meta["namespace"].(string)
}
