package migrate

import (
	"cmp"
	"slices"

	"github.com/kgw-dev/kgw/internal/diag"
)

// Assessment is how far a repository can be moved. Documents is the sum of
// Moves, Decisions, Current and Broken; Decisions and Broken are the sum of the
// Documents of all Reasons.
type Assessment struct {
	To        string   `json:"to"`
	Documents int      `json:"documents"`
	Moves     int      `json:"moves"`
	Decisions int      `json:"decisions"`
	Current   int      `json:"current"`
	Broken    int      `json:"broken"`
	Reasons   []Reason `json:"reasons"`
	Notes     []Note   `json:"notes"`
}

// Reason is why documents are left, with those of which it is the first
// reason.
type Reason struct {
	Code      diag.Code `json:"code"`
	Name      string    `json:"name"`
	Summary   string    `json:"summary"`
	Documents int       `json:"documents"`
	Resources []Left    `json:"resources"`
}

// Left is a document that is left, with everything that needs a decision.
type Left struct {
	File      string     `json:"file"`
	Line      int        `json:"line"`
	Kind      string     `json:"kind"`
	Namespace string     `json:"namespace,omitempty"`
	Name      string     `json:"name,omitempty"`
	Decisions []Decision `json:"decisions"`
}

// Decision is one thing to decide.
type Decision struct {
	Code    diag.Code `json:"code"`
	Line    int       `json:"line"`
	Column  int       `json:"column"`
	Path    string    `json:"path,omitempty"`
	Message string    `json:"message"`
	Help    string    `json:"help,omitempty"`
}

// Note counts what somebody should know of the documents that move.
type Note struct {
	Code      diag.Code `json:"code"`
	Name      string    `json:"name"`
	Summary   string    `json:"summary"`
	Documents int       `json:"documents"`
	Findings  int       `json:"findings"`
}

// Assess counts what became of the documents. found are the findings of the
// result, resolved.
func (r *Result) Assess(to string, found diag.List) *Assessment {
	a := &Assessment{To: to, Documents: len(r.Documents), Reasons: []Reason{}, Notes: []Note{}}
	of := map[Place]diag.List{}
	for i := range found {
		if d := found[i].At.Doc; d != nil {
			of[PlaceOf(d)] = append(of[PlaceOf(d)], found[i])
		}
	}
	for i := range r.Documents {
		d := &r.Documents[i]
		switch d.Outcome {
		case Current:
			a.Current++
		case Moved:
			a.Moves++
			a.countNotes(of[PlaceOf(d.Doc)])
		case Decide:
			a.Decisions++
			a.countLeft(d, of[PlaceOf(d.Doc)])
		case Broken:
			a.Broken++
			a.countLeft(d, of[PlaceOf(d.Doc)])
		}
	}
	slices.SortStableFunc(a.Reasons, func(x, y Reason) int {
		return cmp.Or(cmp.Compare(y.Documents, x.Documents), cmp.Compare(x.Code, y.Code))
	})
	slices.SortFunc(a.Notes, func(x, y Note) int { return cmp.Compare(x.Code, y.Code) })
	return a
}

// countLeft counts a document under its first reason.
func (a *Assessment) countLeft(d *Document, found diag.List) {
	entry := Left{File: d.Doc.File.Name, Line: d.Doc.First(), Kind: d.Kind, Namespace: d.Doc.Namespace, Name: d.Doc.Name, Decisions: []Decision{}}
	for i := range found {
		f := &found[i]
		entry.Decisions = append(entry.Decisions, Decision{f.Code, f.Span.Line, f.Span.Column, f.At.Path, f.Message, f.Help})
	}
	code := diag.NotValid
	if len(entry.Decisions) > 0 {
		code = entry.Decisions[0].Code
	}
	i := slices.IndexFunc(a.Reasons, func(r Reason) bool { return r.Code == code })
	if i < 0 {
		rule, _ := diag.Lookup(code)
		i = len(a.Reasons)
		a.Reasons = append(a.Reasons, Reason{Code: code, Name: rule.Name, Summary: rule.Summary})
	}
	a.Reasons[i].Documents++
	a.Reasons[i].Resources = append(a.Reasons[i].Resources, entry)
}

// countNotes counts the findings of a document that moves.
func (a *Assessment) countNotes(found diag.List) {
	var met []diag.Code
	for k := range found {
		code := found[k].Code
		i := slices.IndexFunc(a.Notes, func(n Note) bool { return n.Code == code })
		if i < 0 {
			rule, _ := diag.Lookup(code)
			i = len(a.Notes)
			a.Notes = append(a.Notes, Note{Code: code, Name: rule.Name, Summary: rule.Summary})
		}
		a.Notes[i].Findings++
		if !slices.Contains(met, code) {
			met = append(met, code)
			a.Notes[i].Documents++
		}
	}
}
