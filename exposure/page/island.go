package page

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/exposure"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/report"
	"github.com/kgw-dev/kgw/prove/changes"
)

// island is the data of a page: texts as they are shown. Characters that could
// control or reorder a line are shown as escapes.
type island struct {
	Inputs    []string    `json:"inputs"`
	Accesses  []access    `json:"accesses"`
	Hosts     []host      `json:"hosts"`
	Rows      []row       `json:"rows"`
	Findings  []finding   `json:"findings"`
	Overlaps  []int       `json:"overlaps"` // indexes of findings
	Withheld  []string    `json:"withheld"`
	Supposed  []string    `json:"supposed"`
	Against   *comparison `json:"against,omitempty"`
	Errors    int         `json:"errors"`
	Warnings  int         `json:"warnings"`
	ForRecord int         `json:"forRecord"`
}

// access is a kind of access with the number of its rows.
type access struct {
	Name  exposure.Access `json:"name"`
	Title string          `json:"title"`
	Rows  int             `json:"rows"`
}

var titles = map[exposure.Access]string{
	exposure.Public: "Open to anyone", exposure.Unknown: "Not known", exposure.Restricted: "Restricted",
	exposure.Closed: "Closed", exposure.Unreached: "Not reached",
}

type host struct {
	Name    string   `json:"name"`
	Unknown []string `json:"unknown,omitempty"`
	Notes   []string `json:"notes,omitempty"`
}

type row struct {
	Host      int             `json:"host"` // its index
	Methods   string          `json:"methods,omitempty"`
	Path      string          `json:"path"`
	Schemes   string          `json:"schemes,omitempty"`
	Access    exposure.Access `json:"access"`
	Callers   []caller        `json:"callers,omitempty"`
	InCluster []caller        `json:"inCluster,omitempty"`
	Backend   string          `json:"backend,omitempty"`
	Via       string          `json:"via,omitempty"`
	Rule      string          `json:"rule,omitempty"`
	Route     string          `json:"route,omitempty"`
	Further   []string        `json:"further,omitempty"`
	Source    string          `json:"source,omitempty"`
	Witness   string          `json:"witness,omitempty"`
	Trace     string          `json:"trace,omitempty"` // the command that decides the witness
	Request   *request        `json:"request,omitempty"`
	Findings  []string        `json:"findings,omitempty"` // their codes
	About     []int           `json:"about,omitempty"`    // their indexes
	Unknown   []string        `json:"unknown,omitempty"`
}

// request is the witness in the form of the request box: texts of fields, as they
// are.
type request struct {
	Method  string   `json:"method"`
	URL     string   `json:"url"`
	Headers []string `json:"headers,omitempty"`
}

type caller struct {
	Kind  exposure.Kind `json:"kind"`
	Text  string        `json:"text"`
	Facts []string      `json:"facts,omitempty"`
}

type finding struct {
	Code     string   `json:"code"`
	Severity string   `json:"severity"`
	Message  string   `json:"message"`
	Source   string   `json:"source,omitempty"`
	Help     string   `json:"help,omitempty"`
	Related  []string `json:"related,omitempty"`
	Witness  string   `json:"witness,omitempty"`
}

// comparison lists the changes for callers.
type comparison struct {
	Name      string   `json:"name"`
	Changes   []change `json:"changes"`
	Unchanged int      `json:"unchanged"`
	Notes     []string `json:"notes"`
}

type change struct {
	Kind     string   `json:"kind"`
	Requests string   `json:"requests"`
	Before   string   `json:"before"`
	After    string   `json:"after"`
	Witness  string   `json:"witness"`
	Places   []string `json:"places"`
}

// overlaps are the codes of findings about requests that more than one route, rule
// or policy matches.
var overlaps = []diag.Code{
	diag.RouteShadowed, diag.RulesOverlap, diag.RouteUnreachable, diag.OverlapUnknown, diag.RuleBypassed, diag.RouteWeaker, diag.RouteLost,
	diag.PolicyReplaced, diag.AuthenticationReplaced, diag.MethodsShortCircuited, diag.NormalisationDoor, diag.ForeignRoutes,
}

