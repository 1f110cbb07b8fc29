// Package exposure reports what a state of the gateways serves, and to whom: the
// hosts with their routes in the order of matching, who gets through each, and what
// is unknown.
//
// It takes a side that the engines decide, the result of compiling its inputs,
// and what was supposed of them, and returns a report that prints itself. What
// the engines cannot decide is listed as unknown, never as a fact.
package exposure

import (
	"slices"
	"strconv"
	"strings"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/secret"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/prove/classes"
)

// Report describes what is served. The JSON form is public: additions only.
type Report struct {
	// Summary counts the findings as kgw validate does.
	Summary diag.Summary `json:"summary"`
	Counts  Counts       `json:"counts"`
	Hosts   []Host       `json:"hosts"`
	// Withheld are the resources that nothing is written for, and Supposed the
	// stand-ins for objects that the inputs lack.
	Withheld []Resource `json:"withheld,omitempty"`
	Supposed []string   `json:"supposed,omitempty"`
	Findings []Finding  `json:"findings"`

	found diag.List // those of Findings
}

// Counts counts the rows by who gets through.
type Counts struct {
	Hosts  int            `json:"hosts"`
	Routes int            `json:"routes"`
	Access map[Access]int `json:"access"`
}

// Access says who gets through a row.
type Access string

// The kinds of access, the widest first.
const (
	// Public: anyone, without a token that anybody verifies.
	Public Access = "public"
	// Unknown: the inputs do not say whether anyone gets through without such a token.
	Unknown Access = "unknown"
	// Restricted: some callers, with what they must bring.
	Restricted Access = "restricted"
	// Closed: nobody.
	Closed Access = "closed"
	// Unreached: no request comes to the route.
	Unreached Access = "unreached"
)

// Accesses lists the kinds of access, the widest first.
func Accesses() []Access { return []Access{Public, Unknown, Restricted, Closed, Unreached} }

// Host is a host name or a wildcard and its rows in the order of matching.
type Host struct {
	Host    string   `json:"host" secret:"none"`
	Rows    []Row    `json:"rows"`
	Unknown []string `json:"unknown,omitempty"`
	Notes   []string `json:"notes,omitempty"`
}

// Row describes the requests of one route that are treated alike.
type Row struct {
	Path    string   `json:"path"`
	Methods []string `json:"methods,omitempty" secret:"none"`
	// AnyMethod: methods beyond those of HTTP too.
	AnyMethod bool     `json:"anyMethod,omitempty"`
	Schemes   []string `json:"schemes,omitempty" secret:"none"`
	Access    Access   `json:"access"`
	// Callers get through the gateway, InCluster to the backend past it.
	Callers   []Caller `json:"callers,omitempty"`
	InCluster []Caller `json:"inCluster,omitempty"`
	Backend   string   `json:"backend,omitempty"`
	Via       string   `json:"via,omitempty"`
	Limits    []string `json:"limits,omitempty"`
	CORS      string   `json:"cors,omitempty"`
	Timeout   string   `json:"timeout,omitempty"`
	// Further lists what else is done to requests and responses.
	Further []string `json:"further,omitempty"`
	Route   string   `json:"route,omitempty" secret:"none"`
	Rule    string   `json:"rule,omitempty" secret:"none"`
	Source  *Place   `json:"source,omitempty"`
	// Witness is one of the requests, without a token.
	Witness *Witness `json:"witness,omitempty"`
	// Findings are the codes of those about the route.
	Findings []string `json:"findings,omitempty" secret:"none"`
	Unknown  []string `json:"unknown,omitempty"`
	// About are the indexes, among those of the report, of the findings about the route.
	About []int `json:"-"`

	at source.Ref
}

// Kind describes how a caller is identified.
type Kind string

// The kinds of callers.
const (
	Anyone        Kind = "public"
	JWT           Kind = "jwt"
	Introspection Kind = "introspection"
	External      Kind = "external"
	Employees     Kind = "employees"
	Services      Kind = "services"
	Other         Kind = "other"
)

// Caller is somebody who gets through.
type Caller struct {
	Kind Kind   `json:"kind"`
	Text string `json:"text"`
	// Proof is the handler or filter that verifies what the caller brings.
	Proof     string   `json:"proof,omitempty"`
	Issuers   []string `json:"issuers,omitempty"`
	Scopes    []string `json:"scopes,omitempty"`
	Audiences []string `json:"audiences,omitempty"`
	// Authorizers are the external authorizers that must agree.
	Authorizers []string `json:"authorizers,omitempty"`
	// When are conditions that the caller fulfils by choice.
	When []string `json:"when,omitempty"`
	// If are conditions that are not known: the caller gets through if they hold.
	If []string `json:"if,omitempty"`
}

