package diag

// Codes of findings about what a target cannot express.
const (
	NotCompiled       Code = "KGW501"
	NoSuchHandler     Code = "KGW502"
	RegexRefused      Code = "KGW503"
	RegexPoison       Code = "KGW504"
	RegexAmbiguous    Code = "KGW505"
	HandlerConfig     Code = "KGW506"
	BadUpstream       Code = "KGW507"
	NameCollision     Code = "KGW508"
	HandlerDisabled   Code = "KGW509"
	DeadRule          Code = "KGW510"
	LabelTooLong      Code = "KGW511"
	RegexInPolicy     Code = "KGW512"
	LiteralInRegex    Code = "KGW513"
	BadDuration       Code = "KGW514"
	CORSRefused       Code = "KGW515"
	RouteRefused      Code = "KGW516"
	PolicyRefused     Code = "KGW517"
	ConfigMapTooLarge Code = "KGW518"
	AdmissionTooLarge Code = "KGW519"

	IngressNameCollision Code = "KGW530"
	IngressNameTooLong   Code = "KGW531"
	NotForSkipper        Code = "KGW532"
	FilterNotAllowed     Code = "KGW533"
	ReservedAnnotation   Code = "KGW534"
	NoPortNumber         Code = "KGW535"
	GroupTooLarge        Code = "KGW536"
	FilterRisky          Code = "KGW537"

	// LimitLost and the following are intents that targets other than the
	// resource's own do not write, or write otherwise.
	LimitLost          Code = "KGW540"
	StaticOpen         Code = "KGW541"
	RealmUnchecked     Code = "KGW542"
	CallersUnchecked   Code = "KGW543"
	GrantLost          Code = "KGW544"
	CompressionLost    Code = "KGW545"
	FilterLost         Code = "KGW546"
	WeightsLost        Code = "KGW547"
	AnswersDiffer      Code = "KGW548"
	PreflightDiffers   Code = "KGW549"
	IdentityDiffers    Code = "KGW550"
	EncodedSlash       Code = "KGW551"
	TraceDiffers       Code = "KGW552"
	AuditLost          Code = "KGW553"
	TokensVerified     Code = "KGW554"
	WeightsRounded     Code = "KGW555"
	VersionedHostsLost Code = "KGW556"
	FinalSlash         Code = "KGW557"
	NoIngressGateway   Code = "KGW558"
	NoIssuers          Code = "KGW559"

	// What an HTTPRoute of the Gateway API cannot say, or says otherwise.
	RouteUnsaid     Code = "KGW560"
	OrderByIstio    Code = "KGW561"
	AnswerUnsaid    Code = "KGW562"
	OriginUnsaid    Code = "KGW563"
	CORSDiffers     Code = "KGW564"
	RoutesSplit     Code = "KGW565"
	GrantNeeded     Code = "KGW566"
	ParentUnfit     Code = "KGW567"
	HostUnsaid      Code = "KGW568"
	HeaderUnsaid    Code = "KGW569"
	GatewayIdentity Code = "KGW570"
	PlainRoute      Code = "KGW571"
	// RoutesInterleave: others' routes are asked between those of a gateway.
	RoutesInterleave Code = "KGW572"
	TwoFronts        Code = "KGW573"

	ListenerUnsaid       Code = "KGW574"
	CertificateElsewhere Code = "KGW575"
	DefinitionRefuses    Code = "KGW576"
)

