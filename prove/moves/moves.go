// Package moves reports what a migration changes for callers: the inputs compile
// before and after it, and both states are compared by class of requests.
package moves

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/kinds"
	"github.com/kgw-dev/kgw/internal/parallel"
	"github.com/kgw-dev/kgw/internal/report"
	"github.com/kgw-dev/kgw/internal/secret"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/migrate"
	"github.com/kgw-dev/kgw/prove"
	"github.com/kgw-dev/kgw/prove/changes"
	"github.com/kgw-dev/kgw/prove/classes"
)

// Moves is what a migration changes for callers. The JSON form is public:
// additions only.
type Moves struct {
	Resources []*Move `json:"resources"`
	// General are changes that belong to no single resource.
	General   []changes.Change `json:"general,omitempty"`
	Unchanged int              `json:"unchanged"`
	Notes     []string         `json:"notes,omitempty"`
	// Spellings counts the losses that only requests show which spell a plain
	// character of the path as %XX, as no client does by itself.
	Spellings int `json:"spellings,omitempty"`
	// Asterisks counts those that only requests with a "*" in the path show,
	// which the templates in policies of v2 do not match.
	Asterisks int `json:"asterisks,omitempty"`
	// Supposed is what is assumed to exist, because it is not among the inputs.
	Supposed []string `json:"supposed,omitempty"`
	// Setting is a line of kgw.yaml with which resources that are compiled move.
	Setting string `json:"setting,omitempty"`

	to string // what is moved to
}

// Move is one resource that was moved.
type Move struct {
	Resource string           `json:"resource"`
	File     string           `json:"file"`
	Changes  []changes.Change `json:"changes"`
	// NotCompared is why the two sides could not be compared.
	NotCompared string `json:"notCompared,omitempty"`
}

// Compare compares what the inputs compile to before and after a migration, and
// masks the secrets that the book knows. It returns nil where nothing was moved.
func Compare(in compile.Input, o compile.Options, result *migrate.Result, book *secret.Book) *Moves {
	m := &Moves{to: result.To}
	moved, first := map[migrate.Place]*Move{}, map[string]*Move{}
	if result.To != migrate.ToGatewayAPI && !slices.ContainsFunc(result.Documents, func(d migrate.Document) bool { return d.Outcome == migrate.Moved }) {
		return nil
	}
	for i := range result.Documents {
		d := &result.Documents[i]
		if d.Outcome == migrate.Moved {
			one := &Move{Resource: resourceName(d.Doc, o.Namespace), File: d.Doc.File.Name, Changes: []changes.Change{}}
			if d.Kind != "APIRule" {
				one.NotCompared = prove.APINotComparable(d.Doc)
			}
			if other := first[one.Resource]; other != nil {
				one.NotCompared = fmt.Sprintf("it is defined in %s too", other.File)
			} else {
				first[one.Resource] = one
			}
			if d.Rival != nil {
				one.NotCompared = fmt.Sprintf("the Api %s has its host too, and which of the two is in use is not known", resourceName(d.Rival, o.Namespace))
				moved[migrate.PlaceOf(d.Rival)] = one
			}
			m.Resources = append(m.Resources, one)
			moved[migrate.PlaceOf(d.Doc)] = one
		}
	}
	before, after, supposed := Sides(in, o, result)
	for _, what := range supposed {
		m.Supposed = append(m.Supposed, book.Text(what))
	}
	var sides [2]classes.Side
	var compiled [2]*compile.Result
	parallel.Each(2, func(i int) {
		side := [2]Side{before, after}[i]
		sides[i], compiled[i] = prove.Compared(side.Input, side.Options)
	})
	then, now := compiled[0], compiled[1]
	m.addCompiled(then, now, moved, o.Namespace)
	noteWithheld(then, "before", moved, book)
	noteWithheld(now, "after", moved, book)
	found := classes.Compare(sides[0], sides[1])
	m.assignChanges(found, changes.New(found, book), moved)
	m.settle()
	if len(m.Resources) == 0 {
		return nil
	}
	return m
}

// Side is what compiles to one state: the inputs before or after a migration.
type Side struct {
	Input   compile.Input
	Options compile.Options
}

// Sides returns both sides of a migration, with listed stand-ins for what the
// inputs lack. A move to the Gateway API compiles resources to VirtualServices
// before and to HTTPRoutes after.
func Sides(in compile.Input, o compile.Options, result *migrate.Result) (before, after Side, supposed []string) {
	before.Input = compile.Input{Files: result.Before(), Problems: in.Problems}
	after.Input = compile.Input{Files: result.After(), Problems: in.Problems}
	before.Options, supposed = prove.Suppose([]compile.Input{before.Input, after.Input}, o)
	after.Options = before.Options
	if result.To == migrate.ToGatewayAPI {
		after.Options.RouteAPI = migrate.ToGatewayAPI
	}
	return before, after, supposed
}