// Place is a place in the inputs.
type Place struct {
	File   string `json:"file" secret:"none"`
	Line   int    `json:"line"`
	Column int    `json:"column"`
}

// String returns "file:line:column".
func (p *Place) String() string {
	if p == nil {
		return ""
	}
	return p.File + ":" + strconv.Itoa(p.Line) + ":" + strconv.Itoa(p.Column)
}

// Witness is a request without a token, and the status that the client gets; 0
// where that is not known.
type Witness struct {
	Method  string   `json:"method" secret:"none"`
	URL     string   `json:"url"`
	Headers []string `json:"headers,omitempty"`
	Status  int      `json:"status"`
}

// Resource is a resource of the inputs.
type Resource struct {
	Kind      string `json:"kind" secret:"none"`
	Namespace string `json:"namespace,omitempty" secret:"none"`
	Name      string `json:"name" secret:"none"`
	File      string `json:"file" secret:"none"`
}

// Finding is one of the findings of kgw validate.
type Finding struct {
	Code     string `json:"code" secret:"none"`
	Severity string `json:"severity" secret:"none"`
	Message  string `json:"message"`
	Source   *Place `json:"source,omitempty"`
	// Help is the remedy, Related the other places that the finding speaks of, and
	// Witness a request that shows it.
	Help    string        `json:"help,omitempty"`
	Related []Related     `json:"related,omitempty"`
	Witness *diag.Witness `json:"witness,omitempty"`

	at source.Ref
}

// Related is another place that a finding speaks of.
type Related struct {
	Message string `json:"message"`
	Source  *Place `json:"source,omitempty"`
}

// New describes a side. The findings are those of result; supposed lists the
// assumptions of the side besides the inputs. No secret of the book is in the
// report.
func New(side classes.Side, result *compile.Result, c *config.Config, supposed []string, book *secret.Book) *Report {
	b := &builder{config: c, book: book, routes: routesOf(result)}
	joined := result.Findings.Join()
	out := &Report{Summary: result.Summary, Counts: Counts{Access: map[Access]int{}}, Hosts: []Host{}, Findings: b.findings(joined), found: joined}
	out.Summary.Count(joined)
	out.Supposed = supposed
	for i := range result.Resources {
		if d := result.Resources[i].Doc; result.Resources[i].Withheld {
			out.Withheld = append(out.Withheld, Resource{d.Kind, d.Namespace, d.Name, d.File.Name})
		}
	}
	for _, served := range classes.Describe(side) {
		h := Host{Host: served.Host, Rows: []Row{}, Unknown: served.Unknown, Notes: served.Notes}
		for i := range served.Routes {
			h.Rows = append(h.Rows, b.row(&served.Routes[i], len(served.Unknown) > 0))
		}
		out.Hosts = append(out.Hosts, h)
	}
	out.findPlaces()
	out.count()
	return secret.Shown(book, out)
}

// count counts the rows.
func (r *Report) count() {
	r.Counts.Hosts = len(r.Hosts)
	for _, row := range r.rows() {
		r.Counts.Routes++
		r.Counts.Access[row.Access]++
	}
}

// rows lists the rows of all hosts.
func (r *Report) rows() []*Row {
	var out []*Row
	for i := range r.Hosts {
		for j := range r.Hosts[i].Rows {
			out = append(out, &r.Hosts[i].Rows[j])
		}
	}
	return out
}

// findPlaces finds the places of the rows, and the findings about each.
func (r *Report) findPlaces() {
	rows := r.rows()
	list := make(diag.List, len(rows))
	for i := range rows {
		list[i].At = rows[i].at
	}
	list.Resolve()
	in := map[*source.Document][]int{}
	for i := range r.Findings {
		doc := r.Findings[i].at.Doc
		in[doc] = append(in[doc], i)
	}
	for i, row := range rows {
		if row.at.Doc == nil {
			continue
		}
		row.Source = placeOf(list[i].Span)
		for _, k := range in[row.at.Doc] {
			f := &r.Findings[k]
			if !isWithin(f.at.Path, row.at.Path) {
				continue
			}
			row.About = append(row.About, k)
			if !slices.Contains(row.Findings, f.Code) {
				row.Findings = append(row.Findings, f.Code)
			}
		}
	}
}

// isWithin reports whether a path is that of the place or of a part of it.
func isWithin(path, place string) bool {
	return place != "" && source.Within(path, place)
}

func placeOf(s source.Span) *Place {
	if s.File == "" {
		return nil
	}
	return &Place{s.File, s.Line, s.Column}
}

// routesOf finds the routes of the model by their places.
func routesOf(result *compile.Result) map[source.Ref]*ir.Route {
	out := map[source.Ref]*ir.Route{}
	for i := range result.Resources {
		if g := result.Resources[i].Gateway; g != nil {
			for _, r := range g.Routes {
				out[r.Origin] = r
			}
		}
	}
	return out
}

