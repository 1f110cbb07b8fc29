package istio

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	rbacv3 "github.com/envoyproxy/go-control-plane/envoy/config/rbac/v3"
	routev3 "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
	templatev3 "github.com/envoyproxy/go-control-plane/envoy/extensions/path/match/uri_template/v3"
	matcherv3 "github.com/envoyproxy/go-control-plane/envoy/type/matcher/v3"
	"github.com/wasilibs/go-re2"

	"github.com/kgw-dev/kgw/simulate"
)

// connection is a request with what RBAC looks at besides.
type connection struct {
	*simulate.Request
	port           uint32
	peer, client   netip.Addr // who connects, and whom the proxy treats as the client
	sni            string
	claims, filter map[string]any // the payload of the verified token, nil without one; metadata of another filter
}

// lets reports whether RBAC lets a request on: its policies are of one action
// (envoy/config/rbac/v3, RBAC). It is written for these tests alone and shares
// nothing with the simulator.
func (c *connection) lets(r *rbacv3.RBAC) bool {
	if r == nil {
		return true
	}
	matched := false
	for _, p := range r.Policies {
		if slices.ContainsFunc(p.Permissions, c.permission) && slices.ContainsFunc(p.Principals, c.principal) {
			matched = true
		}
	}
	return matched == (r.Action == rbacv3.RBAC_ALLOW) || r.Action == rbacv3.RBAC_LOG
}

func (c *connection) permission(p *rbacv3.Permission) bool {
	switch r := p.Rule.(type) {
	case *rbacv3.Permission_Any:
		return r.Any
	case *rbacv3.Permission_AndRules:
		return !slices.ContainsFunc(r.AndRules.Rules, func(p *rbacv3.Permission) bool { return !c.permission(p) })
	case *rbacv3.Permission_OrRules:
		return slices.ContainsFunc(r.OrRules.Rules, c.permission)
	case *rbacv3.Permission_NotRule:
		return !c.permission(r.NotRule)
	case *rbacv3.Permission_Header:
		return c.header(r.Header)
	case *rbacv3.Permission_UrlPath:
		path, _, _ := strings.Cut(c.Target, "?")
		return textFits(r.UrlPath.GetPath(), path)
	case *rbacv3.Permission_UriTemplate:
		m := &templatev3.UriTemplateMatchConfig{}
		if err := r.UriTemplate.TypedConfig.UnmarshalTo(m); err != nil {
			panic(err)
		}
		path, _, _ := strings.Cut(c.Target, "?")
		return fitsTemplate(m.PathTemplate, path)
	case *rbacv3.Permission_DestinationPort:
		return c.port == r.DestinationPort
	case *rbacv3.Permission_DestinationIp:
		return within(r.DestinationIp, netip.MustParseAddr("10.9.9.9"))
	case *rbacv3.Permission_RequestedServerName:
		return textFits(r.RequestedServerName, c.sni)
	case *rbacv3.Permission_Metadata:
		return c.metadata(r.Metadata) //nolint:staticcheck // deprecated, and what Istio writes
	}
	panic(fmt.Sprintf("%T is none that Istio writes", p.Rule))
}

func (c *connection) principal(p *rbacv3.Principal) bool {
	switch r := p.Identifier.(type) {
	case *rbacv3.Principal_Any:
		return r.Any
	case *rbacv3.Principal_AndIds:
		return !slices.ContainsFunc(r.AndIds.Ids, func(p *rbacv3.Principal) bool { return !c.principal(p) })
	case *rbacv3.Principal_OrIds:
		return slices.ContainsFunc(r.OrIds.Ids, c.principal)
	case *rbacv3.Principal_NotId:
		return !c.principal(r.NotId)
	case *rbacv3.Principal_Authenticated_:
		return c.Caller != "" && textFits(r.Authenticated.PrincipalName, "spiffe://"+c.Caller)
	case *rbacv3.Principal_Header:
		return c.header(r.Header)
	case *rbacv3.Principal_Metadata:
		return c.metadata(r.Metadata) //nolint:staticcheck // deprecated, and what Istio writes
	case *rbacv3.Principal_DirectRemoteIp:
		return within(r.DirectRemoteIp, c.peer)
	case *rbacv3.Principal_RemoteIp:
		return within(r.RemoteIp, c.client)
	}
	panic(fmt.Sprintf("%T is none that Istio writes", p.Identifier))
}

func within(block *corev3.CidrRange, a netip.Addr) bool {
	return netip.PrefixFrom(netip.MustParseAddr(block.AddressPrefix), int(block.PrefixLen.GetValue())).Contains(a)
}

func (c *connection) header(m *routev3.HeaderMatcher) bool {
	value, has := valueOf(c.Request, strings.ToLower(m.Name))
	if m.GetPresentMatch() {
		return has
	}
	return has && textFits(m.GetStringMatch(), value)
}

// metadata follows the path through the payload of the token, or through what
// another filter says.
func (c *connection) metadata(m *matcherv3.MetadataMatcher) bool {
	var value any = map[string]any{"payload": any(c.claims)}
	switch {
	case m.Filter != "envoy.filters.http.jwt_authn":
		value = c.filter
	case c.claims == nil:
		return false
	}
	for _, step := range m.Path {
		inner, _ := value.(map[string]any)
		value = inner[step.GetKey()]
	}
	return valueFits(m.Value, value)
}

func valueFits(m *matcherv3.ValueMatcher, value any) bool {
	switch p := m.MatchPattern.(type) {
	case *matcherv3.ValueMatcher_StringMatch:
		s, ok := value.(string)
		return ok && textFits(p.StringMatch, s)
	case *matcherv3.ValueMatcher_ListMatch:
		list, _ := value.([]any)
		return slices.ContainsFunc(list, func(v any) bool { return valueFits(p.ListMatch.GetOneOf(), v) })
	case *matcherv3.ValueMatcher_OrMatch:
		return slices.ContainsFunc(p.OrMatch.ValueMatchers, func(m *matcherv3.ValueMatcher) bool { return valueFits(m, value) })
	}
	panic(fmt.Sprintf("%T is none that Istio writes", m.MatchPattern))
}

func textFits(m *matcherv3.StringMatcher, value string) bool {
	fold := func(s string) string {
		if m.IgnoreCase {
			return strings.ToLower(s)
		}
		return s
	}
	switch p := m.MatchPattern.(type) {
	case *matcherv3.StringMatcher_Exact:
		return fold(value) == fold(p.Exact)
	case *matcherv3.StringMatcher_Prefix:
		return strings.HasPrefix(fold(value), fold(p.Prefix))
	case *matcherv3.StringMatcher_Suffix:
		return strings.HasSuffix(fold(value), fold(p.Suffix))
	case *matcherv3.StringMatcher_SafeRegex:
		return re2.MustCompile("^(?:" + p.SafeRegex.Regex + ")$").MatchString(value)
	}
	panic(fmt.Sprintf("%T is none that Istio writes", m.MatchPattern))
}

// fitsTemplate matches a path with a template: "*" is a segment and "**" any
// number of them (envoy/extensions/path/match/uri_template/v3).
func fitsTemplate(template, path string) bool {
	const pchar = `[a-zA-Z0-9-._~%!$&'()+,;:@=]`
	expr := re2.QuoteMeta(template)
	expr = strings.ReplaceAll(expr, `\*\*`, "(?:"+pchar+"|/)\x00")
	expr = strings.ReplaceAll(expr, `\*`, pchar+"+")
	return re2.MustCompile("^" + strings.ReplaceAll(expr, "\x00", "*") + "$").MatchString(path)
}
