package istio

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	routev3 "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
	corsv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/http/cors/v3"
	matcherv3 "github.com/envoyproxy/go-control-plane/envoy/type/matcher/v3"
	"github.com/wasilibs/go-re2"

	"github.com/kgw-dev/kgw/simulate"
)

// envoy decides requests on a route configuration as Envoy documents it
// (envoy/config/route/v3). Expressions are RE2's own. It is written for these
// tests alone and shares nothing with the simulator.
type envoy struct {
	hosts       map[string]*routev3.VirtualHost // by domain
	expressions map[string]*re2.Regexp
}

// newEnvoy refuses what Envoy refuses: values against the rules of the API, and
// expressions that RE2 cannot compile.
func newEnvoy(c *routev3.RouteConfiguration) (*envoy, error) {
	if err := c.ValidateAll(); err != nil {
		return nil, err
	}
	e := &envoy{hosts: map[string]*routev3.VirtualHost{}, expressions: map[string]*re2.Regexp{}}
	for _, h := range c.VirtualHosts {
		for _, d := range h.Domains {
			if e.hosts[d] != nil {
				return nil, fmt.Errorf("domain %q is there twice", d)
			}
			e.hosts[d] = h
		}
		for _, r := range h.Routes {
			if err := e.compile(r); err != nil {
				return nil, err
			}
		}
	}
	return e, nil
}

func (e *envoy) compile(r *routev3.Route) error {
	var all []string
	if m, ok := r.Match.PathSpecifier.(*routev3.RouteMatch_SafeRegex); ok {
		all = append(all, m.SafeRegex.Regex)
	}
	for _, h := range r.Match.Headers {
		all = append(all, h.GetStringMatch().GetSafeRegex().GetRegex())
	}
	for _, q := range r.Match.QueryParameters {
		all = append(all, q.GetStringMatch().GetSafeRegex().GetRegex())
	}
	policy, err := corsOf(r)
	if err != nil {
		return err
	}
	for _, o := range policy.GetAllowOriginStringMatch() {
		all = append(all, o.GetSafeRegex().GetRegex())
	}
	for _, text := range all {
		if e.expressions[text] != nil || text == "" {
			continue
		}
		if e.expressions[text], err = whole(text); err != nil {
			return err
		}
	}
	return nil
}

// whole returns an expression that matches only whole values, as Envoy matches. In
// one that RE2 accepts, \Q may be open at the end.
func whole(text string) (*re2.Regexp, error) {
	if _, err := re2.Compile(text); err != nil {
		return nil, err
	}
	if _, err := regexp.Compile(`\A(?:` + text + `)\z`); err != nil {
		text += `\E`
	}
	return re2.Compile(`\A(?:` + text + `)\z`)
}

// corsOf reads the CORS policy of a route, nil where it has none.
func corsOf(r *routev3.Route) (*corsv3.CorsPolicy, error) {
	data := r.TypedPerFilterConfig["envoy.filters.http.cors"]
	if data == nil {
		return nil, nil
	}
	out := &corsv3.CorsPolicy{}
	if err := data.UnmarshalTo(out); err != nil {
		return nil, err
	}
	return out, out.ValidateAll()
}

// answer is the decision about a request.
type answer struct {
	Status   int
	Route    string
	Upstream string // where it went
	Host     string // how it went on
	Target   string
	Headers  string
}

func (e *envoy) decide(q *simulate.Request) answer {
	q = q.Clone()
	q.Target = normalised(q.Target)
	r := e.route(q)
	if r == nil {
		return answer{Status: 404}
	}
	a := e.act(r, q)
	a.Route = r.Name
	return a
}

// route returns the one that matches a request, nil without any.
func (e *envoy) route(q *simulate.Request) *routev3.Route {
	h := e.host(q.Host)
	if h == nil {
		return nil
	}
	for _, r := range h.Routes {
		if e.takes(r.Match, q) {
			return r
		}
	}
	return nil
}

// host finds the virtual host: the name, without its port and in lower case,
// then the longest domain that begins with a star, then the star.
func (e *envoy) host(name string) *routev3.VirtualHost {
	if i := strings.LastIndex(name, ":"); i > strings.LastIndex(name, "]") {
		name = name[:i]
	}
	name = strings.ToLower(name)
	best, found := "", e.hosts["*"]
	if h := e.hosts[name]; h != nil {
		return h
	}
	for d, h := range e.hosts {
		suffix, wild := strings.CutPrefix(d, "*")
		if wild && len(suffix) > len(best) && len(name) > len(suffix) && strings.HasSuffix(name, suffix) {
			best, found = suffix, h
		}
	}
	return found
}

