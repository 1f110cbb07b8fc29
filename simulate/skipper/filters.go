package skipper

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/kgw-dev/kgw/internal/eskip"
	"github.com/kgw-dev/kgw/simulate"
)

// class says how kgw decides a filter.
type class uint8

const (
	inert   class = iota // without effect on who gets through and what the upstream is told
	changes              // changes the request or the answer, as kgw does too
	decides              // refuses or answers, as kgw does too
	assumed              // asks a service that kgw does not ask: taken to let the request pass
	opaque               // may do anything
	absent               // Skipper has no such filter and drops the route
)

// filterKind is how a filter of Skipper v0.27.57 is decided.
type filterKind struct {
	class class
	// least and most are how many arguments it needs; most -1 is no bound.
	least, most int
	// reason is why the filter is of its class, for readers.
	reason string
	// proof is what the filter lets nobody pass without.
	proof string
	// answers tells that it answers every request itself, and limits that it
	// counts them.
	answers, limits bool
	// request runs before the backend; an answer ends the request.
	request func(x *exchange, c *eskip.Call) *served
	// respond runs on the answer.
	respond func(x *exchange, c *eskip.Call, d *simulate.Decision)
}

// run runs the filter on the request.
func (k *filterKind) run(x *exchange, c *eskip.Call) *served {
	switch {
	case k.request != nil:
		return k.request(x, c)
	case k.class == assumed:
		x.assume(c, "kgw does not ask it, and takes it to let the request pass")
		if k.proof != "" {
			x.prove(k.proof)
		}
	case k.class == opaque:
		return &served{reason: k.reason, opaque: &simulate.Unknown{Why: simulate.Opaque, At: x.route.at, What: fmt.Sprintf("the filter %s of route %s lets the request through: %s", c.Name, x.route.label(), k.reason)}}
	}
	return nil
}

// filterOf returns the kind of a filter.
func filterOf(name string) *filterKind {
	if k, ok := filterKinds[name]; ok {
		return &k
	}
	return &missing
}

var missing = filterKind{class: absent, reason: "Skipper has no such filter", most: -1}

// takes reports whether Skipper accepts the arguments, as far as kgw knows.
func (k *filterKind) takes(c *eskip.Call) bool {
	return len(c.Args) >= k.least && (k.most < 0 || len(c.Args) <= k.most)
}

// filterKinds are all filters that Skipper has with the flags that kgw
// supposes (filters/builtin, MakeRegistry, and skipper.go). A filter of another
// name makes Skipper drop the route.
var filterKinds = map[string]filterKind{}

func register(class class, least, most int, reason string, names ...string) {
	for _, n := range names {
		filterKinds[n] = filterKind{class: class, least: least, most: most, reason: reason}
	}
}

func request(class class, least, most int, reason string, run func(*exchange, *eskip.Call) *served, names ...string) {
	for _, n := range names {
		filterKinds[n] = filterKind{class: class, least: least, most: most, reason: reason, request: run}
	}
}

func prover(proof, reason string, names ...string) {
	for _, n := range names {
		filterKinds[n] = filterKind{class: assumed, most: -1, reason: reason, proof: proof}
	}
}

