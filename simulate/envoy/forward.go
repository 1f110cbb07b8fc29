package envoy

import (
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/simulate"
)

// forward sends the request on: headers first, then host and path. Where
// there are several destinations, the headers of the route come after those of
// the chosen one (Envoy, finalizeRequestHeaders).
func (r *route) forward(q *simulate.Request, d simulate.Decision, t *simulate.Trail) simulate.Decision {
	chosen, many := destination(r.entry)
	if chosen == nil {
		d.Status, d.Cause, d.Reason = http.StatusNotFound, simulate.NoUpstream, "the route has no destination"
		if source.Field(r.entry, "delegate") != nil {
			d.Reason = "the route delegates to another VirtualService, which kgw does not follow"
		}
		t.Say(name, r.at, "%s", d.Reason)
		return d
	}
	next := q.Clone()
	d.Headers = map[string]string{}
	own, its := operations(r.entry), operations(chosen)
	if many {
		its.apply(next, d.Headers)
		own.apply(next, d.Headers)
	} else {
		if own.host == "" {
			own.host = its.host
		}
		own.remove, own.set, its.host = append(own.remove, its.remove...), append(own.set, its.set...), ""
		own.apply(next, d.Headers)
	}
	r.rewrite(next)
	next.To = service(source.Field(chosen, "destination"), r.manifest.Namespace)
	d.Status, d.Upstream, d.Next = http.StatusOK, next.To, next
	t.Say(name, r.manifest.At(r.path+".route"), "sent to %s", next.To)
	return d
}

// destination is the one with most weight, the first of several alike; many
// tells whether there are several.
func destination(entry *source.Node) (chosen *source.Node, many bool) {
	weight := int64(-1)
	list := source.Elements(source.Field(entry, "route"))
	for _, n := range list {
		if w := source.Int(source.Field(n, "weight")); w > weight {
			chosen, weight = n, w
		}
	}
	return chosen, len(list) > 1
}

// service spells a destination in full.
func service(n *source.Node, namespace string) string {
	host := fullName(source.Text(source.Field(n, "host")), namespace)
	if port := source.Int(source.Field(source.Field(n, "port"), "number")); port > 0 {
		host += ":" + strconv.FormatInt(port, 10)
	}
	return host
}

// changes are what is done to the headers of a request.
type changes struct {
	host   string // "" leaves the host
	remove []string
	set    []setting
}

type setting struct {
	name, value string
	add         bool // beside what is there
}

// operations reads the changes of a route or a destination. A host that is set
// like a header changes the host.
func operations(n *source.Node) changes {
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
				out.set = append(out.set, setting{k, v, verb == "add"})
			}
		}
		if out.host == "" {
			out.host = host
		}
	}
	out.remove = source.Texts(source.Field(ops, "remove"))
	return out
}

// apply changes the request: what is removed first, then what is set. The
// values are those of the request before.
func (c *changes) apply(q *simulate.Request, done map[string]string) {
	for _, k := range c.remove {
		if !manifest.IsAuthority(k) {
			q.RemoveHeader(k)
			delete(done, strings.ToLower(k))
		}
	}
	for _, s := range c.set {
		value := filled.Replace(s.value, q.Host)
		if !s.add {
			q.RemoveHeader(s.name)
		}
		q.Headers = append(q.Headers, simulate.Header{Name: s.name, Value: value})
		done[strings.ToLower(s.name)] = value
	}
	if c.host != "" {
		q.Host = c.host
	}
}

// variables are what Envoy fills into the values of headers, as far as kgw
// knows them.
type variables struct{ text *regexp.Regexp }

var filled = variables{regexp.MustCompile(`%%|%REQ\((?::AUTHORITY|:authority|[Hh]ost)\)%`)}

// Replace fills in the host of the request.
func (v variables) Replace(text, host string) string {
	return v.text.ReplaceAllStringFunc(text, func(s string) string {
		if s == "%%" {
			return "%"
		}
		return host
	})
}

// rewrite changes path and host as the route says. A prefix match replaces the
// prefix, every other one the whole path.
func (r *route) rewrite(q *simulate.Request) {
	n := source.Field(r.entry, "rewrite")
	if host := source.Text(source.Field(n, "authority")); host != "" {
		q.Host = host
	}
	path, query, has := strings.Cut(q.Target, "?")
	if pattern := source.Field(n, "uriRegexRewrite"); pattern != nil {
		if re, err := regexp.Compile(source.Text(source.Field(pattern, "match"))); err == nil {
			path = re.ReplaceAllString(path, goTemplate(source.Text(source.Field(pattern, "rewrite"))))
		}
	} else if uri := source.Text(source.Field(n, "uri")); uri != "" {
		path = uri + path[min(r.matched(path), len(path)):]
	}
	if q.Target = path; has {
		q.Target = path + "?" + query
	}
}

// matched is how much of the path the route looked at.
func (r *route) matched(path string) int {
	for i := range r.conditions {
		switch c := &r.conditions[i]; {
		case c.is("uri") && c.kind == "prefix":
			return len(c.text)
		case c.is("uri"):
			return len(path)
		}
	}
	return len("/")
}

// goTemplate turns a replacement of RE2 into one of Go: \1 is ${1}.
func goTemplate(text string) string {
	return groupRefs.ReplaceAllString(strings.ReplaceAll(text, "$", "$$"), "$${$1}")
}

// groupRefs are RE2's references to groups in a rewrite.
var groupRefs = regexp.MustCompile(`\\([0-9])`)
