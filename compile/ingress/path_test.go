package ingress

import (
	"path"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
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
		p, ok := pathPredicate(pathlang.Path{Lang: pathlang.Fabric, Text: text})
		if !ok || p.String() != want {
			t.Errorf("%s becomes %s, not %s", text, p, want)
		}
	}
	for _, p := range []pathlang.Path{
		{Lang: pathlang.Regex, Text: "/a"},
		{Lang: pathlang.Template, Text: "/a"},
		{Lang: pathlang.Prefix, Text: "/a"},
		{Lang: pathlang.Exact, Text: "/:a"},
		{Lang: pathlang.Star, Text: "/a*"},
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
			whole := part == "**" || pathlang.Path{Lang: pathlang.Fabric, Text: "/" + part}.Text == "" || !strings.ContainsAny(part, "*{}")
			if !whole && !wholeParameter(part) {
				return
			}
		}
		p, ok := pathPredicate(pathlang.Path{Lang: pathlang.Fabric, Text: s})
		if !ok {
			t.Fatalf("%q has no form", s)
		}
		lang := pathlang.Skipper
		if p.Name == "PathSubtree" {
			lang = pathlang.Subtree
		}
		a := match.Set{Path: pathlang.Path{Lang: pathlang.Fabric, Text: s}}
		b := match.Set{Path: pathlang.Path{Lang: lang, Text: p.Args[0].(string)}}
		if r := match.Compile(a).Relate(match.Compile(b), 0); r.Kind != match.Equal && r.Kind != match.Unknown {
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