func init() {
	registerInert()
	registerHeaders()
	registerAnswers()
	registerTokens()
	registerLimits()
	const asks = "it asks a service about the caller"
	prover("tokenintrospection", asks, "oauthTokenintrospectionAnyClaims", "oauthTokenintrospectionAllClaims", "oauthTokenintrospectionAnyKV", "oauthTokenintrospectionAllKV",
		"secureOauthTokenintrospectionAnyClaims", "secureOauthTokenintrospectionAllClaims", "secureOauthTokenintrospectionAnyKV", "secureOauthTokenintrospectionAllKV")
	prover("oidc", asks, "oauthOidcUserInfo", "oauthOidcAnyClaims", "oauthOidcAllClaims")
	prover("basicAuth", "it compares with a file of passwords", "basicAuth")
	prover("webhook", asks, "webhook")
	prover("oauthGrant", asks, "oauthGrant")
	prover("opaAuthorizeRequest", asks, "opaAuthorizeRequest")
	prover("opaAuthorizeRequestWithBody", asks, "opaAuthorizeRequestWithBody")
	prover("mtls", "it looks at the client's certificate", "mtlsAuthn", "mtlsCN", "mtlsIssuerDN", "mtlsSanCIDR", "mtlsSanDNS", "mtlsSanIP", "mtlsSanURI")
	register(assumed, 0, -1, "it refuses requests only under load, or by their body", "admissionControl", "consecutiveBreaker", "rateBreaker", "lifo", "lifoGroup", "fifo", "fifoWithBody",
		"blockContent", "blockContentHex", "cache")
	register(opaque, 0, -1, "it may refuse by claims that kgw does not read", "oidcClaimsQuery", "grantClaimsQuery")
	register(opaque, 0, -1, "it runs a script, which may do anything", "lua")
	register(opaque, 0, -1, "it routes the request again by the status of the upstream", "loopbackIfStatus")
}

func registerInert() {
	register(inert, 0, -1, "it does not change who gets through, nor what the upstream is told of the caller",
		"backendIsProxy", "comment", "annotate", "modResponseHeader", "setContextResponseHeader", "appendContextResponseHeader",
		"copyResponseHeader", "responseCopyHeader", "encodeBase64ResponseHeader", "decodeBase64ResponseHeader",
		"responseCookie", "jsCookie", "dropResponseCookie", "compress", "decompress", "flowId", "backendTimeout", "readTimeout", "writeTimeout", "latency", "bandwidth",
		"chunks", "backendLatency", "backendBandwidth", "backendChunks", "uniformRequestLatency", "uniformResponseLatency", "normalRequestLatency", "normalResponseLatency",
		"histogramRequestLatency", "histogramResponseLatency", "logBody", "logHeader", "sed", "sedDelim", "sedRequest", "sedRequestDelim", "tracingBaggageToTag", "stateBagToTag",
		"tracingTag", "tracingTagFromResponse", "tracingTagFromResponseIfStatus", "tracingSpanName", "disableAccessLog", "enableAccessLog", "accessLogDisabled", "maskAccessLogQuery",
		"unverifiedAuditLog", "auditLog", "fadeIn", "endpointCreated", "consistentHashKey", "consistentHashBalanceFactor", "originMarker", "disableBreaker", "preserveHost",
		"rfcPath", "rfcHost", "setFastCgiFilename", "tlsPassClientCertificates", "teeResponse", "apiUsageMonitoring", "jwtMetrics", "inlineContentIfStatus", "wrapContent",
		"wrapContentHex", "healthcheck", "awsSigv4", "clusterLeakyBucketRatelimit", "backendRatelimit", "ratelimitFailClosed", "grantCallback", "grantLogout", "xforward", "xforwardFirst",
		"encodeResponseHeader")
	register(inert, 1, 1, "a copy of the request goes to another address", "tee", "Tee", "teenf", "teeLoopback")
	for _, n := range []string{"tee", "Tee", "teenf", "teeLoopback"} {
		k := filterKinds[n]
		k.request = func(x *exchange, c *eskip.Call) *served {
			to, _ := textArg(c.Args, 0)
			x.trail.Say(name, x.route.at, "%s: a copy of the request goes to %s", c.Name, to)
			return nil
		}
		filterKinds[n] = k
	}
}

