package envoy

import (
	"cmp"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/simulate"
)

// effects are what an entry does with requests.
type effects struct {
	id        string // of the route
	changes   changes
	sends     map[*source.Node]sending
	rewrite   *simulate.Rewrite // nil leaves the URL
	scattered bool
}

// sending is what is done for one destination: changes are its own, and all adds the
// changes of the route, for the only destination.
type sending struct {
	changes, all    changes
	service, subset string
}

// effects reads what the entry of the route says, once.
func (r *route) effects() *effects {
	r.once.Do(func() {
		r.does = effects{id: r.id(), changes: readChanges(r.entry), sends: map[*source.Node]sending{}}
		r.does.rewrite, r.does.scattered = r.rewrites()
		for _, n := range source.Elements(source.Field(r.entry, "route")) {
			to := source.Field(n, "destination")
			its := readChanges(n)
			r.does.sends[n] = sending{its, r.does.changes.joinedWith(its), service(to, r.manifest.Namespace), source.Text(source.Field(to, "subset"))}
		}
	})
	return &r.does
}

// forward sends the request itself on. It changes headers first, then host and
// path. With several destinations, the headers of the route are changed after those
// of the chosen destination (Envoy, finalizeRequestHeaders).
func (r *route) forward(q *simulate.Request, d simulate.Decision, t *simulate.Trail) simulate.Decision {
	chosen, many := destination(r.entry, q, r.manifest.Namespace)
	if chosen == nil {
		d.Status, d.Cause, d.Reason = http.StatusNotFound, simulate.NoUpstream, "the route has no destination"
		t.Say(r.manifest.ShownKind(), r.at, "%s", d.Reason)
		return d
	}
	if copied := r.mirrorOf(q, t); copied != nil {
		next := q.Clone()
		next.To, next.Host, next.Subset = service(copied, r.manifest.Namespace), q.Host+"-shadow", source.Text(source.Field(copied, "subset"))
		d.Status, d.Upstream, d.Next = http.StatusOK, next.To, next
		return d
	}
	r.respond(q, chosen, &d)
	d.Headers = map[string]string{}
	does := r.effects()
	sends := does.sends[chosen]
	if many {
		sends.changes.apply(q, d.Headers)
		does.changes.apply(q, d.Headers)
	} else {
		sends.all.apply(q, d.Headers)
	}
	r.rewrite(q)
	r.noteRewrite(q)
	q.To, q.Subset = sends.service, sends.subset
	d.Status, d.Upstream, d.Next = http.StatusOK, q.To, q
	if t.On() {
		t.Say(r.manifest.ShownKind(), r.manifest.At(r.path+".route"), "sent to %s", q.To)
	}
	return d
}

// destination returns the destination of a request. Chance decides where several
// have a weight, and many reports that.
func destination(entry *source.Node, q *simulate.Request, namespace string) (chosen *source.Node, many bool) {
	list := source.Elements(source.Field(entry, "route"))
	if len(list) < 2 {
		if len(list) == 1 {
			chosen = list[0]
		}
		return chosen, false
	}
	weighed := slices.DeleteFunc(slices.Clone(list), func(n *source.Node) bool { return source.Int(source.Field(n, "weight")) <= 0 })
	if len(weighed) == 0 {
		return list[0], true
	}
	slices.SortStableFunc(weighed, func(a, b *source.Node) int {
		return int(source.Int(source.Field(b, "weight")) - source.Int(source.Field(a, "weight")))
	})
	for _, n := range weighed[1:] {
		if q.Holds(simulate.Unknown{
			Why: simulate.Chosen, Key: "weight " + shareText(n, namespace),
			What: fmt.Sprintf("it is one of the %d%% for %s", source.Int(source.Field(n, "weight")), source.Text(source.Field(source.Field(n, "destination"), "host"))),
		}) {
			return n, true
		}
	}
	return weighed[0], true
}

// mirrorOf returns the destination of a copy of the request, nil for the request
// itself. Nobody gets the answer to a copy: it only matters to the question what a
// request can reach.
func (r *route) mirrorOf(q *simulate.Request, t *simulate.Trail) *source.Node {
	for _, m := range r.mirrors() {
		n := m.to
		u := simulate.Unknown{
			Why: simulate.Chosen, At: r.manifest.At(r.path), Key: "mirror " + destinationText(n, r.manifest.Namespace),
			What: "it is the copy for " + source.Text(source.Field(n, "host")),
		}
		if q.World().Doubts() && q.Holds(u) {
			return n
		}
		t.Say(r.manifest.ShownKind(), r.manifest.At(r.path), "a copy goes to %s", service(n, r.manifest.Namespace))
	}
	return nil
}

