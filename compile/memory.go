package compile

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/schema"
	"github.com/kgw-dev/kgw/validate"
)

// Memory keeps what a run made of files and gateways, for the next run over nearly
// the same files: a file is the same one if its *source.File is. The Options of all
// runs must be alike, but for the contents of configurations and Later. A run with a
// Memory returns what it would return without one. The zero value is empty; it serves
// one run at a time.
type Memory struct {
	judge *match.Judge
	runs  int // of the judge
	files map[*source.File]*fileMemory
	// contents numbers the contents of configurations that were seen.
	contents map[string]int
	// checks are what emitters said of gateways, by the documents they are from.
	checks map[*source.Document][]*checkMemory
	places diag.Places
	around surroundings // of the links in the last run
	rules  validate.Memory
}

// maxRuns is how many runs share a judge, which never forgets a path.
const maxRuns = 500

// fileMemory is what was read of one file, under one configuration.
type fileMemory struct {
	under    circumstances
	docs     []*source.Document
	problems []source.Problem
	units    []*unit // as they are read; never linked
}

// checkMemory is what the emitters of one target said of one gateway.
type checkMemory struct {
	gateway *ir.Gateway
	content int // of the configuration that its target is of
	steps   int // that its target had
	found   diag.List
	written ir.Written
	lowered [][]manifest.Object // what each emitter wrote; nil before it was called
}

// circumstances is everything that reading a file depends on besides the file itself.
type circumstances struct {
	content      int // of its configuration
	later, outer Later
}

// remember prepares the memory for a run.
func (r *run) remember() {
	m := r.options.Memory
	if m == nil {
		return
	}
	if m.judge == nil || m.runs == maxRuns {
		m.judge, m.runs = match.NewJudge(), 0
	}
	m.runs++
	m.places.Next()
	r.judge, r.contents = m.judge, map[*config.Config]int{}
	if m.contents == nil {
		m.contents = map[string]int{}
	}
	for _, c := range r.scopes() {
		r.numberContent(c, contentOf(c))
	}
}

// numberContent numbers what a configuration was made of.
func (r *run) numberContent(c *config.Config, content string) {
	m := r.options.Memory
	if m == nil {
		return
	}
	if _, seen := m.contents[content]; !seen {
		m.contents[content] = len(m.contents)
	}
	r.contents[c] = m.contents[content]
}

// contentOf returns what a configuration was read from, with those further up.
func contentOf(c *config.Config) string {
	var b strings.Builder
	for _, s := range c.Sources {
		fmt.Fprintf(&b, "%q %q\n", s.Name, s.Data)
	}
	return b.String()
}

// places returns the places of findings that were reported before; nil without a
// memory.
func (r *run) places() *diag.Places {
	if r.options.Memory == nil {
		return nil
	}
	return &r.options.Memory.places
}

func (r *run) circumstances(f *source.File) circumstances {
	return circumstances{r.contents[r.options.ConfigOf(f)], r.options.Later[f.Name], r.options.Later[""]}
}

// recallFiles returns what is remembered of each file.
func (r *run) recallFiles(files []*source.File) []*fileMemory {
	out := make([]*fileMemory, len(files))
	m := r.options.Memory
	next := make(map[*source.File]*fileMemory, len(files))
	for i, f := range files {
		out[i] = &fileMemory{}
		if m == nil {
			continue
		}
		out[i].under = r.circumstances(f)
		if known := m.files[f]; known != nil && known.under == out[i].under {
			out[i] = known
		}
		next[f] = out[i]
	}
	if m != nil {
		m.files = next
	}
	return out
}

// recallUnits returns the pristine units of all documents, nil for those that are
// not remembered.
func (r *run) recallUnits(before []*source.Document, files []*fileMemory) []*unit {
	if r.options.Memory == nil {
		return nil
	}
	out := make([]*unit, len(before))
	for _, f := range files {
		if f.units == nil {
			out = append(out, make([]*unit, len(f.docs))...)
		} else {
			out = append(out, f.units...)
		}
	}
	return out
}

// keepUnits remembers the units of files as they were read just now.
func (r *run) keepUnits(before []*source.Document, files []*fileMemory, units []*unit) {
	if r.options.Memory == nil {
		return
	}
	at := len(before)
	for _, f := range files {
		if f.units == nil {
			f.units = make([]*unit, len(f.docs))
			for i := range f.units {
				f.units[i] = units[at+i].pristine()
			}
		}
		at += len(f.docs)
	}
}

// pristine is a unit as it is read, before anything is done to it. Its links are
// those of the unit.
func (u *unit) pristine() *unit {
	t := *u
	t.gateway, t.found = nil, slices.Clone(u.found)
	t.ignores, t.items = slices.Clone(u.ignores), slices.Clone(u.items)
	for i := range t.items {
		t.items[i] = u.items[i].pristine()
	}
	return &t
}

// revive makes a unit of a pristine one, as reading its document would. Its
// gateway is the linked one, if there is one: see recallLinks.
func (u *unit) revive(r *run) *unit {
	next := u.pristine()
	for i := range next.items {
		next.items[i] = u.items[i].revive(r)
	}
	switch {
	case next.resource == nil:
	case next.links != nil && next.links.made:
		next.gateway = next.links.gateway
	default:
		next.gateway, _ = next.resource.Lift(r.settingsFor(next.doc, next.kind))
	}
	return next
}

// lift makes the gateway of a decoded resource.
func (u *unit) lift(resource schema.Resource, s *ir.Settings) {
	gateway, found := resource.Lift(s)
	u.gateway, u.found, u.links = gateway, append(u.found, found...), &links{}
}

// recall returns what the emitters found about a unit that has not changed, and
// restores its gateway, which the findings refer to; nil where it is not known. nth
// counts the units of one document.
func (r *run) recall(u *unit, nth int) *checkMemory {
	m := r.options.Memory
	if m == nil || nth >= len(m.checks[u.doc]) {
		return nil
	}
	known := m.checks[u.doc][nth]
	if known == nil || known.content != r.contents[r.configOf(u.doc)] || known.steps != u.target.Steps || known.gateway != u.gateway && !reflect.DeepEqual(known.gateway, u.gateway) {
		return nil
	}
	if u.meant == u.gateway {
		u.meant, u.links.gateway = known.gateway, known.gateway
	}
	u.gateway, u.linked.gateway = known.gateway, known.gateway
	return known
}

// keepChecks remembers what the emitters said of the units.
func (r *run) keepChecks(said []*checkMemory) {
	if r.options.Memory == nil {
		return
	}
	checks := map[*source.Document][]*checkMemory{}
	for i, u := range r.compiled {
		checks[u.doc] = append(checks[u.doc], said[i])
	}
	r.options.Memory.checks = checks
}

// lowerUnit writes the manifests of one gateway, by emitter, unless that was done
// before. They are not to be changed.
func (r *run) lowerUnit(u *unit) [][]manifest.Object {
	if u.said != nil && u.said.lowered != nil {
		return u.said.lowered
	}
	lists := make([][]manifest.Object, len(u.target.emitters))
	for i := range u.target.emitters {
		lists[i] = u.target.emitters[i].lower(u.gateway, &u.target.Target)
	}
	if u.said != nil {
		u.said.lowered = lists
	}
	return lists
}
