package diag

// Codes of findings about policy and references.
const (
	HostNotAllowed       Code = "KGW301"
	HostLookalike        Code = "KGW302"
	NoDomain             Code = "KGW303"
	ServiceBlocked       Code = "KGW304"
	HostConflict         Code = "KGW305"
	DuplicateResource    Code = "KGW306"
	UnusedSuppression    Code = "KGW307"
	ServiceNotFound      Code = "KGW308"
	NoSelector           Code = "KGW309"
	GatewayNotFound      Code = "KGW310"
	GatewayNotShort      Code = "KGW311"
	ProviderNotFound     Code = "KGW312"
	NoSidecar            Code = "KGW313"
	WildcardHostConflict Code = "KGW314"
	PortNotServed        Code = "KGW315"
	HostNotServed        Code = "KGW316"
	CertificateTooNarrow Code = "KGW317"

	LockStale Code = "KGW320"
	LockTwice Code = "KGW321"

	// OperationNotExposed and the following are about descriptions of APIs.
	OperationNotExposed  Code = "KGW322"
	RouteNotDocumented   Code = "KGW323"
	AccessWeaker         Code = "KGW324"
	AccessStricter       Code = "KGW325"
	CredentialsUnchecked Code = "KGW326"
	ServerNotServed      Code = "KGW327"
	CoverageUndecided    Code = "KGW328"

	PortNotFound Code = "KGW330"
	NoTraffic    Code = "KGW331"
	// Objects of Istio that somebody else wrote.
	IstioRefuses Code = "KGW332"
	FieldUnread  Code = "KGW333"
	NotFollowed  Code = "KGW334"
	// InsideRefused is about callers that do not come by the gateway.
	InsideRefused Code = "KGW335"

	DomainsDiffer Code = "KGW350"
	PathMisread   Code = "KGW351"

	// ScopeUngrantable and the following are about OAuth2 clients.
	ScopeUngrantable    Code = "KGW360"
	NoSingleClient      Code = "KGW361"
	AudienceUngrantable Code = "KGW362"
	UnusedScope         Code = "KGW363"
	UnusedClient        Code = "KGW364"
	SecretShared        Code = "KGW365"

	IssuerTwoKeySets Code = "KGW366"
	PresetNotFound   Code = "KGW367"
	IssuerGone       Code = "KGW368"
	PresetUnused     Code = "KGW369"

	GatewayAbsent       Code = "KGW370"
	HostPlain           Code = "KGW371"
	NoCredential        Code = "KGW372"
	GatewaysConflict    Code = "KGW373"
	CertificateMismatch Code = "KGW374"
	CertificateExpired  Code = "KGW375"

	SecondDoor   Code = "KGW376"
	GroupUnknown Code = "KGW377"

	RateLimitsConflict Code = "KGW378"
	KymaGatewayOff     Code = "KGW379"
	GatewayNotAllowed  Code = "KGW380"
	LabelMissing       Code = "KGW381"

	ClientSecretKeys Code = "KGW382"
	StaticUserTwice  Code = "KGW383"

	ClientWithoutTokens Code = "KGW384"
)

