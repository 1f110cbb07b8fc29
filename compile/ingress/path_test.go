package ingress

import (
	"path"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/internal/match"
)

func TestPathPredicate(t *testing.T) {
	for text, want := range map[string]string{
		"/":                                 `Path("/")`,
		"/**":                               `PathSubtree("/")`,
		"/test/*":                           `Path("/test/:id")`,
		"/test/*/blah":                      `Path("/test/:id/blah")`,
		"/test/{p}/sub/{s-p}/":              `Path("/test/:p/sub/:s-p/")`,
		"/test/*/sub/*":                     `Path("/test/:id/sub/:id")`,
		"/test/*id/sub/**":                  `Path("/test/:id/sub/**")`,
		"/a/**":                             `Path("/a/**")`,
		"/a/*/*/b":                          `Path("/a/:id/:id/b")`,
		"/test/*id-one/sub/{x}/child/*rest": `Path("/test/:id-one/sub/:x/child/:rest")`,
	} {
		p, ok := pathPredicate(match.Path{Lang: match.Fabric, Text: text})
		if !ok || p.String() != want {
			t.Errorf("%s becomes %s, not %s", text, p, want)
		}
	}
	for _, p := range []match.Path{
		{Lang: match.Regex, Text: "/a"},
		{Lang: match.Template, Text: "/a"},
		{Lang: match.Prefix, Text: "/a"},
		{Lang: match.Exact, Text: "/:a"},
		{Lang: match.Star, Text: "/a*"},
	} {
		if got, ok := pathPredicate(p); ok {
			t.Errorf("%v becomes %s", p, got)
		}
	}
}

// FuzzPath holds the conversion of a path to the algebra: Skipper's form takes
// exactly the same paths.
func FuzzPath(f *testing.F) {
	for _, s := range []string{"/", "/**", "/a/*", "/a/{b}/c", "/a/*b/**", "/a/*/*", "/{", "/a//b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !strings.HasPrefix(s, "/") || strings.Contains(strings.TrimSuffix(s, "/**"), "**") || strings.ContainsAny(s, ":%\x00") || len(s) > 60 || !clean(s) {
			return
		}
		for _, part := range strings.Split(s, "/") {
			whole := part == "**" || match.Path{Lang: match.Fabric, Text: "/" + part}.Text == "" || !strings.ContainsAny(part, "*{}")
			if !whole && !wholeParameter(part) {
				return
			}
		}
		p, ok := pathPredicate(match.Path{Lang: match.Fabric, Text: s})
		if !ok {
			t.Fatalf("%q has no form", s)
		}
		lang := match.Skipper
		if p.Name == "PathSubtree" {
			lang = match.Subtree
		}
		a := match.Set{Path: match.Path{Lang: match.Fabric, Text: s}}
		b := match.Set{Path: match.Path{Lang: lang, Text: p.Args[0].(string)}}
		if r := match.Relate(a, b); r.Kind != match.Equal && r.Kind != match.Unknown {
			t.Errorf("%q and %s are %s", s, p, r.Kind)
		}
	})
}

func wholeParameter(part string) bool {
	name := strings.TrimPrefix(part, "*")
	if strings.HasPrefix(part, "{") && strings.HasSuffix(part, "}") && len(part) > 2 {
		name = part[1 : len(part)-1]
	} else if name == part {
		return false
	}
	return strings.Trim(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") == ""
}

// clean paths are those that Skipper does not change before it matches.
func clean(s string) bool {
	c := path.Clean(s)
	return s == c || s == c+"/" && c != "/"
}
