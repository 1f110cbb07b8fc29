package route

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/sim"
	"github.com/kgw-dev/kgw/internal/source"
)

// Gateway decides requests as an Istio ingress gateway does with the
// VirtualServices it was loaded with. It is safe for concurrent use.
type Gateway struct {
	// Services counts the VirtualServices that are bound to a gateway.
	Services int

	hosts    map[string]*virtualHost
	meshOnly []*sim.Manifest
}

type virtualHost struct {
	name      string
	manifests []*sim.Manifest
	routes    []*route
}

type route struct {
	manifest   *sim.Manifest
	entry      *source.Node
	path       string
	at         source.Ref
	conditions []condition
}

const name = "VirtualService"

// id names the route: "namespace/name http[2]".
func (r *route) id() string { return r.manifest.ID() + " " + strings.TrimPrefix(r.path, "spec.") }

// Decide tells what the gateway does with a request.
func (g *Gateway) Decide(in *sim.Request, t *sim.Trail) sim.Decision {
	r := in.Realise()
	r.Target = normalise(r.Target)
	h := g.host(r.Host)
	if h == nil {
		return g.noHost(r, t)
	}
	if t.On() {
		t.Say(name, h.manifests[0].At("spec.hosts"), "host %q is served by %s", r.Host, ids(h.manifests))
	}
	for _, route := range h.routes {
		if !route.takes(r) {
			continue
		}
		if t.On() {
			t.Say(name, route.at, "route %s takes %s %s: %s", route.id(), r.Method, r.RawPath(), route.describe())
		}
		return route.act(r, t)
	}
	return h.noRoute(r, t)
}

// normalise is Envoy's normalize_path, which Istio switches on by default.
func normalise(target string) string {
	path, query, has := strings.Cut(target, "?")
	path, _ = match.RawPath.See(path)
	if has {
		return path + "?" + query
	}
	return path
}

// host chooses the virtual host: an exact name, the longest wildcard, "*". The
// port does not count, nor case.
func (g *Gateway) host(name string) *virtualHost {
	name = strings.ToLower(name)
	if i := strings.LastIndexByte(name, ':'); i >= 0 && !strings.HasSuffix(name, "]") {
		name = name[:i]
	}
	if h := g.hosts[name]; h != nil {
		return h
	}
	for i := range len(name) {
		if name[i] == '.' && i > 0 {
			if h := g.hosts["*"+name[i:]]; h != nil {
				return h
			}
		}
	}
	return g.hosts["*"]
}

// Serves tells whether some VirtualService of a gateway is for the host.
func (g *Gateway) Serves(host string) bool { return g.host(host) != nil }

func (g *Gateway) noHost(r *sim.Request, t *sim.Trail) sim.Decision {
	d := sim.Decision{Status: http.StatusNotFound, Cause: sim.NoHost, Reason: fmt.Sprintf("no VirtualService of a gateway serves the host %q", r.Host)}
	t.Say(name, source.Ref{}, "%s", d.Reason)
	for _, m := range g.meshOnly {
		if slices.Contains(source.Texts(source.Field(m.Spec(), "hosts")), r.Host) {
			d.At = m.At("spec")
			t.Say(name, d.At, "%s names no gateway: it holds inside the mesh only", m.ID())
		}
	}
	return d
}

func (h *virtualHost) noRoute(r *sim.Request, t *sim.Trail) sim.Decision {
	d := sim.Decision{
		Status: http.StatusNotFound, Cause: sim.NoRoute, At: h.manifests[0].At("spec.http"),
		Reason: fmt.Sprintf("no route of host %q takes %s %s", h.name, r.Method, r.RawPath()),
	}
	if t.On() {
		for _, route := range h.routes {
			t.Say(name, route.at, "route %s does not take it: %s", route.id(), route.describe())
		}
		t.Say(name, d.At, "%s", d.Reason)
	}
	return d
}

func ids(list []*sim.Manifest) string {
	out := make([]string, len(list))
	for i, m := range list {
		out[i] = m.ID()
	}
	return strings.Join(out, ", ")
}

