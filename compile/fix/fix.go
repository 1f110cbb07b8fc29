// Package fix repairs inputs: it applies the fixes of findings and runs the line again.
package fix

import (
	"fmt"
	"slices"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/edit"
	"github.com/kgw-dev/kgw/internal/source"
)

// Patch is what fixes make of the inputs.
type Patch struct {
	// Files are those that change, in input order.
	Files []PatchedFile
	// Fixed counts the findings that are repaired.
	Fixed int
	// Result is the result of a run over the patched inputs.
	Result *compile.Result
}

// PatchedFile is a file and its new content.
type PatchedFile struct {
	File *source.File
	Data []byte
}

// maxRounds bounds the rounds of fixes: one may show or allow another. maxTrials bounds
// the runs of all rounds. The next run fixes what is left.
const maxRounds, maxTrials = 20, 60

// maxFixes bounds the fixes that are tried for one document in all rounds: each
// parses it again. The next run fixes what is left.
const maxFixes = 100

// Apply applies the fixes of the findings of a run and runs again, until nothing
// is left to fix. A fix that brings a new finding, other than for the record,
// is undone.
func Apply(in compile.Input, o compile.Options, r *compile.Result) *Patch {
	f := &fixer{input: compile.Input{Files: slices.Clone(in.Files), Problems: in.Problems}, options: o, banned: map[fixKey]bool{}, tried: map[place]int{}, patch: &Patch{Result: r}}
	for range maxRounds {
		if !f.round() {
			break
		}
	}
	for i, file := range f.input.Files {
		if file != in.Files[i] {
			f.patch.Files = append(f.patch.Files, PatchedFile{File: in.Files[i], Data: file.Data})
		}
	}
	left := countNew(f.patch.Result.Findings, nil)
	for i := range r.Findings {
		if g := &r.Findings[i]; g.Fix != nil && left[keyOf(g)] == 0 {
			f.patch.Fixed++
		}
	}
	return f.patch
}

// Mark marks the findings of a run whose fix can be made, and counts them.
// Nothing is run again: Apply undoes a fix that brings a new finding.
func Mark(r *compile.Result) {
	f := &fixer{tried: map[place]int{}, patch: &Patch{Result: r}}
	for i := range r.Findings {
		g := &r.Findings[i]
		if !f.mayTry(g) {
			continue
		}
		if _, err := newCandidate(g); err == nil {
			g.Fixable = true
			r.Summary.Fixable++
		}
	}
}

// One returns the change that repairs one finding of a run. ok is false where the
// finding has no fix, or one that does not repair it or brings a new finding.
func One(in compile.Input, o compile.Options, r *compile.Result, g *diag.Finding) (one edit.Change, ok bool) {
	f := &fixer{input: in, options: o, tried: map[place]int{}, patch: &Patch{Result: r}}
	if !f.mayTry(g) {
		return edit.Change{}, false
	}
	c, err := newCandidate(g)
	if err != nil {
		return edit.Change{}, false
	}
	todo := []candidate{c}
	changed, err := f.apply(todo)
	if err != nil {
		return edit.Change{}, false
	}
	next := compile.Run(changed, o)
	return c.change, len(blame(r, next, todo)) == 0 && countNew(next.Findings, nil)[keyOf(g)] < countNew(r.Findings, nil)[keyOf(g)]
}

// fixer is the state of the rounds.
type fixer struct {
	input   compile.Input
	options compile.Options
	banned  map[fixKey]bool
	tried   map[place]int
	trials  int
	patch   *Patch
}

// fixKey identifies a finding across runs, in which lines may move.
type fixKey struct {
	code     diag.Code
	file     string
	document int
	item     string
	message  string
}

func keyOf(f *diag.Finding) fixKey {
	k := fixKey{code: f.Code, message: f.Message, file: f.Span.File}
	if d := f.At.Doc; d != nil {
		k.file, k.document, k.item = d.File.Name, d.Index, d.Item()
	}
	return k
}

// candidate is a fix that can be made as a change of a file.
type candidate struct {
	key    fixKey
	file   *source.File
	change edit.Change
	moves  bool
}

func (c *candidate) place() place { return place{c.key.file, c.key.document} }

// round applies as many fixes as can be applied together. A fix that causes a new
// finding on its own is banned; of several fixes, it finds those that do by leaving out
// half of them. round reports whether anything changed or was banned.
func (f *fixer) round() bool {
	all, again := f.candidates(), false
	for todo := all; len(todo) > 0 && f.trials < maxTrials; {
		f.trials++
		changed, err := f.apply(todo)
		if err != nil {
			return false
		}
		next := compile.Run(changed, f.options)
		added := blame(f.patch.Result, next, todo)
		switch {
		case len(added) == 0:
			f.input, f.patch.Result = changed, next
			return true
		case len(todo) == 1:
			bad := todo[0]
			f.banned[bad.key], again = true, true
			all = slices.DeleteFunc(slices.Clone(all), func(c candidate) bool { return c == bad })
			todo = all
		default:
			todo = fewer(todo, added)
		}
	}
	return again
}