// addCompiled adds the resources that the compiler writes HTTPRoutes for after
// the move and did not before: a setting moves them.
func (m *Moves) addCompiled(then, now *compile.Result, moved map[migrate.Place]*Move, namespace string) {
	routes := func(r *compile.Result) map[*source.Document]bool {
		out := map[*source.Document]bool{}
		for i := range r.Objects {
			if r.Objects[i].Kind == kinds.HTTPRoute {
				out[r.Objects[i].Origin.Doc] = true
			}
		}
		return out
	}
	had, have := map[migrate.Place]bool{}, routes(now)
	for doc := range routes(then) {
		had[migrate.PlaceOf(doc)] = true
	}
	for i := range now.Resources {
		doc := now.Resources[i].Doc
		place := migrate.PlaceOf(doc)
		if !have[doc] || had[place] || moved[place] != nil {
			continue
		}
		one := &Move{Resource: resourceName(doc, namespace), File: doc.File.Name, Changes: []changes.Change{}}
		m.Resources, moved[place] = append(m.Resources, one), one
		m.Setting = "istio.routeAPI: " + migrate.ToGatewayAPI
	}
}

func resourceName(doc *source.Document, namespace string) string {
	if doc.Namespace != "" {
		namespace = doc.Namespace
	}
	return namespace + "/" + doc.Name
}

// assignChanges assigns each change to the resource that it is about; report is
// r as it is printed.
func (m *Moves) assignChanges(r *classes.Report, report *changes.Report, moved map[migrate.Place]*Move) {
	m.Unchanged, m.Notes = report.Unchanged, report.Notes
	for i := range report.Changes {
		doc := r.Changes[i].WasAt.Doc
		if doc == nil {
			doc = r.Changes[i].IsAt.Doc
		}
		if doc != nil {
			if one := moved[migrate.PlaceOf(doc)]; one != nil {
				if one.NotCompared == "" { // else there is nothing to compare with
					one.Changes = append(one.Changes, report.Changes[i])
				}
				continue
			}
		}
		m.General = append(m.General, report.Changes[i])
	}
}

// noteWithheld notes which resources have an error that keeps them from being
// compared.
func noteWithheld(r *compile.Result, when string, moved map[migrate.Place]*Move, book *secret.Book) {
	for i := range r.Resources {
		one := moved[migrate.PlaceOf(r.Resources[i].Doc)]
		if !r.Resources[i].Withheld || one == nil || one.NotCompared != "" {
			continue
		}
		one.NotCompared = "it has an error " + when
		for j := range r.Findings {
			if f := &r.Findings[j]; f.Severity == diag.Error && f.At.Doc == r.Resources[i].Doc {
				one.NotCompared = fmt.Sprintf("%s the move it has the error %s: %s", when, f.Code, book.Text(f.Message))
				break
			}
		}
	}
}

// Changed reports whether anything is answered differently, or could not be
// compared.
func (m *Moves) Changed() bool {
	if m == nil {
		return false
	}
	for _, one := range m.Resources {
		if len(one.Changes) > 0 || one.NotCompared != "" {
			return true
		}
	}
	return len(m.General) > 0
}

// Write prints the moves for people; nil prints nothing.
func (m *Moves) Write(w io.Writer) error {
	if m == nil {
		return nil
	}
	texts := make([]string, len(m.Resources))
	parallel.Each(len(texts), func(i int) { texts[i] = m.Resources[i].text() })
	same := 0
	for _, one := range m.Resources {
		if len(one.Changes) == 0 && one.NotCompared == "" {
			same++
		}
	}
	var b strings.Builder
	for i := range m.General {
		m.General[i].Text(&b, "")
	}
	if m.Spellings > 0 {
		fmt.Fprintf(&b, "note: %s of requests that spell a plain character of the path as %%XX, as in /%%61, left out: no client does so by itself\n", report.Counted(m.Spellings, "change"))
	}
	if m.Asterisks > 0 {
		fmt.Fprintf(&b, "note: %s of requests with a \"*\" in the path, left out: the templates in policies of v2 do not match it, so that they are refused\n", report.Counted(m.Asterisks, "change"))
	}
	for _, n := range m.Notes {
		fmt.Fprintf(&b, "note: %s\n", report.Visible(n))
	}
	if m.Setting != "" {
		fmt.Fprintf(&b, "note: resources that are compiled move with %s in kgw.yaml\n", m.Setting)
	}
	if len(m.Supposed) > 0 {
		fmt.Fprintf(&b, "note: not among the inputs and assumed to exist: %s\n", report.Visible(strings.Join(m.Supposed, ", ")))
	}
	fmt.Fprintf(&b, "%s compared, %d without a change; %s unchanged\n", report.Counted(len(m.Resources), "resource"), same, report.Plural(m.Unchanged, "request class", "request classes"))
	_, err := io.WriteString(w, strings.Join(texts, "")+b.String())
	return err
}

// text prints what the move changes for callers.
func (one *Move) text() string {
	var b strings.Builder
	b.WriteString(report.Line(fmt.Sprintf("%s (%s): ", one.Resource, one.File)))
	switch {
	case one.NotCompared != "":
		fmt.Fprintf(&b, "not compared: %s\n", report.Visible(one.NotCompared))
	case len(one.Changes) == 0:
		b.WriteString("no change\n")
	case !slices.ContainsFunc(one.Changes, func(c changes.Change) bool { return c.Matters() }):
		fmt.Fprintf(&b, "no change of who gets through with its methods, and where to; %s\n", report.Counted(len(one.Changes), "other change"))
	default:
		fmt.Fprintf(&b, "%s\n", report.Counted(len(one.Changes), "change"))
	}
	for i := range one.Changes {
		one.Changes[i].Text(&b, "  ")
	}
	return b.String()
}