// describe says what the route matches.
func (r *route) describe() string {
	if len(r.conditions) == 0 {
		return "it has no conditions"
	}
	parts := make([]string, len(r.conditions))
	for i, c := range r.conditions {
		parts[i] = fmt.Sprintf("%s %s %q", c.part, c.kind, c.text)
		if c.not {
			parts[i] = "not " + parts[i]
		}
	}
	return strings.Join(parts, " and ")
}

func (r *route) takes(q *sim.Request) bool {
	for i := range r.conditions {
		if c := &r.conditions[i]; c.holds(q) == c.not {
			return false
		}
	}
	return true
}

func (c *condition) holds(q *sim.Request) bool {
	if c.path != nil {
		ok, err := c.path.Accepts(match.Request{Method: q.Method, Scheme: q.Scheme, Host: q.Host, RawPath: q.RawPath()})
		return ok && err == nil
	}
	value, has := c.value(q)
	if !has {
		return false
	}
	text := c.text
	if c.fold {
		value, text = strings.ToLower(value), strings.ToLower(text)
	}
	switch c.kind {
	case "exact":
		return value == text
	case "prefix":
		return strings.HasPrefix(value, text)
	case "regex":
		return c.regex != nil && c.regex.MatchString(value)
	}
	return true
}

func (c *condition) value(q *sim.Request) (value string, has bool) {
	if c.query {
		_, query, _ := strings.Cut(q.Target, "?")
		values, _ := url.ParseQuery(query)
		return values.Get(c.part), values.Has(c.part)
	}
	switch c.part {
	case "uri":
		return q.RawPath(), true
	case "method":
		return q.Method, true
	case "scheme":
		return q.Scheme, true
	case "authority":
		return q.Host, true
	}
	return q.Header(c.part), slices.ContainsFunc(q.Headers, func(h sim.Header) bool { return strings.EqualFold(h.Name, c.part) })
}

// act does with the request what the route says: a preflight, a redirect, a
// response, or on to a destination.
func (r *route) act(q *sim.Request, t *sim.Trail) sim.Decision {
	d := sim.Decision{Route: r.id(), At: r.at}
	if answered := r.preflight(q, &d); answered {
		t.Say(name, r.manifest.At(r.path+".corsPolicy"), "%s", d.Reason)
		return d
	}
	if n := source.Field(r.entry, "redirect"); n != nil {
		d.Status, d.Cause, d.Reason = int(source.Int(source.Field(n, "redirectCode"))), sim.Answered, "the route redirects"
		if d.Status == 0 {
			d.Status = http.StatusMovedPermanently
		}
		t.Say(name, r.at, "%s", d.Reason)
		return d
	}
	if n := source.Field(r.entry, "directResponse"); n != nil {
		d.Status, d.Cause, d.Reason = int(source.Int(source.Field(n, "status"))), sim.Answered, "the route answers itself"
		t.Say(name, r.at, "%s with %d", d.Reason, d.Status)
		return d
	}
	return r.forward(q, d, t)
}

func (r *route) forward(q *sim.Request, d sim.Decision, t *sim.Trail) sim.Decision {
	chosen := destination(r.entry)
	if chosen == nil {
		d.Status, d.Cause, d.Reason = http.StatusNotFound, sim.NoUpstream, "the route has no destination"
		if source.Field(r.entry, "delegate") != nil {
			d.Reason = "the route delegates to another VirtualService, which kgw does not follow"
		}
		t.Say(name, r.at, "%s", d.Reason)
		return d
	}
	next := q.Clone()
	r.rewrite(next)
	d.Headers = map[string]string{}
	for _, n := range []*source.Node{r.entry, chosen} {
		setHeaders(next, source.Field(source.Field(n, "headers"), "request"), d.Headers)
	}
	next.To = service(source.Field(chosen, "destination"), r.manifest.Namespace)
	d.Status, d.Upstream, d.Next = http.StatusOK, next.To, next
	t.Say(name, r.manifest.At(r.path+".route"), "sent to %s", next.To)
	return d
}

