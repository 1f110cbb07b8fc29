package skipper

import (
	"fmt"
	"math/rand"
	"slices"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/simulate"
)

// TestEntries holds the sets of the routes, and which of them comes before
// which, to the routes that requests really take.
func TestEntries(t *testing.T) {
	g := rand.New(rand.NewSource(3))
	pick := func(list ...string) string { return list[g.Intn(len(list))] }
	predicate := func() string {
		return pick(`Path("/a/b")`, `Path("/a/:x")`, `Path("/:x/b")`, `Path("/a/**")`, `Path("/**")`, `Path("/a")`, `Path("/a/")`, `PathSubtree("/a")`, `PathSubtree("/a/b")`, `PathSubtree("/")`, `True()`) +
			pick("", "", ` && Method("GET")`, ` && Methods("get", "PUT")`, ` && Header("X-H", "1")`, ` && JWTPayloadAllKV("k", "1")`, ` && JWTPayloadAnyKV("k", "1", "k", "2", "l", "1")`, ` && Weight(2)`)
	}
	taken, contested := 0, 0
	for range 300 {
		text := ""
		for i := range 2 + g.Intn(5) {
			text += ingressText(fmt.Sprintf("r%d", i), predicate(), "")
		}
		e := engineOf(t, text)
		entries, before := e.Ranked()
		for range 40 {
			r := &simulate.Request{Method: pick("GET", "PUT", "POST"), Host: "h", Target: pick("/", "/a", "/a/", "/a/b", "/a/b/", "/a/c", "/c/b", "/a/b/c", "/c", "//a", "/a%2Fb")}
			q := match.Request{Method: r.Method, Scheme: "http", Host: "h", RawPath: r.Target, Headers: map[string]string{}}
			if g.Intn(2) == 0 {
				r.SetHeader("X-H", "1")
				q.Headers["x-h"] = "1"
			}
			if g.Intn(4) == 0 {
				r.SetHeader("X-Forwarded-Proto", "http")
				q.Headers["x-forwarded-proto"] = "http"
			}
			if g.Intn(2) == 0 {
				q.Claims = map[string]string{pick("k", "l"): pick("1", "2")}
				r.Token = simulate.Token{Kind: "jwt", Claims: map[string]any{}}
				for k, v := range q.Claims {
					r.Token.Claims[k] = v
				}
			}
			var takers []int
			for i := range entries {
				ok, err := match.Compile(entries[i].Set).Accepts(q)
				if err != nil || !entries[i].Exact {
					t.Fatalf("%+v: %v", entries[i], err)
				}
				if ok {
					takers = append(takers, i)
				}
			}
			var firsts []string
			for _, i := range takers {
				ahead := false
				for _, j := range takers {
					ahead = ahead || before(j, i)
				}
				if !ahead {
					firsts = append(firsts, entries[i].Name)
				}
			}
			d := e.Decide(r, nil)
			if d.Cause == simulate.NoRoute && len(firsts) > 0 || d.Cause != simulate.NoRoute && !slices.Contains(firsts, d.Route) {
				t.Errorf("%s %s is taken by %q, by the entries %q\n%s", r.Method, r.Target, d.Route, firsts, text)
			}
			taken += min(len(takers), 1)
			contested += min(len(takers)/2, 1)
		}
	}
	if taken < 3000 || contested < 1000 {
		t.Errorf("only %d requests were taken, %d of them by several routes", taken, contested)
	}
}

// TestAdmissions has tokens that the routes let through.
func TestAdmissions(t *testing.T) {
	e := engineOf(t, ingressText("kv", `Path("/kv")`, `oauthTokeninfoAllKV("realm", "/services", "team", "x") -> oauthTokeninfoAnyScope("read", "write")`)+
		ingressText("people", `Path("/people") && JWTPayloadAnyKV("https://identity.zalando.com/realm", "users", "sub", "x")`, `oauthTokeninfoAnyKV("realm", "/services", "realm", "/employees") -> oauthTokeninfoAllScope("uid")`)+
		ingressText("jwt", `Path("/jwt")`, `jwtValidation("https://i")`)+
		ingressText("other", `Path("/other")`, `basicAuth("/f")`)+
		ingressText("open", `Path("/open") && JWTPayloadAllKV("sub", "x", "k", "y")`, `compress()`))
	proofs := map[string]string{"kv": "tokeninfo", "people": "tokeninfo", "jwt": "jwt", "other": "basicAuth", "open": ""}
	for _, entry := range e.Entries() {
		a := entry.Admits[0]
		d := e.Decide(&simulate.Request{Method: "GET", Host: "h", Target: "/" + entry.Name, Token: a.Token, Headers: entry.Example}, nil)
		if !d.Passed() || a.Proof != proofs[entry.Name] || strings.Join(d.Proofs, "") != a.Proof {
			t.Errorf("%s: %+v gives %+v", entry.Name, a, d)
		}
	}
	if d := e.Decide(&simulate.Request{Method: "GET", Host: "h", Target: "/jwt", Token: simulate.Token{Kind: "jwt", Valid: "expired"}}, nil); d.Status != 401 {
		t.Errorf("an expired JWT gets %d", d.Status)
	}
}
