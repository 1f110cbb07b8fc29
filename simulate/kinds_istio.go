package simulate

// API groups of what is simulated.
const (
	Networking = "networking.istio.io"
	Security   = "security.istio.io"
)

// VirtualServiceFields is the table of VirtualService
// (istio.io/api/networking/v1alpha3, VirtualService).
var VirtualServiceFields = NewFieldTable(Networking, "VirtualService", `
decided spec.hosts[]
decided spec.gateways[]
decided spec.exportTo[]
inert spec.http[].name names the entry
inert spec.http[].match[].name names the match
inert spec.http[].match[].statPrefix names metrics
decided spec.http[].match[].uri.exact
decided spec.http[].match[].uri.prefix
decided spec.http[].match[].uri.regex
decided spec.http[].match[].ignoreUriCase
decided spec.http[].match[].scheme.exact
decided spec.http[].match[].scheme.prefix
decided spec.http[].match[].scheme.regex
decided spec.http[].match[].method.exact
decided spec.http[].match[].method.prefix
decided spec.http[].match[].method.regex
decided spec.http[].match[].authority.exact
decided spec.http[].match[].authority.prefix
decided spec.http[].match[].authority.regex
decided spec.http[].match[].headers{}.exact
decided spec.http[].match[].headers{}.prefix
decided spec.http[].match[].headers{}.regex
decided spec.http[].match[].withoutHeaders{}.exact
decided spec.http[].match[].withoutHeaders{}.prefix
decided spec.http[].match[].withoutHeaders{}.regex
decided spec.http[].match[].queryParams{}.exact
decided spec.http[].match[].queryParams{}.prefix
decided spec.http[].match[].queryParams{}.regex
decided spec.http[].match[].port
decided spec.http[].match[].gateways[]
decided spec.http[].match[].sourceLabels{}
decided spec.http[].match[].sourceNamespace
decided spec.http[].redirect.uri
decided spec.http[].redirect.prefixRewrite
decided spec.http[].redirect.authority
decided spec.http[].redirect.port
decided spec.http[].redirect.derivePort
decided spec.http[].redirect.scheme
decided spec.http[].redirect.redirectCode
decided spec.http[].directResponse.status
decided spec.http[].directResponse.body.string
decided spec.http[].directResponse.body.bytes
decided spec.http[].route[].destination.host
decided spec.http[].route[].destination.subset
decided spec.http[].route[].destination.port.number
decided spec.http[].route[].weight
decided spec.http[].route[].headers.request.set{}
decided spec.http[].route[].headers.request.add{}
decided spec.http[].route[].headers.request.remove[]
decided spec.http[].route[].headers.response.set{}
decided spec.http[].route[].headers.response.add{}
decided spec.http[].route[].headers.response.remove[]
decided spec.http[].headers.request.set{}
decided spec.http[].headers.request.add{}
decided spec.http[].headers.request.remove[]
decided spec.http[].headers.response.set{}
decided spec.http[].headers.response.add{}
decided spec.http[].headers.response.remove[]
decided spec.http[].rewrite.uri
decided spec.http[].rewrite.authority
decided spec.http[].rewrite.uriRegexRewrite.match
decided spec.http[].rewrite.uriRegexRewrite.rewrite
decided spec.http[].delegate.name
decided spec.http[].delegate.namespace
decided spec.http[].fault.abort.httpStatus
decided spec.http[].fault.abort.grpcStatus
decided spec.http[].fault.abort.percentage.value
inert spec.http[].fault.delay.** waiting changes no answer
decided spec.http[].mirror.host
decided spec.http[].mirror.subset
decided spec.http[].mirror.port.number
decided spec.http[].mirrors[].destination.host
decided spec.http[].mirrors[].destination.subset
decided spec.http[].mirrors[].destination.port.number
decided spec.http[].mirrors[].percentage.value
decided spec.http[].mirrorPercent
decided spec.http[].mirrorPercentage.value
decided spec.http[].corsPolicy.allowOrigins[].exact
decided spec.http[].corsPolicy.allowOrigins[].prefix
decided spec.http[].corsPolicy.allowOrigins[].regex
decided spec.http[].corsPolicy.allowOrigin[]
decided spec.http[].corsPolicy.allowMethods[]
decided spec.http[].corsPolicy.allowHeaders[]
decided spec.http[].corsPolicy.exposeHeaders[]
decided spec.http[].corsPolicy.maxAge
decided spec.http[].corsPolicy.allowCredentials
decided spec.http[].corsPolicy.unmatchedPreflights
decided spec.http[].timeout
decided spec.http[].retries.**
decided spec.tls[].match[].sniHosts[]
decided spec.tls[].match[].port
decided spec.tls[].match[].gateways[]
inert spec.tls[].match[].destinationSubnets[] gateways do not test it
inert spec.tls[].match[].sourceLabels{} gateways do not test it
inert spec.tls[].match[].sourceNamespace gateways do not test it
decided spec.tls[].route[].destination.host
decided spec.tls[].route[].destination.subset
decided spec.tls[].route[].destination.port.number
decided spec.tls[].route[].weight
decided spec.tcp[].match[].port
decided spec.tcp[].match[].gateways[]
inert spec.tcp[].match[].destinationSubnets[] gateways do not test it
inert spec.tcp[].match[].sourceSubnet gateways do not test it
inert spec.tcp[].match[].sourceLabels{} gateways do not test it
inert spec.tcp[].match[].sourceNamespace gateways do not test it
decided spec.tcp[].route[].destination.host
decided spec.tcp[].route[].destination.subset
decided spec.tcp[].route[].destination.port.number
decided spec.tcp[].route[].weight
`)