// destination is the one with most weight, the first of several alike.
func destination(entry *source.Node) *source.Node {
	var best *source.Node
	weight := int64(-1)
	for _, n := range source.Elements(source.Field(entry, "route")) {
		if w := source.Int(source.Field(n, "weight")); w > weight {
			best, weight = n, w
		}
	}
	return best
}

// service spells a destination in full.
func service(n *source.Node, namespace string) string {
	host := source.Text(source.Field(n, "host"))
	if host != "" && !strings.Contains(host, ".") {
		host += "." + namespace + ".svc.cluster.local"
	}
	if port := source.Int(source.Field(source.Field(n, "port"), "number")); port > 0 {
		host += ":" + strconv.FormatInt(port, 10)
	}
	return host
}

func setHeaders(q *sim.Request, ops *source.Node, done map[string]string) {
	for _, verb := range []string{"set", "add"} {
		m := source.Field(ops, verb)
		for _, k := range source.Keys(m) {
			v := strings.ReplaceAll(source.Text(source.Field(m, k)), "%REQ(:AUTHORITY)%", q.Host)
			if verb == "set" {
				q.RemoveHeader(k)
			}
			q.Headers = append(q.Headers, sim.Header{Name: k, Value: v})
			done[strings.ToLower(k)] = v
		}
	}
	for _, k := range source.Texts(source.Field(ops, "remove")) {
		q.RemoveHeader(k)
		delete(done, strings.ToLower(k))
	}
}

// rewrite changes path and host as the route says; a prefix match replaces the
// prefix, an exact one the whole path.
func (r *route) rewrite(q *sim.Request) {
	n := source.Field(r.entry, "rewrite")
	if host := source.Text(source.Field(n, "authority")); host != "" {
		q.Host = host
	}
	path, query, has := strings.Cut(q.Target, "?")
	if uri := source.Text(source.Field(n, "uri")); uri != "" {
		for _, c := range r.conditions {
			if c.part == "uri" && c.kind != "regex" && len(c.text) <= len(path) {
				path = uri + path[len(c.text):]
			}
		}
	}
	if n := source.Field(n, "uriRegexRewrite"); n != nil {
		if re, err := regexp.Compile(source.Text(source.Field(n, "match"))); err == nil {
			path = re.ReplaceAllString(path, groupRefs.ReplaceAllString(source.Text(source.Field(n, "rewrite")), "$${$1}"))
		}
	}
	if q.Target = path; has {
		q.Target = path + "?" + query
	}
}

// groupRefs are RE2's references to groups in a rewrite.
var groupRefs = regexp.MustCompile(`\\([0-9])`)

// preflight answers a CORS preflight of an allowed origin, as Envoy's cors
// filter does; one of another origin goes on unless the policy says otherwise.
func (r *route) preflight(q *sim.Request, d *sim.Decision) bool {
	cors := source.Field(r.entry, "corsPolicy")
	origin := q.Header("Origin")
	if cors == nil || origin == "" || q.Method != http.MethodOptions || q.Header("Access-Control-Request-Method") == "" {
		return false
	}
	d.Status, d.Cause = http.StatusOK, sim.Preflight
	for _, n := range source.Elements(source.Field(cors, "allowOrigins")) {
		if c := readCondition("origin", n, false); c.holds(&sim.Request{Headers: []sim.Header{{Name: "origin", Value: origin}}}) && c.kind != "present" {
			d.Reason = fmt.Sprintf("the gateway answers the preflight of origin %q", origin)
			return true
		}
	}
	if slices.Contains(source.Texts(source.Field(cors, "allowOrigin")), origin) || slices.Contains(source.Texts(source.Field(cors, "allowOrigin")), "*") {
		d.Reason = fmt.Sprintf("the gateway answers the preflight of origin %q", origin)
		return true
	}
	if source.Text(source.Field(cors, "unmatchedPreflights")) == "IGNORE" {
		d.Reason = fmt.Sprintf("the origin %q is not allowed, and unmatched preflights are answered here", origin)
		return true
	}
	d.Status, d.Cause = 0, sim.Passed
	return false
}
