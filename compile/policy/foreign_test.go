package policy

import (
	"testing"

	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
)

// TestHostsOf holds that the hosts of a policy's patterns are those that Istio
// compares with "*" at either end, and with any port.
func TestHostsOf(t *testing.T) {
	for _, c := range []struct {
		patterns []string
		host     string
		want     bool
	}{
		{[]string{"a.example.com"}, "a.example.com", true},
		{[]string{"A.example.com"}, "a.example.com", true},
		{[]string{"a.example.com:443"}, "a.example.com", true},
		{[]string{"a.example.com:*"}, "a.example.com", true},
		{[]string{"a.example.com*"}, "a.example.com", true},
		{[]string{"b.example.com", "a.*"}, "a.example.com", true},
		{[]string{"b.*", "a.example.com"}, "a.example.com", true},
		{[]string{"*.example.com"}, "a.example.com", true},
		{[]string{"*example.com"}, "a.example.com", true},
		{[]string{"b.*", "*.example.com"}, "a.example.com", true},
		{[]string{"*"}, "a.example.com", true},
		{[]string{"b*", "*"}, "a.example.com", true},
		{[]string{"b*"}, "a.example.com", false},
		{[]string{"*b"}, "a.example.com", false},
		{[]string{"a.example.co"}, "a.example.com", false},
		{nil, "a.example.com", true},
	} {
		set := match.Set{Path: pathlang.Path{Lang: pathlang.Prefix, Text: "/"}}
		set.Hosts, set.HostPattern = hostsOf(c.patterns)
		if got, err := match.Compile(set).Accepts(match.Request{Method: "GET", Scheme: "https", Host: c.host, RawPath: "/"}); got != c.want || err != nil {
			t.Errorf("%q with %s: %v %v", c.patterns, c.host, got, err)
		}
	}
}

func TestMethodsOf(t *testing.T) {
	for _, c := range []struct {
		patterns []string
		method   string
		want     bool
	}{
		{nil, "GET", true},
		{[]string{"*"}, "GET", true},
		{[]string{"G*"}, "GET", true},
		{[]string{"*ET"}, "GET", true},
		{[]string{"POST", "G*"}, "POST", true},
		{[]string{"P*"}, "GET", false},
		{[]string{"X*"}, "GET", false},
	} {
		set := match.Set{Methods: methodsOf(c.patterns), Path: pathlang.Path{Lang: pathlang.Prefix, Text: "/"}}
		if got, err := match.Compile(set).Accepts(match.Request{Method: c.method, Scheme: "https", Host: "a", RawPath: "/"}); got != c.want || err != nil {
			t.Errorf("%q with %s: %v %v", c.patterns, c.method, got, err)
		}
	}
}
