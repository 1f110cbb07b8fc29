// Package gate compares the changes between two states of a repository with the
// kinds that the repository forbids, and the single changes that it allows.
//
// It takes the configurations of both states, a date, the changes and the recorded
// calls, and returns a report: a verdict on each change and on each call that
// breaks, and findings about them and about the entries of gate.allowed. It must not
// know how changes are found.
package gate

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/source"
)

// Verdict is the decision about a change.
type Verdict string

// The verdicts.
const (
	// Forbidden: the gate fails.
	Forbidden Verdict = "forbidden"
	// Allowed: its kind is forbidden, but an entry lets it through.
	Allowed Verdict = "allowed"
	// Passed: the repository does not forbid its kind.
	Passed Verdict = "passed"
)

// unknown is the kind of changes that could not be decided, and so may be of any kind.
const unknown = "unknown"

// Entry is an entry of gate.allowed.
type Entry struct {
	config.AllowedChange
	// New reports that the change of the repository adds it, Gone that it removes
	// it. An entry that is neither lets nothing through, since it was for another
	// change.
	New, Gone bool

	used bool
}

// counts reports whether the entry can let a change through.
func (e *Entry) counts() bool { return e.New || e.Gone }

// Gate has the rules for one change of a repository.
type Gate struct {
	before  string // how the before side is called
	at      time.Time
	fail    []string
	missing []string // kinds that the after side would no longer forbid
	where   source.Span
	entries []*Entry
}

// New returns the gate between two states of a repository: what one of them forbids
// is forbidden, so that a change cannot weaken the gate that it goes through. name is
// the name of the before side, and at is the date that decides whether entries apply.
// A state without a configuration has the defaults.
func New(before, after []*config.Config, name string, at time.Time) *Gate {
	g := &Gate{before: name, at: at}
	was, is := forbiddenKinds(before), forbiddenKinds(after)
	g.fail = forbiddenKinds(before, after)
	for _, k := range was {
		if !slices.Contains(is, k) {
			g.missing = append(g.missing, k)
		}
	}
	for _, c := range after {
		if at := c.Forbids(); g.where.Line == 0 {
			g.where = at
		}
	}
	files := map[string]bool{}
	now := allowedChanges(after, files)
	old := allowedChanges(before, files)
	has := func(list []config.AllowedChange, id string) bool {
		return slices.ContainsFunc(list, func(a config.AllowedChange) bool { return a.ID == id })
	}
	for _, a := range now {
		g.entries = append(g.entries, &Entry{AllowedChange: a, New: !has(old, a.ID)})
	}
	for _, a := range old {
		if !has(now, a.ID) {
			if strings.HasPrefix(name, "git:") {
				a.Span.File = name + ":" + a.Span.File // not a file of the work tree
			}
			g.entries = append(g.entries, &Entry{AllowedChange: a, Gone: true})
		}
	}
	return g
}

// forbiddenKinds returns the kinds that one of the configurations of the states forbids.
func forbiddenKinds(states ...[]*config.Config) []string {
	var all, out []string
	for _, list := range states {
		if len(list) == 0 {
			all = append(all, config.DefaultForbidden...)
		}
		for _, c := range list {
			all = append(all, c.Forbidden()...)
		}
	}
	for _, kind := range all {
		if !slices.Contains(out, kind) {
			out = append(out, kind)
		}
	}
	return out
}

// allowedChanges returns the entries of the configurations of a state and of those
// further up. Files that are already known are left out, since a file that both
// states have in common says nothing about the state before. The others become
// known.
func allowedChanges(list []*config.Config, known map[string]bool) []config.AllowedChange {
	var out []config.AllowedChange
	read := map[string]bool{}
	for _, c := range list {
		for ; c != nil; c = c.Above {
			if known[c.File] {
				continue
			}
			read[c.File] = true
			for _, a := range c.AllowedChanges() {
				if !slices.Contains(out, a) {
					out = append(out, a)
				}
			}
		}
	}
	maps.Copy(known, read)
	return out
}

// Dated reports whether there is an entry with a date.
func (g *Gate) Dated() bool { return slices.ContainsFunc(g.entries, (*Entry).counts) }

// Fail returns the kinds of changes that are forbidden.
func (g *Gate) Fail() []string { return g.fail }

// Judge returns the verdict on a change, and the entry that lets it through. Only
// an entry lets through a change with an empty kind.
func (g *Gate) Judge(kind, id string) (Verdict, *Entry) {
	kind = strings.ToLower(kind)
	if kind != "" && kind != unknown && !slices.Contains(g.fail, kind) {
		return Passed, nil
	}
	for _, e := range g.entries {
		if e.ID != id {
			continue
		}
		e.used = true
		if e.counts() && g.at.Before(e.Ends()) {
			return Allowed, e
		}
	}
	return Forbidden, nil
}

// Findings returns the findings about the entries, and about a change that weakens
// the rules. All changes must have been judged.
func (g *Gate) Findings() diag.List {
	var found diag.List
	if len(g.missing) > 0 {
		found.Add(diag.Finding{
			Code: diag.GateWeakened, Span: g.where,
			Message: fmt.Sprintf("gate.fail leaves out %s, which %s forbids: it holds for this change", strings.Join(g.missing, ", "), g.before),
			Help:    "if it is intended, nothing needs to be done: later changes have the new gate",
		})
	}
	for _, e := range g.entries {
		if f := g.findingAbout(e); f != nil {
			found.Add(*f)
		}
	}
	return found
}

// findingAbout returns the finding about an entry, nil for none.
func (g *Gate) findingAbout(e *Entry) *diag.Finding {
	const remove = "remove the entry"
	f := &diag.Finding{Code: diag.AllowedUnused, Span: e.Span, Help: remove}
	switch {
	case e.Gone && !e.used:
		return nil
	case e.counts() && !g.at.Before(e.Ends()):
		f.Code = diag.AllowedPast
		f.Message = fmt.Sprintf("the entry for the change %s ended with %s: it lets nothing through", e.ID, e.Until)
		f.Help = remove + ", or agree on a later day"
	case !e.counts() && e.used:
		f.Message = fmt.Sprintf("the entry for the change %s lets nothing through: it was there before, at %s", e.ID, g.before)
		f.Help = "an entry counts for the change that adds it or removes it: remove it together with the object that it lets through"
	case !e.counts():
		f.Message = fmt.Sprintf("the entry for the change %s has done its work: it was there before, at %s", e.ID, g.before)
	case !e.used:
		f.Message = fmt.Sprintf("there is no change %s: the entry lets nothing through", e.ID)
	default:
		return nil
	}
	return f
}
