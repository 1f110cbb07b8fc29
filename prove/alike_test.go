package prove_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/prove"
	"github.com/kgw-dev/kgw/prove/classes"
	"github.com/kgw-dev/kgw/simulate"
)

// choice is a place of a template with texts to choose from: «one¦another».
var choice = regexp.MustCompile(`«[^«»]*»`)

// fillTwice fills a template, and once more with another text in one place. An inner
// choice is made before the one that it is in.
func fillTwice(rnd *rand.Rand, template string) (one, other string) {
	one, other = template, template
	fill := func(text string, k int) string {
		at := choice.FindStringIndex(text)
		list := strings.Split(strings.Trim(text[at[0]:at[1]], "«»"), "¦")
		return text[:at[0]] + list[k%len(list)] + text[at[1]:]
	}
	changed := rnd.IntN(strings.Count(template, "«"))
	for i := 0; strings.Contains(one, "«"); i++ {
		k := rnd.IntN(1 << 20)
		one = fill(one, k)
		if i == changed {
			k = rnd.IntN(1 << 20)
		}
		other = fill(other, k)
	}
	return one, other
}

// drawToken draws tokens at the borders of what the templates ask for.
func drawToken(rnd *rand.Rand) simulate.Token {
	pick := func(list ...string) string { return list[rnd.IntN(len(list))] }
	facts := map[string]any{"iss": pick("https://a", "https://a", "https://b"), "sub": pick("me", "you")}
	if rnd.IntN(2) == 0 {
		facts["aud"] = []any{pick("t", "u"), "v"}
	}
	if rnd.IntN(2) == 0 {
		facts[pick("scope", "scp")] = pick("s", "s.x", "r", "s r", "")
	}
	via := []simulate.Via{{}, {}, {In: "header", Name: "x-t"}, {In: "header", Name: "x-u", Scheme: "T"}, {In: "query", Name: "q"}, {In: "cookie", Name: "c"}, {In: "cookie", Name: "sid"}}[rnd.IntN(7)]
	switch rnd.IntN(6) {
	case 0:
		return simulate.Token{Kind: "opaque", Via: via, Introspection: facts, Session: &simulate.Session{Subject: "me"}}
	case 1:
		return simulate.Token{Kind: "jwt", Claims: facts, Via: via, Valid: pick("expired", "bad_signature", "alg_none")}
	case 2, 3:
		return simulate.Token{}
	}
	return simulate.Token{Kind: "jwt", Claims: facts, Via: via, Session: &simulate.Session{Subject: "me"}}
}

// spellOutcomes returns the outcomes of a request as callers and upstreams see them.
func spellOutcomes(d *simulate.Decision) string {
	var out []string
	for _, o := range d.Each() {
		text := fmt.Sprint(answered(&o.Decision), " ", o.Decision.Answer, o.Decision.Response)
		if n := o.Decision.Next; n != nil {
			text = fmt.Sprint(o.Decision.Upstream, " ", n.Host, n.Target, " ", o.Decision.Headers, o.Decision.Response)
		}
		out = append(out, text)
	}
	slices.Sort(out)
	return strings.Join(slices.Compact(out), ", ")
}

// number reads a number from the environment, for longer runs.
func number(name string, otherwise int) int {
	if n, err := strconv.Atoi(os.Getenv(name)); err == nil {
		return n
	}
	return otherwise
}

// noneIsNone draws pairs that differ in one value: where the comparison says that
// nothing changes, no request that is drawn is answered otherwise.
func noneIsNone(t *testing.T, template, request string) {
	seed, pairs := uint64(number("KGW_SEED", 1)), number("KGW_PAIRS", 60)
	if testing.Short() {
		pairs /= 6
	}
	rnd := rand.New(rand.NewPCG(seed, 7))
	same, drawn := 0, 0
	for range pairs {
		one, other := fillTwice(rnd, template)
		for one == other {
			one, other = fillTwice(rnd, template)
		}
		drawn++
		before, after := clusterOf(documents(t, one), -1, nil), clusterOf(documents(t, other), -1, nil)
		r := classes.Compare(before.Side(nil), after.Side(nil))
		if len(r.Changes) > 0 {
			continue
		}
		same++
		if text := answeredApart(rnd, before, after, request); text != "" {
			t.Errorf("no change, and %s\n%s\n%v", text, contrast(one, other), r.Notes)
		}
	}
	t.Logf("%d of %d pairs are without a change", same, drawn)
	if same*20 < drawn && !testing.Short() {
		t.Error("too few pairs are alike: the test says little")
	}
}

