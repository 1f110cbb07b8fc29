package diag

// Codes of findings about overlap and exposure.
const (
	RouteShadowed      Code = "KGW401"
	RulesOverlap       Code = "KGW402"
	RouteUnreachable   Code = "KGW403"
	OverlapUnknown     Code = "KGW404"
	RuleUnreached      Code = "KGW405"
	RuleBypassed       Code = "KGW406"
	RouteWeaker        Code = "KGW407"
	PublicRoute        Code = "KGW408"
	PublicForbidden    Code = "KGW409"
	MethodsNotEnforced Code = "KGW410"
	RouteLost          Code = "KGW411"
	MutatorsIgnored    Code = "KGW412"
	OpenFirst          Code = "KGW413"
	TokenShadowed      Code = "KGW414"
	// PolicyReplaced and the following are about policies that do not enforce
	// what the author wrote.
	PolicyReplaced         Code = "KGW415"
	AuthenticationReplaced Code = "KGW416"
	MethodsShortCircuited  Code = "KGW417"
	NamespaceWidePolicy    Code = "KGW418"
	HeaderOverwritten      Code = "KGW419"
	NormalisationDoor      Code = "KGW420"
	SlowRegex              Code = "KGW421"

	// ForeignRoutes and the following are about gateways that are served by
	// Skipper, and about rules of access that do not do what they seem to.
	ForeignRoutes     Code = "KGW430"
	AllowListOpen     Code = "KGW431"
	DenyByToken       Code = "KGW432"
	LimitPerToken     Code = "KGW433"
	LimitUnused       Code = "KGW434"
	LimitZero         Code = "KGW435"
	EmptyAllowList    Code = "KGW436"
	EmployeesReset    Code = "KGW437"
	EmptyWhitelist    Code = "KGW438"
	OddServiceName    Code = "KGW439"
	WhitelistBypassed Code = "KGW440"

	PreflightUnrouted Code = "KGW480"
	CORSDropped       Code = "KGW481"
	CORSCredentials   Code = "KGW482"
	StarExpression    Code = "KGW483"
	TokenKinds        Code = "KGW484"

	// NearerLoosens and the following are about requests that are let in
	// although somebody closed them.
	NearerLoosens    Code = "KGW450"
	OpeningUndecided Code = "KGW451"
	KeySetsDiffer    Code = "KGW452"
	TextWidens       Code = "KGW453"
	TextNarrows      Code = "KGW454"
	PodsMayShare     Code = "KGW455"
	NotAsMade        Code = "KGW456"
	RuleOpens        Code = "KGW457"
	PortPastSidecar  Code = "KGW458"
	GuardReplaced    Code = "KGW459"
)

// Codes of findings about rules that others write for Oathkeeper.
const (
	RuleBroken   Code = "KGW470"
	RegexpInGlob Code = "KGW471"
	RuleField    Code = "KGW472"
	GlobCluster  Code = "KGW473"
)