// registerAnswers registers filters that answer in the place of the backend.
func registerAnswers() {
	answers := func(status int) func(*exchange, *eskip.Call) *served {
		return func(_ *exchange, c *eskip.Call) *served {
			return &served{status: status, cause: simulate.Answered, reason: "the route answers itself"}
		}
	}
	const itself = "it answers in the place of the backend"
	request(decides, 0, -1, itself, answers(http.StatusOK), "inlineContent", "absorb", "absorbSilent", "randomContent", "repeatContent", "repeatContentHex", "tarpit")
	request(decides, 1, 2, itself, redirects, "redirectTo", "redirectToLower")
	unseen := func(what string) func(*exchange, *eskip.Call) *served {
		return func(x *exchange, c *eskip.Call) *served {
			x.trail.Say(name, x.route.at, "%s: %s", c.Name, what)
			return &served{status: http.StatusOK, cause: simulate.Answered, reason: what}
		}
	}
	request(decides, 0, -1, "it answers with files that kgw does not see", unseen("it answers with a file that kgw does not see"), "static")
	request(decides, 0, -1, "a policy answers in the place of the backend", unseen("a policy answers that kgw does not see"), "opaServeResponse", "opaServeResponseWithReqBody")
	for _, n := range []string{"inlineContent", "absorb", "absorbSilent", "randomContent", "repeatContent", "repeatContentHex", "tarpit", "redirectTo", "redirectToLower", "static", "opaServeResponse", "opaServeResponseWithReqBody"} {
		k := filterKinds[n]
		k.answers = true
		filterKinds[n] = k
	}
	register(changes, 1, 2, "the answer of the backend becomes a redirect", "redirect")
	k := filterKinds["redirect"]
	k.respond = func(x *exchange, c *eskip.Call, d *simulate.Decision) {
		n, _ := number(c.Args, 0)
		d.Status = int(n)
		d.Response["location"] = location(x.in, c)
	}
	filterKinds["redirect"] = k
	filterKinds["status"] = filterKind{class: changes, least: 1, most: 1, reason: "it replaces the status of the answer", respond: func(_ *exchange, c *eskip.Call, d *simulate.Decision) {
		if n, ok := number(c.Args, 0); ok {
			d.Status = int(n)
		}
	}}
	filterKinds["corsOrigin"] = filterKind{class: changes, most: -1, reason: "it sets a header of the answer and never answers a preflight itself", respond: corsOrigin}
	for _, n := range []string{"setResponseHeader", "appendResponseHeader", "responseHeader", "dropResponseHeader", "dropResponseHeaderRegexp"} {
		filterKinds[n] = filterKind{class: changes, least: 1, most: 2, reason: "it changes a header of the answer", respond: responseHeader}
	}
}

// corsOrigin allows the origin of the request if it is one of those named, or
// none is named (filters/cors).
func corsOrigin(x *exchange, c *eskip.Call, d *simulate.Decision) {
	origin := x.in.Header("Origin")
	allowed := textsOf(c.Args)
	if len(allowed) == 0 {
		d.Response["access-control-allow-origin"] = "*"
	}
	if origin == "" {
		return
	}
	for _, a := range allowed {
		if a == origin {
			d.Response["access-control-allow-origin"] = a
		}
	}
}

func responseHeader(x *exchange, c *eskip.Call, d *simulate.Decision) {
	key, _ := textArg(c.Args, 0)
	value, _ := textArg(c.Args, 1)
	switch key = strings.ToLower(key); c.Name {
	case "setResponseHeader":
		if text, known := expand(x, value); known {
			d.Response[key] = text
		}
	case "appendResponseHeader", "responseHeader":
		if d.Response[key] == "" {
			d.Response[key] = value
		} else {
			d.Response[key] += ", " + value
		}
	case "dropResponseHeader":
		delete(d.Response, key)
	}
}

func redirects(x *exchange, c *eskip.Call) *served {
	n, _ := number(c.Args, 0)
	to := location(x.in, c)
	reason := "the route redirects to " + to
	if x.route.redirect != 0 {
		reason = "plain HTTP is redirected to https"
	}
	return &served{status: int(n), cause: simulate.Answered, reason: reason, headers: map[string]string{"location": to}}
}
