package skipper

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/eskip"
	"github.com/kgw-dev/kgw/simulate"
)

// class describes how kgw treats a filter.
type class uint8

const (
	inert   class = iota // without effect on who gets through and what the upstream learns
	changes              // changes the request or the answer; kgw does the same
	decides              // refuses or answers; kgw does the same
	assumed              // asks a service that kgw does not ask: assumed to let the request pass
	opaque               // may do anything
	absent               // Skipper has no such filter and drops the route
)

// filterKind describes how kgw treats a filter of Skipper v0.27.57.
type filterKind struct {
	class class
	// reason explains to users why the filter is of its class.
	reason string
	// proof is the proof without which the filter lets nobody pass.
	proof string
	// answers reports that it answers every request itself, and limits that it
	// limits their number.
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
		if refused := x.refusalOf(c); refused != nil {
			return refused
		}
		if k.proof != "" {
			x.noteProof(k.proof)
		}
	case k.class == opaque:
		return x.answerUnseen(c, k.reason, "lets the request through: "+k.reason)
	}
	return nil
}

// answerUnseen returns the answer of a filter whose effect kgw does not know.
func (x *exchange) answerUnseen(c *eskip.Call, reason, does string) *served {
	return &served{reason: reason, opaque: &simulate.Unknown{Why: simulate.Opaque, At: x.route.at, What: fmt.Sprintf("the filter %s of route %s %s", c.Name, x.route.label(), does)}}
}

// filterOf returns the kind of a filter.
func filterOf(name string) *filterKind {
	if k, ok := filterKinds[name]; ok {
		return &k
	}
	return &missing
}

var missing = filterKind{class: absent, reason: "Skipper has no such filter"}

// filterKinds are all filters that Skipper has with the flags that kgw assumes
// (filters/builtin, MakeRegistry, and skipper.go). A filter of another name makes
// Skipper drop the route.
var filterKinds = map[string]filterKind{}

func register(class class, reason string, names ...string) {
	for _, n := range names {
		filterKinds[n] = filterKind{class: class, reason: reason}
	}
}

func registerRequest(class class, reason string, run func(*exchange, *eskip.Call) *served, names ...string) {
	for _, n := range names {
		filterKinds[n] = filterKind{class: class, reason: reason, request: run}
	}
}

func registerProver(proof, reason string, names ...string) {
	for _, n := range names {
		filterKinds[n] = filterKind{class: assumed, reason: reason, proof: proof}
	}
}

func init() {
	registerInert()
	registerHeaders()
	registerAnswers()
	registerTokens()
	registerLimits()
	const asks = "it asks a service about the caller"
	registerIntrospection("oauthTokenintrospectionAnyClaims", "oauthTokenintrospectionAllClaims", "oauthTokenintrospectionAnyKV", "oauthTokenintrospectionAllKV",
		"secureOauthTokenintrospectionAnyClaims", "secureOauthTokenintrospectionAllClaims", "secureOauthTokenintrospectionAnyKV", "secureOauthTokenintrospectionAllKV")
	registerLogin("oidc", "oauthOidcUserInfo", "oauthOidcAnyClaims", "oauthOidcAllClaims")
	registerLogin("oauthGrant", "oauthGrant")
	filterKinds["basicAuth"] = filterKind{class: assumed, reason: "it compares with a file of passwords", proof: "basicAuth", request: askPassword}
	registerProver("webhook", asks, "webhook")
	registerProver("opaAuthorizeRequest", asks, "opaAuthorizeRequest")
	registerProver("opaAuthorizeRequestWithBody", asks, "opaAuthorizeRequestWithBody")
	registerProver("mtls", "it looks at the client's certificate", "mtlsAuthn", "mtlsCN", "mtlsIssuerDN", "mtlsSanCIDR", "mtlsSanDNS", "mtlsSanIP", "mtlsSanURI")
	register(assumed, "it refuses requests only under load, or by their body", "admissionControl", "consecutiveBreaker", "rateBreaker", "lifo", "lifoGroup", "fifo", "fifoWithBody",
		"blockContent", "blockContentHex", "cache")
	register(opaque, "it may refuse by claims that kgw does not read", "oidcClaimsQuery", "grantClaimsQuery")
	register(opaque, "it runs a script, which may do anything", "lua")
	register(opaque, "it routes the request again by the status of the upstream", "loopbackIfStatus")
}