// answeredApart draws requests until one is answered otherwise, and returns what became
// of it; "" where none is.
func answeredApart(rnd *rand.Rand, before, after *prove.Cluster, request string) string {
	for i := range 100 {
		line, _ := fillTwice(rnd, request)
		q := asked(line, drawToken(rnd))
		if i%4 == 0 {
			if text := letInApart(rnd, before, after, q); text != "" {
				return line + " " + text
			}
			continue
		}
		a, b := before.Mesh.Decide(q, nil), after.Mesh.Decide(q, nil)
		if was, is := spellOutcomes(&a), spellOutcomes(&b); was != is {
			return fmt.Sprintf("%s %v: %s -> %s", line, q.Token, was, is)
		}
	}
	return ""
}

// letInApart sends a request from the cluster to a service itself, and returns who is let
// in by one of two clusters only; "" where nobody is.
func letInApart(rnd *rand.Rand, before, after *prove.Cluster, q *simulate.Request) string {
	if before.Mesh.Guard == nil || after.Mesh.Guard == nil {
		return ""
	}
	q.Inside, q.Caller = true, []string{simulate.Insider, simulate.Bare, "cluster.local/ns/a/sa/b"}[rnd.IntN(3)]
	q.Scheme, q.To = "http", []string{"api.shop", "other.shop", "far.other"}[rnd.IntN(3)]+".svc.cluster.local:80"
	a, b := before.Mesh.Decide(q, nil), after.Mesh.Decide(q, nil)
	if a.MayPass() == b.MayPass() {
		return ""
	}
	return fmt.Sprintf("%s to %s %v: %s -> %s", q.Caller, q.To, q.Token, spellOutcomes(&a), spellOutcomes(&b))
}

// contrast shows two texts, the lines that differ one after the other.
func contrast(one, other string) string {
	lines := strings.Split(other, "\n")
	var out []string
	for i, line := range strings.Split(one, "\n") {
		if i < len(lines) && lines[i] != line {
			line += "\n=> " + lines[i]
		}
		out = append(out, line)
	}
	return strings.Join(out, "\n")
}

