package migrate_test

import (
	"fmt"
	"math/rand"
	"slices"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/migrate"
)

var pathPool = []string{
	"/.*", "/*", "/", "/a", "/a/.*", "/a.*", "/a(.*)", "/a/b", "/a|/b", "/(a|b)/c", "/a(/.*)?", "/a/[^/]+", "/a/[^/]*/c", "/a/.+", "/a.+",
	".*/x.ico", "/a/.*/c", "/a/b/?", "/v1.0/a", `/v1\.0/a`, "/[ab]/c", "/x[0-9]+", "(?!/a).*", "/a/(b|c/.*)", ".*", "/A", "/a/{*}", "/a-b_c~d/.*", "a", "/a$", "^/a/.*$",
}

var strategyPool = []string{
	"{handler: no_auth}", "{handler: allow}", "{handler: noop}", "{handler: oauth2_introspection, config: {required_scope: [read]}}", "{handler: cookie_session}",
	"{handler: jwt, config: {trusted_issuers: [https://i.example.com], jwks_urls: [https://i.example.com/k], required_scope: [a, b]}}",
	"{handler: jwt, config: {trusted_issuers: [https://i.example.com, https://j.example.com], jwks_urls: [https://i.example.com/k]}}",
	"{handler: jwt, config: {trusted_issuers: [https://i.example.com], jwks_urls: [https://i.example.com/k], token_from: {header: X-Token}}}",
}

// generated is an APIRule of v1beta1, its paths from the pool.
func generated(r *rand.Rand, name string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "apiVersion: gateway.kyma-project.io/v1beta1 # old\nkind: APIRule\nmetadata:\n  name: %s\n  namespace: shop\nspec:\n  host: %s.example.com\n", name, name)
	fmt.Fprintf(&b, "  gateway: %s\n  service: {name: %s, port: 80}\n", []string{"kyma-system/kyma-gateway", "kyma-gateway.kyma-system.svc.cluster.local", "gw"}[r.Intn(3)], name)
	if r.Intn(2) == 0 {
		b.WriteString("  corsPolicy:\n    allowOrigins: [{exact: https://a.example.com}]\n    maxAge: 10s\n")
	}
	b.WriteString("  rules:\n")
	used := map[string]bool{}
	for range 1 + r.Intn(4) {
		path := pathPool[r.Intn(len(pathPool))]
		if used[path] {
			continue
		}
		used[path] = true
		methods := []string{"GET", "GET, POST", "POST, OPTIONS", "DELETE"}[r.Intn(4)]
		fmt.Fprintf(&b, "    # rule %s\n    - path: %q\n      methods: [%s]\n      accessStrategies:\n        - %s\n", strings.NewReplacer("*", "", "#", "").Replace(path), path, methods, strategyPool[r.Intn(len(strategyPool))])
		if r.Intn(4) == 0 {
			b.WriteString("      mutators: [{handler: header, config: {headers: {X-A: b}}}]\n")
		}
		if r.Intn(4) == 0 {
			b.WriteString("      service: {name: other, port: 80}\n      timeout: 10\n")
		}
	}
	return b.String()
}

// TestGeneratedDocuments moves generated APIRules: a second run changes
// nothing, what is moved is valid, and what is left has a reason.
func TestGeneratedDocuments(t *testing.T) {
	r := rand.New(rand.NewSource(1))
	moved := 0
	for i := range 150 {
		text := generated(r, fmt.Sprintf("r%d", i))
		o := migrate.Options{To: "v2", DropCORS: r.Intn(2) == 0}
		if r.Intn(2) == 0 {
			o.ExtAuthorizer = "oauth2-proxy"
		}
		result := migrate.Run([]*source.File{file(t, "a.yaml", text)}, o)
		d := &result.Documents[0]
		switch {
		case d.Outcome == migrate.Moved:
			moved++
			dropped := slices.ContainsFunc(d.Findings, func(f diag.Finding) bool { return strings.Contains(f.Message, "is left out here") })
			if !dropped && strings.Count(string(result.Files[0].After), "# rule") != strings.Count(text, "# rule") {
				t.Errorf("a comment is lost:\n%s\nbecomes\n%s", text, result.Files[0].After)
			}
			validate(t, result.Files[0])
			if second := again(t, result, o); second.Files[0].After != nil || second.Documents[0].Outcome != migrate.Current {
				t.Errorf("a second run changes\n%s", result.Files[0].After)
			}
		case d.Outcome != migrate.Decide || len(d.Findings) == 0 || result.Files[0].After != nil:
			t.Errorf("%s, %d findings:\n%s", d.Outcome, len(d.Findings), text)
		}
	}
	if moved < 30 {
		t.Errorf("%d are moved", moved)
	}
}

// TestPathsTakeNothingMore samples requests: what a new path matches, the older
// one matched; and what the older one matched, a new one matches, unless it is said to
// be lost.
func TestPathsTakeNothingMore(t *testing.T) {
	r := rand.New(rand.NewSource(2))
	for _, path := range pathPool {
		text := strings.Replace(generated(r, "one"), "rules:\n", "rules:\n    - {path: '"+path+"', methods: [GET], accessStrategies: [{handler: no_auth}]}\n", 1)
		text = text[:strings.Index(text, "handler: no_auth}]}\n")+len("handler: no_auth}]}\n")]
		result := migrate.Run([]*source.File{file(t, "a.yaml", text)}, migrate.Options{To: "v2", DropCORS: true})
		d := &result.Documents[0]
		if d.Outcome != migrate.Moved {
			continue
		}
		lossy := false
		for _, f := range d.Findings {
			lossy = lossy || f.Code == "KGW701"
		}
		var after []match.Set
		spec, _ := d.After.Get("spec")
		rules, _ := spec.(source.Object).Get("rules")
		for _, rule := range rules.([]any) {
			p, _ := rule.(source.Object).Get("path")
			after = append(after, match.Set{Path: pathlang.Path{Lang: pathlang.Template, Text: p.(string)}})
		}
		before := match.Set{Path: pathlang.Path{Lang: pathlang.Regex, Text: path}}
		for range 2000 {
			request := match.Request{Method: "GET", Scheme: "https", Host: "one.example.com", RawPath: samplePath(r)}
			was, _ := before.Accepts(request)
			is := false
			for _, s := range after {
				ok, _ := s.Accepts(request)
				is = is || ok
			}
			if is && !was && !strings.Contains(path, `\.`) || was && !is && !lossy {
				t.Errorf("%q: %s was taken: %v, is taken: %v", path, request.RawPath, was, is)
			}
		}
	}
}

func samplePath(r *rand.Rand) string {
	parts := []string{"/", "a", "b", "c", "/a", "/b", "/c", "/v1.0", "x.ico", "1", "-", "%20", "/v1x0"}
	out := "/"
	for range r.Intn(6) {
		out += parts[r.Intn(len(parts))]
	}
	return strings.Replace(out, "//", "/", 1)
}

// BenchmarkMigrate moves 1,000 APIRules, each in a file of its own.
func BenchmarkMigrate(b *testing.B) {
	r := rand.New(rand.NewSource(3))
	var files []*source.File
	for i := range 1000 {
		files = append(files, file(b, fmt.Sprintf("%d.yaml", i), generated(r, fmt.Sprintf("r%d", i))))
	}
	b.ResetTimer()
	for range b.N {
		migrate.Run(files, migrate.Options{To: "v2", ExtAuthorizer: "oauth2-proxy"})
	}
}
