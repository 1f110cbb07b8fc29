package v1

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/lazyregexp"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/shape"
)

// parameter is a segment that matches any one segment: *, *name or {name}.
var parameter = lazyregexp.New(`^(\*|\*[\w-]+|\{[\w-]+\})$`)

// checkPaths checks each path and verb, and pairs that match the same requests.
func (f *FabricGateway) checkPaths(found *diag.List) {
	first := map[string]*operation{}
	last := ""
	for i := range f.operations {
		o := &f.operations[i]
		if i == 0 || o.path != last {
			o.checkPath(found)
			last = o.path
		}
		if !slices.Contains(Verbs, strings.ToLower(o.verb)) {
			help := "verbs are " + strings.Join(Verbs, ", ")
			if near := shape.Nearest(o.verb, Verbs); near != "" {
				help = fmt.Sprintf("did you mean %q?", near)
			}
			found.Add(diag.Finding{Code: diag.UnknownVerb, At: keyPlace(o.at), Message: fmt.Sprintf("%q is not a verb", o.verb), Help: help})
			continue
		}
		requests := o.method + " " + withoutNames(o.path)
		other := first[requests]
		if other == nil {
			first[requests] = o
			continue
		}
		o.reportSame(other, found)
	}
}

func (o *operation) reportSame(other *operation, found *diag.List) {
	finding := diag.Finding{
		Code: diag.SamePath, At: keyPlace(o.at), Help: "keep one of the two",
		Message: fmt.Sprintf("%s %q matches the same requests as %q", o.method, o.path, other.path),
		Related: []diag.Related{{Message: "the other operation", At: keyPlace(other.at)}},
	}
	if o.path == other.path {
		finding.Code = diag.RepeatedVerb
		finding.Message = fmt.Sprintf("path %q has both %q and %q, which are one verb", o.path, other.verb, o.verb)
	}
	found.Add(finding)
}

// withoutNames spells a path without the names of its parameters.
func withoutNames(path string) string {
	parts := strings.Split(path, "/")
	for i := range parts {
		if parameter().MatchString(parts[i]) {
			parts[i] = "*"
		}
	}
	return strings.Join(parts, "/")
}

// PathAllowed reports whether an operation may have a path.
func PathAllowed(path string) bool {
	var found diag.List
	o := operation{path: path}
	o.checkPath(&found)
	return len(found) == 0
}

// checkPath checks the form of a path.
func (o *operation) checkPath(found *diag.List) {
	at := keyPlace(o.pathAt)
	add := func(code diag.Code, help, format string, args ...any) *diag.Finding {
		return found.Add(diag.Finding{Code: code, At: at, Message: fmt.Sprintf(format, args...), Help: help})
	}
	if !strings.HasPrefix(o.path, "/") {
		add(diag.BadPath, "paths begin with /", "path %q does not begin with a slash", o.path)
	}
	checkUnsafe("path", o.path, at, found)
	if message, help := misread(o.path); message != "" {
		add(diag.PathMisread, help, "%s", message)
	}
	if i := strings.Index(o.path, "**"); i >= 0 && (i != len(o.path)-2 || !strings.HasSuffix(o.path, "/**")) {
		add(diag.BadWildcard, "** may be used only for the last segment: /things/**", "path %q has ** elsewhere than as its last segment", o.path).
			Upstream = &diag.Upstream{Message: o.path + " is invalid. A Path can only contain `**` as the last element in the path"}
		return
	}
	parts := strings.Split(o.path, "/")
	for i, part := range parts {
		switch {
		case part == "**" || parameter().MatchString(part):
			if i > 0 && i < len(parts)-1 && starKind(part) > 0 && starKind(part) == starKind(parts[i-1]) {
				add(diag.AdjacentStars, "give the parameters names: {first}/{second}", "path %q has two stars side by side, which become a path that Skipper refuses", o.path)
			}
		case strings.ContainsAny(part, "*{}"):
			add(diag.PartialParameter, "let the parameter be a whole segment: /{name}/", "%q in path %q is not a whole parameter", part, o.path)
		case strings.HasPrefix(part, ":"):
			add(diag.PartialParameter, "write {name} for a parameter", "%q in path %q would be read as a parameter", part, o.path)
		}
	}
}

// misread returns why no request is compared as a path reads and what to write,
// "" where requests are: Skipper compares paths after it has decoded and cleaned
// them, and finds those that the author means elsewhere, or nowhere.
func misread(path string) (message, help string) {
	if strings.ContainsAny(path, "?#") {
		return fmt.Sprintf("no request has the path %q: a path ends before \"?\" and \"#\"", path), "write the path alone: queries are not compared"
	}
	seen, readable := match.SlashedPath.See(path)
	switch {
	case !readable || !strings.HasPrefix(path, "/"):
		return "", "" // "%" is text in the first, and the second is reported as that
	case seen != path:
		return fmt.Sprintf("no request is compared with the path %q as its author means it: Skipper decodes and cleans the paths of requests before", path),
			fmt.Sprintf("write the path that is left of it: %q", seen)
	}
	return "", ""
}

// starKind distinguishes a bare star (1) from a named one (2). The operator
// replaces each kind from left to right and consumes the slash after it, so
// that it misses the second of two neighbours.
func starKind(segment string) int {
	switch {
	case segment == "*":
		return 1
	case strings.HasPrefix(segment, "*") && segment != "**":
		return 2
	}
	return 0
}
