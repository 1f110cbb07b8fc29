package prove_test

import (
	"flag"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/prove"
	"github.com/kgw-dev/kgw/prove/attack"
	"github.com/kgw-dev/kgw/prove/reference"
	"github.com/kgw-dev/kgw/simulate"
)

var seeds = flag.Int64("seeds", 300, "how many inputs the search for what opens makes")

// TestNothingOpens searches for a build that is accepted although what it
// writes lets a request through that the authors closed: hostile resources of
// every version, several on the same pods, and objects of others beside them,
// asked for requests of every class that their paths make, as authors and as
// engines read them, and in other spellings.
func TestNothingOpens(t *testing.T) {
	accepted, asked, refused := 0, 0, map[diag.Code]int{}
	n := *seeds
	if testing.Short() {
		n /= 6
	}
	for seed := range n {
		a := attemptOf(t, seed)
		codes := a.run(t)
		for _, code := range codes {
			refused[code]++
		}
		if len(codes) > 0 {
			continue
		}
		accepted++
		opened, n := a.opened(t)
		asked += n
		if opened != "" {
			t.Fatal(opened)
		}
	}
	t.Logf("%d builds accepted, %d requests asked; refused for %v", accepted, asked, refused)
	if testing.Short() {
		return
	}
	if accepted < 50 || asked < 50_000 {
		t.Errorf("only %d builds were accepted, and %d requests asked", accepted, asked)
	}
	for _, code := range []diag.Code{
		diag.BadFormat, diag.ServiceBlocked, diag.HostNotAllowed, diag.PublicForbidden, diag.BadSuppression,
		diag.RouteWeaker, diag.KeySetsDiffer, diag.TextWidens, diag.PodsMayShare, diag.NotAsMade, diag.HostConflict,
	} {
		if refused[code] == 0 {
			t.Errorf("nothing was refused for %s: the search does not reach it", code)
		}
	}
}

// attempt is one input of the search.
type attempt struct {
	text string
	// elsewhere is what the cluster has beside it.
	elsewhere string
	c         *config.Config
	o         compile.Options
}

func attemptOf(t *testing.T, seed int64) *attempt {
	t.Helper()
	h := attack.New(seed)
	a := &attempt{}
	a.text, a.c = h.Inputs()
	a.o = compile.Options{Config: a.c, SkipperAPI: []string{"ingress", "routegroup"}[h.Intn(2)]}
	return a
}

func (a *attempt) input(t *testing.T) compile.Input {
	t.Helper()
	f, problem := source.NewFile("in.yaml", []byte(a.text))
	if problem != nil {
		t.Fatal(problem.Message)
	}
	return compile.Input{Files: []*source.File{f}}
}

// run compiles the input and returns the codes of the errors, each once.
func (a *attempt) run(t *testing.T) []diag.Code {
	t.Helper()
	result := compile.Run(a.input(t), a.o)
	if len(result.Disagreements) > 0 {
		t.Fatalf("%s\n%v", a.text, result.Disagreements)
	}
	var out []diag.Code
	for i := range result.Findings {
		if f := &result.Findings[i]; f.Severity == diag.Error && !slices.Contains(out, f.Code) {
			out = append(out, f.Code)
		}
	}
	return out
}

