package oathkeeper

import (
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/simulate"
)

// open returns a rule that lets everybody in.
func open(name, url string) string {
	return strings.Replace(ruleText(url), "name: r\n", "name: "+name+"\n", 1) + "  authorizer: {handler: allow}\n  mutators: [{handler: noop}]\n"
}

// TestVersions has every difference between Oathkeeper 0.40 and 26.2 that is
// known: what is cleaned before matching, what of it the upstream gets, and
// whose word counts for the scheme.
func TestVersions(t *testing.T) {
	texts := []string{
		open("open", "<http|https>://h</open/.*>"), open("exact", "<http|https>://h/exact"), open("slash", "<http|https>://h/slash/"),
		open("either", "<http|https>://h/either</?>"), open("root", "<http|https>://h/"), open("tls", "https://h/tls"), open("plain", "http://h/tls"),
		open("up", "<http|https>://h/up<(/.*)?>"), open("double", "<http|https>://h//double"),
	}
	old, recent := loadedFor(t, "0.40", texts...), loadedFor(t, "26.2", texts...)
	for path, want := range map[string][2]string{ // the rule and the path that the upstream gets
		"/open/a":           {"open /open/a", "open /open/a"},
		"/open/../exact":    {"open /open/../exact", "exact /exact"},
		"/open/%2e%2e/up/x": {"open /open/../up/x", "up /up/x"},
		"/open/..%2Fexact":  {"open /open/../exact", "exact /exact"},
		"/./exact":          {"404", "exact /exact"},
		"//exact":           {"404", "exact /exact"},
		"/exact/":           {"404", "exact /exact"},
		"/exact/.":          {"404", "exact /exact"},
		"/slash/":           {"slash /slash/", "404"},
		"/slash":            {"404", "404"},
		"/either/":          {"either /either/", "either /either"},
		"/either":           {"either /either", "either /either"},
		"/up/":              {"up /up/", "up /up"},
		"/open/":            {"open /open/", "404"},
		"/":                 {"root /", "root /"},
		"/..":               {"404", "root /"},
		"//double":          {"double /double", "404"}, // the upstream's path and the request's are joined with one slash
		"/tls":              {"tls /tls", "plain /tls"},
		"/Exact":            {"404", "404"},
		"/exact?q=/../x":    {"exact /exact?q=/../x", "exact /exact?q=/../x"},
	} {
		for i, e := range []*Engine{old, recent} {
			d := e.Decide(&simulate.Request{Method: "GET", Scheme: "https", Host: "h", Target: path}, nil)
			got := "404"
			if d.Passed() {
				got = strings.TrimSuffix(d.Rule, ".default") + " " + d.Next.Target
			}
			if got != want[i] || !d.Passed() && d.Status != 404 {
				t.Errorf("%s gives %q with %d, want %q in the %s version", path, got, d.Status, want[i], []string{"old", "recent"}[i])
			}
		}
	}
}

// TestVersionsOfDecisions does the same at the decision API, where the header
// says what the scheme is in both versions, and the path as it is sent.
func TestVersionsOfDecisions(t *testing.T) {
	texts := []string{open("exact", "<http|https>://h/exact"), open("tls", "https://h/tls"), open("raw", "<http|https>://h/a%20b")}
	for want, q := range map[string]*simulate.Request{
		"404 200": {Method: "GET", Scheme: "https", Host: "h", Target: "/exact/"},
		"200 200": {Method: "GET", Scheme: "https", Host: "h", Target: "/tls"},
		"404 404": {Method: "GET", Scheme: "http", Host: "h", Target: "/tls"},
		"200  200": {Method: "GET", Scheme: "http", Host: "x", Target: "", Headers: []simulate.Header{
			{Name: "X-Forwarded-Uri", Value: "/a%20b?q"}, {Name: "X-Forwarded-Host", Value: "h"}, {Name: "X-Forwarded-Method", Value: "GET"},
		}},
		"404  200": {Method: "GET", Scheme: "http", Host: "x", Target: "", Headers: []simulate.Header{{Name: "X-Forwarded-Uri", Value: "/x/../exact"}, {Name: "X-Forwarded-Host", Value: "h"}}},
	} {
		statuses := strings.Fields(want)
		for i, version := range []string{"0.40", "26.2"} {
			if d := loadedFor(t, version, texts...).Judge(q, nil); d.Status != map[string]int{"200": 200, "404": 404}[statuses[i]] {
				t.Errorf("%+v gives %d, want %s in %s: %s", q, d.Status, statuses[i], version, d.Reason)
			}
		}
	}
}
