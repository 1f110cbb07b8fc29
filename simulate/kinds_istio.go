package simulate

// API groups of what is simulated.
const (
	Networking = "networking.istio.io"
	Security   = "security.istio.io"
)

// VirtualServiceFields is the table of VirtualService
// (istio.io/api/networking/v1alpha3, VirtualService).
var VirtualServiceFields = NewFieldTable(Networking, "VirtualService", `
decided spec.hosts[]:host
decided spec.gateways[]:gateway
decided spec.exportTo[]:space
inert spec.http[].name names the entry
inert spec.http[].match[].name names the match
inert spec.http[].match[].statPrefix names metrics
decided spec.http[].match[].uri.exact
decided spec.http[].match[].uri.prefix
decided spec.http[].match[].uri.regex
decided spec.http[].match[].ignoreUriCase:bool
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
decided spec.http[].match[].port:anyport
decided spec.http[].match[].gateways[]:gateway
decided spec.http[].match[].sourceLabels{}:value
decided spec.http[].match[].sourceNamespace:label
decided spec.http[].redirect.uri
decided spec.http[].redirect.prefixRewrite
decided spec.http[].redirect.authority
decided spec.http[].redirect.port:anyport
decided spec.http[].redirect.derivePort:FROM_PROTOCOL_DEFAULT|FROM_REQUEST_PORT
decided spec.http[].redirect.scheme:scheme
decided spec.http[].redirect.redirectCode:count
decided spec.http[].directResponse.status:status
decided spec.http[].directResponse.body.string
decided spec.http[].directResponse.body.bytes
decided spec.http[].route[].destination.host:service
decided spec.http[].route[].destination.subset:label
decided spec.http[].route[].destination.port.number:port
decided spec.http[].route[].weight:weight
decided spec.http[].route[].headers.request.set{}:written
decided spec.http[].route[].headers.request.add{}:written
decided spec.http[].route[].headers.request.remove[]:ownheader
decided spec.http[].route[].headers.response.set{}:written
decided spec.http[].route[].headers.response.add{}:written
decided spec.http[].route[].headers.response.remove[]:ownheader
decided spec.http[].headers.request.set{}:written
decided spec.http[].headers.request.add{}:written
decided spec.http[].headers.request.remove[]:ownheader
decided spec.http[].headers.response.set{}:written
decided spec.http[].headers.response.add{}:written
decided spec.http[].headers.response.remove[]:ownheader
decided spec.http[].rewrite.uri
decided spec.http[].rewrite.authority
decided spec.http[].rewrite.uriRegexRewrite.match:some
decided spec.http[].rewrite.uriRegexRewrite.rewrite:some
decided spec.http[].delegate.name
decided spec.http[].delegate.namespace
decided spec.http[].fault.abort.httpStatus:status
decided spec.http[].fault.abort.grpcStatus
decided spec.http[].fault.abort.percentage.value:share
inert spec.http[].fault.delay.fixedDelay:duration waiting changes no answer
inert spec.http[].fault.delay.percentage.value:share waiting changes no answer
inert spec.http[].fault.delay.percent:wholeshare waiting changes no answer
decided spec.http[].mirror.host:service
decided spec.http[].mirror.subset:label
decided spec.http[].mirror.port.number:port
decided spec.http[].mirrors[].destination.host:service
decided spec.http[].mirrors[].destination.subset:label
decided spec.http[].mirrors[].destination.port.number:port
decided spec.http[].mirrors[].percentage.value:share
decided spec.http[].mirrorPercent:wholeshare
decided spec.http[].mirrorPercentage.value:share
decided spec.http[].corsPolicy.allowOrigins[].exact
decided spec.http[].corsPolicy.allowOrigins[].prefix
decided spec.http[].corsPolicy.allowOrigins[].regex
decided spec.http[].corsPolicy.allowOrigin[]
decided spec.http[].corsPolicy.allowMethods[]:method
decided spec.http[].corsPolicy.allowHeaders[]:header
decided spec.http[].corsPolicy.exposeHeaders[]:header
decided spec.http[].corsPolicy.maxAge:duration
decided spec.http[].corsPolicy.allowCredentials:bool
decided spec.http[].corsPolicy.unmatchedPreflights:UNSPECIFIED|FORWARD|IGNORE
decided spec.http[].timeout:duration
decided spec.http[].retries.attempts:weight
decided spec.http[].retries.perTryTimeout:duration
decided spec.http[].retries.retryOn
decided spec.http[].retries.retryRemoteLocalities:bool
decided spec.http[].retries.retryIgnorePreviousHosts:bool
decided spec.http[].retries.backoff:duration
decided spec.tls[].match[].sniHosts[]:host
decided spec.tls[].match[].port:anyport
decided spec.tls[].match[].gateways[]:gateway
inert spec.tls[].match[].destinationSubnets[]:subnet gateways do not test it
inert spec.tls[].match[].sourceLabels{}:value gateways do not test it
inert spec.tls[].match[].sourceNamespace gateways do not test it
decided spec.tls[].route[].destination.host:service
decided spec.tls[].route[].destination.subset:label
decided spec.tls[].route[].destination.port.number:port
decided spec.tls[].route[].weight:weight
decided spec.tcp[].match[].port:anyport
decided spec.tcp[].match[].gateways[]:gateway
inert spec.tcp[].match[].destinationSubnets[]:subnet gateways do not test it
inert spec.tcp[].match[].sourceSubnet gateways do not test it
inert spec.tcp[].match[].sourceLabels{}:value gateways do not test it
inert spec.tcp[].match[].sourceNamespace gateways do not test it
decided spec.tcp[].route[].destination.host:service
decided spec.tcp[].route[].destination.subset:label
decided spec.tcp[].route[].destination.port.number:port
decided spec.tcp[].route[].weight:weight
`)