// builder makes rows.
type builder struct {
	config *config.Config
	book   *secret.Book
	routes map[source.Ref]*ir.Route
}

func (b *builder) findings(list diag.List) []Finding {
	out := []Finding{}
	for _, f := range list.Masked(b.book) {
		one := Finding{
			Code: string(f.Code), Severity: f.Severity.String(), Message: f.Message, Source: placeOf(f.Span), Help: f.Help, Witness: f.Witness, at: f.At,
		}
		for _, r := range f.Related {
			one.Related = append(one.Related, Related{r.Message, placeOf(r.Span)})
		}
		out = append(out, one)
	}
	return out
}

// row makes the row of a route; partial reports that not all requests of its
// host could be examined.
func (b *builder) row(r *classes.Route, partial bool) Row {
	t := &r.Treatment
	out := Row{
		Path: r.Path, Methods: r.Methods, AnyMethod: r.Others, Schemes: r.Schemes,
		Callers: b.callers(r.Callers), InCluster: b.callers(r.Inside), Backend: r.Backend, Via: r.Via,
		CORS: t.CORS, Timeout: t.Timeout, Route: r.Name, Rule: r.Rule, Unknown: r.Unknown, at: r.At,
	}
	for _, text := range t.Other {
		if strings.Contains(strings.ToLower(text), "ratelimit") {
			out.Limits = append(out.Limits, text)
		} else {
			out.Further = append(out.Further, text)
		}
	}
	if t.Response != "" {
		out.Further = append(out.Further, t.Response)
	}
	if len(out.Limits) == 0 {
		out.Limits = limitsOf(b.routes[r.At])
	}
	out.Access = accessOf(r)
	if partial && out.Access != Public {
		out.Access = Unknown
	}
	if q := r.Request; q != nil {
		out.Witness = &Witness{Method: q.Method, URL: q.Scheme + "://" + q.Host + q.Target, Status: r.Status}
		for _, h := range q.Headers {
			out.Witness.Headers = append(out.Witness.Headers, h.Name+": "+h.Value)
		}
	}
	return out
}

// accessOf returns the access of a row. It is unknown if somebody may get through
// without a token, but nobody certainly does.
func accessOf(r *classes.Route) Access {
	if r.Unreached {
		return Unreached
	}
	out := Closed
	for i := range r.Callers {
		c := &r.Callers[i]
		switch {
		case len(c.If) > 0 && (c.Open() || out == Closed):
			out = Unknown
		case c.Open():
			return Public
		case len(c.If) == 0 && out == Closed:
			out = Restricted
		}
	}
	if len(r.Callers) == 0 && r.Status == 0 && len(r.Unknown) > 0 {
		return Unknown
	}
	return out
}

// limitsOf lists the limits that grants of a route have.
func limitsOf(r *ir.Route) []string {
	if r == nil {
		return nil
	}
	var out []string
	for i := range r.Access.Grants {
		if l := r.Access.Grants[i].Limit; l != nil {
			if text := strconv.Itoa(l.Count) + " in " + l.Period; !slices.Contains(out, text) {
				out = append(out, text)
			}
		}
	}
	return out
}

func (b *builder) callers(list []classes.Caller) []Caller {
	var out []Caller
	for i := range list {
		c := &list[i]
		one := Caller{
			Kind: b.kind(c), Text: c.Text, Proof: c.Proof, Authorizers: c.Demands, When: c.When, If: c.If,
		}
		if c.Proof != "" {
			one.Issuers, one.Scopes, one.Audiences = c.Words("iss"), c.Words("scope", "scp", "scopes"), c.Words("aud")
		}
		out = append(out, one)
	}
	return out
}

// kind returns how a caller is identified: by the realm of the token, by its issuer
// if that is the issuer of a realm, or by the proof.
func (b *builder) kind(c *classes.Caller) Kind {
	realm := strings.Join(c.Words("realm", "https://identity.zalando.com/realm"), " ")
	issuer, _ := c.Token.Claims["iss"].(string)
	named := func(i *config.Issuer) bool { return i != nil && i.Issuer != "" && i.Issuer == issuer }
	switch {
	case c.Open():
		return Anyone
	case len(c.Demands) > 0:
		return External
	case strings.Contains(realm, "employees") || strings.Contains(realm, "users") || named(b.config.Fabric.Issuers.Employees):
		return Employees
	case strings.Contains(realm, "services") || named(b.config.Fabric.Issuers.Services):
		return Services
	case strings.Contains(c.Proof, "introspection"):
		return Introspection
	case strings.Contains(strings.ToLower(c.Proof), "jwt"):
		return JWT
	}
	return Other
}