// opened asks the model and what was written about every class of requests, and
// describes the first request that what was written alone lets through.
func (a *attempt) opened(t *testing.T) (found string, asked int) {
	t.Helper()
	in := a.input(t)
	_, result := prove.Manifests(in, a.o, nil)
	if a.elsewhere != "" {
		f, _ := source.NewFile("elsewhere.yaml", []byte(a.elsewhere))
		in.Files = append(in.Files, f)
	}
	manifests, _ := prove.Manifests(in, a.o, nil)
	complete(t, a.text, manifests)
	cluster := prove.Simulate(manifests, a.o)
	var gateways []*ir.Gateway
	for _, r := range result.Resources {
		if r.Gateway != nil {
			gateways = append(gateways, r.Gateway)
		}
	}
	model := reference.New(gateways)
	for _, g := range gateways {
		for i := range g.Hosts {
			for _, host := range under(strings.ToLower(g.Hosts[i].Name)) {
				for _, path := range boundaries(gateways, host) {
					for _, method := range []string{"GET", "POST", "DELETE", "OPTIONS"} {
						for k, token := range tokens() {
							r := simulate.Request{Method: method, Scheme: "https", Host: host, Target: path, Token: token}
							asked++
							more := a.moreOpen(gateways, model, cluster, &r)
							if more == "" && method == "GET" && (k == 0 || k == 4) {
								r.Host += ":443" // which the proxy's routes pass over, and policies do not
								more = a.moreOpen(gateways, model, cluster, &r)
							}
							if more != "" {
								return more, asked
							}
						}
					}
				}
			}
		}
	}
	return "", asked
}

// under returns hosts to ask for: below a wildcard one that nobody names, and one
// that policies of others do.
func under(host string) []string {
	if !strings.HasPrefix(host, "*") {
		return []string{host}
	}
	return []string{"any" + host[1:], "sub" + host[1:]}
}

// moreOpen asks about one request.
func (a *attempt) moreOpen(gateways []*ir.Gateway, model *reference.Model, cluster *prove.Cluster, r *simulate.Request) string {
	meant := *r
	if a.c.Targets["FabricGateway"] != "skipper" {
		meant.Target, _ = match.RawPath.See(r.Target) // Envoy resolves dot segments, and sends that on
	}
	want, got := model.Decide(&meant, nil), cluster.Mesh.Decide(r, nil)
	if name := reasonUnasked(gateways, &want, &got); name != "" {
		return fmt.Sprintf("%s\n%s https://%s%s with %+v reaches %s, and %s is not asked", a.text, r.Method, r.Host, r.Target, r.Token, got.Upstream, name)
	}
	if !got.Passed() || want.Passed() || want.Cause == simulate.Preflight || want.Cause == simulate.BadRequest {
		return ""
	}
	trail := &simulate.Trail{}
	cluster.Mesh.Decide(r, trail)
	return fmt.Sprintf("%s\n%+v\n%s https://%s%s with %+v reaches %s; the authors answer %d %s\n%v", a.text, a.c.Policy, r.Method, r.Host, r.Target, r.Token, got.Upstream, want.Status, want.Cause, trail.Steps)
}

// reasonUnasked names an external authorizer of the route that the authors mean, that
// what was written does not ask.
func reasonUnasked(gateways []*ir.Gateway, want, got *simulate.Decision) string {
	if !got.Passed() || !want.Passed() {
		return ""
	}
	for _, g := range gateways {
		for _, r := range g.Routes {
			if r.Origin != want.At {
				continue
			}
			for i := range r.Access.Grants {
				ext, _ := r.Access.Grants[i].Proof.(ir.External)
				for _, p := range ext.Providers {
					if !slices.Contains(got.Proofs, "extAuth:"+p.Name) {
						return p.Name
					}
				}
			}
		}
	}
	return ""
}

// boundaries returns a path of each class that the paths of all gateways make:
// as authors mean them, as the controller's expressions say, as policies read
// them, and without and with a final slash.
func boundaries(gateways []*ir.Gateway, host string) []string {
	var ms []*match.Matcher
	add := func(p pathlang.Path) { ms = append(ms, match.Compile(match.Set{Path: p, View: match.RawPath})) }
	seen := map[string]bool{}
	for _, g := range gateways {
		for _, r := range g.Routes {
			p := r.Match.Path
			if seen[p.Text] {
				continue
			}
			seen[p.Text] = true
			add(p)
			add(pathlang.TemplateMeaning(p))
			add(pathlang.PolicyPath(p.Text))
			add(pathlang.Path{Lang: pathlang.Prefix, Text: strings.TrimRight(p.Text, "*{}/.") + "/"})
		}
	}
	var out []string
	known := map[string]bool{}
	for _, class := range match.NewClassifier().Classes("https", host, ms, 30_000).Classes {
		known[class.Witness.RawPath] = true
		out = append(out, class.Witness.RawPath)
	}
	for _, path := range []string{"/", "/a", "/a/", "/a/b", "/a/x/b", "/ab", "/b", "/A", "/admin/delete", "/admin", "/a/b/"} {
		if !known[path] {
			out = append(out, path)
		}
	}
	for i, path := range slices.Clone(out) {
		list := spelled(path)
		if i%2 > 0 {
			continue
		}
		if s := list[i*5%len(list)]; !known[s] { // in turn: all of all cost too much
			known[s] = true
			out = append(out, s)
		}
	}
	return out
}