// ruleTemplate are the fields of a Rule.
const (
	ruleURL       = "«http¦https¦<https?>¦<(http|https)>»://«a.com¦a.com¦a.com¦a.com:8080¦a.com<(:8080)?>¦<[a-z]+>.com¦b.com»/«x¦x/y¦x/<.*>¦<.*>¦x<[0-9]*>¦x/<[a-z]+>¦«x¦x¦x¦x/<*>»¦x?¦<(?!x).*>¦<(x|y)>¦»"
	ruleAuth      = "[«{handler: jwt, config: {jwks_urls: [«https://a/keys¦https://b/keys»], trusted_issuers: [«https://a¦https://b»]«¦, target_audience: [t]¦, target_audience: [u]»«¦, required_scope: [«s¦r»]«¦, scope_strategy: exact¦, scope_strategy: hierarchic¦, scope_strategy: wildcard»»«¦¦, token_from: {«header: x-t¦header: x-u¦query_parameter: q¦cookie: c»}»«¦¦, allowed_algorithms: [RS256]»}}¦{handler: oauth2_introspection, config: {introspection_url: «https://i/in¦https://j/in»«¦, required_scope: [«s¦r»]»«¦, target_audience: [t]»«¦, trusted_issuers: [https://a]»«¦, token_from: {header: x-t}»}}¦{handler: cookie_session, config: {check_session_url: «https://s/who¦https://t/who»«¦, only: [«sid¦c»]»«¦, preserve_path: true»«¦, preserve_query: false»«¦, force_method: POST»«¦, subject_from: identity.id»}}¦{handler: noop}¦{handler: unauthorized}¦{handler: anonymous«¦, config: {subject: «nobody¦guest»}»}»«¦¦, {handler: «anonymous¦noop¦unauthorized»}»]"
	ruleRest      = "authorizer: {handler: «allow¦allow¦allow¦deny¦remote_json, config: {remote: 'https://z/«a¦b»', payload: '{«¦\"x\": \"y\"»}'}»}, mutators: [{handler: «noop¦noop¦header, config: {headers: {«x-user¦x-sub»: '«{{ print .Subject }}¦{{ print .Subject }}x¦fixed»'}}¦cookie, config: {cookies: {u: '«{{ print .Subject }}¦fixed»'}}¦id_token, config: {issuer_url: 'https://«me¦you»'«¦, ttl: 60s»}¦hydrator, config: {api: {url: 'https://h/«a¦b»'}}»}]«¦¦, errors: [{handler: «json¦json, config: {verbose: true}¦redirect, config: {to: 'https://«login¦l2»'«¦, code: 302¦, code: 301»«¦, when: [{error: [«unauthorized¦forbidden¦not_found»]«¦, request: {header: {accept: [«text/html¦application/json»]}}»}]»}¦www_authenticate, config: {realm: «a¦b»}»}]»"
	ruleTemplate1 = "---\napiVersion: oathkeeper.ory.sh/v1alpha1\nkind: Rule\nmetadata: {name: r, namespace: shop}\nspec: {upstream: {url: 'http://«api.shop¦api.shop/p¦api.shop:81¦other.shop»'«¦, stripPath: «/x¦/y¦x»»«¦, preserveHost: «true¦false»»}, match: {url: '" + ruleURL + "', methods: [«GET¦GET, POST¦POST¦get¦»]}, authenticators: " + ruleAuth + ", " + ruleRest + "}\n"
	ruleSecond    = "«¦---\napiVersion: oathkeeper.ory.sh/v1alpha1\nkind: Rule\nmetadata: {name: s, namespace: shop}\nspec: {upstream: {url: 'http://second.shop'}, match: {url: '" + ruleURL + "', methods: [«GET¦POST»]}, authenticators: [{handler: noop}], authorizer: {handler: allow}, mutators: [{handler: noop}]}\n»"
	ruleConfig    = "«¦¦---\nserve: {proxy: {port: 4455}}\naccess_rules: {matching_strategy: «regexp¦regexp¦regexp¦glob»«¦, repositories: [«'https://r/rules.json'¦'file:///etc/rules/none.json'»]»}\nauthenticators: {noop: {enabled: «true¦true¦false»}, anonymous: {enabled: «true¦false», config: {subject: «guest¦nobody»}}, unauthorized: {enabled: true}, jwt: {enabled: «true¦true¦false», config: {jwks_urls: ['https://a/keys']«¦, scope_strategy: exact»«¦, trusted_issuers: ['https://a']»}}, oauth2_introspection: {enabled: «true¦false», config: {introspection_url: 'https://i/in'}}, cookie_session: {enabled: «true¦false», config: {check_session_url: 'https://s/who'«¦, only: [sid]»}}}\nauthorizers: {allow: {enabled: «true¦true¦true¦false»}, deny: {enabled: true}, remote_json: {enabled: «true¦false», config: {remote: 'https://z/a', payload: '{}'}}}\nmutators: {noop: {enabled: «true¦true¦true¦false»}, header: {enabled: «true¦false», config: {headers: {}}}, cookie: {enabled: true, config: {cookies: {}}}, id_token: {enabled: «true¦false», config: {issuer_url: 'https://me', jwks_url: 'file:///k'}}, hydrator: {enabled: true, config: {api: {url: 'https://h'}}}}\nerrors: {fallback: [«json¦redirect¦www_authenticate, json»], handlers: {json: {enabled: «true¦true¦false», config: {verbose: «true¦false»}}, redirect: {enabled: «true¦false», config: {to: 'https://«login¦l2»'«¦, when: [{error: [unauthorized]}]»}}, www_authenticate: {enabled: true, config: {realm: «a¦b»}}}}\n»"
	ruleRequest   = "«GET¦GET¦POST¦PUT¦get» «http¦https»://«a.com¦a.com¦a.com:8080¦b.com¦c.com»/«¦x¦x/¦x/y¦x/7¦x7¦xx¦y¦x/y/z¦x/y?q=1¦x%2Fy» Accept: «text/html¦application/json»"
)

// TestRulesWithoutAChangeAreAlike draws Rules of Oathkeeper and its configuration.
func TestRulesWithoutAChangeAreAlike(t *testing.T) {
	noneIsNone(t, ruleTemplate1+ruleSecond+ruleConfig, ruleRequest)
}