var policyRules = []Rule{
	{HostNotAllowed, "HostNotAllowed", fault, "a host is not in an allowed domain"},
	{HostLookalike, "HostLookalike", doubt, "a host passes the controller's allow-list though it only ends like an allowed domain"},
	{NoDomain, "NoDomain", fault, "a host has no domain and no default domain is configured"},
	{ServiceBlocked, "ServiceBlocked", fault, "a service may not be exposed"},
	{HostConflict, "HostConflict", fault, "two resources claim the same host"},
	{DuplicateResource, "DuplicateResource", fault, "one resource is defined twice"},
	{UnusedSuppression, "UnusedSuppression", notice, "a suppression suppresses nothing"},
	{ServiceNotFound, "ServiceNotFound", fault, "a Service that is needed is not among the inputs"},
	{NoSelector, "NoSelector", fault, "a Service has no selector, so that no policy can protect its pods"},
	{GatewayNotFound, "GatewayNotFound", fault, "a Gateway that is needed is not among the inputs"},
	{GatewayNotShort, "GatewayNotShort", fault, "a short host refers to a Gateway that does not serve exactly one wildcard host"},
	{ProviderNotFound, "ProviderNotFound", fault, "an external authorizer is not defined in the mesh configuration"},
	{NoSidecar, "NoSidecar", fault, "a pod that is to be protected has no Istio sidecar"},
	{WildcardHostConflict, "WildcardHostConflict", fault, "a wildcard host of one resource covers the host of another"},
	{PortNotServed, "PortNotServed", notice, "a rule names a port that its Service does not have"},
	{HostNotServed, "HostNotServed", notice, "the Gateway of a resource does not serve its host"},
	{CertificateTooNarrow, "CertificateTooNarrow", notice, "a host has more labels than a certificate for the Gateway's wildcard host holds for"},
	{LockStale, "LockStale", notice, "kgw.lock.yaml keeps a name for an object that is no longer written"},
	{LockTwice, "LockTwice", fault, "kgw.lock.yaml has two entries for one object or one name"},
	{OperationNotExposed, "OperationNotExposed", notice, "no route serves an operation that an OpenAPI document describes"},
	{RouteNotDocumented, "RouteNotDocumented", notice, "a route serves requests that no operation of an OpenAPI document describes"},
	{AccessWeaker, "AccessWeaker", doubt, "a route lets callers in that its OpenAPI document keeps out"},
	{AccessStricter, "AccessStricter", notice, "a route keeps callers out that its OpenAPI document lets in"},
	{CredentialsUnchecked, "CredentialsUnchecked", aside, "an OpenAPI document demands credentials that a gateway does not check"},
	{ServerNotServed, "ServerNotServed", notice, "no gateway serves the host of an OpenAPI document"},
	{CoverageUndecided, "CoverageUndecided", notice, "kgw cannot tell whether routes and an OpenAPI document agree"},
	{PortNotFound, "PortNotFound", fault, "a Service does not have the port that is named"},
	{NoTraffic, "NoTraffic", notice, "the StackSet of a gateway is absent or has no traffic, so that nothing is written"},
	{IstioRefuses, "IstioRefuses", fault, "Istio refuses an object of its own kinds"},
	{FieldUnread, "FieldUnread", doubt, "a field of an object of Istio is one that kgw does not read"},
	{InsideRefused, "InsideRefused", aside, "the policies of APIRules v2 refuse callers inside the cluster"},
	{NotFollowed, "NotFollowed", notice, "an object may change what becomes of requests, and kgw does not follow it"},
	{DomainsDiffer, "DomainsDiffer", notice, "the configured default domain is not the one that the Gateway of the cluster serves"},
	{PathMisread, "PathMisread", notice, "a path matches other requests than its text looks like, or none"},
	{ScopeUngrantable, "ScopeUngrantable", doubt, "a route demands a scope that no OAuth2 client among the inputs can be granted"},
	{NoSingleClient, "NoSingleClient", notice, "a route demands scopes that no single OAuth2 client has together"},
	{AudienceUngrantable, "AudienceUngrantable", notice, "a route demands an audience that no OAuth2 client may ask for"},
	{UnusedScope, "UnusedScope", aside, "no route demands a scope of an OAuth2 client"},
	{UnusedClient, "UnusedClient", aside, "no route demands any scope of an OAuth2 client"},
	{SecretShared, "SecretShared", doubt, "two OAuth2 clients keep their credentials in one Secret"},
	{IssuerTwoKeySets, "IssuerTwoKeySets", notice, "two places among the inputs name different keys for one issuer"},
	{PresetNotFound, "PresetNotFound", fault, "an annotation names an IDPPreset that is not among the inputs"},
	{IssuerGone, "IssuerGone", notice, "tokens are demanded of an issuer that no longer exists"},
	{PresetUnused, "PresetUnused", notice, "an annotation names IDPPresets and no rule of the resource needs one"},
	{GatewayAbsent, "GatewayAbsent", notice, "the Gateway of a resource is not among the Gateways of the inputs"},
	{HostPlain, "HostPlain", notice, "the Gateway of a resource serves its host over plain HTTP only"},
	{NoCredential, "NoCredential", notice, "a server of a Gateway ends TLS and has no certificate"},
	{GatewaysConflict, "GatewaysConflict", doubt, "two Gateways of the same pods end TLS for one host"},
	{CertificateMismatch, "CertificateMismatch", notice, "the certificate of a Gateway does not hold for a host"},
	{CertificateExpired, "CertificateExpired", notice, "a certificate does not hold at the date of --at"},
	{SecondDoor, "SecondDoor", notice, "a Service that a gateway guards is reachable from outside by another object"},
	{GroupUnknown, "GroupUnknown", notice, "a role is bound to a group that no Group among the inputs names"},
	{RateLimitsConflict, "RateLimitsConflict", doubt, "two RateLimits select the same pods"},
	{KymaGatewayOff, "KymaGatewayOff", notice, "a resource is bound to Kyma's Gateway, and the APIGateway switches it off"},
	{GatewayNotAllowed, "GatewayNotAllowed", fault, "a resource is bound to a Gateway that the policy does not allow"},
	{LabelMissing, "LabelMissing", fault, "a resource does not have a label that the policy demands"},
	{ClientSecretKeys, "ClientSecretKeys", doubt, "the Secret of an OAuth2 client does not have the keys that are read"},
	{StaticUserTwice, "StaticUserTwice", fault, "two users of Dex have one email address"},
	{ClientWithoutTokens, "ClientWithoutTokens", notice, "the grant types of an OAuth2 client give no access token"},
}
