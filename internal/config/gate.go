package config

import (
	"path"
	"slices"
	"strings"
	"time"

	"github.com/kgw-dev/kgw/internal/shape"
	"github.com/kgw-dev/kgw/internal/source"
)

// Gate is what kgw gate forbids, and the calls that must keep working.
type Gate struct {
	// Fail are the kinds of changes that are forbidden; nil is absent.
	Fail []string `json:"fail"`
	// Allowed are changes that are let through once.
	Allowed []AllowedChange `json:"allowed"`
	// Consumers are files of recorded calls: see ConsumerFiles.
	Consumers []string `json:"consumers"`
}

// AllowedChange lets the change with the ID through, until the end of a day.
type AllowedChange struct {
	ID     string `json:"id"`
	Reason string `json:"reason"`
	Until  string `json:"until"`
	// Span is where the entry is: see AllowedChanges.
	Span source.Span `json:"-"`
}

// Ends returns the moment at which the entry no longer holds, in UTC.
func (a *AllowedChange) Ends() time.Time {
	day, err := time.Parse(time.DateOnly, a.Until)
	if err != nil {
		return time.Time{} // no such day: it never holds
	}
	return day.AddDate(0, 0, 1)
}

// Consumer is a file of recorded calls. Name is that of the file without its
// folder and extension. Host is where calls went of which the file does not say
// it, "" for none. File is relative to the working directory that the names of
// configurations are relative to. Span is where the file is named.
type Consumer struct {
	Name, Host, File string
	Span             source.Span
}

// changeKinds are the kinds of changes, as gate.fail names them.
var changeKinds = []string{"exposed", "removed", "tightened", "unknown", "internal", "moved", "cors", "headers", "timeout", "routing", "added", "status"}

// DefaultForbidden are the kinds of changes that are forbidden unless gate.fail
// says otherwise.
var DefaultForbidden = []string{"exposed", "removed", "tightened", "unknown"}

var changeID = &shape.Pattern{Expr: `^[0-9a-f]{16}$`, Means: "the id of a change, as kgw gate prints it", Example: "0f6a4c1b9d27e853"}

var day = &shape.Pattern{Expr: `^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$`, Means: "a day, such as 2026-01-31", Example: "2026-01-31"}

// gateField describes the settings of kgw gate.
var gateField = field("gate", object("What kgw gate forbids. A change of kgw.yaml does not weaken the gate that it goes through.",
	field("fail", &shape.Type{
		Kind: shape.List, MinLen: 1, Doc: "Kinds of changes that are forbidden. Absent: exposed, removed, tightened, unknown. What could not be decided is always forbidden.",
		Elem: &shape.Type{Kind: shape.String, Enum: changeKinds},
	}),
	field("allowed", &shape.Type{
		Kind: shape.List, Doc: "Changes that are let through once: an entry counts for the change of the repository that adds or removes it. A nearer kgw.yaml may allow no others.",
		Elem: objectLike(`{id: 0f6a4c1b9d27e853, reason: "the status page is public", until: "2026-01-31"}`, "A change.",
			required("id", &shape.Type{Kind: shape.String, Pattern: changeID, Doc: "Its id, as kgw gate prints it."}),
			required("reason", &shape.Type{Kind: shape.String, MinLen: 1, Doc: "Why it is meant."}),
			required("until", &shape.Type{Kind: shape.String, Pattern: day, Doc: "The last day on which it is let through (UTC)."})),
	}),
	field("consumers", &shape.Type{
		Kind: shape.List, Doc: "Files of calls that must go on working, relative to this kgw.yaml: a list of requests, a HAR file, or an access log in combined or Envoy's JSON format. HOST=FILE names the host of a log that does not say it.",
		Elem: &shape.Type{Kind: shape.String, MinLen: 1},
	})))

// Forbidden returns the kinds of changes that are forbidden.
func (c *Config) Forbidden() []string {
	if c.Gate.Fail == nil {
		return DefaultForbidden
	}
	return c.Gate.Fail
}

// Forbids returns the place where the configuration forbids kinds of changes;
// the zero Span if it does not.
func (c *Config) Forbids() source.Span {
	if spans := c.elementSpans("fail"); len(spans) > 0 {
		return spans[0]
	}
	return source.Span{}
}

// AllowedChanges returns the entries of gate.allowed with their places, without
// those of the configurations further up.
func (c *Config) AllowedChanges() []AllowedChange {
	out := slices.Clone(c.Gate.Allowed)
	spans := c.elementSpans("allowed")
	for i := range out {
		if i < len(spans) {
			out[i].Span = spans[i]
		}
	}
	return out
}

// ConsumerFiles returns the files of recorded calls that the configuration and
// the ones further up name.
func (c *Config) ConsumerFiles() []Consumer {
	if c == nil {
		return nil
	}
	dir, spans := c.folderOf("gate", "consumers"), c.elementSpans("consumers")
	var out []Consumer
	for i, text := range c.Gate.Consumers {
		host, file, named := strings.Cut(text, "=")
		if !named || strings.Contains(host, "/") {
			host, file = "", text
		}
		if !path.IsAbs(file) {
			file = path.Join(dir, file)
		}
		name, _, _ := strings.Cut(path.Base(file), ".")
		one := Consumer{Name: name, Host: host, File: file}
		if i < len(spans) {
			one.Span = spans[i]
		}
		out = append(out, one)
	}
	return append(out, c.Above.ConsumerFiles()...)
}

// elementSpans returns the places of the elements of a list of gate, in the layer that
// sets it last.
func (c *Config) elementSpans(list string) []source.Span {
	var out []source.Span
	for _, l := range c.layers {
		n := source.Field(source.Field(l.root, "gate"), list)
		if n == nil {
			continue
		}
		out = nil
		for _, e := range source.Elements(n) {
			out = append(out, l.doc.NodeSpan(e))
		}
	}
	return out
}

// Gated reports whether the configuration, or one further up, has a gate.
func (c *Config) Gated() bool {
	return c != nil && (c.Says("gate") || c.Above.Gated())
}

// boundGate adds the kinds of changes that are forbidden further up, and drops
// changes that only the nearer one allows. Calls that must keep working may be
// added.
func (n *nearer) boundGate() {
	if !n.above.Gated() {
		return
	}
	var missing []string
	fail := slices.Clone(n.Forbidden())
	for _, kind := range n.above.Forbidden() {
		if !slices.Contains(fail, kind) {
			fail, missing = append(fail, kind), append(missing, kind)
		}
	}
	if n.Gate.Fail != nil && len(missing) > 0 {
		n.reportLooser(n.placeOf("gate", "fail"), "gate.fail leaves out %s, which %s forbidden further up", strings.Join(missing, ", "), areOrIs(missing))
	}
	n.Gate.Fail = fail
	var allowed []string
	for c := n.above; c != nil; c = c.Above {
		for _, a := range c.Gate.Allowed {
			allowed = append(allowed, a.ID)
		}
	}
	for i, a := range n.Gate.Allowed {
		if !slices.Contains(allowed, a.ID) {
			n.reportLooser(n.placeOf("gate", "allowed").Elem(i), "the change %q is allowed here, and not further up", a.ID)
		}
	}
	n.Gate.Allowed = nil
}