// The objects of the Gateway API.
const (
	parentTemplate = "---\napiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: gw, namespace: «istio-system¦istio-system¦shop»}\nspec:\n  gatewayClassName: istio\n  listeners: [{name: http, port: 80, protocol: HTTP«¦, hostname: «'*.com'¦a.com»», allowedRoutes: {namespaces: {from: «All¦All¦All¦Same»}}}, {name: https, port: «443¦443¦8443», protocol: HTTPS«¦, hostname: «'*.com'¦a.com¦b.com»», tls: {«¦mode: Terminate, »certificateRefs: [{name: c}]}, allowedRoutes: {namespaces: {from: «All¦All¦All¦Same¦Selector, selector: {matchLabels: {kubernetes.io/metadata.name: «shop¦other»}}»}}}]\n"
	ruleMatches    = "matches: [{path: {type: «PathPrefix, value: «/¦/x¦/x/¦/x/y»¦Exact, value: «/¦/x¦/x/¦/x/y»¦RegularExpression, value: '«/x.*¦/(x|y)¦/x/[a-z]+»'»}«¦¦, method: «GET¦POST»»«¦¦, headers: [{name: «x-a¦X-A¦x-b», «¦type: Exact, ¦type: RegularExpression, »value: «b¦c¦b.*»}]»«¦¦, queryParams: [{name: «q¦r», «¦type: RegularExpression, »value: «1¦2¦.*»}]»}«¦¦, {path: {type: Exact, value: «/y¦/z»}}»]"
	ruleFilters    = "«¦¦¦, filters: [{type: «RequestHeaderModifier, requestHeaderModifier: {«set¦add»: [{name: «x-s¦x-a», value: «c¦b»}]«¦, remove: [«x-d¦x-e»]»}¦ResponseHeaderModifier, responseHeaderModifier: {«set¦add»: [{name: x-r, value: «c¦d»}]«¦, remove: [x-d]»}¦URLRewrite, urlRewrite: {«hostname: «in.test¦on.test»¦path: {type: ReplaceFullPath, replaceFullPath: «/v¦/w»}¦path: {type: ReplacePrefixMatch, replacePrefixMatch: «/v¦/w¦/»}»}¦RequestMirror, requestMirror: {backendRef: {name: «other¦api», port: 80}«¦, percent: «10¦20»»}»}]»"
	ruleOf         = "{" + ruleMatches + ruleFilters + ", backendRefs: [{name: «api¦api¦other¦gone», port: «80¦80¦81»«¦, weight: «0¦1¦9»»}«¦¦, {name: «far¦other¦near», «¦namespace: «other¦third», »port: 80«¦, weight: «0¦1¦9»»}»]«¦, timeouts: {request: «3s¦5s»}»}"
	redirectOf     = "{" + ruleMatches + ", filters: [{type: RequestRedirect, requestRedirect: {statusCode: «301¦302»«¦, scheme: «https¦http»»«¦, hostname: «b.com¦c.com»»«¦, port: «8443¦443¦80»»«¦, path: {type: ReplaceFullPath, replaceFullPath: «/s¦/t»}»}}]}"
	httpRoute      = "---\napiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: r, namespace: shop, creationTimestamp: '2024-01-0«1¦3»T00:00:00Z'}\nspec:\n  parentRefs: [{name: «gw¦gw¦gw¦gx», namespace: istio-system«¦, sectionName: «http¦https¦none»»}]\n  hostnames: [«a.com¦'*.com'¦b.com¦a.com, b.com¦»]\n  rules:\n  - " + ruleOf + "\n«¦  - " + ruleOf + "\n»«¦  - " + redirectOf + "\n»"
	secondRoute    = "«¦¦---\napiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: s, namespace: shop, creationTimestamp: '2024-01-02T00:00:00Z'}\nspec:\n  parentRefs: [{name: gw, namespace: istio-system«¦, sectionName: https»}]\n  hostnames: [«a.com¦'*.com'»]\n  rules:\n  - " + ruleOf + "\n»"
	grant          = "«¦---\napiVersion: gateway.networking.k8s.io/v1beta1\nkind: ReferenceGrant\nmetadata: {name: g, namespace: «other¦other¦third»}\nspec: {from: [{group: gateway.networking.k8s.io, kind: «HTTPRoute¦HTTPRoute¦GRPCRoute», namespace: «shop¦shop¦other»}], to: [{group: '', kind: Service«¦, name: «far¦near»»}]}\n»"
	someServices   = "---\napiVersion: v1\nkind: Service\nmetadata: {name: api, namespace: shop}\nspec: {selector: {app: api}, ports: [{port: 80}]}\n---\napiVersion: v1\nkind: Service\nmetadata: {name: other, namespace: shop}\nspec: {selector: {app: other}, ports: [{port: 80}]}\n---\napiVersion: v1\nkind: Service\nmetadata: {name: far, namespace: other}\nspec: {selector: {app: far}, ports: [{port: 80}]}\n"
	routeRequest   = "«GET¦GET¦POST» «http¦https¦https»://«a.com¦a.com¦b.com¦c.com¦a.org»/«¦x¦x/¦x/y¦xx¦y¦z¦x?q=1¦x?r=2¦x/y?q=2» «X-A¦X-B¦X-D»: «b¦c¦bb»"
)