// GatewayFields is the table of Istio's Gateway.
var GatewayFields = NewFieldTable(Networking, "Gateway", `
decided spec.selector{}
decided spec.servers[].port.number:port
decided spec.servers[].port.protocol:protocol
inert spec.servers[].port.name:some names the port
unknown spec.servers[].port.targetPort Istio refuses it
unknown spec.servers[].bind the server is reachable at that address only
decided spec.servers[].hosts[]:served
decided spec.servers[].tls.httpsRedirect:bool
decided spec.servers[].tls.mode:PASSTHROUGH|SIMPLE|MUTUAL|AUTO_PASSTHROUGH|ISTIO_MUTUAL|OPTIONAL_MUTUAL
decided spec.servers[].tls.caCertificates
decided spec.servers[].tls.caCrl
decided spec.servers[].tls.caCertCredentialName
decided spec.servers[].tls.subjectAltNames[]
decided spec.servers[].tls.verifyCertificateSpki[]
decided spec.servers[].tls.verifyCertificateHash[]
decided spec.servers[].tls.insecureSkipVerify:bool
inert spec.servers[].tls.credentialName the server's own certificate
inert spec.servers[].tls.credentialNames[] the server's own certificate
inert spec.servers[].tls.serverCertificate the server's own certificate
inert spec.servers[].tls.privateKey the server's own certificate
inert spec.servers[].tls.tlsCertificates[].** the server's own certificate
inert spec.servers[].tls.cipherSuites[] the handshake
inert spec.servers[].tls.minProtocolVersion:TLS_AUTO|TLSV1_0|TLSV1_1|TLSV1_2|TLSV1_3 the handshake
inert spec.servers[].tls.maxProtocolVersion:TLS_AUTO|TLSV1_0|TLSV1_1|TLSV1_2|TLSV1_3 the handshake
inert spec.servers[].defaultEndpoint gateways do not use it
inert spec.servers[].name names the server
`)

