package simulate

import (
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
	"github.com/kgw-dev/kgw/internal/source"
)

// Entry is one thing in an engine that takes requests: a route, a rule, a rule
// of a policy. Analysis asks what can come through it at all.
type Entry struct {
	Name string
	At   source.Ref
	// Set is what the entry takes, or more where Exact is false.
	Set   match.Set
	Exact bool
	// Group is the virtual host that the entry belongs to: earlier entries of
	// a group take requests from later ones.
	Group string
	// To is the service that a request goes to, "" where it ends.
	To string
	// Admits are the ways in which a caller may come through.
	Admits []Admission
	// Again is the path with which a request is routed a second time, for an
	// entry that does so; nil where that is not known.
	Again *pathlang.Path
	// Example are headers that a request must have besides what Set says, for
	// an entry that is not exact; the name "?" is a parameter of the query.
	Example []Header
}

// Admission is one way to come through an entry: the proof that is demanded,
// "" or the name of a handler that demands nothing, and a token that
// satisfies it.
type Admission struct {
	Proof string
	// Also are further proofs that are demanded at once.
	Also  []string
	Token Token
}

// Open are the proofs that prove nothing.
func (a *Admission) Open() bool {
	return a.Proof == "" || a.Proof == "noop" || a.Proof == "anonymous"
}
