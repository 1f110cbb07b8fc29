package compile

import "testing"

func TestTakesHost(t *testing.T) {
	for _, c := range []struct {
		server, host string
		want         bool
	}{
		{"*", "a.example.com", true},
		{"a.example.com", "A.example.com", true},
		{"a.example.com", "b.example.com", false},
		{"*.example.com", "a.example.com", true},
		{"*.example.com", "a.b.example.com", true},
		{"*.example.com", "example.com", false},
		{"*.example.com", "a.myexample.com", false},
		{"*.example.com", "*.b.example.com", true},
		{"a.example.com", "*.example.com", true},
		{"*.example.com", "*.example.org", false},
		{"team/*.example.com", "a.example.com", true},
		{"./a.example.com", "b.example.com", false},
	} {
		if got := servesHost(c.server, c.host); got != c.want {
			t.Errorf("%q takes %q: %v, want %v", c.server, c.host, got, c.want)
		}
	}
}

func TestUncertified(t *testing.T) {
	for _, c := range []struct {
		secured []string
		host    string
		want    string
	}{
		{nil, "a.b.example.com", ""},
		{[]string{"*.example.com"}, "a.example.com", ""},
		{[]string{"*.example.com"}, "a.b.example.com", "*.example.com"},
		{[]string{"*.example.com", "a.b.example.com"}, "a.b.example.com", ""},
		{[]string{"*.example.com", "*.b.example.com"}, "a.b.example.com", ""},
		{[]string{"*.example.org"}, "a.b.example.com", ""},
	} {
		if got := uncertifiedWildcard(c.secured, c.host); got != c.want {
			t.Errorf("%v for %q: %q, want %q", c.secured, c.host, got, c.want)
		}
	}
}
