package validate

import (
	"fmt"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/match"
)

// maxPairs bounds the findings of one rule about the others it meets, and those
// about others that cannot be compared with it.
const maxPairs = 10

// checkRuleOverlap reports Oathkeeper rules that match one request: Oathkeeper
// answers 500 then (rule/repository_memory.go), with or without a token. Both
// resources get a finding; for a Rule that somebody else wrote only the gateway
// does.
func checkRuleOverlap(v *View, found *diag.List) {
	takes := v.Rules
	told, unknown := make([]int, len(takes)), make([]int, len(takes))
	like := make([]int, len(takes)) // the first rule that matches the same requests
	for i := range like {
		like[i] = i
	}
	v.Proof.Rules = v.pairsOf(takes, func(i, j int, r match.Relation) {
		group := fmt.Sprintf("%d %d", i, j)
		switch {
		case r.Kind == match.Equal && like[j] == j:
			like[j] = like[i]
			group = fmt.Sprint(like[i], opensOne(takes[i], takes[j]))
		case like[i] != i || like[j] != j:
			return // reported for the first rule of its kind
		case r.Witness != nil && (told[i] < maxPairs || told[j] < maxPairs):
			told[i]++
			told[j]++
		case r.Witness == nil && unknown[i] < maxPairs && unknown[j] < maxPairs:
			unknown[i]++
			unknown[j]++
		default:
			return
		}
		reportOverlap(takes[i], takes[j], r, group, found)
	})
}

func reportOverlap(a, b *ir.Entry, r match.Relation, group string, found *diag.List) {
	if b.Gateway != nil || a.Gateway == nil {
		mirrored := r
		mirrored.Kind = r.Kind.Mirror()
		addOverlap(b, a, mirrored, group, found)
	}
	if a.Gateway != nil && a.Origin.Doc != b.Origin.Doc {
		addOverlap(a, b, r, group, found)
	}
}

// addOverlap reports the overlap at a; r relates a to b.
func addOverlap(a, b *ir.Entry, r match.Relation, group string, found *diag.List) {
	f := diag.Finding{At: a.Origin, Group: group, Place: "another such rule", Related: []diag.Related{{Message: "the other rule", At: b.Origin}}}
	if r.Witness == nil {
		f.Code = diag.OverlapUnknown
		f.Message = fmt.Sprintf("kgw cannot tell whether %s and another rule match one request: %s", spell(a), r.Reason)
		f.Help = "write the paths without back-references, and lookahead outside of repetitions"
		found.Add(f)
		return
	}
	f.Code, f.Witness = diag.RulesOverlap, witness(r.Witness)
	f.Message = fmt.Sprintf("two rules match %s %s, and Oathkeeper answers 500 for it", f.Witness.Method, f.Witness.URL)
	if opensOne(a, b) {
		f.Message += "; one of them demands nothing of the caller"
	}
	switch r.Kind {
	case match.Equal:
		f.Help = "remove one of the two rules"
	case match.Subset:
		f.Help = "the other rule matches every request of this one: narrow its path or its methods"
	case match.Superset:
		f.Help = "this rule matches every request of the other one: narrow its path or its methods"
	default:
		f.Help = "narrow the path or the methods of one of the two"
	}
	found.Add(f)
}

// opensOne reports whether exactly one of two rules demands something of the caller.
func opensOne(a, b *ir.Entry) bool {
	return a.Route != nil && b.Route != nil && a.Route.Access.Open() != b.Route.Access.Open()
}

func spell(t *ir.Entry) string {
	if t.Route != nil {
		return fmt.Sprintf("%q", t.Route.Match.Path.Text)
	}
	if t.Set.URL.Lang != 0 {
		return fmt.Sprintf("%q", t.Set.URL.Text)
	}
	return fmt.Sprintf("%q", t.Set.Path.Text)
}

// witness returns a request as a witness, or nil where none was found.
func witness(r *match.Request) *diag.Witness {
	if r == nil {
		return nil
	}
	return &diag.Witness{Method: r.Method, URL: r.URL()}
}
