package diag

// Codes of findings about migration: what was done that somebody should know,
// and why a document is left as it is.
const (
	PathNarrowed        Code = "KGW701"
	PathNotCovered      Code = "KGW702"
	MadePublic          Code = "KGW703"
	StrategyNotMoved    Code = "KGW704"
	TokensNotMoved      Code = "KGW705"
	IssuersPaired       Code = "KGW706"
	AuthorizerTakesOver Code = "KGW707"
	MutatorNotMoved     Code = "KGW708"
	RulesReordered      Code = "KGW709"
	OrderNotMoved       Code = "KGW710"
	MethodsNarrowed     Code = "KGW711"
	PreflightAdded      Code = "KGW712"
	CORSChanged         Code = "KGW713"
	SettingDropped      Code = "KGW714"
	Respelled           Code = "KGW715"
	NeverOfficial       Code = "KGW716"
	NotValid            Code = "KGW717"
	APINotMoved         Code = "KGW718"
	NotRewritten        Code = "KGW719"
	FileLeft            Code = "KGW720"
	SharedWorkload      Code = "KGW721"
	InternalCallers     Code = "KGW722"
	PolicyNotWritten    Code = "KGW723"
	RuleSplit           Code = "KGW724"
	APIBeside           Code = "KGW725"
	NotMigrated         Code = "KGW726"
	ShownAsOlder        Code = "KGW727"
	OpenedByMethod      Code = "KGW729"
	OverlapEnds         Code = "KGW730"
	HostLowered         Code = "KGW731"
	ServiceFieldLeft    Code = "KGW740"
	SharedHost          Code = "KGW741"
	SegmentsRewritten   Code = "KGW742"
	RetriesUnsaid       Code = "KGW743"
	MeshStays           Code = "KGW744"
	GatewayAdded        Code = "KGW745"
	RedirectPort        Code = "KGW746"

	// NotImported and ImportChose are about drafts from descriptions of APIs.
	NotImported Code = "KGW760"
	ImportChose Code = "KGW761"
)

var migrationRules = []Rule{
	{PathNarrowed, "PathNarrowed", notice, "the paths that replace an older one do not match all of its requests"},
	{PathNotCovered, "PathNotCovered", fault, "a path has no counterpart in the newer version"},
	{MadePublic, "MadePublic", notice, "a rule becomes noAuth: anybody may send its requests"},
	{StrategyNotMoved, "StrategyNotMoved", fault, "an access strategy has no counterpart in the newer version"},
	{TokensNotMoved, "TokensNotMoved", fault, "the configuration of a jwt strategy does not say what the newer version demands"},
	{IssuersPaired, "IssuersPaired", notice, "issuers and key sets are paired in the order in which they are listed"},
	{AuthorizerTakesOver, "AuthorizerTakesOver", notice, "an external authorizer takes over what Oathkeeper checked"},
	{MutatorNotMoved, "MutatorNotMoved", fault, "a mutator has no counterpart in the newer version"},
	{RulesReordered, "RulesReordered", notice, "a rule now comes before a more general one and answers requests that the other took"},
	{OrderNotMoved, "OrderNotMoved", fault, "rules conflict in the newer version, and no order of them means the same"},
	{MethodsNarrowed, "MethodsNarrowed", notice, "methods that were not enforced are enforced by the newer version"},
	{PreflightAdded, "PreflightAdded", aside, "OPTIONS is added to the methods of a rule for browsers' preflights"},
	{CORSChanged, "CORSChanged", aside, "a part of a CORS policy is left out or written otherwise"},
	{SettingDropped, "SettingDropped", aside, "a setting that the newer version does not have is left out"},
	{Respelled, "Respelled", aside, "a value is spelled as the newer version demands it"},
	{NeverOfficial, "NeverOfficial", notice, "a document has a version that APIRule never had"},
	{NotValid, "NotValid", fault, "the newer version would refuse the document"},
	{APINotMoved, "APINotMoved", fault, "an Api cannot be written as an APIRule without a decision"},
	{NotRewritten, "NotRewritten", fault, "a document cannot be rewritten in place"},
	{FileLeft, "FileLeft", fault, "a resource is left as it is because its file is broken elsewhere"},
	{SharedWorkload, "SharedWorkload", notice, "several resources expose one workload and should be moved together"},
	{InternalCallers, "InternalCallers", aside, "callers inside the cluster are refused after the move"},
	{PolicyNotWritten, "PolicyNotWritten", fault, "the policy that lets internal callers in cannot be written"},
	{RuleSplit, "RuleSplit", aside, "a rule becomes several, one for the methods that it shares with another one"},
	{APIBeside, "APIBeside", fault, "an Api would become a second APIRule of one name or one host"},
	{NotMigrated, "NotMigrated", fault, "an APIRule of an older version is shown in a newer one, without its own spec"},
	{ShownAsOlder, "ShownAsOlder", doubt, "an APIRule of a newer version is shown in an older one, without a spec"},
	{OpenedByMethod, "OpenedByMethod", notice, "requests that found no rule in Oathkeeper match another rule after the move"},
	{OverlapEnds, "OverlapEnds", notice, "requests that Oathkeeper answered with 500, because two rules match them, get in after the move"},
	{HostLowered, "HostLowered", notice, "requests for a host in lower case found no rule in Oathkeeper, and get in after the move"},
	{ServiceFieldLeft, "ServiceFieldLeft", fault, "a field of a VirtualService is not known, or has a value that it cannot have"},
	{SharedHost, "SharedHost", fault, "VirtualServices share a host, and their routes cannot be moved apart"},
	{SegmentsRewritten, "SegmentsRewritten", fault, "an HTTPRoute rewrites whole segments of a path only"},
	{RetriesUnsaid, "RetriesUnsaid", fault, "an HTTPRoute cannot say how often requests are retried"},
	{MeshStays, "MeshStays", aside, "a VirtualService stays for callers in the mesh, or for others that delegate to it"},
	{GatewayAdded, "GatewayAdded", aside, "a Gateway of the Gateway API is written beside one of Istio"},
	{RedirectPort, "RedirectPort", aside, "a redirect without a port leads to that of the listener, where it is not the usual one"},
	{NotImported, "NotImported", fault, "an operation of an OpenAPI document cannot be said by the resource that is drafted from it"},
	{ImportChose, "ImportChose", notice, "a resource that is drafted from an OpenAPI document differs from the document, or has less"},
}
