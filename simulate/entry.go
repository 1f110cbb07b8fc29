package simulate

import (
	"strings"

	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
	"github.com/kgw-dev/kgw/internal/source"
)

// Entry is one thing in an engine that matches requests: a route, a rule, a rule of
// a policy. Analyses ask which requests can come through it.
type Entry struct {
	Name string
	At   source.Ref
	// Set is what the entry matches, or more where Exact is false.
	Set   match.Set
	Exact bool
	// Group is the virtual host that the entry belongs to: earlier entries of a
	// group match before later ones.
	Group string
	// To is the service that a request goes to, "" where it ends.
	To string
	// Rewrite is the change of the URL on the way to To, nil for none.
	Rewrite *Rewrite
	// Admits are the ways in which a caller may come through.
	Admits []Admission
	// Again is the path with which a request is routed a second time, for an
	// entry that does so; nil where that is not known.
	Again *pathlang.Path
	// Example is a list of headers that a request must have besides what Set says,
	// for an entry that is not exact. The name "?" means a parameter of the query.
	Example []Header
}

// Rewrite is what an entry does to the URL of a request that it sends on.
type Rewrite struct {
	// Text identifies it: entries with equal texts do the same.
	Text string
	// Hosts are the names that the Host header may have afterwards.
	Hosts []string
	// Moves are the changes that may happen to paths, and Apart are further paths
	// that have to be distinguished. Without moves, the path becomes the same for
	// all requests, or one that kgw does not follow.
	Moves []match.Move
	Apart []string
}

// Move adds the change of paths whose beginning is replaced, as a proxy that
// resolves dot segments sees them (RFC 3986 section 5.2.4). It reports whether kgw
// can describe the change.
func (r *Rewrite) Move(from, to string) bool {
	if seen, ok := match.RawPath.See(to); !ok || seen != to {
		return false
	}
	r.Moves = append(r.Moves, match.Move{From: from, To: to})
	if strings.HasSuffix(from, "/") || !strings.HasSuffix(to, "/") {
		return true
	}
	for _, dots := range []string{".", ".."} {
		seen, ok := match.RawPath.See(to + dots)
		if !ok {
			return false
		}
		r.Moves = append(r.Moves, match.Move{From: from + dots, To: strings.TrimSuffix(seen, "/")})
		r.Apart = append(r.Apart, from+dots)
	}
	return true
}

// Rewriting reports that the URL of a symbolic request was changed.
type Rewriting struct {
	// Text and At are the rewrite and its place.
	Text string
	At   source.Ref
	// Scattered reports that the request now represents requests with paths that
	// were not distinguished before.
	Scattered bool
}

// Unknown returns the condition that a statement holds about the URLs of all the
// requests.
func (r *Rewriting) Unknown(statement string) Unknown {
	return Unknown{Why: Opaque, At: r.At, What: statement + " after the rewrite, which kgw does not follow for all requests at once", Key: statement + " after " + r.Text}
}

// Admission is one way to come through an entry: the proof that is demanded,
// "" or the name of a handler that demands nothing, and a token that
// satisfies it.
type Admission struct {
	Proof string
	// Also lists further proofs that are demanded at the same time.
	Also  []string
	Token Token
}

// Open reports whether the demanded proof proves nothing.
func (a *Admission) Open() bool {
	return a.Proof == "" || a.Proof == "noop" || a.Proof == "anonymous"
}
