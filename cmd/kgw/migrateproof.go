package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/compare"
	"github.com/kgw-dev/kgw/compare/diff"
	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/kinds"
	"github.com/kgw-dev/kgw/internal/parallel"
	"github.com/kgw-dev/kgw/internal/report"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/migrate"
	"github.com/kgw-dev/kgw/prove"
	"github.com/kgw-dev/kgw/prove/classes"
)

// moves is what a migration changes for callers. The JSON form is public:
// additions only.
type moves struct {
	Resources []*move `json:"resources"`
	// General are changes that no resource of its own stands for.
	General   []semanticChange `json:"general,omitempty"`
	Unchanged int              `json:"unchanged"`
	Notes     []string         `json:"notes,omitempty"`
	// Spellings counts the losses that only requests show which spell a plain
	// character of the path as %XX, as no client does by itself.
	Spellings int `json:"spellings,omitempty"`
	// Asterisks counts those that only requests with a "*" in the path show,
	// which the templates in policies of v2 do not match.
	Asterisks int `json:"asterisks,omitempty"`
	// Supposed is what was taken to exist, because it is not among the inputs.
	Supposed []string `json:"supposed,omitempty"`
	// Setting is a line of kgw.yaml with which resources that are compiled move.
	Setting string `json:"setting,omitempty"`
}

// move is one resource that was moved.
type move struct {
	Resource string           `json:"resource"`
	File     string           `json:"file"`
	Changes  []semanticChange `json:"changes"`
	// NotCompared says why the two sides could not be compared.
	NotCompared string `json:"notCompared,omitempty"`
}

// provenMoves compares what the inputs compile to before and after: nil where
// nothing was moved.
func (a *app) provenMoves(in compile.Input, o compile.Options, result *migrate.Result) *moves {
	m := &moves{}
	byName := map[string]*move{}
	if result.To != migrate.ToGatewayAPI && !slices.ContainsFunc(result.Documents, func(d migrate.Document) bool { return d.Outcome == migrate.Moved }) {
		return nil
	}
	for i := range result.Documents {
		d := &result.Documents[i]
		if d.Outcome == migrate.Moved {
			one := &move{Resource: resourceName(d.Doc, o.Namespace), File: d.Doc.File.Name, Changes: []semanticChange{}}
			if d.Kind != "APIRule" {
				one.NotCompared = prove.APINotComparable(d.Doc)
			}
			m.Resources = append(m.Resources, one)
			byName[one.Resource] = one
		}
	}
	before := compile.Input{Files: result.Before(), Problems: in.Problems}
	after := compile.Input{Files: result.After(), Problems: in.Problems}
	supposing, supposed := prove.Suppose([]compile.Input{before, after}, o)
	m.Supposed = supposed
	wasWith, isWith := a.routeAPIs(result, supposing)
	was, then := prove.Compared(before, wasWith)
	is, now := prove.Compared(after, isWith)
	m.compiled(then, now, byName, o.Namespace)
	a.withheld(then, "before", byName, o.Namespace)
	a.withheld(now, "after", byName, o.Namespace)
	found := classes.Compare(was, is)
	m.fill(found, newSemanticReport(found, a.secrets), byName, o.Namespace)
	m.settle()
	if len(m.Resources) == 0 {
		return nil
	}
	return m
}

// routeAPIs are the options of both sides: a move to the Gateway API compiles
// resources to VirtualServices before and to HTTPRoutes after.
func (a *app) routeAPIs(result *migrate.Result, o compile.Options) (before, after compile.Options) {
	before, after = o, o
	if result.To == migrate.ToGatewayAPI {
		after.RouteAPI = migrate.ToGatewayAPI
	}
	return before, after
}

// compiled adds the resources that the compiler writes HTTPRoutes for after the
// move and did not before: a setting moves them.
func (m *moves) compiled(then, now *compile.Result, byName map[string]*move, namespace string) {
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
		name := resourceName(doc, namespace)
		if !have[doc] || had[migrate.PlaceOf(doc)] || byName[name] != nil {
			continue
		}
		one := &move{Resource: name, File: doc.File.Name, Changes: []semanticChange{}}
		m.Resources, byName[name] = append(m.Resources, one), one
		m.Setting = "istio.routeAPI: " + migrate.ToGatewayAPI
	}
}

// planMoves writes the steps of what the migration changes on a cluster.
func (a *app) planMoves(dir string, in compile.Input, o compile.Options, result *migrate.Result) error {
	before := compile.Input{Files: result.Before(), Problems: in.Problems}
	after := compile.Input{Files: result.After(), Problems: in.Problems}
	o.Config.Compat = "controller"
	supposing, _ := prove.Suppose([]compile.Input{before, after}, o)
	wasWith, isWith := a.routeAPIs(result, supposing)
	was, is := compare.Compile("before", before, wasWith), compare.Compile("after", after, isWith)
	if result.To == migrate.ToGatewayAPI {
		was.Objects = append(was.Objects, routesAmong(before, &wasWith)...)
		is.Objects = append(is.Objects, routesAmong(after, &isWith)...)
	}
	return a.writePlan(dir, was, is, compare.Scope{Prune: true, All: true})
}