// fewer leaves out half of the fixes of each document with a new finding, and half of
// all fixes if that leaves none or all.
func fewer(todo []candidate, added map[place]bool) []candidate {
	in, seen := map[place]int{}, map[place]int{}
	for _, c := range todo {
		in[c.place()]++
	}
	var out []candidate
	for _, c := range todo {
		at := c.place()
		if seen[at]++; !added[at] || seen[at] <= in[at]/2 {
			out = append(out, c)
		}
	}
	if len(out) == 0 || len(out) == len(todo) {
		return todo[:len(todo)/2]
	}
	return out
}

// candidates lists the fixes of the last run, at most one for each place.
func (f *fixer) candidates() []candidate {
	var out []candidate
	findings := f.patch.Result.Findings
	for i := range findings {
		g := &findings[i]
		if !f.mayTry(g) {
			continue
		}
		c, err := newCandidate(g)
		if err != nil {
			f.banned[c.key] = true
			continue
		}
		if !slices.ContainsFunc(out, func(o candidate) bool { return o.file == c.file && changesOverlap(o.change, c.change) }) {
			out = append(out, c)
		}
	}
	return out
}

// mayTry reports whether the fix of a finding is to be tried, and counts it for its
// document.
func (f *fixer) mayTry(g *diag.Finding) bool {
	if g.Fix == nil || g.At.Doc == nil || f.banned[keyOf(g)] || f.mayChangeOverlap(g) {
		return false
	}
	at := place{g.At.Doc.File.Name, g.At.Doc.Index}
	f.tried[at]++
	return f.tried[at] <= maxFixes
}

// newCandidate makes the fix of a finding a change of its file.
func newCandidate(g *diag.Finding) (candidate, error) {
	change, err := changeOf(g)
	_, moves := g.Fix.(diag.Move)
	return candidate{key: keyOf(g), file: g.At.Doc.File, change: change, moves: moves}, err
}

func changesOverlap(a, b edit.Change) bool {
	return a.Start < b.End && b.Start < a.End || a.Start == b.Start
}

// mayChangeOverlap reports whether a fix may change the path of a rule that overlaps
// another one: a request that is answered with 500 today may be let in when one of the
// two is narrowed.
func (f *fixer) mayChangeOverlap(g *diag.Finding) bool {
	if _, rewrites := g.Fix.(diag.Rewrite); !rewrites {
		return false
	}
	at := func(r source.Ref) bool { return r.Doc == g.At.Doc && r.Path == g.At.Path }
	return slices.ContainsFunc(f.patch.Result.Findings, func(o diag.Finding) bool {
		overlap := o.Code == diag.RulesOverlap || o.Code == diag.OverlapUnknown
		return overlap && (at(o.At) || slices.ContainsFunc(o.Related, func(r diag.Related) bool { return at(r.At) }))
	})
}

func changeOf(f *diag.Finding) (edit.Change, error) {
	switch fix := f.Fix.(type) {
	case diag.Rewrite:
		return edit.Scalar(f.At, fix.Text)
	case diag.Move:
		return edit.Move(fix.List, fix.From, fix.To)
	case diag.DropComment:
		return edit.RemoveComment(f.At.Doc, f.Span)
	}
	return edit.Change{}, fmt.Errorf("%s has no fix", f.Code)
}

func (f *fixer) apply(todo []candidate) (compile.Input, error) {
	changes := map[*source.File][]edit.Change{}
	for _, c := range todo {
		changes[c.file] = append(changes[c.file], c.change)
	}
	out := compile.Input{Files: slices.Clone(f.input.Files), Problems: f.input.Problems}
	for i, file := range out.Files {
		if len(changes[file]) == 0 {
			continue
		}
		data, err := edit.Apply(file.Data, changes[file])
		if err != nil {
			return out, err
		}
		changed, problem := source.NewFile(file.Name, data)
		if problem != nil {
			return out, fmt.Errorf("%s", problem.Message)
		}
		out.Files[i] = changed
	}
	return out, nil
}

// place is a document across runs.
type place struct {
	file     string
	document int
}

// blame names the documents that have new findings, other than for the record. Where
// nothing moved, a finding with the code and the place of an earlier one is not new,
// even if it quotes another text.
func blame(before, after *compile.Result, applied []candidate) map[place]bool {
	moved := map[place]bool{}
	for _, c := range applied {
		moved[c.place()] = moved[c.place()] || c.moves
	}
	old, there := countNew(before.Findings, nil), map[placeKey]bool{}
	for i := range before.Findings {
		there[placeOf(&before.Findings[i])] = true
	}
	left := countNew(after.Findings, old)
	out := map[place]bool{}
	for i := range after.Findings {
		g := &after.Findings[i]
		k := keyOf(g)
		at := place{k.file, k.document}
		if left[k] > 0 && (moved[at] || !there[placeOf(g)]) {
			out[at] = true
		}
	}
	return out
}

// placeKey is a code at a place.
type placeKey struct {
	code     diag.Code
	file     string
	document int
	path     string
}

func placeOf(f *diag.Finding) placeKey {
	k := keyOf(f)
	return placeKey{k.code, k.file, k.document, k.item + " " + f.At.Path}
}

// countNew counts the findings that are not only for the record, without those of old.
func countNew(found diag.List, old map[fixKey]int) map[fixKey]int {
	out := map[fixKey]int{}
	for i := range found {
		if found[i].Severity >= diag.Warning {
			out[keyOf(&found[i])]++
		}
	}
	for k := range out {
		if out[k] -= old[k]; out[k] <= 0 {
			delete(out, k)
		}
	}
	return out
}
