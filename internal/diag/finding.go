// Package diag reports on inputs: it has one type of finding, the table of its codes,
// and many renderers.
//
// It takes findings from every stage and gives them levels, places, an order,
// and a form to print them in. A finding is about the input; a Go error means
// that the tool could not do its work, and never travels as a finding. The
// package must not know what the findings are about.
package diag

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/parallel"
	"github.com/kgw-dev/kgw/internal/source"
)

// Severity is how bad a finding is. The zero value is invalid, so that a
// forgotten one shows.
type Severity uint8

// The severities, from mild to grave. Off is a finding that was re-levelled
// away.
const (
	Off Severity = iota + 1
	Info
	Warning
	Error
)

var severityNames = [...]string{Off: "off", Info: "info", Warning: "warning", Error: "error"}

// String returns "off", "info", "warning" or "error".
func (s Severity) String() string {
	if int(s) < len(severityNames) && severityNames[s] != "" {
		return severityNames[s]
	}
	return "invalid"
}

// ParseSeverity reads a severity's name; ok is false for any other text.
func ParseSeverity(name string) (s Severity, ok bool) {
	i := slices.Index(severityNames[1:], name)
	return Severity(i + 1), i >= 0
}

// Code identifies what a finding is about: "KGW402". Codes are never reused.
type Code string

// Related is a second place that a finding refers to.
type Related struct {
	Message string
	At      source.Ref
	Span    source.Span // filled by Resolve
}

// Witness is a request that shows what a finding says.
type Witness struct {
	Method string `json:"method"`
	URL    string `json:"url"`
}

// Upstream is what the resource's own controller reports for the same fault:
// the attribute as it spells it, and its message. Order places it among the
// others of one resource.
type Upstream struct {
	Attribute, Message string
	// Later: the controller reports this for the resources that it sees later than
	// another one; the inputs do not show which those are.
	Later bool
}

// Finding is one fact that kgw reports about an input. Message is one sentence, lower
// case, without a full stop, values in quotes; Help is the remedy.
type Finding struct {
	Code     Code
	Severity Severity // filled by Level
	Message  string
	Help     string
	At       source.Ref
	Related  []Related
	Witness  *Witness
	Upstream *Upstream
	// ID identifies the finding from run to run; "" for most, which are identified by
	// their line.
	ID string
	// Group joins findings of one code that report the same about several
	// places: Join makes one of them. Place describes this one. A group with a
	// GroupDoc belongs to that document alone.
	Group, Place string
	GroupDoc     *source.Document
	// Hides is a finding that is not shown with this one: a missing field,
	// where this finding is about an unknown one meant for it. It is still
	// valid; nil for most.
	Hides *Finding
	// Lacks is the object that is referred to and not there; nil for most.
	Lacks *Lack
	// Fix is a remedy to try; Fixable reports that it can be made. kgw validate --fix
	// undoes one that brings a new finding.
	Fix     Fix
	Fixable bool
	// Owner is the resource that is not written when the finding is an error;
	// by default the document of At.
	Owner *source.Document
	Span  source.Span // filled by Resolve, or set by the caller where there is no document
}

// Lack is an object that is referred to and not described anywhere: a Service
// with the port that is wanted, a Gateway, an external authorizer (without a
// namespace), or, without a name, the domain of the cluster.
type Lack struct {
	Kind, Namespace, Name string
	Port                  uint32
}

// Document returns the resource the finding counts against, or nil.
func (f *Finding) Document() *source.Document {
	if f.Owner != nil {
		return f.Owner
	}
	return f.At.Doc
}

// List is a list of findings.
type List []Finding

// Add appends a finding and returns a pointer to it, valid until the next Add.
func (l *List) Add(f Finding) *Finding {
	*l = append(*l, f)
	return &(*l)[len(*l)-1]
}

// Max returns the gravest severity in the list, or 0 for an empty one.
func (l List) Max() Severity {
	var m Severity
	for i := range l {
		m = max(m, l[i].Severity)
	}
	return m
}

// Resolve fills every Span from the documents' trees. Each document is parsed
// once for all its places, on every core.
func (l List) Resolve() { l.ResolveWith(nil) }

// ResolveWith is Resolve with the places that are known from runs before; nil has
// none.
func (l List) ResolveWith(known *Places) {
	byDoc := map[*source.Document][]place{}
	add := func(at source.Ref, span *source.Span) {
		if span.Line == 0 && at.Doc != nil && !known.fillSpan(at, span) {
			byDoc[at.Doc] = append(byDoc[at.Doc], place{at, span})
		}
	}
	for i := range l {
		add(l[i].At, &l[i].Span)
		for j := range l[i].Related {
			add(l[i].Related[j].At, &l[i].Related[j].Span)
		}
	}
	docs := slices.Collect(maps.Keys(byDoc))
	parallel.Each(len(docs), func(i int) { locate(docs[i], byDoc[docs[i]]) })
	known.addFound(byDoc)
}

// place is a span to be found.
type place struct {
	at   source.Ref
	span *source.Span
}

func locate(doc *source.Document, places []place) {
	doc.Locate(func(l *source.Locator) {
		for _, p := range places {
			*p.span = l.Span(p.at.Path, p.at.Key)
		}
	})
}

// Sort orders resolved findings by file, line, column, code and message, and
// drops exact repetitions.
func (l *List) Sort() {
	slices.SortStableFunc(*l, func(a, b Finding) int {
		return cmp.Or(
			strings.Compare(a.Span.File, b.Span.File),
			cmp.Compare(a.Span.Line, b.Span.Line),
			cmp.Compare(a.Span.Column, b.Span.Column),
			strings.Compare(string(a.Code), string(b.Code)),
			strings.Compare(a.Message, b.Message),
			strings.Compare(a.At.Path, b.At.Path),
		)
	})
	*l = slices.CompactFunc(*l, func(a, b Finding) bool {
		return a.Code == b.Code && a.Message == b.Message && a.Span == b.Span && a.At.Path == b.At.Path && a.Document() == b.Document() &&
			slices.EqualFunc(a.Related, b.Related, func(x, y Related) bool { return x.Message == y.Message && x.Span == y.Span })
	})
}
