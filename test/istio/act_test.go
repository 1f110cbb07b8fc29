package istio

import (
	"regexp"
	"sort"
	"strings"

	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	routev3 "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
	"github.com/wasilibs/go-re2"

	"github.com/kgw-dev/kgw/simulate"
)

var redirects = map[routev3.RedirectAction_RedirectResponseCode]int{
	routev3.RedirectAction_MOVED_PERMANENTLY: 301, routev3.RedirectAction_FOUND: 302, routev3.RedirectAction_SEE_OTHER: 303,
	routev3.RedirectAction_TEMPORARY_REDIRECT: 307, routev3.RedirectAction_PERMANENT_REDIRECT: 308,
}

// act does what the route says. The cors filter passes over routes that end
// here (source/extensions/filters/http/cors/cors_filter.cc).
func (e *envoy) act(r *routev3.Route, q *simulate.Request) answer {
	switch a := r.Action.(type) {
	case *routev3.Route_Redirect:
		return answer{Status: redirects[a.Redirect.ResponseCode]}
	case *routev3.Route_DirectResponse:
		return answer{Status: int(a.DirectResponse.Status)}
	case *routev3.Route_Route:
		if e.preflight(r, q) {
			return answer{Status: 200}
		}
		return e.forward(r, a.Route, q)
	}
	return answer{}
}

func (e *envoy) preflight(r *routev3.Route, q *simulate.Request) bool {
	policy, _ := corsOf(r)
	origin, _ := valueOf(q, "origin")
	asked, _ := valueOf(q, "access-control-request-method")
	if policy == nil || q.Method != "OPTIONS" || origin == "" || asked == "" {
		return false
	}
	for _, m := range policy.AllowOriginStringMatch {
		if e.text(m, "*") || e.text(m, origin) {
			return true
		}
	}
	return !policy.ForwardNotMatchingPreflights.GetValue()
}

// forward changes headers, then host and path: of several destinations the
// chosen one's changes come before the route's, which win
// (source/common/router/config_impl.cc, finalizeRequestHeaders).
func (e *envoy) forward(r *routev3.Route, a *routev3.RouteAction, q *simulate.Request) answer {
	cluster := a.GetCluster()
	if w := a.GetWeightedClusters(); w != nil {
		chosen := heaviest(w)
		cluster = chosen.Name
		change(q, chosen.RequestHeadersToRemove, chosen.RequestHeadersToAdd)
		if host := chosen.GetHostRewriteLiteral(); host != "" {
			q.Host = host
		}
	}
	change(q, r.RequestHeadersToRemove, r.RequestHeadersToAdd)
	if host := a.GetHostRewriteLiteral(); host != "" {
		q.Host = host
	}
	rewrite(r.Match, a, q)
	return answer{Status: 200, Upstream: service(cluster), Host: q.Host, Target: q.Target, Headers: headersOf(q)}
}

func headersOf(q *simulate.Request) string {
	var out []string
	for _, h := range q.Headers {
		if name := strings.ToLower(h.Name); name != "x-forwarded-proto" {
			out = append(out, name+"="+h.Value)
		}
	}
	sort.Strings(out)
	return strings.Join(out, "; ")
}

// change removes headers, then sets and adds others. Values are formats; those
// that the tests use know the host only.
func change(q *simulate.Request, remove []string, set []*corev3.HeaderValueOption) {
	for _, name := range remove {
		q.RemoveHeader(name)
	}
	host := strings.NewReplacer("%%", "%", "%REQ(:AUTHORITY)%", q.Host, "%REQ(HOST)%", q.Host)
	for _, o := range set {
		if o.AppendAction == corev3.HeaderValueOption_OVERWRITE_IF_EXISTS_OR_ADD {
			q.RemoveHeader(o.Header.Key)
		}
		q.Headers = append(q.Headers, simulate.Header{Name: o.Header.Key, Value: host.Replace(o.Header.Value)})
	}
}

// backreference is a part of what an expression matched, in what replaces it.
var backreference = regexp.MustCompile(`\\([0-9])`)

func rewrite(m *routev3.RouteMatch, a *routev3.RouteAction, q *simulate.Request) {
	path, query, has := strings.Cut(q.Target, "?")
	if x := a.GetRegexRewrite(); x != nil {
		path = re2.MustCompile(x.Pattern.Regex).ReplaceAllString(path, backreference.ReplaceAllString(strings.ReplaceAll(x.Substitution, "$", "$$"), "$${$1}"))
	} else if a.PrefixRewrite != "" {
		matched := len(path)
		switch p := m.PathSpecifier.(type) {
		case *routev3.RouteMatch_Prefix:
			matched = len(p.Prefix)
		case *routev3.RouteMatch_PathSeparatedPrefix:
			matched = len(p.PathSeparatedPrefix)
		}
		path = a.PrefixRewrite + path[matched:]
	}
	if q.Target = path; has {
		q.Target += "?" + query
	}
}
