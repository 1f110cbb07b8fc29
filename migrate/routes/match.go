package routes

import (
	"regexp"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/lazyregexp"
	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
	"github.com/kgw-dev/kgw/internal/routerule"
)

// condition is one match of an entry. The path is the condition on it as it is
// written, the prefix "/" without one.
type condition struct {
	routerule.Rule
	path pathlang.Path
	// folded is set where the path is compared without regard to case.
	folded bool
	// all is set where istiod asks it behind all others of the host.
	all bool
	// gateways are those that it is for; none are all of the VirtualService.
	gateways []string
}

// anyPath is the condition of a match without one.
var anyPath = pathlang.Path{Lang: pathlang.Prefix, Text: "/"}

// readCondition reads one match. A match for the mesh alone need not be
// expressible in an HTTPRoute.
func (s *service) readCondition(o *object) *condition {
	c := &condition{path: anyPath}
	o.text("name")
	o.text("statPrefix")
	c.gateways = manifest.GatewayRefs(o.texts("gateways"), s.Namespace)
	if len(c.gateways) > 0 && !slices.ContainsFunc(c.gateways, isOutside) {
		return c
	}
	s.readURI(c, o)
	c.Set.View = match.RawPath
	c.Methods = s.readMethods(o)
	c.Set.Methods = c.Methods
	for _, key := range []string{"scheme", "authority", "port", "sourceLabels", "sourceNamespace"} {
		if o.has(key) {
			s.reportUnsaid(o.at.At(key), "the condition on %s", key)
		}
	}
	if without := o.child("withoutHeaders"); len(without.fields) > 0 {
		s.reportUnsaid(without.at, "that headers are absent")
	}
	c.Headers = s.readValues(o.child("headers"))
	c.Queries = s.readValues(o.child("queryParams"))
	for i := range c.Headers {
		if h := &c.Headers[i]; h.Type == "" {
			c.Set.Predicates = append(c.Set.Predicates, match.Predicate{Source: match.Header, Name: h.Name, Values: []string{h.Value}})
		}
	}
	conditions := len(c.Methods) + len(c.Headers) + len(c.Queries)
	c.all = conditions == 0 && !c.folded && (c.path == anyPath || c.path == pathlang.Path{Lang: pathlang.Regex, Text: ".*"})
	o.reportUnread()
	return c
}

// readURI reads the condition on the path.
func (s *service) readURI(c *condition, o *object) {
	kind, text, ok := s.readStringMatch(o.child("uri"))
	fold := o.flag("ignoreUriCase")
	switch {
	case !ok && o.has("uri"):
		s.reportUnsaid(o.at.At("uri"), "a condition on the path that has no value")
	case !ok:
	case kind == "regex":
		c.path = pathlang.Path{Lang: pathlang.Regex, Text: text}
	case !strings.HasPrefix(text, "/"):
		s.reportUnsaid(o.at.At("uri"), "the path %q: it does not begin with /", text)
	case kind == "exact":
		c.path = pathlang.Path{Lang: pathlang.Exact, Text: text}
	default:
		c.path = pathlang.Path{Lang: pathlang.Prefix, Text: text}
	}
	c.Set.Path = c.path
	c.Exact, c.Text = routerule.Spell(c.path)
	switch {
	case c.path.Lang == pathlang.Regex && text == ".*":
		c.Text = "/.*" // istiod drops what it asks behind the other
	case c.path.Lang == pathlang.Regex:
		c.Exact, c.Text = false, text
	case fold && c.path != anyPath:
		c.folded = true
		c.Exact, c.Text = false, "(?i)"+regexp.QuoteMeta(c.path.Text)
		if c.path.Lang == pathlang.Prefix {
			c.Text += ".*"
		}
		c.Set.Path = pathlang.Path{Lang: pathlang.Regex, Text: c.Text}
	}
	if reason, refused := s.judge.RefusedBy(pathlang.Path{Lang: pathlang.Regex, Text: c.Text}, pathlang.RE2Istio); refused && !c.Exact {
		s.reportExpression(o.at.At("uri"), c.Text, reason)
	}
}

