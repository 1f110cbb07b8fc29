package simulate

// GatewayAPI is the group of the Gateway API.
const GatewayAPI = "gateway.networking.k8s.io"

// GatewayRoutes are the kinds of routes of the Gateway API.
var GatewayRoutes = []string{"HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute"}

// HTTPRouteFields is the table of HTTPRoute as istiod 1.24 to 1.31 reads it
// (pilot/pkg/config/kube/gateway/conversion.go).
var HTTPRouteFields = NewFieldTable(GatewayAPI, "HTTPRoute", `
decided spec.parentRefs[].group
decided spec.parentRefs[].kind
decided spec.parentRefs[].name
decided spec.parentRefs[].namespace
decided spec.parentRefs[].sectionName
decided spec.hostnames[]
inert spec.rules[].name names the rule
decided spec.rules[].matches[].path.type
decided spec.rules[].matches[].path.value
decided spec.rules[].matches[].method
decided spec.rules[].matches[].headers[].type
decided spec.rules[].matches[].headers[].name
decided spec.rules[].matches[].headers[].value
decided spec.rules[].matches[].queryParams[].type
decided spec.rules[].matches[].queryParams[].name
decided spec.rules[].matches[].queryParams[].value
decided spec.rules[].filters[].type
decided spec.rules[].filters[].requestHeaderModifier.set[].name
decided spec.rules[].filters[].requestHeaderModifier.set[].value
decided spec.rules[].filters[].requestHeaderModifier.add[].name
decided spec.rules[].filters[].requestHeaderModifier.add[].value
decided spec.rules[].filters[].requestHeaderModifier.remove[]
decided spec.rules[].filters[].responseHeaderModifier.set[].name
decided spec.rules[].filters[].responseHeaderModifier.set[].value
decided spec.rules[].filters[].responseHeaderModifier.add[].name
decided spec.rules[].filters[].responseHeaderModifier.add[].value
decided spec.rules[].filters[].responseHeaderModifier.remove[]
decided spec.rules[].filters[].requestRedirect.scheme
decided spec.rules[].filters[].requestRedirect.hostname
decided spec.rules[].filters[].requestRedirect.port
decided spec.rules[].filters[].requestRedirect.statusCode
decided spec.rules[].filters[].requestRedirect.path.type
decided spec.rules[].filters[].requestRedirect.path.replaceFullPath
decided spec.rules[].filters[].urlRewrite.hostname
decided spec.rules[].filters[].urlRewrite.path.type
decided spec.rules[].filters[].urlRewrite.path.replaceFullPath
decided spec.rules[].filters[].urlRewrite.path.replacePrefixMatch
decided spec.rules[].filters[].requestMirror.backendRef.group
decided spec.rules[].filters[].requestMirror.backendRef.kind
decided spec.rules[].filters[].requestMirror.backendRef.name
decided spec.rules[].filters[].requestMirror.backendRef.namespace
decided spec.rules[].filters[].requestMirror.backendRef.port
decided spec.rules[].filters[].requestMirror.percent
decided spec.rules[].filters[].requestMirror.fraction.numerator
decided spec.rules[].filters[].requestMirror.fraction.denominator
decided spec.rules[].filters[].cors.allowOrigins[]
decided spec.rules[].filters[].cors.allowMethods[]
decided spec.rules[].filters[].cors.allowHeaders[]
decided spec.rules[].filters[].cors.exposeHeaders[]
decided spec.rules[].filters[].cors.allowCredentials
decided spec.rules[].filters[].cors.maxAge
decided spec.rules[].backendRefs[].group
decided spec.rules[].backendRefs[].kind
decided spec.rules[].backendRefs[].name
decided spec.rules[].backendRefs[].namespace
decided spec.rules[].backendRefs[].port
decided spec.rules[].backendRefs[].weight
decided spec.rules[].timeouts.request
`)

// ParentGatewayFields is the table of Gateway of the Gateway API.
var ParentGatewayFields = NewFieldTable(GatewayAPI, "Gateway", `
decided metadata.annotations{gateway.istio.io/service-account}
unknown metadata.annotations{gateway.istio.io/name-override} the proxy has another name, and another service account
decided spec.gatewayClassName
decided spec.listeners[].name
decided spec.listeners[].hostname
decided spec.listeners[].port
decided spec.listeners[].protocol
decided spec.listeners[].tls.mode
inert spec.listeners[].tls.certificateRefs[].** certificates
decided spec.listeners[].allowedRoutes.namespaces.from
decided spec.listeners[].allowedRoutes.namespaces.selector.matchLabels{kubernetes.io/metadata.name}
`)

// ReferenceGrantFields is the table of ReferenceGrant.
var ReferenceGrantFields = NewFieldTable(GatewayAPI, "ReferenceGrant", `
decided spec.from[].group
decided spec.from[].kind
decided spec.from[].namespace
decided spec.to[].group
decided spec.to[].kind
decided spec.to[].name
`)
