package testfile

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/simulate"
)

// Boundary returns a test file with the boundary cases of entries as they are
// decided now: for each, a request that it matches, with and without the token
// that it wants, one with a method that it does not list, and one just outside
// its paths. Entries whose paths are too expensive to analyse have no cases.
func Boundary(entries []simulate.Entry, decide func(*simulate.Request) simulate.Decision) source.Object {
	purse := match.NewPurse(0)
	tests, seen, named := []any{}, map[string]bool{}, map[string]int{}
	for i := range entries {
		for _, r := range boundaryOf(entries, i, purse) {
			if key := fmt.Sprintf("%+v", r); seen[key] {
				continue
			} else {
				seen[key] = true
			}
			d := decide(&r)
			name := boundaryName(&r)
			if named[name]++; named[name] > 1 {
				name += fmt.Sprintf(" (%d)", named[name])
			}
			tests = append(tests, source.Object{{Key: "name", Value: name}, {Key: "request", Value: requestValue(&r)}, {Key: "expect", Value: expectValue(&d)}})
		}
	}
	return source.Object{{Key: "apiVersion", Value: Type.Fields[0].Type.Enum[0]}, {Key: "kind", Value: Kind}, {Key: "tests", Value: tests}}
}

// exampleOf is a request that an entry matches and, if there is one, none of the
// earlier entries of its group.
func exampleOf(entries []simulate.Entry, i int, purse *match.Purse) *match.Request {
	e := &entries[i]
	own := match.Compile(e.Set)
	var earlier []*match.Matcher
	for j := range i {
		if entries[j].Group == e.Group && e.Group != "" && entries[j].Exact {
			earlier = append(earlier, match.Compile(entries[j].Set))
		}
	}
	if len(earlier) > 0 {
		if rest := purse.Difference(own, earlier...); rest.Witness != nil {
			return rest.Witness
		}
	}
	return purse.Relate(own, match.Compile(match.Set{Path: pathlang.Path{Lang: pathlang.Prefix, Text: "/"}})).Witness
}

func boundaryOf(entries []simulate.Entry, i int, purse *match.Purse) []simulate.Request {
	e, w := &entries[i], exampleOf(entries, i, purse)
	if w == nil {
		return nil
	}
	method := w.Method
	if len(e.Set.Methods) > 0 {
		method = strings.ToUpper(e.Set.Methods[0])
	}
	base := simulate.Request{Method: method, Scheme: "https", Host: w.Host, Target: w.RawPath}
	if len(e.Set.Schemes) == 1 {
		base.Scheme = e.Set.Schemes[0]
	}
	for _, k := range keys(w.Headers) {
		if k == "x-forwarded-proto" {
			base.Scheme = w.Headers[k]
		}
		if k != "x-forwarded-proto" || w.Headers[k] != "https" {
			base.Headers = append(base.Headers, simulate.Header{Name: k, Value: w.Headers[k]})
		}
	}
	out := []simulate.Request{base}
	for _, a := range e.Admits {
		if a.Token.Kind != "" {
			r := base
			r.Token = a.Token
			out = append(out, r)
		}
	}
	for _, m := range []string{"GET", "POST", "DELETE"} {
		if len(e.Set.Methods) > 0 && !contains(e.Set.Methods, m) {
			r := base
			r.Method = m
			out = append(out, r)
			break
		}
	}
	beside := base
	beside.Target = strings.TrimSuffix(base.Target, "/") + "/beside"
	return append(out, beside)
}

func contains(list []string, s string) bool {
	for _, e := range list {
		if strings.EqualFold(e, s) {
			return true
		}
	}
	return false
}

func boundaryName(r *simulate.Request) string {
	name := r.Method + " " + r.Scheme + "://" + r.Host + r.Target
	switch r.Token.Kind {
	case "jwt":
		return name + " with a JWT"
	case "opaque":
		return name + " with an opaque token"
	}
	return name + " without a token"
}

func requestValue(r *simulate.Request) source.Object {
	o := source.Object{{Key: "method", Value: r.Method}, {Key: "url", Value: r.Scheme + "://" + r.Host + r.Target}}
	if len(r.Headers) > 0 {
		headers := source.Object{}
		for _, h := range r.Headers {
			headers = append(headers, source.Member{Key: h.Name, Value: h.Value})
		}
		o = append(o, source.Member{Key: "headers", Value: headers})
	}
	if r.Token.Kind == "" {
		return o
	}
	token := source.Object{{Key: "kind", Value: r.Token.Kind}}
	if r.Token.Prefix != "" {
		token = append(token, source.Member{Key: "prefix", Value: r.Token.Prefix})
	}
	if r.Token.Claims != nil {
		token = append(token, source.Member{Key: "claims", Value: source.ObjectOf(r.Token.Claims)})
	}
	if r.Token.Introspection != nil {
		token = append(token, source.Member{Key: "introspection", Value: source.ObjectOf(r.Token.Introspection)})
	}
	if via := r.Token.Via; via.In != "" && via.In != "bearer" {
		place := source.Object{{Key: "in", Value: via.In}, {Key: "name", Value: via.Name}}
		if via.Scheme != "" {
			place = append(place, source.Member{Key: "scheme", Value: via.Scheme})
		}
		token = append(token, source.Member{Key: "via", Value: place})
	}
	return append(o, source.Member{Key: "token", Value: token})
}

func expectValue(d *simulate.Decision) source.Object {
	o := source.Object{{Key: "decision", Value: Verdict(d)}, {Key: "status", Value: source.Number(strconv.Itoa(d.Status))}}
	if d.Passed() && d.Upstream != "" {
		o = append(o, source.Member{Key: "upstream", Value: d.Upstream})
	}
	return o
}
