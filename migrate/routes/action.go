package routes

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/routerule"
	"github.com/kgw-dev/kgw/internal/source"
)

// action is what an entry does with the requests that it matches.
type action struct {
	rule manifest.RouteRule // without its matches
	// answer is the status of a direct response, 0 without one. The rule has no
	// backends then and answers 500.
	answer int
	// uri is what the matched prefix of the path becomes, or all of the path
	// where it is not matched by a prefix; "" leaves it.
	uri string
	at  source.Ref
}

// kinds are what an entry does, of which it has exactly one.
var kinds = []string{"route", "redirect", "directResponse", "delegate"}

// readAction reads what an entry does.
func (s *service) readAction(o *object) *action {
	a := &action{at: o.at}
	n := 0
	for _, kind := range kinds {
		if o.has(kind) {
			n++
		}
	}
	switch {
	case n != 1:
		s.reportType(o.at, "an entry with one of "+strings.Join(kinds, ", "))
	case o.has("delegate"):
		s.reportUnsaid(o.at.At("delegate"), "a delegate of a delegate: write its routes here")
	case o.has("redirect"):
		s.readRedirect(a, o.child("redirect"))
	case o.has("directResponse"):
		s.readResponse(a, o.child("directResponse"))
	default:
		s.readForward(a, o)
	}
	if o.has("fault") {
		s.reportUnsaid(o.at.At("fault"), "injected faults")
	}
	if o.has("retries") {
		s.lose(diag.RetriesUnsaid, o.at.At("retries"), "an HTTPRoute cannot say how often requests are retried: the mesh decides that, twice by default",
			"set the default of the mesh (meshConfig.defaultHttpRetryPolicy), or accept that with --accept "+string(diag.RetriesUnsaid))
	}
	return a
}

// lose reports a loss that a user may accept.
func (s *service) lose(code diag.Code, at source.Ref, message, help string) {
	f := diag.Finding{Code: code, At: at, Message: message, Help: help}
	if slices.Contains(s.o.Accept, code) {
		f.Severity = diag.Warning
	}
	s.found.Add(f)
}

// statuses are the codes of redirects that an HTTPRoute has words for.
var statuses = []int{301, 302, 303, 307, 308}

func (s *service) readRedirect(a *action, o *object) {
	r := &manifest.RouteRedirect{Scheme: o.text("scheme"), Hostname: strings.ToLower(o.text("authority")), Port: uint32(o.number("port")), StatusCode: int(o.number("redirectCode"))}
	if r.StatusCode == 0 {
		r.StatusCode = 301
	}
	if uri := o.text("uri"); uri != "" {
		r.Path = &manifest.PathModifier{Type: "ReplaceFullPath", ReplaceFullPath: uri}
		if strings.Contains(uri, "%") || !strings.HasPrefix(uri, "/") {
			s.reportUnsaid(o.at.At("uri"), "a redirect to %q", uri)
		}
	}
	switch derived := o.text("derivePort"); {
	case derived != "":
		s.reportUnsaid(o.at.At("derivePort"), "where the port of a redirect comes from")
	case !slices.Contains(statuses, r.StatusCode):
		s.reportUnsaid(o.at.At("redirectCode"), "a redirect with %d", r.StatusCode)
	case r.Hostname != "" && routerule.RefusedHost(r.Hostname) != "":
		s.reportUnsaid(o.at.At("authority"), "a redirect to the host %q", r.Hostname)
	case r.Scheme != "" && r.Scheme != "http" && r.Scheme != "https":
		s.reportUnsaid(o.at.At("scheme"), "a redirect to the scheme %q", r.Scheme)
	}
	if r.Scheme == "" && r.Port == 0 {
		s.found.Add(diag.Finding{
			Code: diag.RedirectPort, At: o.at, Help: "none is needed where the listeners have port 80, or 443 with TLS; else name the port or the scheme",
			Message: "the redirect names neither a port nor a scheme: an HTTPRoute leads to the port of the listener, where a VirtualService keeps that of the request",
		})
	}
	o.reportUnread()
	a.rule.Filters = []manifest.RouteFilter{{Type: "RequestRedirect", RequestRedirect: r}}
}

func (s *service) readResponse(a *action, o *object) {
	a.answer = int(o.number("status"))
	o.get("body")
	o.reportUnread()
	s.lose(diag.AnswerUnsaid, o.at, fmt.Sprintf("an HTTPRoute cannot answer %d: such requests are answered with 500", a.answer),
		"let a Service answer, keep the VirtualService, or accept the loss with --accept "+string(diag.AnswerUnsaid))
}

