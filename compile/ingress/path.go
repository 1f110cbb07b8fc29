package ingress

import (
	"strings"

	"github.com/kgw-dev/kgw/internal/eskip"
	"github.com/kgw-dev/kgw/internal/pathlang"
)

// pathPredicate spells a path as Skipper matches it. ok is false for languages
// that have no exact form there.
func pathPredicate(p pathlang.Path) (predicate eskip.Call, ok bool) {
	switch p.Lang {
	case pathlang.Exact:
		if strings.ContainsAny(p.Text, ":*") {
			return eskip.Call{}, false
		}
		return eskip.Of("Path", p.Text), true
	case pathlang.Skipper:
		return eskip.Of("Path", p.Text), true
	case pathlang.Subtree:
		return eskip.Of("PathSubtree", p.Text), true
	case pathlang.Fabric:
		if p.Text == "/**" {
			return eskip.Of("PathSubtree", "/"), true
		}
		return eskip.Of("Path", parameters(p.Text)), true
	case pathlang.Star:
		if p.Text == "/*" {
			return eskip.Of("PathSubtree", "/"), true
		}
	case pathlang.Prefix:
		if p.Text == "/" {
			return eskip.Of("PathSubtree", "/"), true
		}
	case pathlang.Template, pathlang.Regex, pathlang.Regexp2, pathlang.Glob:
	}
	return eskip.Call{}, false
}

// parameters replaces the segments of a FabricGateway path that match any
// segment with Skipper's: "*" is ":id", "*name" and "{name}" are ":name". The
// final "**" is the same in both.
func parameters(path string) string {
	parts := strings.Split(path, "/")
	for i, part := range parts {
		switch {
		case part == "*":
			parts[i] = ":id"
		case part != "**" && strings.HasPrefix(part, "*"):
			parts[i] = ":" + part[1:]
		case len(part) > 2 && part[0] == '{' && part[len(part)-1] == '}':
			parts[i] = ":" + part[1:len(part)-1]
		}
	}
	return strings.Join(parts, "/")
}
