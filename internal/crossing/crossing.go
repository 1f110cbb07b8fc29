// Package crossing checks text that is written from one language into another:
// a path of an author into a policy, a Rule or a route.
//
// It takes the meaning of the text and what is written, both as sets of
// requests in their own languages, and returns findings. It must not know any
// dialect or target.
package crossing

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/source"
)

// Path is one path on its way into another language.
type Path struct {
	At source.Ref
	// Text is the path as its author wrote it, Into where it is written.
	Text, Into string
	// Host makes a witness complete; "" is any.
	Host           string
	Means, Written match.Set
	// Narrower leaves what is written too narrowly to others to report, Wider what
	// is written too widely.
	Narrower, Wider bool
	// Purse is what the comparison may cost; nil is without end.
	Purse *match.Purse
}

// budget bounds the states that one comparison visits: two paths need few.
const budget match.Budget = 20_000

// Check reports requests that the written text matches and the path does not,
// which may let them in, and the reverse. A pair that cannot be compared is
// reported as undecided.
func Check(p Path, found *diag.List) {
	only, why := p.compare()
	switch {
	case only[1] != nil && !p.Wider:
		p.reportBeyond(only[1], found)
	case why != "":
		found.Add(diag.Finding{
			Code: diag.OpeningUndecided, At: p.At, Help: "write a simpler path",
			Message: fmt.Sprintf("kgw cannot tell whether %s matches the same requests as the path %q: %s", p.Into, p.Text, why),
		})
	case only[0] != nil && !p.Narrower:
		p.reportShort(only[0], found)
	}
}

// compare returns a request of each set that the other does not match, if there
// is one, or why that could not be decided. Paths that have one syntax in both
// languages need no comparison, which is what most are. Paths are those that
// RFC 3986 allows where both sets look at raw ones.
func (p *Path) compare() (only [2]*match.Request, undecided string) {
	if match.Alike(&p.Means, &p.Written) {
		return only, ""
	}
	if p.Means.View != match.RawPath || p.Written.View != match.RawPath {
		means, written := match.Compile(p.Means), match.Compile(p.Written)
		r := p.Purse.Relate(means, written)
		only[0], only[1] = r.OnlyA, r.OnlyB
		if r.Kind == match.Disjoint {
			only[1] = p.Purse.Difference(written, means).Witness
		}
		return only, r.Reason
	}
	host := p.Host
	if host == "" {
		host = "host.invalid"
	}
	classes := p.Purse.Classes(match.NewClassifier(), "https", host, []*match.Matcher{match.Compile(p.Means), match.Compile(p.Written)}, budget)
	for i := range classes.Classes {
		if c := &classes.Classes[i]; len(c.Takes) == 1 && only[c.Takes[0]] == nil {
			only[c.Takes[0]] = &c.Witness
		}
	}
	for _, why := range classes.Unknown {
		return [2]*match.Request{}, why
	}
	return only, classes.Reason
}

func (p *Path) witness(r *match.Request) *diag.Witness {
	if r == nil {
		return nil
	}
	w := *r
	if p.Host != "" {
		w.Host = p.Host
	}
	return &diag.Witness{Method: w.Method, URL: w.URL()}
}

func (p *Path) reportBeyond(r *match.Request, found *diag.List) {
	found.Add(diag.Finding{
		Code: diag.TextWidens, At: p.At, Witness: p.witness(r),
		Message: fmt.Sprintf("the path %q means something else in %s, which also matches %s", p.Text, p.Into, r.RawPath),
		Help:    "write the path without characters that mean something there, such as \"*\", \"{*}\", \"<\" and \">\"",
	})
}

func (p *Path) reportShort(r *match.Request, found *diag.List) {
	found.Add(diag.Finding{
		Code: diag.TextNarrows, At: p.At, Witness: p.witness(r),
		Message: fmt.Sprintf("the path %q means less in %s, which does not match %s", p.Text, p.Into, r.RawPath),
		Help:    "add a rule for what is left out, or write the path so that both read it alike",
	})
}

// Values reports texts that are literal where their author wrote them and patterns in a
// policy, which reads "*" at either end as any beginning or end. The parameter what
// names them in messages.
func Values(at source.Ref, what string, values []string, found *diag.List) {
	i := slices.IndexFunc(values, func(v string) bool { return strings.HasPrefix(v, "*") || strings.HasSuffix(v, "*") })
	if i < 0 {
		return
	}
	found.Add(diag.Finding{
		Code: diag.TextWidens, At: at,
		Message: fmt.Sprintf("the %s %q means something else in the policy, where \"*\" at an end matches any text", what, values[i]),
		Help:    "write it without \"*\"",
	})
}