// TestRoutesWithoutAChangeAreAlike draws HTTPRoutes, their Gateway and what they may refer to.
func TestRoutesWithoutAChangeAreAlike(t *testing.T) {
	noneIsNone(t, parentTemplate+httpRoute+secondRoute+grant+someServices, routeRequest)
}

// The objects of Istio.
const (
	serverOf        = "{port: {number: «443¦443¦8443», name: s, protocol: HTTPS}, tls: {mode: «SIMPLE¦SIMPLE¦MUTUAL¦OPTIONAL_MUTUAL¦PASSTHROUGH», credentialName: c}, hosts: [«'*.com'¦a.com¦'*'¦'shop/*'¦'other/*'¦'./*'¦b.com¦a.com, b.com»]}"
	istioGateway    = "---\napiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {name: gw, namespace: istio-system}\nspec:\n  selector: {istio: «ingressgateway¦ingressgateway¦ingressgateway¦other»}\n  servers: [{port: {number: «80¦80¦8080», name: h, protocol: «HTTP¦HTTP¦HTTP2»}, hosts: [«'*.com'¦a.com¦'*'¦b.com»]«¦¦, tls: {httpsRedirect: «true¦false»}»}, " + serverOf + "]\n"
	secondGateway   = "«¦¦---\napiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {name: gx, namespace: «istio-system¦shop»}\nspec: {selector: {istio: ingressgateway}, servers: [{port: {number: 443, name: t, protocol: HTTPS}, tls: {mode: SIMPLE, credentialName: c}, hosts: [«a.com¦b.com¦'*.com'»]}]}\n»"
	textMatch       = "{«exact¦prefix¦regex»: «b¦c¦b.*»}"
	routeMatch      = "match: [{uri: {«exact¦prefix¦prefix¦regex»: '«/x¦/x/¦/X¦/x/.*¦/»'}«¦, ignoreUriCase: «true¦false»»«¦¦¦¦¦, headers: {«x-a¦x-b»: " + textMatch + "}»«¦¦¦¦¦, withoutHeaders: {«x-a¦x-b»: «{}¦" + textMatch + "»}»«¦¦¦¦¦, queryParams: {«q¦r»: «{}¦{exact: '1'}¦{regex: '.*'}»}»«¦¦¦¦¦, method: {exact: «GET¦POST»}»«¦¦¦¦¦, sourceLabels: {app: «a¦b»}»«¦¦¦¦¦, gateways: [«istio-system/gw¦istio-system/gx¦mesh»]»«¦¦¦¦¦, port: «443¦80»»«¦¦¦¦¦, scheme: {exact: «http¦https»}»«¦¦¦¦¦, authority: {«exact¦prefix»: «a.com¦a»}»}]"
	routeWhat       = "«rewrite: {«uri: «/v¦/w¦/»¦authority: «in.test¦on.test»¦uriRegexRewrite: {match: '«/x¦/x(.*)¦^/(.*)$»', rewrite: '«/v¦/v\\1»'}»}, ¦¦»«headers: {«request¦response»: {«set¦add»: {«x-s¦x-a»: «c¦b»}«¦, remove: [«x-d¦x-a»]»}}, ¦¦»«mirror: {host: «api¦other», port: {number: 80}}, «¦mirrorPercentage: {value: «10¦20»}, »¦¦»«fault: {abort: {httpStatus: «503¦403»«¦, percentage: {value: «100¦50¦0»}»}}, ¦¦¦»«timeout: «3s¦5s», ¦»«corsPolicy: {allowOrigins: [{exact: 'https://«o¦p»'}]«¦, allowMethods: [«GET¦POST»]»«¦, allowCredentials: «true¦false»»}, ¦¦»route: [{destination: {host: «api¦api¦other¦gone¦api.shop.svc.cluster.local¦far.other.svc.cluster.local», port: {number: 80}}«¦, headers: {request: {set: {x-h: «1¦2»}}}»}]"
	entryOf         = "{«" + routeMatch + ", ¦" + routeMatch + ", ¦»«" + routeWhat + "¦" + routeWhat + "¦" + routeWhat + "¦redirect: {«uri: «/s¦/t»¦authority: «b.com¦c.com»¦scheme: https»«¦, redirectCode: «302¦307»»«¦, port: «8443¦443»¦, derivePort: «FROM_REQUEST_PORT¦FROM_PROTOCOL_DEFAULT»»}¦directResponse: {status: «200¦418¦503»«¦, body: {string: «a¦b»}»}¦delegate: {name: leaf, namespace: «leaves¦none¦shop»}»}"
	plainPath       = "{match: [{uri: {«exact¦prefix¦regex»: '«/x¦/x/¦/x/.*¦/»'}«¦, method: {exact: GET}»}], " + routeWhat + "}"
	virtualService  = "---\napiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: one, namespace: shop, creationTimestamp: '2024-01-0«1¦3»T00:00:00Z'}\nspec:\n  hosts: [«a.com¦a.com¦'*.com'¦b.com¦a.com, b.com¦'*'»]\n  gateways: [«istio-system/gw¦istio-system/gw¦istio-system/gx¦istio-system/gw, mesh¦istio-system/gw, istio-system/gx»]\n«¦  exportTo: [«'.'¦'*'¦istio-system¦other»]\n»  http:\n  - " + entryOf + "\n«¦  - " + plainPath + "\n»"
	secondService   = "«¦¦---\napiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: two, namespace: shop, creationTimestamp: '2024-01-02T00:00:00Z'}\nspec:\n  hosts: [«a.com¦'*.com'»]\n  gateways: [«istio-system/gw¦istio-system/gx»]\n  http:\n  - " + plainPath + "\n»"
	leaf            = "«¦---\napiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: leaf, namespace: leaves}\nspec:\n«¦  exportTo: [«'.'¦'*'¦shop»]\n»  http:\n  - " + plainPath + "\n»"
	tokenRule       = "{issuer: 'https://«a¦b»', jwksUri: 'https://«a¦b»/keys'«¦, audiences: [«t¦u¦t, u»]»«¦¦, fromHeaders: [{name: «x-t¦x-u»«¦, prefix: 'T '»}]»«¦¦, fromParams: [«q¦r»]»«¦¦, fromCookies: [«c¦d»]»«¦, forwardOriginalToken: «true¦false»»«¦, outputPayloadToHeader: «x-p¦x-q»»«¦, outputClaimToHeaders: [{header: «x-c¦x-a», claim: «sub¦iss»}]»}"
	authentication  = "---\napiVersion: security.istio.io/v1\nkind: RequestAuthentication\nmetadata: {name: j, namespace: «shop¦shop¦istio-system¦other»}\nspec:\n«¦  selector: {matchLabels: {«app: api¦app: other¦istio: ingressgateway»}}\n»  jwtRules: [" + tokenRule + "«¦¦, " + tokenRule + "»]\n"
	somePolicy      = "«¦---\napiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata: {name: p, namespace: «shop¦shop¦istio-system»}\nspec: {«action: DENY, ¦»rules: [{«from: [{source: {«requestPrincipals: ['«*¦https://a/*¦https://a/me»']¦notRequestPrincipals: ['*']»}}]¦to: [{operation: {paths: ['«/x*¦/v*¦/y»']}}]¦when: [{key: 'request.headers[x-«a¦s¦c»]', values: [«b¦c»]}]¦when: [{key: 'request.auth.claims[aud]', values: [«t¦u»]}]»}]}\n»"
	plainIstio      = istioGateway + secondGateway + virtualService + secondService + leaf + someServices
	plainEntry      = "---\napiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: one, namespace: shop}\nspec:\n  hosts: [a.com]\n  gateways: [istio-system/gw]\n  http: [{" + routeWhat + "}]\n"
	istioRequest    = "«GET¦GET¦POST¦OPTIONS» «http¦https¦https»://«a.com¦a.com¦b.com¦c.com¦a.org»/«¦x¦x/¦x/y¦X¦xx¦y¦x?q=1¦x?r=2¦x?q=» «X-A¦X-B¦X-D¦Origin»: «b¦c¦bb¦https://o»"
	verifiedRequest = "«GET¦POST» https://a.com/«¦x¦y» «X-A¦X-S»: «b¦c»"
)

// TestServicesWithoutAChangeAreAlike draws Gateways and VirtualServices.
func TestServicesWithoutAChangeAreAlike(t *testing.T) {
	noneIsNone(t, plainIstio, istioRequest)
}

// TestTokensWithoutAChangeAreAlike draws RequestAuthentications, with policies.
func TestTokensWithoutAChangeAreAlike(t *testing.T) {
	noneIsNone(t, plainEntry+authentication+somePolicy+someServices, verifiedRequest)
}