// readForward reads an entry that sends requests on.
func (s *service) readForward(a *action, o *object) {
	destinations := o.children("route")
	if len(destinations) == 0 {
		s.reportType(o.at.At("route"), "a list of destinations")
	}
	headers := []*object{o.child("headers")}
	for _, d := range destinations {
		b := s.readBackend(d.child("destination"))
		if weight := int32(d.number("weight")); len(destinations) > 1 {
			b.Weight = &weight
		}
		if h := d.child("headers"); len(destinations) == 1 {
			headers = append(headers, h)
		} else if len(h.fields) > 0 {
			s.reportUnsaid(h.at, "headers of one of several destinations")
		}
		d.reportUnread()
		a.rule.BackendRefs = append(a.rule.BackendRefs, b)
	}
	if len(destinations) > routerule.MaxBackends {
		s.reportUnsaid(o.at.At("route"), "%d destinations: at most %d", len(destinations), routerule.MaxBackends)
	}
	s.readHeaders(a, headers)
	s.readRewrite(a, o.child("rewrite"))
	s.readMirror(a, o)
	s.readCORS(a, o.child("corsPolicy"))
	if d, ok := o.duration("timeout"); ok && d > 0 {
		a.rule.Timeouts = &manifest.RouteTimeouts{Request: routerule.Duration(d)}
	}
}

// readBackend reads a destination.
func (s *service) readBackend(o *object) manifest.BackendRef {
	host := o.text("host")
	port := o.child("port")
	out := manifest.BackendRef{Name: host, Port: uint32(port.number("number"))}
	port.reportUnread()
	namespace := cmp.Or(s.within, s.Namespace)
	if labels := strings.Split(host, "."); len(labels) > 1 {
		out.Name, namespace = labels[0], labels[1]
		if len(labels) != 5 || strings.Join(labels[2:], ".") != "svc.cluster.local" {
			s.reportUnsaid(o.at.At("host"), "the host %q, which is not the name of a Service (NAME or NAME.NAMESPACE.svc.cluster.local)", host)
		}
	}
	if subset := o.text("subset"); subset != "" {
		s.reportUnsaid(o.at.At("subset"), "the subset %q: send requests to a Service of its pods", subset)
	}
	o.reportUnread()
	service := ir.Name{Namespace: namespace, Name: out.Name}
	if out.Port == 0 {
		if ports := s.o.Ports(service); len(ports) == 1 {
			out.Port = ports[0]
		} else {
			s.reportUnsaid(o.at, "a destination without a port: the Service %s, with one port, is not among the inputs", service)
		}
	}
	if namespace != s.Namespace {
		out.Namespace = namespace
		s.noteOtherNamespace(service)
	}
	return out
}

// noteOtherNamespace notes a Service of another namespace, for which a
// ReferenceGrant is needed.
func (s *service) noteOtherNamespace(n ir.Name) {
	if !slices.Contains(s.granted, n) {
		s.granted = append(s.granted, n)
	}
}

// readHeaders reads the changes to headers of the entry and of its one
// destination.
func (s *service) readHeaders(a *action, list []*object) {
	for _, direction := range []string{"request", "response"} {
		m := &manifest.HeaderModifier{}
		for _, o := range list {
			own := o.child(direction)
			m.Set = sorted(append(m.Set, s.readSettings(own.child("set"))...))
			m.Add = sorted(append(m.Add, s.readSettings(own.child("add"))...))
			m.Remove = append(m.Remove, own.texts("remove")...)
			own.reportUnread()
		}
		m.Remove = routerule.Distinct(m.Remove)
		at := list[0].at.At(direction)
		routerule.CheckModifier(m, func(message string) {
			s.found.Add(diag.Finding{Code: diag.HeaderUnsaid, At: at, Message: message, Help: "change the header, or keep the VirtualService"})
		})
		switch {
		case len(m.Set)+len(m.Add)+len(m.Remove) == 0:
		case direction == "request":
			a.rule.Filters = append(a.rule.Filters, manifest.RouteFilter{Type: "RequestHeaderModifier", RequestHeaderModifier: m})
		default:
			a.rule.Filters = append(a.rule.Filters, manifest.RouteFilter{Type: "ResponseHeaderModifier", ResponseHeaderModifier: m})
		}
	}
	for _, o := range list {
		o.reportUnread()
	}
}

func (s *service) readSettings(o *object) []manifest.HeaderValue {
	var out []manifest.HeaderValue
	for _, key := range o.keys() {
		v := manifest.HeaderValue{Name: key, Value: o.text(key)}
		if manifest.IsAuthority(key) {
			v.Name = "Host"
		}
		if !name().MatchString(v.Name) {
			s.reportUnsaid(o.at, "the header %q", key)
		}
		if strings.ContainsFunc(v.Value, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }) {
			s.reportUnsaid(o.at, "a line break or another control character in the value of the header %q", key)
		}
		out = append(out, v)
	}
	return out
}