func registerInert() {
	register(inert, "it changes neither who gets through nor what the upstream learns about the caller",
		"backendIsProxy", "comment", "annotate", "setContextResponseHeader", "appendContextResponseHeader",
		"encodeBase64ResponseHeader", "decodeBase64ResponseHeader",
		"responseCookie", "jsCookie", "dropResponseCookie", "compress", "decompress", "flowId", "backendTimeout", "readTimeout", "writeTimeout", "latency", "bandwidth",
		"chunks", "backendLatency", "backendBandwidth", "backendChunks", "uniformRequestLatency", "uniformResponseLatency", "normalRequestLatency", "normalResponseLatency",
		"histogramRequestLatency", "histogramResponseLatency", "logBody", "logHeader", "sed", "sedDelim", "sedRequest", "sedRequestDelim", "tracingBaggageToTag", "stateBagToTag",
		"tracingTag", "tracingTagFromResponse", "tracingTagFromResponseIfStatus", "tracingSpanName", "disableAccessLog", "enableAccessLog", "accessLogDisabled", "maskAccessLogQuery",
		"unverifiedAuditLog", "auditLog", "fadeIn", "endpointCreated", "consistentHashKey", "consistentHashBalanceFactor", "originMarker", "disableBreaker", "preserveHost",
		"rfcHost", "setFastCgiFilename", "tlsPassClientCertificates", "teeResponse", "apiUsageMonitoring", "jwtMetrics", "inlineContentIfStatus", "wrapContent",
		"wrapContentHex", "awsSigv4", "clusterLeakyBucketRatelimit", "backendRatelimit", "ratelimitFailClosed",
		"encodeResponseHeader")
	register(inert, "a copy of the request goes to another address", "tee", "Tee", "teenf", "teeLoopback")
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

// registerAnswers registers filters that answer instead of the backend.
func registerAnswers() {
	answers := func(status int) func(*exchange, *eskip.Call) *served {
		return func(_ *exchange, c *eskip.Call) *served {
			return &served{status: status, cause: simulate.Answered, reason: "the route answers itself", text: c.String()}
		}
	}
	const itself = "it answers instead of the backend"
	registerRequest(decides, itself, answers(http.StatusOK), "inlineContent", "absorb", "absorbSilent", "randomContent", "repeatContent", "repeatContentHex", "tarpit")
	registerRequest(decides, itself, redirects, "redirectTo", "redirectToLower")
	unseen := func(what string) func(*exchange, *eskip.Call) *served {
		return func(x *exchange, c *eskip.Call) *served {
			return x.answerUnseen(c, "its answer comes from "+what, "answers 200")
		}
	}
	registerRequest(decides, "it answers with files that kgw does not see", unseen("a file that kgw does not see"), "static")
	registerRequest(decides, "a policy answers instead of the backend", unseen("a policy that kgw does not see"), "opaServeResponse", "opaServeResponseWithReqBody")
	registerRequest(decides, "it answers instead of the backend, by a login that kgw does not see", unseen("a login that kgw does not see"), "grantCallback", "grantLogout")
	for _, n := range []string{"inlineContent", "absorb", "absorbSilent", "randomContent", "repeatContent", "repeatContentHex", "tarpit", "redirectTo", "redirectToLower", "static", "opaServeResponse", "opaServeResponseWithReqBody", "grantCallback", "grantLogout"} {
		k := filterKinds[n]
		k.answers = true
		filterKinds[n] = k
	}
	register(changes, "the answer of the backend becomes a redirect", "redirect")
	k := filterKinds["redirect"]
	k.respond = func(x *exchange, c *eskip.Call, d *simulate.Decision) {
		n, _ := number(c.Args, 0)
		d.Status, x.failed = int(n), true // it answers at once, without what other filters do
		d.Response = map[string]string{"location": location(x.in, c, x.sentOn)}
	}
	filterKinds["redirect"] = k
	filterKinds["status"] = filterKind{class: changes, reason: "it replaces the status of the answer", respond: func(_ *exchange, c *eskip.Call, d *simulate.Decision) {
		if n, ok := number(c.Args, 0); ok {
			d.Status = int(n)
		}
	}}
	filterKinds["healthcheck"] = filterKind{class: changes, reason: "it replaces the status of the answer by 200", respond: func(_ *exchange, _ *eskip.Call, d *simulate.Decision) {
		d.Status = http.StatusOK
	}}
	filterKinds["corsOrigin"] = filterKind{class: changes, reason: "it sets a header of the answer and never answers a preflight itself", respond: corsOrigin}
	for _, n := range []string{"setResponseHeader", "appendResponseHeader", "responseHeader", "dropResponseHeader", "dropResponseHeaderRegexp", "copyResponseHeader", "responseCopyHeader", "modResponseHeader"} {
		filterKinds[n] = filterKind{class: changes, reason: "it changes a header of the answer", respond: responseHeader}
	}
}

// corsOrigin allows the origin of the request if the filter lists it, and every
// origin if the filter has no arguments (Skipper's package filters/cors).
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
		if e := expand(x, value); !e.missing {
			d.Response[key] = e.value
		}
	case "appendResponseHeader", "responseHeader":
		if c.Name == "appendResponseHeader" {
			e := expand(x, value)
			if e.missing {
				return
			}
			value = e.value
		}
		d.Response[key] = strings.TrimPrefix(d.Response[key]+", "+value, ", ")
	case "dropResponseHeader":
		delete(d.Response, key)
	case "dropResponseHeaderRegexp":
		expr, err := regexp.Compile(value)
		left := slices.DeleteFunc(strings.Split(d.Response[key], ", "), func(v string) bool { return err == nil && expr.MatchString(v) })
		if d.Response[key] = strings.Join(left, ", "); len(left) == 0 || left[0] == "" {
			delete(d.Response, key)
		}
	case "copyResponseHeader", "responseCopyHeader":
		if from, _, _ := strings.Cut(d.Response[key], ", "); from != "" {
			d.Response[strings.ToLower(value)] = from
		}
	case "modResponseHeader":
		replacement, _ := textArg(c.Args, 2)
		expr, err := regexp.Compile(value)
		if from, has := d.Response[key]; has && err == nil {
			first, _, _ := strings.Cut(from, ", ")
			d.Response[key] = expr.ReplaceAllString(first, replacement)
		}
	}
}

func redirects(x *exchange, c *eskip.Call) *served {
	n, _ := number(c.Args, 0)
	to := location(x.in, c, "")
	reason := "the route redirects to " + to
	if x.route.redirect != 0 {
		reason = "plain HTTP is redirected to https"
	}
	return &served{status: int(n), cause: simulate.Answered, reason: reason, text: "redirects to " + to, headers: map[string]string{"location": to}}
}