// routesAmong are the objects among the inputs that a move to the Gateway API
// replaces and writes.
func routesAmong(in compile.Input, o *compile.Options) []diff.Object {
	return slices.DeleteFunc(compare.Dump(in.Files, nil, o).Objects, func(object diff.Object) bool {
		return !slices.Contains([]string{"VirtualService", kinds.HTTPRoute, kinds.ReferenceGrant}, object.ID().Kind)
	})
}

func resourceName(doc *source.Document, namespace string) string {
	if doc.Namespace != "" {
		namespace = doc.Namespace
	}
	return namespace + "/" + doc.Name
}

// fill gives each change to the resource that it is about; report is r as it is
// printed.
func (m *moves) fill(r *classes.Report, report *semanticReport, byName map[string]*move, namespace string) {
	m.Unchanged, m.Notes = report.Unchanged, report.Notes
	for i := range report.Changes {
		doc := r.Changes[i].WasAt.Doc
		if doc == nil {
			doc = r.Changes[i].IsAt.Doc
		}
		if doc != nil {
			if one := byName[resourceName(doc, namespace)]; one != nil {
				if one.NotCompared == "" { // else there is nothing to compare with
					one.Changes = append(one.Changes, report.Changes[i])
				}
				continue
			}
		}
		m.General = append(m.General, report.Changes[i])
	}
}

// withheld notes which resources have an error that keeps them from being
// compared.
func (a *app) withheld(r *compile.Result, when string, byName map[string]*move, namespace string) {
	for i := range r.Resources {
		one := byName[resourceName(r.Resources[i].Doc, namespace)]
		if !r.Resources[i].Withheld || one == nil || one.NotCompared != "" {
			continue
		}
		one.NotCompared = "it has an error " + when
		for j := range r.Findings {
			if f := &r.Findings[j]; f.Severity == diag.Error && f.At.Doc == r.Resources[i].Doc {
				one.NotCompared = fmt.Sprintf("%s the move it has the error %s: %s", when, f.Code, a.secrets.Text(f.Message))
				break
			}
		}
	}
}

// changed reports whether anything is answered differently, or could not be
// compared.
func (m *moves) changed() bool {
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

// write prints the moves for people.
func (m *moves) write(w io.Writer) error {
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
		m.General[i].text(&b, "")
	}
	if m.Spellings > 0 {
		fmt.Fprintf(&b, "note: %s of requests that spell a plain character of the path as %%XX, as in /%%61, left out: no client does so by itself\n", counted(m.Spellings, "change"))
	}
	if m.Asterisks > 0 {
		fmt.Fprintf(&b, "note: %s of requests with a \"*\" in the path, left out: the templates in policies of v2 do not match it, so that they are refused\n", counted(m.Asterisks, "change"))
	}
	for _, n := range m.Notes {
		fmt.Fprintf(&b, "note: %s\n", report.Visible(n))
	}
	if m.Setting != "" {
		fmt.Fprintf(&b, "note: resources that are compiled move with %s in kgw.yaml\n", m.Setting)
	}
	if len(m.Supposed) > 0 {
		fmt.Fprintf(&b, "note: not among the inputs and taken to exist: %s\n", report.Visible(strings.Join(m.Supposed, ", ")))
	}
	fmt.Fprintf(&b, "%s compared, %d without a change; %s unchanged\n", counted(len(m.Resources), "resource"), same, plural(m.Unchanged, "request class", "request classes"))
	_, err := io.WriteString(w, strings.Join(texts, "")+b.String())
	return err
}

// text says what the move changes for callers.
func (one *move) text() string {
	var b strings.Builder
	b.WriteString(report.Line(fmt.Sprintf("%s (%s): ", one.Resource, one.File)))
	switch {
	case one.NotCompared != "":
		fmt.Fprintf(&b, "not compared: %s\n", report.Visible(one.NotCompared))
	case len(one.Changes) == 0:
		b.WriteString("no change\n")
	case !slices.ContainsFunc(one.Changes, func(c semanticChange) bool { return c.matters() }):
		fmt.Fprintf(&b, "no change of who gets through with its methods, and where to; %s\n", counted(len(one.Changes), "other change"))
	default:
		fmt.Fprintf(&b, "%s\n", counted(len(one.Changes), "change"))
	}
	for i := range one.Changes {
		one.Changes[i].text(&b, "  ")
	}
	return b.String()
}

// matters reports whether a change is about who gets through the gateway with the
// methods that the resource named, or where to. OPTIONS is let in for preflights
// where nothing took it.
func (c *semanticChange) matters() bool {
	switch c.Kind {
	case classes.Exposed:
		return c.Before != classes.NoRoute || len(c.Methods) != 1 || c.Methods[0] != "OPTIONS" || c.AnyMethod
	case classes.Internal, classes.Headers, classes.Timeout, classes.Added, classes.Status:
		return false
	default:
		return true
	}
}

// reportMoves prints the findings of a migration and what it changes for
// callers: to w, or to standard error where w gets a format that is not for
// people. Where standard error is what gets that format, nothing is put beside
// it; the JSON form has the changes itself.
func (a *app) reportMoves(w io.Writer, f *migrateFlags, result *compile.Result, m *moves) error {
	var changes any
	if m != nil {
		changes = m
	}
	if err := a.reportWith(w, &f.inputFlags, result, changes); err != nil {
		return err
	}
	if forPrograms(f.formats) != "" {
		if w == a.stderr {
			return nil
		}
		w = a.stderr
	}
	return m.write(w)
}
