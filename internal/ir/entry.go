package ir

import (
	"slices"
	"time"

	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
	"github.com/kgw-dev/kgw/internal/source"
)

// Entry is what one entry of an engine's configuration would match, for the analysis
// of overlap.
type Entry struct {
	// Origin is where the author wrote what the entry is made of.
	Origin source.Ref
	// Gateway and Route are what it is written for; nil for a document that
	// somebody else wrote.
	Gateway *Gateway
	Route   *Route
	// Set is what the engine matches.
	Set match.Set
	// Methods and Path are what the author listed of Set: the proxy's route may
	// match methods that the author did not name. See Want.
	Methods []string
	Path    pathlang.Path
	// Closed: of a rule that somebody else wrote, it lets nobody in.
	Closed bool
	// Delegated: the requests go on to Oathkeeper.
	Delegated bool
	Effect    Effect
}

// Effect is what becomes of a request besides access. Entries with equal effects
// answer alike.
type Effect struct {
	To      []Destination
	Timeout time.Duration
	Headers []Header // that are set, in order
}

// Destination is where an entry sends requests.
type Destination struct {
	Host string
	Port uint32
}

// Header is a header with its value.
type Header struct{ Name, Value string }

// Equal reports whether two effects are the same.
func (e *Effect) Equal(o *Effect) bool {
	return e.Timeout == o.Timeout && slices.Equal(e.To, o.To) && slices.Equal(e.Headers, o.Headers)
}

// Want returns the requests that the author listed.
func (t *Entry) Want() match.Set {
	want := t.Set
	want.Methods, want.Path = t.Methods, t.Path
	return want
}

// Written is what an emitter would write of a gateway, as far as the analysis
// of overlap and of what policies open needs it.
type Written struct {
	// Routes are the entries of a proxy that uses the first match, Rules those
	// of Oathkeeper, and Policies what ALLOW policies let through.
	Routes, Rules, Policies []*Entry
	// Openers are what policies demand, KeySets with which keys.
	Openers []Opener
	KeySets []KeySet
}

// Add appends what others would write. Where there was nothing before, it is what
// another would write and not a copy.
func (w *Written) Add(others ...Written) {
	if len(others) == 0 {
		return
	}
	w.Routes = join(w.Routes, others, func(o *Written) []*Entry { return o.Routes })
	w.Rules = join(w.Rules, others, func(o *Written) []*Entry { return o.Rules })
	w.Policies = join(w.Policies, others, func(o *Written) []*Entry { return o.Policies })
	w.Openers = join(w.Openers, others, func(o *Written) []Opener { return o.Openers })
	w.KeySets = join(w.KeySets, others, func(o *Written) []KeySet { return o.KeySets })
}

// join appends a list of each of the others.
func join[T any](list []T, others []Written, of func(*Written) []T) []T {
	n := 0
	for i := range others {
		n += len(of(&others[i]))
	}
	if len(list) == 0 && len(others) == 1 {
		return slices.Clip(of(&others[0]))
	}
	list = slices.Grow(list, n)
	for i := range others {
		list = append(list, of(&others[i])...)
	}
	return list
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
	return a.Open() || !a.demandsScopes() && b.demandsScopes()
}

// demandsScopes reports whether every grant demands scopes.
func (a *Access) demandsScopes() bool {
	for i := range a.Grants {
		if len(a.Grants[i].Scopes) == 0 {
			return false
		}
	}
	return len(a.Grants) > 0
}
