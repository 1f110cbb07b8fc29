package ir

import (
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/source"
)

// Take is a set of requests that one entry of an engine's configuration matches,
// for the analysis of overlap.
type Take struct {
	// Origin is where the author wrote what the entry is made of.
	Origin source.Ref
	// Gateway and Route are what it is written for; nil for a document that
	// somebody else wrote.
	Gateway *Gateway
	Route   *Route
	// Set is what the engine matches, Want what the author listed: the proxy's
	// route may match methods that the author did not name.
	Set, Want match.Set
	// Closed: of a rule that somebody else wrote, it lets nobody in.
	Closed bool
	// Delegated: the requests go on to Oathkeeper.
	Delegated bool
	// Effect is what becomes of a request besides access: destination,
	// timeout, headers. Entries with equal effects answer alike.
	Effect string
}

// Written is what an emitter would write of a gateway, as far as the analysis
// of overlap and of what policies open needs it.
type Written struct {
	// Routes are the entries of a proxy that uses the first match, Rules those
	// of Oathkeeper, and Policies what ALLOW policies let through.
	Routes, Rules, Policies []Take
	// Openers are what policies demand, KeySets with which keys.
	Openers []Opener
	KeySets []KeySet
}

// Add appends what another emitter would write.
func (w *Written) Add(other Written) {
	w.Routes = append(w.Routes, other.Routes...)
	w.Rules = append(w.Rules, other.Rules...)
	w.Policies = append(w.Policies, other.Policies...)
	w.Openers = append(w.Openers, other.Openers...)
	w.KeySets = append(w.KeySets, other.KeySets...)
}

// Open reports whether some grant of the access demands nothing of the caller.
func (a *Access) Open() bool {
	for i := range a.Grants {
		if a.Grants[i].open() {
			return true
		}
	}
	return false
}

func (g *Grant) open() bool {
	switch p := g.Proof.(type) {
	case None, Passthru:
		return g.Who == nil
	case ByHandler:
		return p.Handler.Name == "noop" || p.Handler.Name == "anonymous"
	case JWT, TokenInfo, External:
	}
	return false
}

// Weaker reports whether a admits callers that b does not, as far as their
// demands show: nothing, or no scope where b demands one in every grant.
func (a *Access) Weaker(b *Access) bool {
	if b.Open() {
		return false
	}
	return a.Open() || !a.scoped() && b.scoped()
}

// scoped reports whether every grant demands scopes.
func (a *Access) scoped() bool {
	for i := range a.Grants {
		if len(a.Grants[i].Scopes) == 0 {
			return false
		}
	}
	return len(a.Grants) > 0
}