func newIsland(p *Page) *island {
	r := p.Report
	out := &island{
		Inputs: showTexts(p.Inputs), Hosts: []host{}, Rows: []row{}, Findings: []finding{}, Overlaps: []int{}, Withheld: []string{}, Supposed: showTexts(r.Supposed),
		Errors: r.Summary.Errors, Warnings: r.Summary.Warnings, ForRecord: r.Summary.Infos,
	}
	for _, a := range exposure.Accesses() {
		out.Accesses = append(out.Accesses, access{a, titles[a], r.Counts.Access[a]})
	}
	for i := range r.Hosts {
		h := &r.Hosts[i]
		out.Hosts = append(out.Hosts, host{report.Visible(h.Host), showTexts(h.Unknown), showTexts(h.Notes)})
		for j := range h.Rows {
			out.Rows = append(out.Rows, newRow(i, &h.Rows[j], p.Inputs))
		}
	}
	for i := range r.Findings {
		f := newFinding(&r.Findings[i])
		if slices.Contains(overlaps, diag.Code(r.Findings[i].Code)) {
			out.Overlaps = append(out.Overlaps, i)
		}
		out.Findings = append(out.Findings, f)
	}
	for _, x := range r.Withheld {
		out.Withheld = append(out.Withheld, report.Visible(fmt.Sprintf("%s %s/%s in %s", x.Kind, x.Namespace, x.Name, x.File)))
	}
	if p.Changes != nil {
		out.Against = newComparison(p.Changes)
	}
	return out
}

func newRow(host int, r *exposure.Row, inputs []string) row {
	out := row{
		Host: host, Methods: report.Visible(r.Verbs()), Path: report.Visible(r.Path), Access: r.Access, Callers: newCallers(r.Callers), InCluster: newCallers(r.InCluster),
		Backend: report.Visible(r.Backend), Via: report.Visible(r.Via), Rule: report.Visible(r.Rule), Route: report.Visible(r.Route),
		Source: report.Visible(r.Source.String()), Witness: report.Visible(r.Witness.String()), Findings: showTexts(r.Findings), About: r.About, Unknown: showTexts(r.Unknown),
	}
	if len(r.Schemes) == 1 {
		out.Schemes = report.Visible(r.Schemes[0])
	}
	add := func(name string, values ...string) {
		if text := strings.Join(values, "; "); text != "" {
			out.Further = append(out.Further, name+report.Visible(text))
		}
	}
	add("limit ", r.Limits...)
	add("timeout ", r.Timeout)
	add("CORS: ", r.CORS)
	for _, text := range r.Further {
		add("", text)
	}
	if r.Witness != nil {
		out.Trace = traceCommand(r.Witness, inputs)
		out.Request = &request{r.Witness.Method, r.Witness.URL, r.Witness.Headers}
	}
	return out
}

// traceCommand returns the command that decides a witness.
func traceCommand(w *exposure.Witness, inputs []string) string {
	words := []string{"kgw", "trace", w.Method, w.URL}
	for _, h := range w.Headers {
		words = append(words, "-H", h)
	}
	words = append(words, inputs...)
	for i := range words {
		words[i] = report.Shell(words[i])
	}
	return report.Visible(strings.Join(words, " "))
}

func newCallers(list []exposure.Caller) []caller {
	var out []caller
	for i := range list {
		c := &list[i]
		one := caller{Kind: c.Kind, Text: report.Visible(c.String())}
		for _, fact := range []struct {
			name   string
			values []string
		}{{"issuer", c.Issuers}, {"scope", c.Scopes}, {"audience", c.Audiences}, {"authorizer", c.Authorizers}} {
			if len(fact.values) > 0 {
				one.Facts = append(one.Facts, report.Visible(fact.name+" "+strings.Join(fact.values, " ")))
			}
		}
		out = append(out, one)
	}
	return out
}

func newFinding(f *exposure.Finding) finding {
	out := finding{
		Code: report.Visible(f.Code), Severity: report.Visible(f.Severity), Message: report.Visible(f.Message), Source: report.Visible(f.Source.String()),
		Help: report.Visible(f.Help),
	}
	for _, r := range f.Related {
		out.Related = append(out.Related, report.Visible(strings.TrimSpace(r.Source.String()+" "+r.Message)))
	}
	if f.Witness != nil {
		out.Witness = report.Visible(f.Witness.String())
	}
	return out
}

func newComparison(r *changes.Report) *comparison {
	out := &comparison{Name: report.Visible(r.Before), Changes: []change{}, Unchanged: r.Unchanged, Notes: showTexts(r.Notes)}
	for i := range r.Changes {
		c := &r.Changes[i]
		out.Changes = append(out.Changes, change{
			Kind: string(c.Kind), Requests: report.Visible(c.Requests), Before: report.Visible(c.Before), After: report.Visible(c.After),
			Witness: report.Visible(c.Witness.String()), Places: showTexts(c.Places()),
		})
	}
	return out
}

// showTexts returns the texts as they are shown; never nil.
func showTexts(list []string) []string {
	out := make([]string, len(list))
	for i, text := range list {
		out[i] = report.Visible(text)
	}
	return out
}