func sorted(list []manifest.HeaderValue) []manifest.HeaderValue {
	slices.SortStableFunc(list, func(x, y manifest.HeaderValue) int {
		return strings.Compare(strings.ToLower(x.Name), strings.ToLower(y.Name))
	})
	return list
}

// readRewrite reads what becomes of host and path. The path depends on the match.
func (s *service) readRewrite(a *action, o *object) {
	if o.has("uriRegexRewrite") {
		s.reportUnsaid(o.at.At("uriRegexRewrite"), "that a part of the path is rewritten by an expression")
	}
	a.uri = o.text("uri")
	host := o.text("authority")
	o.reportUnread()
	if strings.Contains(a.uri, `\`) || a.uri != "" && !strings.HasPrefix(a.uri, "/") || len(a.uri) > routerule.MaxPath {
		s.reportUnsaid(o.at.At("uri"), "the path %q", a.uri)
	}
	if host == "" {
		return
	}
	if why := routerule.RefusedHost(host); why != "" || strings.HasPrefix(host, "*") || host != strings.ToLower(host) {
		s.reportUnsaid(o.at.At("authority"), "the host %q of a rewriting", host)
	}
	a.rule.Filters = append(a.rule.Filters, manifest.RouteFilter{Type: "URLRewrite", URLRewrite: &manifest.URLRewrite{Hostname: host}})
}

// readMirror reads where copies of requests go.
func (s *service) readMirror(a *action, o *object) {
	add := func(destination *object, share float64, at source.Ref) {
		m := &manifest.RequestMirror{BackendRef: s.readBackend(destination)}
		if share != 100 {
			m.Fraction = &manifest.Fraction{Numerator: int32(math.Round(share * 10_000)), Denominator: 1_000_000}
		}
		if share <= 0 || share > 100 {
			s.reportUnsaid(at, "a share of %g%% of copies", share)
		}
		a.rule.Filters = append(a.rule.Filters, manifest.RouteFilter{Type: "RequestMirror", RequestMirror: m})
	}
	share := func(parent *object, key string) float64 {
		o := parent.child(key)
		defer o.reportUnread()
		if !o.has("value") {
			return 100
		}
		return o.number("value")
	}
	if o.has("mirror") {
		add(o.child("mirror"), share(o, "mirrorPercentage"), o.at.At("mirrorPercentage"))
	}
	for _, m := range o.children("mirrors") {
		add(m.child("destination"), share(m, "percentage"), m.at.At("percentage"))
		m.reportUnread()
	}
	if o.has("mirrorPercent") {
		s.reportUnsaid(o.at.At("mirrorPercent"), "mirrorPercent: write mirrorPercentage")
	}
}

// readCORS reads what browsers may do.
func (s *service) readCORS(a *action, o *object) {
	if len(o.fields) == 0 {
		return
	}
	c := &ir.CORS{Origin: o.at, Methods: o.texts("allowMethods"), Headers: o.texts("allowHeaders"), ExposeHeaders: o.texts("exposeHeaders")}
	for _, origin := range o.children("allowOrigins") {
		kind, text, ok := s.readStringMatch(origin)
		if !ok {
			s.reportType(origin.at, "an origin")
		}
		c.Origins = append(c.Origins, ir.Origin{Kind: kind, Value: text})
	}
	for _, origin := range o.texts("allowOrigin") {
		c.Origins = append(c.Origins, ir.Origin{Kind: "exact", Value: origin})
	}
	if o.has("allowCredentials") {
		yes := o.flag("allowCredentials")
		c.Credentials = &yes
	}
	if age, ok := o.duration("maxAge"); ok {
		if c.MaxAge = &age; age < time.Second {
			s.reportUnsaid(o.at.At("maxAge"), "that browsers keep the answer for less than a second")
		}
	}
	switch answer := o.text("unmatchedPreflights"); answer {
	case "", "UNSPECIFIED", "FORWARD", "IGNORE":
	default:
		s.reportType(o.at.At("unmatchedPreflights"), "FORWARD or IGNORE")
	}
	o.reportUnread()
	var found diag.List
	routerule.CheckCORS(c, o.at, &found)
	for i := range found {
		if f := found[i]; f.Code == diag.OriginUnsaid {
			s.lose(f.Code, f.At, f.Message, f.Help)
		} else {
			s.found.Add(f)
		}
	}
	if written := routerule.CORS(c); written != nil {
		a.rule.Filters = append(a.rule.Filters, manifest.RouteFilter{Type: "CORS", CORS: written})
	}
}
