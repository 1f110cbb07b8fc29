package migrate

import (
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/edit"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
	"github.com/kgw-dev/kgw/internal/source"
)

// arrange puts each rule in front of the more general ones that share a method
// with it: v2 refuses the other order, in which nothing reaches it.
func (c *conversion) arrange(all []*rule) []*rule {
	var out []*rule
	for _, r := range all {
		if c.purse.Spent() {
			return all
		}
		at := slices.IndexFunc(out, func(o *rule) bool { return shareMethod(o, r) && o.path != r.path && c.within(r.path, o.path) })
		if at < 0 {
			out = append(out, r)
			continue
		}
		c.overtakes(r, out[at])
		out = slices.Insert(out, at, r)
	}
	return out
}

func shareMethod(a, b *rule) bool {
	return slices.ContainsFunc(a.methods, func(m string) bool { return slices.Contains(b.methods, m) })
}

// overtakes reports the effect of a rule that now comes before a general one.
func (c *conversion) overtakes(r, general *rule) {
	if general.index == r.index || alike(r, general) {
		return
	}
	i := slices.IndexFunc(r.methods, func(m string) bool { return slices.Contains(general.methods, m) })
	relation := c.relate(r.path, general.path)
	var w *diag.Witness
	if relation.Witness != nil {
		request := *relation.Witness
		request.Method = r.methods[i]
		if hosts := c.hosts(); len(hosts) > 0 {
			request.Host = hosts[0]
		}
		w = witness(&request)
	}
	if r.public() && r.direct && !general.public() {
		c.leave(diag.OrderNotMoved, r.at+".path", "remove the rule, or move it in front of the other one if these requests are meant to be public",
			"nothing reaches %s today, because %s comes first; v2 would put it first, and let everybody in", quote(r), quote(general))
		c.left[len(c.left)-1].Witness = w
		return
	}
	f := c.tell(diag.RulesReordered, r.at+".path", "check that the requests of this path are to be answered by this rule",
		"%s now comes before %s, as v2 demands, and answers requests that the other took", quote(r), quote(general))
	f.Witness = w
	f.Related = []diag.Related{{Message: "the general rule", At: c.at(general.at + ".path")}}
}

func quote(r *rule) string {
	path, _ := r.old.Get("path")
	text, _ := path.(string)
	return "rule \"" + text + "\""
}

// alike reports whether two rules do the same with a request.
func alike(a, b *rule) bool {
	rest := func(r *rule) source.Object {
		o := without(r.old, "path", "methods", "accessStrategies", "mutators")
		return append(o, r.access, source.Member{Key: "request", Value: r.request})
	}
	return edit.Equal(rest(a), rest(b))
}

// covers remembers how paths relate, and what older paths become.
type covers struct {
	judge *match.Judge
	memo  memo[[2]string, match.Relation]
	found memo[pathlang.Path, *cover]
}

// pairSteps is what it costs to look at a pair of rules.
const pairSteps = 20

// relate compares two paths of v2, as long as the purse of the resource allows
// it: a resource that spends it is left.
func (c *conversion) relate(a, b string) match.Relation {
	if !c.purse.Charge(pairSteps) {
		return match.Relation{Reason: match.TooMuch}
	}
	if apart(a, b) {
		return match.Relation{Kind: match.Disjoint}
	}
	r := c.covers.relate(a, b)
	c.purse.Charge(r.Steps)
	return r
}

// relate compares two paths of v2 that are not apart.
func (c *covers) relate(a, b string) match.Relation {
	return c.memo.get([2]string{a, b}, func() match.Relation {
		return c.template(a).Relate(c.template(b), budget)
	})
}

func (c *covers) template(text string) *match.Matcher {
	return c.judge.Compile(match.Set{Path: pathlang.Path{Lang: pathlang.Template, Text: text}})
}

// apart reports whether two paths of v2 differ where both are literal. It is
// quick, and does not see every pair that shares no request.
func apart(a, b string) bool {
	a, b = literalBeginning(a), literalBeginning(b)
	n := min(len(a), len(b))
	return a[:n] != b[:n]
}

// literalBeginning returns the characters in front of the first that may mean
// something else than itself, without a slash at the end.
func literalBeginning(path string) string {
	end := strings.IndexFunc(path, func(r rune) bool {
		return r != '/' && r != '-' && r != '_' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	})
	if end >= 0 {
		path = path[:end]
	}
	return strings.TrimRight(path, "/")
}