// GatewayFields is the table of Istio's Gateway.
var GatewayFields = NewFieldTable(Networking, "Gateway", `
decided spec.selector{}
decided spec.servers[].port.number
decided spec.servers[].port.protocol
inert spec.servers[].port.name names the port
unknown spec.servers[].port.targetPort Istio refuses it
unknown spec.servers[].bind the server is reachable at that address only
decided spec.servers[].hosts[]
decided spec.servers[].tls.httpsRedirect
decided spec.servers[].tls.mode
decided spec.servers[].tls.caCertificates
decided spec.servers[].tls.caCrl
decided spec.servers[].tls.caCertCredentialName
decided spec.servers[].tls.subjectAltNames[]
decided spec.servers[].tls.verifyCertificateSpki[]
decided spec.servers[].tls.verifyCertificateHash[]
decided spec.servers[].tls.insecureSkipVerify
inert spec.servers[].tls.credentialName the server's own certificate
inert spec.servers[].tls.credentialNames[] the server's own certificate
inert spec.servers[].tls.serverCertificate the server's own certificate
inert spec.servers[].tls.privateKey the server's own certificate
inert spec.servers[].tls.tlsCertificates[].** the server's own certificate
inert spec.servers[].tls.cipherSuites[] the handshake
inert spec.servers[].tls.minProtocolVersion the handshake
inert spec.servers[].tls.maxProtocolVersion the handshake
inert spec.servers[].defaultEndpoint gateways do not use it
inert spec.servers[].name names the server
`)

// AuthorizationPolicyFields is the table of AuthorizationPolicy
// (istio.io/api/security/v1beta1).
var AuthorizationPolicyFields = NewFieldTable(Security, "AuthorizationPolicy", `
decided metadata.annotations{istio.io/dry-run}
decided spec.selector.matchLabels{}
decided spec.targetRef.**
decided spec.targetRefs[].**
decided spec.action
decided spec.provider.name
decided spec.rules[].from[].source.principals[]
decided spec.rules[].from[].source.notPrincipals[]
decided spec.rules[].from[].source.namespaces[]
decided spec.rules[].from[].source.notNamespaces[]
decided spec.rules[].from[].source.serviceAccounts[]
decided spec.rules[].from[].source.notServiceAccounts[]
decided spec.rules[].from[].source.trustDomains[]
decided spec.rules[].from[].source.notTrustDomains[]
decided spec.rules[].from[].source.requestPrincipals[]
decided spec.rules[].from[].source.notRequestPrincipals[]
asked spec.rules[].from[].source.ipBlocks[] --source-ip
asked spec.rules[].from[].source.notIpBlocks[] --source-ip
asked spec.rules[].from[].source.remoteIpBlocks[] --source-ip
asked spec.rules[].from[].source.notRemoteIpBlocks[] --source-ip
decided spec.rules[].to[].operation.hosts[]
decided spec.rules[].to[].operation.notHosts[]
decided spec.rules[].to[].operation.methods[]
decided spec.rules[].to[].operation.notMethods[]
decided spec.rules[].to[].operation.paths[]
decided spec.rules[].to[].operation.notPaths[]
decided spec.rules[].to[].operation.ports[]
decided spec.rules[].to[].operation.notPorts[]
decided spec.rules[].when[].key
decided spec.rules[].when[].values[]
decided spec.rules[].when[].notValues[]
`)

// RequestAuthenticationFields is the table of RequestAuthentication.
var RequestAuthenticationFields = NewFieldTable(Security, "RequestAuthentication", `
decided spec.selector.matchLabels{}
decided spec.targetRef.**
decided spec.targetRefs[].**
decided spec.jwtRules[].issuer
decided spec.jwtRules[].audiences[]
decided spec.jwtRules[].jwks
decided spec.jwtRules[].jwksUri
decided spec.jwtRules[].fromHeaders[].name
decided spec.jwtRules[].fromHeaders[].prefix
decided spec.jwtRules[].fromParams[]
decided spec.jwtRules[].fromCookies[]
decided spec.jwtRules[].forwardOriginalToken
decided spec.jwtRules[].outputPayloadToHeader
decided spec.jwtRules[].outputClaimToHeaders[].header
decided spec.jwtRules[].outputClaimToHeaders[].claim
decided spec.jwtRules[].spaceDelimitedClaims[]
inert spec.jwtRules[].timeout how long key sets are waited for
`)

// PeerAuthenticationFields is the table of PeerAuthentication.
var PeerAuthenticationFields = NewFieldTable(Security, "PeerAuthentication", `
decided spec.selector.matchLabels{}
decided spec.mtls.mode
decided spec.portLevelMtls{}.mode
`)

// DestinationRuleFields is the table of DestinationRule, as far as it matters
// to who reaches what.
var DestinationRuleFields = NewFieldTable(Networking, "DestinationRule", `
decided spec.host
decided spec.exportTo[]
decided spec.workloadSelector.matchLabels{}
decided spec.trafficPolicy.tls.**
decided spec.trafficPolicy.portLevelSettings[].tls.**
decided spec.trafficPolicy.portLevelSettings[].port.number
unknown spec.trafficPolicy.tunnel.** requests go by way of another proxy
unknown spec.trafficPolicy.proxyProtocol.** the workload sees another connection
inert spec.trafficPolicy.** how connections are shared out
decided spec.subsets[].name
decided spec.subsets[].labels{}
decided spec.subsets[].trafficPolicy.tls.**
decided spec.subsets[].trafficPolicy.portLevelSettings[].tls.**
decided spec.subsets[].trafficPolicy.portLevelSettings[].port.number
unknown spec.subsets[].trafficPolicy.tunnel.** requests go by way of another proxy
inert spec.subsets[].trafficPolicy.** how connections are shared out
`)