// readStringMatch reads how a text is compared: "exact", "prefix" or "regex";
// ok is false without any of them.
func (s *service) readStringMatch(o *object) (kind, text string, ok bool) {
	for _, k := range []string{"exact", "prefix", "regex"} {
		if o.has(k) {
			if ok {
				s.reportType(o.at, "one of exact, prefix and regex")
			}
			kind, text, ok = k, o.text(k), true
		}
	}
	o.reportUnread()
	return kind, text, ok
}

// alternatives is a regular expression that lists methods.
var alternatives = lazyregexp.New(`^\^?(?:\(([A-Z]+(?:\|[A-Z]+)*)\)|([A-Z]+(?:\|[A-Z]+)*))\$?$`)

// readMethods reads the condition on the method; none are all.
func (s *service) readMethods(o *object) []string {
	m := o.child("method")
	kind, text, ok := s.readStringMatch(m)
	var out []string
	switch {
	case !ok && len(m.fields) == 0 || kind == "regex" && (text == ".*" || text == ".+"):
		return nil
	case kind == "exact":
		out = []string{text}
	case kind == "regex" && alternatives().MatchString(text):
		found := alternatives().FindStringSubmatch(text)
		for one := range strings.SplitSeq(found[1]+found[2], "|") {
			if !slices.Contains(out, one) {
				out = append(out, one)
			}
		}
	default:
		s.reportUnsaid(m.at, "the condition on the method, which is not a list of methods")
		return nil
	}
	for _, one := range out {
		if !slices.Contains(routerule.Methods, one) {
			s.reportUnsaid(m.at, "the method %q", one)
		}
	}
	return out
}

// name is what the CRD allows as the name of a header or of a parameter
// (gateway-api v1.6, HTTPHeaderName).
var name = lazyregexp.New("^[A-Za-z0-9!#$%&'*+\\-.^_`|~]{1,256}$")

// isSpecial are names of headers that istiod reads otherwise, or that Envoy's
// gateways remove.
func isSpecial(header string) bool {
	return slices.Contains([]string{"uri", "scheme", "method", "authority", "host"}, header) || strings.HasPrefix(header, "x-envoy-")
}

// readValues reads conditions on headers or on parameters of the query.
func (s *service) readValues(o *object) []manifest.ValueMatch {
	headers, longest := strings.HasSuffix(o.at.Path, ".headers"), maxParameter
	if headers {
		longest = routerule.MaxValue
	}
	var out []manifest.ValueMatch
	for _, key := range o.keys() {
		child := o.child(key)
		kind, text, ok := s.readStringMatch(child)
		m := manifest.ValueMatch{Name: key, Value: text, Type: "RegularExpression"}
		switch {
		case !ok || kind == "regex" && text == "*":
			m.Value = ".*"
		case kind == "exact":
			m.Type = ""
		case kind == "prefix" && headers:
			m.Value = regexp.QuoteMeta(text) + ".*"
		case kind == "prefix":
			s.reportUnsaid(child.at, "a parameter of the query by its prefix")
		}
		if headers {
			m.Name = strings.ToLower(key)
		}
		switch {
		case !name().MatchString(key) || headers && isSpecial(m.Name):
			s.reportUnsaid(child.at, "a condition on %q", key)
		case m.Value == "" || len(m.Value) > longest:
			s.reportUnsaid(child.at, "a condition with a value of %d characters", len(m.Value))
		}
		if m.Type != "" {
			if reason, refused := s.judge.RefusedBy(pathlang.Path{Lang: pathlang.Regex, Text: m.Value}, pathlang.RE2Istio); refused {
				s.reportExpression(child.at, m.Value, reason)
			}
		}
		out = append(out, m)
	}
	if len(out) > routerule.MaxHeaders {
		s.reportUnsaid(o.at, "%d conditions: at most %d", len(out), routerule.MaxHeaders)
	}
	slices.SortStableFunc(out, func(a, b manifest.ValueMatch) int { return strings.Compare(a.Name, b.Name) })
	for i := 1; i < len(out); i++ {
		if out[i].Name == out[i-1].Name {
			s.reportUnsaid(o.at, "two conditions on %q", out[i].Name)
		}
	}
	return out
}

// maxParameter is the most characters of the value of a parameter (gateway-api
// v1.6, HTTPQueryParamMatch).
const maxParameter = 1024
