package validate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/match"
)

// spellings are ways to write a path so that the proxy sees another one than a
// backend that decodes and cleans it: each turns a protected path, and the
// literal beginning of an open one, into a request.
var spellings = []struct {
	name  string
	write func(path, open string) string
}{
	{"a doubled slash", func(p, _ string) string { return "/" + p }},
	{"a final slash", func(p, _ string) string { return strings.TrimSuffix(p, "/") + "/" }},
	{"an encoded slash", func(p, _ string) string {
		i := strings.LastIndexByte(p, '/')
		return p[:max(i, 1)] + strings.Replace(p[max(i, 1):], "/", "%2F", 1)
	}},
	{"an encoded letter", encodedLetter},
	{"an encoded slash behind two dots", func(p, open string) string {
		return open + strings.Repeat("..%2F", strings.Count(strings.Trim(open, "/"), "/")+1) + strings.TrimPrefix(p, "/")
	}},
}

func encodedLetter(p, _ string) string {
	for i := 1; i < len(p); i++ {
		if c := p[i]; c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' {
			return fmt.Sprintf("%s%%%02X%s", p[:i], c, p[i+1:])
		}
	}
	return p
}

// normalisation reports spellings of a protected path that an open route of
// the same gateway takes although a backend that decodes and cleans paths
// serves the protected one.
func normalisation(v *View, found *diag.List) {
	for from := 0; from < len(v.Routes); {
		to := from
		for to < len(v.Routes) && v.Routes[to].Gateway == v.Routes[from].Gateway {
			to++
		}
		if takes := v.Routes[from:to]; mixed(takes) {
			doors(takes, found)
		}
		from = to
	}
}

// mixed tells whether a gateway has protected routes and open ones that take
// more than one path.
func mixed(takes []ir.Take) bool {
	open, closed := false, false
	for i := range takes {
		isOpen := takes[i].Route.Access.Open()
		open, closed = open || isOpen && wide(&takes[i]), closed || !isOpen
	}
	return open && closed
}

func wide(t *ir.Take) bool { return strings.ContainsAny(t.Route.Match.Path.Text, metacharacters) }

func doors(takes []ir.Take, found *diag.List) {
	ms := make([]*match.Matcher, len(takes))
	for i := range takes {
		ms[i] = match.Compile(takes[i].Set)
	}
	for j := range takes {
		if takes[j].Route.Access.Open() {
			continue
		}
		sample := match.Difference(takes[j].Want).Witness
		if sample == nil {
			continue
		}
		for _, s := range spellings {
			if door(takes, ms, j, *sample, s.name, s.write, found) {
				break
			}
		}
	}
}

// door tries one spelling of a request to a protected route.
func door(takes []ir.Take, ms []*match.Matcher, j int, r match.Request, name string, write func(p, open string) string, found *diag.List) bool {
	cleaned := takes[j].Want
	cleaned.View = match.CleanedPath
	for i := range takes {
		if !takes[i].Route.Access.Open() || !wide(&takes[i]) || !sameBackend(takes[i].Route, takes[j].Route) {
			continue
		}
		try := r
		try.RawPath = write(r.RawPath, literal(takes[i].Route.Match.Path))
		if first(ms, try) != i {
			continue
		}
		open := takes[i].Set
		open.View = match.CleanedPath
		if !accepts(cleaned, try) || accepts(open, try) {
			continue
		}
		w := witness(&try)
		found.Add(diag.Finding{Code: diag.NormalisationDoor, At: takes[j].Origin, Witness: w,
			Message: fmt.Sprintf("%s %s, with %s, is taken by an open route; a backend that decodes and cleans paths serves %s for it", w.Method, w.URL, name, spell(&takes[j])),
			Help:    "let the protected path cover such spellings, narrow the open one, or make the mesh normalise paths (DECODE_AND_MERGE_SLASHES)",
			Related: []diag.Related{{Message: "the open route", At: takes[i].Origin}}})
		return true
	}
	return false
}

// sameBackend tells whether two routes end at one Service: another one does not
// serve the protected paths.
func sameBackend(a, b *ir.Route) bool {
	x, isForward := a.Action.(ir.Forward)
	y, both := b.Action.(ir.Forward)
	return isForward && both && slices.ContainsFunc(x.To, func(u ir.Upstream) bool {
		return slices.ContainsFunc(y.To, func(w ir.Upstream) bool { return u.Host() == w.Host() })
	})
}

func accepts(s match.Set, r match.Request) bool {
	ok, err := s.Accepts(r)
	return err == nil && ok
}

// first returns the route that takes the request, or -1.
func first(ms []*match.Matcher, r match.Request) int {
	for i, m := range ms {
		if ok, err := m.Accepts(r); err == nil && ok {
			return i
		}
	}
	return -1
}

// literal is the beginning of a path up to its first operator, cut at a slash.
func literal(p match.Path) string {
	text := p.Text
	if i := strings.IndexAny(text, metacharacters); i >= 0 {
		text = text[:i]
	}
	return text[:strings.LastIndexByte(text, '/')+1]
}