// spelled lists other spellings of a path, which proxies and backends decode
// and clean, or do not.
func spelled(path string) []string {
	out := []string{"/" + path, "/." + path, "/x/.." + path, path + ";v=1", path + "/.", path + "/..", strings.TrimSuffix(path, "/") + "%2F", "/%2e" + path, path + "%"}
	if i := strings.LastIndexByte(path, '/'); i >= 0 && i < len(path)-1 {
		out = append(out, fmt.Sprintf("%s%%%02X%s", path[:i+1], path[i+1], path[i+2:]), fmt.Sprintf("%s%%%02x%s", path[:len(path)-1], path[len(path)-1], ""))
		if i > 0 {
			out = append(out, path[:i]+"//"+path[i+1:], path[:i]+"%2F"+path[i+1:], path[:i]+"%2f"+path[i+1:])
		}
	}
	return out
}

// tokens returns what callers bring: nothing, and tokens of each issuer with each
// scope, which the token information service knows as well.
func tokens() []simulate.Token {
	jwt := func(issuer, realm, sub string, scopes ...any) simulate.Token {
		t := simulate.Token{Kind: "jwt", Claims: map[string]any{"iss": issuer, "sub": sub, "scope": scopes, "aud": []any{"shop"}}}
		if realm != "" {
			t.Introspection = map[string]any{"realm": realm, "scope": scopes, "sub": sub, "uid": sub}
		}
		return t
	}
	return []simulate.Token{
		{},
		{Kind: "malformed", Value: "x"},
		jwt("https://i.example", "", "someone", "read"),
		jwt("https://i.example", "", "someone", "reading"),
		jwt("https://i.example", "", "someone", "read", "write"),
		jwt("https://j.example", "", "someone", "read", "write"),
		jwt("https://svc.example", "/services", "stups_a", "uid"),
		jwt("https://svc.example", "/services", "stups_b", "uid", "a.read"),
		jwt("https://emp.example", "/employees", "jdoe", "uid", "a.read"),
		{Kind: "opaque", Introspection: map[string]any{"scope": []any{"read"}, "realm": "/services", "sub": "stups_a"}},
	}
}

// complete checks that no object is for more than is meant because something of
// it is empty: a policy without a selector, an object without a host.
func complete(t *testing.T, text string, manifests []simulate.Manifest) {
	t.Helper()
	for i := range manifests {
		m := &manifests[i]
		if !m.Compiled {
			continue
		}
		empty := false
		switch m.Kind {
		case "AuthorizationPolicy", "RequestAuthentication":
			empty = len(source.TextMap(source.Field(source.Field(m.Spec(), "selector"), "matchLabels"))) == 0
		case "VirtualService":
			hosts := source.Texts(source.Field(m.Spec(), "hosts"))
			empty = len(hosts) == 0 || strings.Contains(" "+strings.Join(hosts, " ")+" ", "  ")
		case "Rule":
			empty = strings.Contains(source.Text(source.Field(source.Field(m.Spec(), "match"), "url")), "://<")
		}
		if empty {
			t.Errorf("%s\n%s %s is written with something empty\n%s", text, m.Kind, m.ID(), manifest.AppendJSON(nil, source.Value(m.Root), 0))
		}
	}
}