var targetRules = []Rule{
	{NotCompiled, "NotCompiled", fault, "this version or setting cannot be compiled to the target"},
	{NoSuchHandler, "NoSuchHandler", doubt, "an Oathkeeper Rule would name a handler that Oathkeeper does not have"},
	{RegexRefused, "RegexRefused", doubt, "Istio refuses the regular expression of a path"},
	{RegexPoison, "RegexPoison", doubt, "Oathkeeper cannot compile the regular expression of a path, and then answers 500 to every request with one of its methods"},
	{RegexAmbiguous, "RegexAmbiguous", notice, "Istio and Oathkeeper read the regular expression of a path differently"},
	{HandlerConfig, "HandlerConfig", doubt, "the configuration of a handler does not satisfy Oathkeeper's schema, and its requests are answered with 500"},
	{BadUpstream, "BadUpstream", doubt, "the upstream of a Rule does not satisfy the schema of Rule"},
	{NameCollision, "NameCollision", fault, "two objects would have the same name"},
	{HandlerDisabled, "HandlerDisabled", doubt, "a handler is not enabled in the cluster's Oathkeeper configuration"},
	{DeadRule, "DeadRule", doubt, "a Rule can never take effect as written"},
	{LabelTooLong, "LabelTooLong", fault, "a label would have a value that is too long"},
	{RegexInPolicy, "RegexInPolicy", notice, "a regular expression is in a policy, where it is read literally"},
	{LiteralInRegex, "LiteralInRegex", aside, "a literal path is written unescaped into a regular expression"},
	{BadDuration, "BadDuration", doubt, "Istio refuses a duration"},
	{CORSRefused, "CORSRefused", doubt, "Istio refuses a CORS policy"},
	{RouteRefused, "RouteRefused", doubt, "Istio refuses a header that a route sets, or its answer"},
	{PolicyRefused, "PolicyRefused", doubt, "Istio refuses a policy or the settings of its tokens"},
	{ConfigMapTooLarge, "ConfigMapTooLarge", fault, "the access rules do not fit into a ConfigMap"},
	{AdmissionTooLarge, "AdmissionTooLarge", fault, "an admission policy would be larger than the API server stores"},
	{IngressNameCollision, "IngressNameCollision", fault, "two routes of a gateway would be written to one Ingress"},
	{IngressNameTooLong, "IngressNameTooLong", fault, "an Ingress would have a name that is too long"},
	{NotForSkipper, "NotForSkipper", fault, "a route asks for something that Skipper's routes do not have"},
	{FilterNotAllowed, "FilterNotAllowed", fault, "an additional filter is not on the allow-list"},
	{ReservedAnnotation, "ReservedAnnotation", fault, "an annotation would be copied over those that protect the gateway"},
	{NoPortNumber, "NoPortNumber", fault, "the target names ports by number, and the Service that has the port is not among the inputs"},
	{GroupTooLarge, "GroupTooLarge", fault, "a RouteGroup would be too large for one object"},
	{FilterRisky, "FilterRisky", notice, "an additional filter changes who the caller is said to be, the answer, the path, or where a request goes"},
	{LimitLost, "LimitLost", fault, "rate limits are not written to this target"},
	{StaticOpen, "StaticOpen", fault, "a static answer would be sent without asking for a token"},
	{RealmUnchecked, "RealmUnchecked", fault, "the realm of a token is not checked by this target"},
	{CallersUnchecked, "CallersUnchecked", fault, "a list of callers is not checked by this target"},
	{GrantLost, "GrantLost", notice, "callers with rights of their own get in like others"},
	{CompressionLost, "CompressionLost", fault, "compression is not written to this target"},
	{FilterLost, "FilterLost", fault, "additional filters are not written to this target"},
	{WeightsLost, "WeightsLost", fault, "traffic is not split by this target"},
	{AnswersDiffer, "AnswersDiffer", notice, "requests that nothing matches and refusals are answered otherwise"},
	{PreflightDiffers, "PreflightDiffers", notice, "browsers' preflights are answered otherwise"},
	{IdentityDiffers, "IdentityDiffers", notice, "the upstream is told less about who sent a request"},
	{EncodedSlash, "EncodedSlash", notice, "another spelling of a path, such as an encoded slash, is read otherwise"},
	{TraceDiffers, "TraceDiffers", notice, "requests are identified otherwise"},
	{AuditLost, "AuditLost", aside, "who sent a request is not logged"},
	{TokensVerified, "TokensVerified", notice, "tokens are verified otherwise"},
	{WeightsRounded, "WeightsRounded", notice, "shares of traffic are rounded"},
	{VersionedHostsLost, "VersionedHostsLost", notice, "versions have no hosts of their own"},
	{FinalSlash, "FinalSlash", fault, "a path with a final slash matches no request"},
	{NoIngressGateway, "NoIngressGateway", fault, "no Istio Gateway is known that a VirtualService could be bound to"},
	{NoIssuers, "NoIssuers", fault, "no token issuers are known for a target that verifies tokens itself"},
	{RouteUnsaid, "RouteUnsaid", fault, "an HTTPRoute has no words for a route"},
	{OrderByIstio, "OrderByIstio", aside, "the order of the routes is kept by the length of their expressions"},
	{AnswerUnsaid, "AnswerUnsaid", fault, "an HTTPRoute cannot give an answer of its own"},
	{OriginUnsaid, "OriginUnsaid", fault, "an HTTPRoute has no words for an origin that may send requests"},
	{CORSDiffers, "CORSDiffers", notice, "browsers are answered otherwise by an HTTPRoute"},
	{RoutesSplit, "RoutesSplit", aside, "the rules of a gateway are in several HTTPRoutes"},
	{GrantNeeded, "GrantNeeded", aside, "an HTTPRoute sends requests to another namespace"},
	{ParentUnfit, "ParentUnfit", fault, "no Gateway or listener is known that would serve an HTTPRoute"},
	{HostUnsaid, "HostUnsaid", fault, "an HTTPRoute cannot have a host"},
	{HeaderUnsaid, "HeaderUnsaid", fault, "an HTTPRoute cannot set a header"},
	{GatewayIdentity, "GatewayIdentity", aside, "the identity of the Gateway that the policies admit"},
	{PlainRoute, "PlainRoute", notice, "routes may be served without TLS"},
	{RoutesInterleave, "RoutesInterleave", fault, "a route of another object on the host is asked before one of the gateway, and does something else"},
	{TwoFronts, "TwoFronts", notice, "a host is served by a VirtualService and by an HTTPRoute"},
	{ListenerUnsaid, "ListenerUnsaid", fault, "a Gateway of the Gateway API has no words for a server"},
	{CertificateElsewhere, "CertificateElsewhere", notice, "a certificate is looked for in another namespace"},
	{DefinitionRefuses, "DefinitionRefuses", fault, "the API server refuses an object of the Gateway API"},
}