func (e *envoy) takes(m *routev3.RouteMatch, q *simulate.Request) bool {
	if !e.path(m, q.RawPath()) {
		return false
	}
	for _, h := range m.Headers {
		if !e.header(h, q) {
			return false
		}
	}
	for _, p := range m.QueryParameters {
		value, has := parameter(q.Target, p.Name)
		if !has || !p.GetPresentMatch() && !e.text(p.GetStringMatch(), value) {
			return false
		}
	}
	return true
}

func (e *envoy) path(m *routev3.RouteMatch, path string) bool {
	fold := m.CaseSensitive != nil && !m.CaseSensitive.Value
	same := func(a, b string) bool { return a == b || fold && strings.EqualFold(a, b) }
	switch s := m.PathSpecifier.(type) {
	case *routev3.RouteMatch_Path:
		return same(path, s.Path)
	case *routev3.RouteMatch_Prefix:
		return len(path) >= len(s.Prefix) && same(path[:len(s.Prefix)], s.Prefix)
	case *routev3.RouteMatch_SafeRegex:
		return e.expressions[s.SafeRegex.Regex].MatchString(path)
	case *routev3.RouteMatch_PathSeparatedPrefix:
		return path == s.PathSeparatedPrefix || strings.HasPrefix(path, s.PathSeparatedPrefix+"/")
	}
	panic(fmt.Sprintf("%T is none that Istio writes", m.PathSpecifier))
}

// header looks at all values of a header. With treat_missing_header_as_empty
// one that is not there is empty; else it matches nothing, and inverted only
// where any value would do.
func (e *envoy) header(m *routev3.HeaderMatcher, q *simulate.Request) bool {
	value, has := valueOf(q, strings.ToLower(m.Name))
	_, present := m.HeaderMatchSpecifier.(*routev3.HeaderMatcher_PresentMatch)
	switch {
	case present:
		return has != m.InvertMatch
	case !has && !m.TreatMissingHeaderAsEmpty:
		return false
	}
	return e.text(m.GetStringMatch(), value) != m.InvertMatch
}

// valueOf joins the values of a header; the request line is among them.
func valueOf(q *simulate.Request, name string) (string, bool) {
	switch name {
	case ":method":
		return q.Method, true
	case ":scheme":
		return q.Scheme, true
	case ":authority", "host":
		return q.Host, true
	case ":path":
		return q.Target, true
	}
	var values []string
	for _, h := range q.Headers {
		if strings.ToLower(h.Name) == name {
			values = append(values, h.Value)
		}
	}
	return strings.Join(values, ","), values != nil
}

// parameter gives the first value of a parameter, as it is written.
func parameter(target, name string) (string, bool) {
	_, query, has := strings.Cut(target, "?")
	if !has {
		return "", false
	}
	for _, part := range strings.Split(query, "&") {
		if k, v, _ := strings.Cut(part, "="); k == name {
			return v, true
		}
	}
	return "", false
}

func (e *envoy) text(m *matcherv3.StringMatcher, value string) bool {
	switch p := m.MatchPattern.(type) {
	case *matcherv3.StringMatcher_Exact:
		return value == p.Exact
	case *matcherv3.StringMatcher_Prefix:
		return strings.HasPrefix(value, p.Prefix)
	case *matcherv3.StringMatcher_SafeRegex:
		return e.expressions[p.SafeRegex.Regex].MatchString(value)
	}
	panic(fmt.Sprintf("%T is none that Istio writes", m.MatchPattern))
}

// normalised returns normalize_path: backslashes are slashes, and segments of dots,
// also escaped ones, are resolved (RFC 3986, section 5.2.4).
func normalised(target string) string {
	path, query, has := strings.Cut(target, "?")
	var out []string
	parts := strings.Split(strings.TrimPrefix(strings.ReplaceAll(path, `\`, "/"), "/"), "/")
	for i, part := range parts {
		last := i == len(parts)-1
		switch strings.NewReplacer("%2e", ".", "%2E", ".").Replace(part) {
		case ".":
		case "..":
			out = out[:max(0, len(out)-1)]
		default:
			out, last = append(out, part), false
		}
		if last {
			out = append(out, "")
		}
	}
	path = "/" + strings.Join(out, "/")
	if has {
		path += "?" + query
	}
	return path
}

// weight orders destinations: the heaviest one, the first of several alike.
func heaviest(w *routev3.WeightedCluster) *routev3.WeightedCluster_ClusterWeight {
	best := w.Clusters[0]
	for _, c := range w.Clusters {
		if c.Weight.GetValue() > best.Weight.GetValue() {
			best = c
		}
	}
	return best
}

// service reads the host and the port of a cluster's name.
func service(cluster string) string {
	parts := strings.Split(cluster, "|")
	if len(parts) != 4 {
		return cluster
	}
	if _, err := strconv.Atoi(parts[1]); err != nil {
		return cluster
	}
	return parts[3] + ":" + parts[1]
}
