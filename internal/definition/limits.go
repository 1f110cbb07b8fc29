package definition

import (
	"strings"

	"github.com/kgw-dev/kgw/internal/lazyregexp"
)

// pathText is what a path that is not an expression may have.
var pathText = lazyregexp.New("^(?:[-A-Za-z0-9/._~!$&'()*+,;=:@]|[%][0-9a-fA-F]{2})+$")

// Patterns of the definitions.
const (
	hostText   = `^(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$`
	nameText   = `^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$`
	labelText  = `^[a-z0-9]([-a-z0-9]*[a-z0-9])?$`
	groupText  = `^$|^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$`
	kindText   = `^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$`
	headerText = `^[A-Za-z0-9!#$%&'*+\-.^_\x60|~]+$`
	originText = `(^\*$)|(^(http(s)?):\/\/(((\*\.)?([a-zA-Z0-9\-]+\.)*[a-zA-Z0-9-]+|\*)(:([0-9]{1,5}))?)$)`
	timeText   = `^([0-9]{1,5}(h|m|s|ms)){1,4}$`
	methodList = "GET,HEAD,POST,PUT,DELETE,CONNECT,OPTIONS,TRACE,PATCH"
)

// routeLimits returns the bounds of an HTTPRoute: a place, what is bounded and the
// bound.
func routeLimits() string {
	return refLimits("parentRefs[]") + `
parentRefs items 0-32
parentRefs[].port range 1-65535
parentRefs[].sectionName length 1-253
parentRefs[].sectionName pattern ` + nameText + `
hostnames items 0-16
hostnames[] length 1-253
hostnames[] pattern ` + hostText + `
rules items 1-16
rules[].name length 1-253
rules[].name pattern ` + nameText + `
rules[].matches items 0-64
rules[].matches[].path.type one-of Exact,PathPrefix,RegularExpression
rules[].matches[].path.value length 0-1024
rules[].matches[].method one-of ` + methodList + `
` + conditionLimits("rules[].matches[].headers", "4096") + conditionLimits("rules[].matches[].queryParams", "1024") + `
rules[].timeouts.request pattern ` + timeText + `
rules[].timeouts.backendRequest pattern ` + timeText + `
rules[].backendRefs items 0-16
` + refLimits("rules[].backendRefs[]") + `
rules[].backendRefs[].port range 1-65535
rules[].backendRefs[].weight range 0-1000000
rules[].filters items 0-16
rules[].backendRefs[].filters items 0-16
` + filterLimits("rules[].filters[]") + filterLimits("rules[].backendRefs[].filters[]")
}

// refLimits are the bounds of a reference to an object.
func refLimits(at string) string {
	return strings.ReplaceAll(`
@ has name
@.group pattern `+groupText+`
@.kind length 1-63
@.kind pattern `+kindText+`
@.name length 1-253
@.namespace length 1-63
@.namespace pattern `+labelText+`
`, "@", at)
}

// conditionLimits are the bounds of conditions on headers or parameters of the
// query.
func conditionLimits(at, longest string) string {
	return strings.ReplaceAll(namedLimits(at, longest)+`
@[].type one-of Exact,RegularExpression
`, "@", at)
}

// namedLimits are the bounds of a list of names with values.
func namedLimits(at, longest string) string {
	return strings.ReplaceAll(`
@ items 0-16
@[] has name
@[] has value
@[].name length 1-256
@[].name pattern `+headerText+`
@[].value length 1-`+longest+`
@ unique name
`, "@", at)
}

// filterLimits are the bounds of a filter.
func filterLimits(at string) string {
	out := `
@ has type
@.type one-of RequestHeaderModifier,ResponseHeaderModifier,RequestMirror,RequestRedirect,URLRewrite,ExtensionRef,CORS
@.cors.allowOrigins items 0-64
@.cors.allowOrigins[] length 1-253
@.cors.allowOrigins[] pattern ` + originText + `
@.cors.allowOrigins unique itself
@.cors.allowMethods items 0-9
@.cors.allowMethods[] one-of ` + methodList + `,*
@.cors.allowMethods unique itself
@.cors.maxAge range 1-2147483647
@.extensionRef has group
@.extensionRef has kind
@.requestMirror has backendRef
@.requestMirror.backendRef.port range 1-65535
@.requestMirror.percent range 0-100
@.requestMirror.fraction has numerator
@.requestMirror.fraction.numerator range 0-2147483647
@.requestMirror.fraction.denominator range 1-2147483647
@.requestRedirect.scheme one-of http,https
@.requestRedirect.port range 1-65535
@.requestRedirect.statusCode number-of 301,302,303,307,308
`
	for _, list := range []string{"allowHeaders", "exposeHeaders"} {
		at := "@.cors." + list
		out += at + " items 0-64\n" + at + "[] length 1-256\n" + at + "[] pattern " + headerText + "\n" + at + " unique itself\n"
	}
	for _, modifier := range []string{"requestHeaderModifier", "responseHeaderModifier"} {
		at := "@." + modifier
		out += namedLimits(at+".set", "4096") + namedLimits(at+".add", "4096") + at + ".remove items 0-16\n" + at + ".remove unique itself\n"
	}
	for _, to := range []string{"requestRedirect", "urlRewrite"} {
		at := "@." + to
		out += at + ".hostname length 1-253\n" + at + ".hostname pattern " + nameText + "\n" + at + ".path has type\n" +
			at + ".path.type one-of ReplaceFullPath,ReplacePrefixMatch\n" + at + ".path.replaceFullPath length 0-1024\n" + at + ".path.replacePrefixMatch length 0-1024\n"
	}
	return strings.ReplaceAll(out+refLimits("@.requestMirror.backendRef")+refLimits("@.extensionRef"), "@", at)
}

// gatewayLimits returns the bounds of a Gateway.
func gatewayLimits() string {
	return `
spec has gatewayClassName
spec has listeners
` + refLimits("listeners[].tls.certificateRefs[]") + `
gatewayClassName length 1-253
addresses items 0-16
listeners items 1-64
listeners unique name
listeners[] has name
listeners[] has port
listeners[] has protocol
listeners[].name length 1-253
listeners[].name pattern ` + nameText + `
listeners[].hostname length 1-253
listeners[].hostname pattern ` + hostText + `
listeners[].port range 1-65535
listeners[].protocol length 1-255
listeners[].tls.mode one-of Terminate,Passthrough
listeners[].tls.certificateRefs items 0-64
listeners[].allowedRoutes.namespaces.from one-of All,Selector,Same
listeners[].allowedRoutes.kinds items 0-8
listeners[].allowedRoutes.kinds[] has kind
`
}

// grantLimits returns the bounds of a ReferenceGrant.
func grantLimits() string {
	return `
spec has from
spec has to
from items 1-16
from[] has group
from[] has kind
from[] has namespace
from[].group pattern ` + groupText + `
from[].kind pattern ` + kindText + `
from[].namespace pattern ` + labelText + `
to items 1-16
to[] has group
to[] has kind
to[].group pattern ` + groupText + `
to[].kind pattern ` + kindText + `
to[].name length 1-253
`
}