// mirror is a destination of copies, and how many of 100 requests it gets.
type mirror struct {
	to      *source.Node
	percent float64
}

// mirrors returns the destinations of copies that get any.
func (r *route) mirrors() []mirror {
	var out []mirror
	add := func(to, share *source.Node) {
		percent := 100.0
		if share != nil {
			percent = number(share)
		}
		if percent > 0 {
			out = append(out, mirror{to, percent})
		}
	}
	if n := source.Field(r.entry, "mirror"); n != nil {
		share := source.Field(source.Field(r.entry, "mirrorPercentage"), "value")
		if share == nil {
			share = source.Field(r.entry, "mirrorPercent")
		}
		add(n, share)
	}
	for _, n := range source.Elements(source.Field(r.entry, "mirrors")) {
		add(source.Field(n, "destination"), source.Field(source.Field(n, "percentage"), "value"))
	}
	return out
}

// service returns the full name of a destination.
func service(n *source.Node, namespace string) string {
	host := fullName(source.Text(source.Field(n, "host")), namespace)
	if port := source.Int(source.Field(source.Field(n, "port"), "number")); port > 0 {
		host += ":" + strconv.FormatInt(port, 10)
	}
	return host
}

// changes are the changes to the headers of a request.
type changes struct {
	host   string // "" leaves the host
	remove []string
	set    []setting
}

// joinedWith returns the changes of a route together with those of its only destination.
func (c *changes) joinedWith(its changes) changes {
	return changes{cmp.Or(c.host, its.host), slices.Concat(c.remove, its.remove), slices.Concat(c.set, its.set)}
}

type setting struct {
	name, lower, value string
	add                bool // besides what is there
}

// readChanges reads the changes of a route or a destination. A host that is set
// like a header changes the host.
func readChanges(n *source.Node) changes {
	var out changes
	ops := source.Field(source.Field(n, "headers"), "request")
	for _, verb := range []string{"set", "add"} {
		m, host := source.Field(ops, verb), ""
		for _, k := range source.Keys(m) {
			v := source.Text(source.Field(m, k))
			switch {
			case manifest.IsAuthority(k):
				host = v
			case !strings.HasPrefix(k, ":"):
				out.set = append(out.set, setting{k, strings.ToLower(k), v, verb == "add"})
			}
		}
		if out.host == "" {
			out.host = host
		}
	}
	out.remove = source.Texts(source.Field(ops, "remove"))
	return out
}

// apply changes the request: it removes headers first, then sets others. Values are
// filled in from the request before the change.
func (c *changes) apply(q *simulate.Request, done map[string]string) {
	for _, k := range c.remove {
		if !manifest.IsAuthority(k) {
			q.RemoveHeader(k)
			delete(done, strings.ToLower(k))
		}
	}
	for _, s := range c.set {
		value, known := s.value, true
		if strings.Contains(value, "%") {
			value = placeholders.Replace(s.value, q.Host)
			known = !strings.Contains(placeholders.text.ReplaceAllString(s.value, ""), "%")
		}
		if !s.add {
			q.RemoveHeader(s.name)
		}
		q.Headers = append(q.Headers, simulate.Header{Name: s.name, Value: value})
		if !known {
			q.Unsettle(s.name) // a variable that kgw does not know the value of
		}
		done[s.lower] = value
	}
	if c.host != "" {
		q.Host = c.host
	}
}

// variables are the placeholders that Envoy fills in in the values of headers, as
// far as kgw knows them.
type variables struct{ text *regexp.Regexp }

var placeholders = variables{regexp.MustCompile(`%%|%REQ\((?::AUTHORITY|:authority|[Hh]ost)\)%`)}

// Replace fills in the host of the request.
func (v variables) Replace(text, host string) string {
	return v.text.ReplaceAllStringFunc(text, func(s string) string {
		if s == "%%" {
			return "%"
		}
		return host
	})
}
