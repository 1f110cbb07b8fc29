// Package match is the algebra of request sets: which requests does a route
// match, and how do two routes relate.
//
// It takes descriptions of hosts, methods and paths in the languages that
// gateways use and answers questions about the sets of requests they denote.
// It knows languages, never resources: nothing here may know what an APIRule,
// a VirtualService or an Oathkeeper Rule is.
package match

import (
	"reflect"
	"strings"

	"github.com/kgw-dev/kgw/internal/pathlang"
)

// Set is the set of requests a route matches: those that every field admits. A
// nil Schemes, Hosts or Methods means any, an empty one none.
type Set struct {
	// Schemes are "http" and "https".
	Schemes []string
	// Hosts are exact names or wildcards ("*.example.com", "*"). Names are
	// compared as written; whoever speaks for an engine that ignores case
	// writes them in lower case.
	Hosts []string
	// HostPattern, if it has a language, replaces Hosts. Its
	// text is the bare pattern.
	HostPattern pathlang.Path
	// Methods are HTTP methods as written, in order.
	Methods []string
	// AnyCase compares methods without regard to case, as Oathkeeper does.
	AnyCase bool
	// Path is the set of paths.
	Path pathlang.Path
	// View is the form in which the engine sees the path; zero is what the
	// language is made for.
	View View
	// Move, if it is not zero, is what a proxy before the engine does to the
	// path: Path is about the result.
	Move Move
	// Predicates are further conditions, all of which must hold.
	Predicates []Predicate
	// URL, if it has a language, is one pattern over "scheme://host/path" that
	// replaces Schemes, Hosts, HostPattern and Path. For Regexp2
	// and Glob its text is a whole Oathkeeper rule URL, with angle brackets.
	URL pathlang.Path
}

// Alike reports whether two sets are the same for certain: they differ in the
// language of their paths at most, and these have one syntax. It builds no
// automaton; false says nothing.
func Alike(a, b *Set) bool {
	if a.URL.Lang != 0 || b.URL.Lang != 0 || a.View.viewFor(a.Path.Lang) != b.View.viewFor(b.Path.Lang) {
		return false
	}
	x, y := *a, *b
	x.Path, x.View = y.Path, y.View
	return reflect.DeepEqual(x, y) && pathlang.Same(a.Path, b.Path)
}

// Move replaces the beginning of a path. Paths that do not begin with From are in
// no set that has it.
type Move struct{ From, To string }

// movePath is the path after the move; ok is false for one that does not begin
// so.
func (m Move) movePath(path string) (moved string, ok bool) {
	rest, ok := strings.CutPrefix(path, m.From)
	return m.To + rest, ok
}

// Order is how an engine or a dialect chooses among several routes that match
// one request.
type Order uint8

// The orders.
const (
	// FirstMatch chooses the first route in list order (VirtualService,
	// APIRule).
	FirstMatch Order = iota
	// ExactlyOne fails unless one route matches (Oathkeeper).
	ExactlyOne
	// MostSpecific chooses the most specific path, then the route with most
	// predicates (Skipper, FabricGateway).
	MostSpecific
)