// AuthorizationPolicyFields is the table of AuthorizationPolicy
// (istio.io/api/security/v1beta1).
var AuthorizationPolicyFields = NewFieldTable(Security, "AuthorizationPolicy", `
decided metadata.annotations{istio.io/dry-run}
decided spec.selector.matchLabels{}:selects
decided spec.targetRef.name:some
decided spec.targetRef.kind:some
decided spec.targetRef.group
decided spec.targetRefs[].name:some
decided spec.targetRefs[].kind:some
decided spec.targetRefs[].group
decided spec.action:ALLOW|DENY|AUDIT|CUSTOM
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
decided spec.selector.matchLabels{}:selects
decided spec.targetRef.name:some
decided spec.targetRef.kind:some
decided spec.targetRef.group
decided spec.targetRefs[].name:some
decided spec.targetRefs[].kind:some
decided spec.targetRefs[].group
decided spec.jwtRules[].issuer
decided spec.jwtRules[].audiences[]:some
decided spec.jwtRules[].jwks
decided spec.jwtRules[].jwksUri
decided spec.jwtRules[].fromHeaders[].name:some
decided spec.jwtRules[].fromHeaders[].prefix
decided spec.jwtRules[].fromParams[]:some
decided spec.jwtRules[].fromCookies[]:some
decided spec.jwtRules[].forwardOriginalToken:bool
decided spec.jwtRules[].outputPayloadToHeader
decided spec.jwtRules[].outputClaimToHeaders[].header:plain
decided spec.jwtRules[].outputClaimToHeaders[].claim:some
decided spec.jwtRules[].spaceDelimitedClaims[]
inert spec.jwtRules[].timeout:duration how long key sets are waited for
`)

// PeerAuthenticationFields is the table of PeerAuthentication.
var PeerAuthenticationFields = NewFieldTable(Security, "PeerAuthentication", `
decided spec.selector.matchLabels{}:selects
decided spec.mtls.mode:UNSET|DISABLE|PERMISSIVE|STRICT
decided spec.portLevelMtls{}.mode:UNSET|DISABLE|PERMISSIVE|STRICT
`)

// DestinationRuleFields is the table of DestinationRule, as far as it matters
// to who reaches what.
var DestinationRuleFields = NewFieldTable(Networking, "DestinationRule", `
decided spec.host:services
decided spec.exportTo[]:space
decided spec.workloadSelector.matchLabels{}:selects
decided spec.trafficPolicy.tls.mode:DISABLE|SIMPLE|MUTUAL|ISTIO_MUTUAL
decided spec.trafficPolicy.tls.sni
decided spec.trafficPolicy.tls.**
decided spec.trafficPolicy.portLevelSettings[].tls.mode:DISABLE|SIMPLE|MUTUAL|ISTIO_MUTUAL
decided spec.trafficPolicy.portLevelSettings[].tls.sni
decided spec.trafficPolicy.portLevelSettings[].tls.**
decided spec.trafficPolicy.portLevelSettings[].port.number:anyport
inert spec.trafficPolicy.portLevelSettings[].loadBalancer.** how connections are shared out
inert spec.trafficPolicy.portLevelSettings[].connectionPool.** how connections are shared out
inert spec.trafficPolicy.portLevelSettings[].outlierDetection.** how connections are shared out
unknown spec.trafficPolicy.tunnel.** requests go by way of another proxy
unknown spec.trafficPolicy.proxyProtocol.** the workload sees another connection
inert spec.trafficPolicy.** how connections are shared out
decided spec.subsets[].name:label
decided spec.subsets[].labels{}:value
decided spec.subsets[].trafficPolicy.tls.mode:DISABLE|SIMPLE|MUTUAL|ISTIO_MUTUAL
decided spec.subsets[].trafficPolicy.tls.sni
decided spec.subsets[].trafficPolicy.tls.**
decided spec.subsets[].trafficPolicy.portLevelSettings[].tls.mode:DISABLE|SIMPLE|MUTUAL|ISTIO_MUTUAL
decided spec.subsets[].trafficPolicy.portLevelSettings[].tls.sni
decided spec.subsets[].trafficPolicy.portLevelSettings[].tls.**
decided spec.subsets[].trafficPolicy.portLevelSettings[].port.number:anyport
inert spec.subsets[].trafficPolicy.portLevelSettings[].loadBalancer.** how connections are shared out
inert spec.subsets[].trafficPolicy.portLevelSettings[].connectionPool.** how connections are shared out
inert spec.subsets[].trafficPolicy.portLevelSettings[].outlierDetection.** how connections are shared out
unknown spec.subsets[].trafficPolicy.tunnel.** requests go by way of another proxy
unknown spec.subsets[].trafficPolicy.proxyProtocol.** the workload sees another connection
inert spec.subsets[].trafficPolicy.** how connections are shared out
`)
