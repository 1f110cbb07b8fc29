package mesh

import (
	"fmt"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
)

// checkConflicts reports rules whose requests an earlier rule matches already, at
// the first method where that is so. In strict mode a rule conflicts when an
// earlier path covers its path; otherwise what the controller's own search
// finds, which misses some and refuses others that are fine. The controller
// speaks of the first conflict that it finds only.
func (a *APIRule) checkConflicts(strict bool, found *diag.List) {
	tries := map[string]*node{}
	said := false
	for i := range a.rules {
		r, reported := &a.rules[i], false
		for _, m := range r.methods {
			if tries[m] == nil {
				tries[m] = &node{}
			}
			tokens := tokenize(r.path)
			earlier, controller := a.covering(i, m), tries[m].conflicts(tokens)
			tries[m].insert(tokens)
			refused := controller && !strict || earlier >= 0 && strict
			if refused && !reported || controller && !said {
				a.reportConflict(i, m, earlier, refused && !reported, controller && !said, found)
			}
			reported, said = reported || refused, said || controller
		}
	}
}

// tokenize splits a path as the controller does, without its leading slashes;
// "/*" is "/{**}".
func tokenize(path string) []string {
	if path == "/*" {
		path = "/{**}"
	}
	return strings.Split(strings.TrimLeft(path, "/"), "/")
}

// segments splits a path behind each slash: "//a" has an empty segment.
func segments(path string) []string {
	if path == "/*" {
		path = "/{**}"
	}
	return strings.Split(strings.TrimPrefix(path, "/"), "/")
}

// reportConflict makes the finding for kgw's user, if shown, and for the
// status that the controller would set, if said.
func (a *APIRule) reportConflict(i int, method string, earlier int, shown, said bool, found *diag.List) {
	r := &a.rules[i]
	f := found.Add(diag.Finding{
		Code: diag.PathConflict, At: r.at.At("path"),
		Message:  fmt.Sprintf("path %q with method %s is already matched by an earlier rule", r.path, method),
		Help:     "put the more specific rule first, or remove one",
		Upstream: &diag.Upstream{},
	})
	if said {
		f.Upstream = &diag.Upstream{
			Attribute: ".spec.rules",
			Message:   fmt.Sprintf("Path %s with method %s conflicts with at least one of the previous rule paths", r.path, method),
		}
	}
	if !shown {
		f.Severity = diag.Off
	}
	if earlier >= 0 {
		f.Related = []diag.Related{{Message: "the earlier rule", At: a.rules[earlier].at.At("path")}}
	}
}

// covering returns the first earlier rule with the method whose path matches
// every path that rule i matches, or -1.
func (a *APIRule) covering(i int, method string) int {
	tokens := segments(a.rules[i].path)
	for j := range a.rules[:i] {
		for _, m := range a.rules[j].methods {
			if m == method && covers(segments(a.rules[j].path), tokens) {
				return j
			}
		}
	}
	return -1
}

// covers reports whether template a matches every path that template b matches. "{*}"
// is one segment that is not empty, "{**}" any rest, also an empty one. The algebra of
// internal/match says the same of all templates; asked for every pair of rules of every
// document, it would cost half as much as all of kgw build.
func covers(a, b []string) bool {
	for len(a) > 0 {
		if a[0] == "{**}" {
			return coversTail(a[1:], b)
		}
		switch {
		case len(b) == 0, b[0] == "{**}":
			return false
		case a[0] == "{*}" && b[0] == "":
			return false
		case a[0] != "{*}" && a[0] != b[0]:
			return false
		}
		a, b = a[1:], b[1:]
	}
	return len(b) == 0
}

// coversTail reports whether "{**}" followed by suffix matches every path of b:
// b ends with the suffix and leaves at least one segment for the operator.
func coversTail(suffix, b []string) bool {
	if len(b) <= len(suffix) {
		return false
	}
	tail := b[len(b)-len(suffix):]
	for i := range suffix {
		if tail[i] != suffix[i] {
			return false
		}
	}
	return true
}

// node is the controller's search tree over segments (api-gateway 3.10.0,
// segment trie). It is kept as it is there: an end is marked only when its node
// is new, and "{*}" matches any later token.
type node struct {
	end      bool
	children map[string]*node
	suffixes [][]string // of a "{**}" child
}

func (n *node) insert(tokens []string) {
	for i, t := range tokens {
		if t == "{**}" {
			n.suffixes = append(n.suffixes, tokens[i+1:])
			return
		}
		next := n.children[t]
		if next == nil {
			next = &node{end: i == len(tokens)-1}
			if n.children == nil {
				n.children = map[string]*node{}
			}
			n.children[t] = next
		}
		n = next
	}
}

func (n *node) conflicts(tokens []string) bool {
	if len(tokens) == 0 {
		return n.end
	}
	for _, s := range n.suffixes {
		if len(s) == 0 || endsWith(tokens, s) {
			return true
		}
	}
	for _, t := range []string{tokens[0], "{*}"} {
		if next := n.children[t]; next != nil && next.conflicts(tokens[1:]) {
			return true
		}
	}
	return false
}

func endsWith(tokens, suffix []string) bool {
	if len(tokens) < len(suffix) {
		return false
	}
	tail := tokens[len(tokens)-len(suffix):]
	for i := range suffix {
		if tail[i] != suffix[i] {
			return false
		}
	}
	return true
}