var overlapRules = []Rule{
	{RouteShadowed, "RouteShadowed", notice, "an earlier route matches some requests of a later one and answers them differently"},
	{RulesOverlap, "RulesOverlap", doubt, "two Oathkeeper rules match one request, which is answered with 500"},
	{RouteUnreachable, "RouteUnreachable", notice, "no request reaches a route, because earlier ones match them all"},
	{OverlapUnknown, "OverlapUnknown", notice, "kgw cannot tell whether two paths match one request"},
	{RuleUnreached, "RuleUnreached", notice, "a request passes the VirtualService to Oathkeeper and matches no rule there"},
	{RuleBypassed, "RuleBypassed", doubt, "a request reaches the Service without the Oathkeeper rule that is meant for it"},
	{RouteWeaker, "RouteWeaker", doubt, "an earlier route matches requests of a later one and demands less of the caller"},
	{PublicRoute, "PublicRoute", aside, "a route demands nothing of the caller"},
	{PublicForbidden, "PublicForbidden", fault, "a route demands nothing of the caller, and the policy forbids that"},
	{MethodsNotEnforced, "MethodsNotEnforced", notice, "the methods of a rule are not enforced by anything"},
	{RouteLost, "RouteLost", doubt, "two rules share a path and only the first has a route, which answers the second's requests differently"},
	{MutatorsIgnored, "MutatorsIgnored", notice, "the mutators of a rule have no effect"},
	{OpenFirst, "OpenFirst", notice, "an access strategy that lets everything through comes before others"},
	{TokenShadowed, "TokenShadowed", notice, "an access strategy checks the tokens of a later one"},
	{PolicyReplaced, "PolicyReplaced", doubt, "the AuthorizationPolicy of one rule replaces that of another"},
	{AuthenticationReplaced, "AuthenticationReplaced", doubt, "the RequestAuthentication of one rule replaces that of another"},
	{MethodsShortCircuited, "MethodsShortCircuited", notice, "a rule loses methods on the path of another rule"},
	{NamespaceWidePolicy, "NamespaceWidePolicy", doubt, "a policy has no selector and applies to every pod of its namespace"},
	{HeaderOverwritten, "HeaderOverwritten", notice, "a rule sets a header that its controller sets itself"},
	{NormalisationDoor, "NormalisationDoor", notice, "another spelling of a protected path is matched by an open route"},
	{SlowRegex, "SlowRegex", notice, "the regular expression of a path can take exponential time in Oathkeeper"},
	{ForeignRoutes, "ForeignRoutes", fault, "another Ingress or RouteGroup serves a host of a gateway without asking for a token"},
	{AllowListOpen, "AllowListOpen", notice, "a list of employees blocks nobody, because the operation demands no privilege"},
	{DenyByToken, "DenyByToken", notice, "deny_all holds for tokens that say whose they are, and lets an opaque token through"},
	{LimitPerToken, "LimitPerToken", notice, "a rate limit counts by token: a new token has a new budget"},
	{LimitUnused, "LimitUnused", notice, "the limit of a service has no effect"},
	{LimitZero, "LimitZero", notice, "a rate limit of 0 lets nothing through"},
	{EmptyAllowList, "EmptyAllowList", notice, "a list of employees is empty and has no effect"},
	{EmployeesReset, "EmployeesReset", notice, "an empty rule for employees cancels that of the gateway"},
	{EmptyWhitelist, "EmptyWhitelist", notice, "an empty list of services lets no service in"},
	{OddServiceName, "OddServiceName", notice, "the name of a service is not spelled as tokens spell it"},
	{WhitelistBypassed, "WhitelistBypassed", aside, "employees get in although an operation is restricted to services"},
	{PreflightUnrouted, "PreflightUnrouted", notice, "a CORS policy is on rules that match no preflights"},
	{CORSDropped, "CORSDropped", notice, "a CORS policy has no origins and is not written"},
	{CORSCredentials, "CORSCredentials", notice, "a CORS policy lets every origin send credentials"},
	{StarExpression, "StarExpression", notice, "\"/*\" is in a regular expression, where it matches slashes only"},
	{TokenKinds, "TokenKinds", notice, "two access strategies look for their tokens in one place, and the first refuses some of the other's"},
	{NearerLoosens, "NearerLoosens", notice, "a kgw.yaml asks for less than one further up, which holds all the same"},
	{OpeningUndecided, "OpeningUndecided", doubt, "kgw cannot tell whether a policy lets requests through that a rule closes"},
	{KeySetsDiffer, "KeySetsDiffer", doubt, "pods verify the tokens of one issuer with different keys"},
	{TextWidens, "TextWidens", doubt, "a text matches more in the language that it is written into than its author meant"},
	{TextNarrows, "TextNarrows", notice, "a text matches less in the language that it is written into than its author meant"},
	{PodsMayShare, "PodsMayShare", doubt, "it is not known whether the policies of two Services hold for the same pods, and one lets in what the other closes"},
	{NotAsMade, "NotAsMade", doubt, "an object is labelled as made for a resource, but differs from everything that is written for it"},
	{RuleOpens, "RuleOpens", doubt, "a Rule that somebody else wrote lets in what a resource sends to Oathkeeper and closes"},
	{PortPastSidecar, "PortPastSidecar", doubt, "requests to pods do not go through their Istio sidecar, or may not"},
	{GuardReplaced, "GuardReplaced", doubt, "a rule sets a header by which policies decide who is let in"},
	{RuleBroken, "RuleBroken", doubt, "Oathkeeper cannot use a rule, and refuses its requests or those of all rules"},
	{RegexpInGlob, "RegexpInGlob", notice, "the URL of a rule reads like a regular expression, and the cluster reads globs"},
	{RuleField, "RuleField", notice, "a rule of Oathkeeper has a field that is passed over"},
	{GlobCluster, "GlobCluster", fault, "kgw writes rules with regular expressions, and the cluster reads globs"},
}
