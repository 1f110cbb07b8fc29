package classes

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
	"github.com/kgw-dev/kgw/simulate"
)

// door is a side with one route: what it matches, and who gets through.
type door struct {
	hosts   []string
	set     match.Set
	needs   simulate.Token
	to      string
	inside  bool
	treated simulate.Treatment
	loose   string
}

func (d *door) Hosts() []string { return d.hosts }

func (d *door) Parts(string) []Part {
	p := Part{Entry: simulate.Entry{Name: "route", Set: d.set}, Text: d.set.Path.Text, Loose: d.loose, Treatment: d.treated}
	if d.needs.Kind != "" {
		p.Admits = []simulate.Admission{{Proof: "jwt", Token: d.needs}}
	}
	return []Part{p}
}

func (d *door) Schemes(string) []string { return nil }

func (d *door) Listed(string) bool { return false }

func (d *door) Decide(r *simulate.Request) simulate.Decision {
	q := match.Request{Method: r.Method, Scheme: r.Scheme, Host: r.Host, RawPath: r.RawPath()}
	if ok, err := d.set.Accepts(q); !ok || err != nil {
		return simulate.Decision{Status: 404, Cause: simulate.NoRoute}
	}
	if d.needs.Kind != "" && !cmp.Equal(r.Token.Claims, d.needs.Claims) {
		return simulate.Decision{Status: 401, Cause: simulate.NoCredentials, Route: "route"}
	}
	return simulate.Decision{Status: 200, Route: "route", Upstream: d.to, Next: r}
}

func (*door) Services() []string   { return nil }
func (*door) Guards(string) []Part { return nil }
func (*door) Apart() []Apart       { return nil }

func (d *door) Inside(r *simulate.Request, _, _ string) simulate.Decision {
	if d.inside {
		return simulate.Decision{Status: 200, Next: r}
	}
	return simulate.Decision{Status: 403, Cause: simulate.PolicyDenied}
}

func lines(r *Report) []string {
	var out []string
	for _, c := range r.Changes {
		out = append(out, c.String())
	}
	return out
}

func TestCompare(t *testing.T) {
	get := func(l pathlang.Lang, path string) match.Set {
		return match.Set{Methods: []string{"GET"}, Path: pathlang.Path{Lang: l, Text: path}}
	}
	on := func(hosts []string, s match.Set) match.Set {
		s.Hosts = hosts
		return s
	}
	token := func(scope string) simulate.Token {
		return simulate.Token{Kind: "jwt", Claims: map[string]any{"scope": scope}}
	}
	name := []string{"a.test"}
	tests := map[string]struct {
		was, is   door
		want      []string
		unchanged int
	}{
		"same":          {door{hosts: name, set: get(pathlang.Exact, "/a")}, door{hosts: name, set: get(pathlang.Exact, "/a")}, nil, 1},
		"same, guarded": {door{hosts: name, set: get(pathlang.Exact, "/a"), needs: token("s")}, door{hosts: name, set: get(pathlang.Exact, "/a"), needs: token("s")}, nil, 1},
		"two hosts": {door{hosts: name, set: on(name, get(pathlang.Exact, "/a"))}, door{hosts: []string{"*.test"}, set: on([]string{"*.test"}, get(pathlang.Exact, "/a"))}, []string{
			"EXPOSED GET /a on *.test: no route -> no token",
		}, 1},
		"narrower": {door{hosts: name, set: get(pathlang.Regex, "/a.*")}, door{hosts: name, set: get(pathlang.Template, "/a/{**}")}, []string{
			"REMOVED GET /a of /a.* on a.test: no token -> no route",
		}, 1},
		"any method": {door{hosts: name, set: match.Set{Path: pathlang.Path{Lang: pathlang.Exact, Text: "/a"}}}, door{hosts: name, set: get(pathlang.Exact, "/a")}, []string{
			"REMOVED HEAD,POST,PUT,PATCH,DELETE,OPTIONS,TRACE,CONNECT,others /a on a.test: no token -> no route",
		}, 1},
		"token": {door{hosts: name, set: get(pathlang.Exact, "/a"), needs: token("s"), inside: true}, door{hosts: name, set: get(pathlang.Exact, "/a"), needs: token("t"), to: "x"}, []string{
			"EXPOSED GET /a on a.test: jwt(scope s) -> jwt(scope t)", "TIGHTENED GET /a on a.test: jwt(scope s) -> jwt(scope t)",
		}, 0},
		"inside, backend and timeout": {door{hosts: name, set: get(pathlang.Exact, "/a"), to: "http://x:80", inside: true, treated: simulate.Treatment{Timeout: "1s"}}, door{hosts: name, set: get(pathlang.Exact, "/a"), to: "y:80"}, []string{
			"INTERNAL x:80: callers in the cluster get in with no token -> callers in the cluster are refused with no token",
			"MOVED GET /a on a.test: x:80 -> y:80", "TIMEOUT GET /a on a.test: 1s -> none",
		}, 0},
		"not regular": {door{hosts: name, set: get(pathlang.Regexp2, `/(a)\1`)}, door{hosts: name, set: get(pathlang.Exact, "/a")}, []string{
			"EXPOSED GET /a on a.test: no route -> no token",
			`UNKNOWN /(a)\1 on a.test: a back-reference is not a regular language`,
		}, 0},
	}
	for what, tt := range tests {
		t.Run(what, func(t *testing.T) {
			r := Compare(&tt.was, &tt.is)
			if d := cmp.Diff(tt.want, lines(r)); d != "" || r.Unchanged != tt.unchanged {
				t.Errorf("%s\nunchanged: %d, want %d", d, r.Unchanged, tt.unchanged)
			}
		})
	}
}

func TestNotesAndKinds(t *testing.T) {
	d := &door{hosts: []string{"a.test"}, set: match.Set{Path: pathlang.Path{Lang: pathlang.Exact, Text: "/a"}}, loose: "it looks at headers"}
	if r := Compare(d, d); !slices.Equal(r.Notes, []string{"/a on a.test: it looks at headers"}) || r.Has() {
		t.Error(r.Notes, r.Changes)
	}
	kinds, err := ParseKinds([]string{"exposed", " Removed"})
	if err != nil || !slices.Equal(kinds, []Kind{Exposed, Removed}) {
		t.Error(kinds, err)
	}
	if _, err := ParseKinds([]string{"open"}); err == nil {
		t.Error("there is no kind open")
	}
	r := &Report{Changes: []Change{{Kind: Moved}}}
	if !r.Has() || !r.Has(Moved, Added) || r.Has(Exposed) {
		t.Error("Has")
	}
}
