package diag

var (
	fault  = [2]Severity{Error, Error}     // the input, or the controller itself, rules it out
	doubt  = [2]Severity{Error, Warning}   // the controller would write it; kgw finds fault with it
	notice = [2]Severity{Warning, Warning} // written, and worth knowing
	aside  = [2]Severity{Info, Info}       // for the record
)

// Codes of findings about reading.
const (
	Unreadable      Code = "KGW101"
	NotUTF8         Code = "KGW102"
	Syntax          Code = "KGW103"
	Tab             Code = "KGW104"
	DuplicateKey    Code = "KGW105"
	AmbiguousScalar Code = "KGW106"
	Alias           Code = "KGW107"
	TooLarge        Code = "KGW108"
	BadKey          Code = "KGW109"
	SymlinkLoop     Code = "KGW110"
	UnknownVersion  Code = "KGW111"
	AlmostKind      Code = "KGW112"
	NoHead          Code = "KGW113"
	BadSuppression  Code = "KGW114"
	UncompiledKind  Code = "KGW115"
	LeavesTree      Code = "KGW116"
	BudgetUsed      Code = "KGW117"
	TooMuchOutput   Code = "KGW118"
	TemplateCost    Code = "KGW119"

	Placeholder  Code = "KGW130"
	WrongVersion Code = "KGW131"

	ChartNotRendered Code = "KGW132"
	ConfigMisnamed   Code = "KGW133"

	BaselineUnused  Code = "KGW134"
	BaselineRefused Code = "KGW135"
	// NamespaceAssumed is about a namespace that nobody wrote down.
	NamespaceAssumed Code = "KGW136"
	// VariableMisspelt and ConfigUnused are about settings that do not hold.
	VariableMisspelt Code = "KGW142"
	ConfigUnused     Code = "KGW143"
)

// Codes of findings about the structure of one resource.
const (
	UnknownField       Code = "KGW201"
	MissingField       Code = "KGW202"
	WrongType          Code = "KGW203"
	NotAllowed         Code = "KGW204"
	BadFormat          Code = "KGW205"
	OutOfRange         Code = "KGW206"
	BadLength          Code = "KGW207"
	NotExactlyOne      Code = "KGW208"
	BadName            Code = "KGW209"
	RepeatedPath       Code = "KGW210"
	NoService          Code = "KGW211"
	UnknownHandler     Code = "KGW212"
	HandlerCombination Code = "KGW213"
	MixedHandlers      Code = "KGW214"
	NeedlessConfig     Code = "KGW215"
	BadJWTConfig       Code = "KGW216"
	BadURL             Code = "KGW217"
	WrongJWTDialect    Code = "KGW218"
	BadPathOperator    Code = "KGW219"
	PathConflict       Code = "KGW220"
	IssuerConflict     Code = "KGW221"
	BadMutator         Code = "KGW222"
	BadHost            Code = "KGW223"
	BadGateway         Code = "KGW224"
	BadOrigin          Code = "KGW225"
	UnreadKey          Code = "KGW226"

	NewerField       Code = "KGW230"
	UnknownVerb      Code = "KGW231"
	LongName         Code = "KGW232"
	BadWildcard      Code = "KGW233"
	NoBackend        Code = "KGW234"
	TwoBackends      Code = "KGW235"
	BadCORSOrigin    Code = "KGW236"
	OptionsWithCORS  Code = "KGW237"
	RepeatedVerb     Code = "KGW238"
	SamePath         Code = "KGW239"
	PartialParameter Code = "KGW240"
	AdjacentStars    Code = "KGW241"
	BadPath          Code = "KGW242"
	UnsafeValue      Code = "KGW243"
	BadFilter        Code = "KGW244"
	RepeatedHost     Code = "KGW245"
	UserListUnused   Code = "KGW246"
	NegativeLimit    Code = "KGW247"

	BadTLSSecret    Code = "KGW248"
	KeyPairMismatch Code = "KGW249"
	ChainBroken     Code = "KGW250"

	TillerGone         Code = "KGW251"
	ConsoleBackendGone Code = "KGW252"
	APIServerProxyGone Code = "KGW253"
	IAMKubeconfigGone  Code = "KGW254"
	ChartOverrides     Code = "KGW255"
)

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
)

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
)

// Codes of findings about rules that others write for Oathkeeper.
const (
	RuleBroken   Code = "KGW470"
	RegexpInGlob Code = "KGW471"
	RuleField    Code = "KGW472"
	GlobCluster  Code = "KGW473"
)

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

	IngressNameCollision Code = "KGW530"
	IngressNameTooLong   Code = "KGW531"
	NotForSkipper        Code = "KGW532"
	FilterNotAllowed     Code = "KGW533"
	ReservedAnnotation   Code = "KGW534"
	NoPortNumber         Code = "KGW535"
	GroupTooLarge        Code = "KGW536"

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

	ListenerUnsaid       Code = "KGW574"
	CertificateElsewhere Code = "KGW575"
)

// Codes of findings about a cluster, and about what is live on it.
const (
	NoCluster           Code = "KGW601"
	ClusterUnreachable  Code = "KGW602"
	ClusterUnauthorized Code = "KGW603"
	ClusterForbidden    Code = "KGW604"
	KindNotInstalled    Code = "KGW605"
	NamespaceNotFound   Code = "KGW606"
	ObjectRefused       Code = "KGW607"
	ObjectConflict      Code = "KGW608"
	ClusterTimeout      Code = "KGW609"
	ClusterBrokeOff     Code = "KGW610"
	ClusterFailed       Code = "KGW611"

	LiveAmbiguous Code = "KGW620"
	LiveUnmatched Code = "KGW621"
	LiveOwned     Code = "KGW622"
)

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
)

// Rules is the table of codes, in order. A retired code stays in it.
var Rules = []Rule{
	{Unreadable, "Unreadable", fault, "a file or directory cannot be read"},
	{NotUTF8, "NotUTF8", fault, "a file is not UTF-8 text"},
	{Syntax, "Syntax", fault, "a document is not valid YAML"},
	{Tab, "Tab", fault, "a tab is used where YAML wants spaces"},
	{DuplicateKey, "DuplicateKey", fault, "a mapping has the same key twice"},
	{AmbiguousScalar, "AmbiguousScalar", notice, "a plain scalar means one thing to YAML 1.1 and another to YAML 1.2"},
	{Alias, "Alias", fault, "an alias stands for a value that contains it, or for too many values"},
	{TooLarge, "TooLarge", fault, "a file or document exceeds a limit"},
	{BadKey, "BadKey", fault, "a mapping key is not a plain value"},
	{SymlinkLoop, "SymlinkLoop", fault, "a symbolic link leads back to itself"},
	{LeavesTree, "LeavesTree", fault, "a symbolic link leads out of the repository"},
	{BudgetUsed, "BudgetUsed", notice, "the analysis of overlap left questions undecided"},
	{TooMuchOutput, "TooMuchOutput", fault, "more would be written for a resource than a run may write, or a path is longer than any request's"},
	{TemplateCost, "TemplateCost", doubt, "a template of a mutator repeats something so often that its requests would wait or exhaust Oathkeeper's memory"},
	{UnknownVersion, "UnknownVersion", fault, "a document of a known kind has an unknown version"},
	{AlmostKind, "AlmostKind", fault, "a document's apiVersion or kind looks like a misspelt known one"},
	{NoHead, "NoHead", fault, "a document has the fields of a known kind but no apiVersion or no kind"},
	{BadSuppression, "BadSuppression", fault, "a suppression is malformed, has no reason, or names a code that cannot be suppressed"},
	{UncompiledKind, "UncompiledKind", notice, "a document is gateway configuration of a kind that kgw does not compile"},
	{Placeholder, "Placeholder", fault, "a value is a placeholder that nothing has filled in"},
	{WrongVersion, "WrongVersion", fault, "a document says one version of its kind and has the fields of another"},
	{ChartNotRendered, "ChartNotRendered", notice, "a Helm chart whose templates hold gateway resources is not rendered"},
	{ConfigMisnamed, "ConfigMisnamed", fault, "a configuration has a name under which it is not read"},
	{VariableMisspelt, "VariableMisspelt", notice, "a variable of the environment has almost the name of one that is read"},
	{ConfigUnused, "ConfigUnused", notice, "no input falls under a configuration"},

	{BaselineUnused, "BaselineUnused", notice, "an entry of a baseline is for a finding that is not there any more"},
	{BaselineRefused, "BaselineRefused", fault, "an entry of a baseline is for a finding that a baseline cannot hide"},
	{NamespaceAssumed, "NamespaceAssumed", notice, "a document names no namespace, and something sets another one than kgw assumes later"},

	{UnknownField, "UnknownField", doubt, "a field does not exist in this version of the kind"},
	{MissingField, "MissingField", fault, "a required field is absent"},
	{WrongType, "WrongType", fault, "a value has the wrong type"},
	{NotAllowed, "NotAllowed", fault, "a value is not one of those allowed"},
	{BadFormat, "BadFormat", fault, "a value does not have the form its field demands"},
	{OutOfRange, "OutOfRange", fault, "a number is outside its range"},
	{BadLength, "BadLength", fault, "a text or list is too short or too long"},
	{NotExactlyOne, "NotExactlyOne", fault, "not exactly one of several exclusive fields is set"},
	{BadName, "BadName", fault, "a resource's name or namespace is absent or not a DNS-1123 name"},
	{RepeatedPath, "RepeatedPath", fault, "two rules of one resource have the same path, or the same path and method"},
	{NoService, "NoService", fault, "neither the rule nor the resource names a service"},
	{UnknownHandler, "UnknownHandler", fault, "an access strategy is not one the controller knows"},
	{HandlerCombination, "HandlerCombination", fault, "an access strategy is combined with others though it must stand alone"},
	{MixedHandlers, "MixedHandlers", fault, "secure and unsecure access strategies stand in one rule"},
	{NeedlessConfig, "NeedlessConfig", fault, "a handler that takes no configuration has one"},
	{BadJWTConfig, "BadJWTConfig", fault, "the configuration of a jwt handler is empty or malformed"},
	{BadURL, "BadURL", fault, "an issuer or key set address is not a URL"},
	{WrongJWTDialect, "WrongJWTDialect", fault, "a jwt configuration is written for the other handler"},
	{BadPathOperator, "BadPathOperator", fault, "the operators of a path stand where they may not"},
	{PathConflict, "PathConflict", fault, "an earlier rule already takes all requests of a later one"},
	{IssuerConflict, "IssuerConflict", fault, "one issuer is configured in two different ways"},
	{BadMutator, "BadMutator", fault, "a mutator cannot be applied"},
	{BadHost, "BadHost", doubt, "Istio refuses a host or a gateway reference"},
	{BadGateway, "BadGateway", fault, "neither or both of gateway and externalGateway are set"},
	{BadOrigin, "BadOrigin", doubt, "an allowed origin has a match type that does not exist and is taken as a prefix"},
	{UnreadKey, "UnreadKey", doubt, "a key of a jwt configuration is none that the controller reads"},
	{NewerField, "NewerField", fault, "a field of a newer definition of the kind is known and not supported"},
	{UnknownVerb, "UnknownVerb", fault, "a key below a path is not a verb"},
	{LongName, "LongName", fault, "name and namespace together are too long"},
	{BadWildcard, "BadWildcard", fault, "a ** stands elsewhere than in the last segment of a path"},
	{NoBackend, "NoBackend", fault, "a gateway names neither Services nor a StackSet"},
	{TwoBackends, "TwoBackends", fault, "a gateway names both Services and a StackSet"},
	{BadCORSOrigin, "BadCORSOrigin", fault, "an allowed origin is not a host with an optional port"},
	{OptionsWithCORS, "OptionsWithCORS", fault, "a path has an options operation although CORS answers OPTIONS"},
	{RepeatedVerb, "RepeatedVerb", fault, "a path has one verb twice, in different cases"},
	{SamePath, "SamePath", fault, "two paths of one verb take the same requests"},
	{PartialParameter, "PartialParameter", fault, "a parameter of a path is not a whole segment"},
	{AdjacentStars, "AdjacentStars", fault, "two stars stand in adjacent segments of a path, which makes a path that Skipper refuses"},
	{BadPath, "BadPath", fault, "a path is empty or does not begin with a slash"},
	{UnsafeValue, "UnsafeValue", fault, "a value has a character that would end the text it is written into"},
	{BadFilter, "BadFilter", fault, "an additional filter cannot be read as one filter"},
	{RepeatedHost, "RepeatedHost", fault, "a gateway has one host twice"},
	{UserListUnused, "UserListUnused", fault, "a list of employees stands beside a rule that does not look at it"},
	{NegativeLimit, "NegativeLimit", fault, "a rate limit is negative"},
	{BadTLSSecret, "BadTLSSecret", notice, "a Secret does not hold a certificate and its key as its type demands"},
	{KeyPairMismatch, "KeyPairMismatch", notice, "the key of a Secret is not that of its certificate"},
	{ChainBroken, "ChainBroken", notice, "the certificates of a Secret are not a chain"},
	{TillerGone, "TillerGone", aside, "settings of Tiller, which Helm 3 does not have"},
	{ConsoleBackendGone, "ConsoleBackendGone", aside, "settings of Kyma's Console and its GraphQL server, which are gone"},
	{APIServerProxyGone, "APIServerProxyGone", aside, "settings of Kyma's API Server Proxy, which is gone"},
	{IAMKubeconfigGone, "IAMKubeconfigGone", aside, "settings of Kyma's IAM Kubeconfig Service, which is gone"},
	{ChartOverrides, "ChartOverrides", aside, "overrides of the charts of Kyma 1's installer, which is gone"},

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
	{PortNotFound, "PortNotFound", fault, "a Service does not have the port that is named"},
	{NoTraffic, "NoTraffic", notice, "the StackSet of a gateway is absent or has no traffic, so that nothing is written"},
	{IstioRefuses, "IstioRefuses", fault, "Istio refuses an object of its own kinds"},
	{FieldUnread, "FieldUnread", doubt, "a field of an object of Istio is one that kgw does not read"},
	{InsideRefused, "InsideRefused", aside, "the policies of APIRules v2 refuse callers inside the cluster"},
	{NotFollowed, "NotFollowed", notice, "an object may change what becomes of requests, and kgw does not follow it"},

	{DomainsDiffer, "DomainsDiffer", notice, "the configured default domain is not the one that the Gateway of the cluster serves"},
	{PathMisread, "PathMisread", notice, "a path takes other requests than its text looks like, or none"},

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
	{CertificateExpired, "CertificateExpired", notice, "the certificate of a Gateway does not hold at the date of --at"},
	{SecondDoor, "SecondDoor", notice, "a Service that a gateway guards is reachable from outside by another object"},
	{GroupUnknown, "GroupUnknown", notice, "a role is bound to a group that no Group among the inputs names"},
	{RateLimitsConflict, "RateLimitsConflict", doubt, "two RateLimits select the same pods"},
	{KymaGatewayOff, "KymaGatewayOff", notice, "a resource is bound to Kyma's Gateway, and the APIGateway says that it is not made"},
	{GatewayNotAllowed, "GatewayNotAllowed", fault, "a resource is bound to a Gateway that the policy does not allow"},
	{LabelMissing, "LabelMissing", fault, "a resource does not have a label that the policy demands"},
	{RouteShadowed, "RouteShadowed", notice, "an earlier route takes some requests of a later one and answers them differently"},
	{RulesOverlap, "RulesOverlap", doubt, "two Oathkeeper rules take one request, which is answered with 500"},
	{RouteUnreachable, "RouteUnreachable", notice, "no request reaches a route, because earlier ones take them all"},
	{OverlapUnknown, "OverlapUnknown", notice, "it cannot be told whether two paths take one request"},
	{RuleUnreached, "RuleUnreached", notice, "a request passes the VirtualService to Oathkeeper and matches no rule there"},
	{RuleBypassed, "RuleBypassed", doubt, "a request reaches the Service without the Oathkeeper rule that is meant for it"},
	{RouteWeaker, "RouteWeaker", doubt, "an earlier route takes requests of a later one and demands less of the caller"},
	{PublicRoute, "PublicRoute", aside, "a route demands nothing of the caller"},
	{PublicForbidden, "PublicForbidden", fault, "a route demands nothing of the caller, and the policy forbids that"},
	{MethodsNotEnforced, "MethodsNotEnforced", notice, "the methods of a rule are not enforced by anything"},
	{RouteLost, "RouteLost", doubt, "two rules share a path and only the first has a route, which answers the second's requests differently"},
	{MutatorsIgnored, "MutatorsIgnored", notice, "the mutators of a rule have no effect"},
	{OpenFirst, "OpenFirst", notice, "an access strategy that lets everything through stands before others"},
	{TokenShadowed, "TokenShadowed", notice, "an access strategy takes the tokens of another one behind it"},
	{PolicyReplaced, "PolicyReplaced", doubt, "the AuthorizationPolicy of one rule replaces that of another"},
	{AuthenticationReplaced, "AuthenticationReplaced", doubt, "the RequestAuthentication of one rule replaces that of another"},
	{MethodsShortCircuited, "MethodsShortCircuited", notice, "a rule loses methods on the path of another rule"},
	{NamespaceWidePolicy, "NamespaceWidePolicy", doubt, "a policy has no selector and applies to every pod of its namespace"},
	{HeaderOverwritten, "HeaderOverwritten", notice, "a rule sets a header that its controller sets itself"},
	{NormalisationDoor, "NormalisationDoor", notice, "another spelling of a protected path is taken by an open route"},
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
	{PreflightUnrouted, "PreflightUnrouted", notice, "a CORS policy stands over rules that take no preflights"},
	{CORSDropped, "CORSDropped", notice, "a CORS policy has no origins and is not written"},
	{CORSCredentials, "CORSCredentials", notice, "a CORS policy lets every origin send credentials"},
	{StarExpression, "StarExpression", notice, "\"/*\" stands in a regular expression, where it takes slashes only"},
	{TokenKinds, "TokenKinds", notice, "two access strategies look for their tokens in one place, and the first refuses some of the other's"},
	{NearerLoosens, "NearerLoosens", notice, "a kgw.yaml asks for less than one further up, which holds all the same"},
	{OpeningUndecided, "OpeningUndecided", doubt, "it cannot be told whether a policy lets requests through that a rule closes"},
	{KeySetsDiffer, "KeySetsDiffer", doubt, "pods verify the tokens of one issuer with different keys"},
	{TextWidens, "TextWidens", doubt, "a text takes more in the language that it is written into than its author meant"},
	{TextNarrows, "TextNarrows", notice, "a text takes less in the language that it is written into than its author meant"},
	{PodsMayShare, "PodsMayShare", doubt, "it is not known whether the policies of two Services hold for the same pods, and one lets in what the other closes"},
	{NotAsMade, "NotAsMade", doubt, "an object says that it was made for a resource, and is not like anything that is written for it"},
	{RuleOpens, "RuleOpens", doubt, "a Rule that somebody else wrote lets in what a resource sends to Oathkeeper and closes"},

	{NotCompiled, "NotCompiled", fault, "this version or setting cannot be compiled to the target"},
	{RuleBroken, "RuleBroken", doubt, "Oathkeeper cannot use a rule, and refuses its requests or those of all rules"},
	{RegexpInGlob, "RegexpInGlob", notice, "the URL of a rule reads like a regular expression, and the cluster reads globs"},
	{RuleField, "RuleField", notice, "a rule of Oathkeeper has a field that is passed over"},
	{GlobCluster, "GlobCluster", fault, "kgw writes rules with regular expressions, and the cluster reads globs"},
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
	{RegexInPolicy, "RegexInPolicy", notice, "a regular expression stands in a policy, where it is taken literally"},
	{LiteralInRegex, "LiteralInRegex", aside, "a literal path is written unescaped into a regular expression"},
	{BadDuration, "BadDuration", doubt, "Istio refuses a duration"},
	{CORSRefused, "CORSRefused", doubt, "Istio refuses a CORS policy"},
	{RouteRefused, "RouteRefused", doubt, "Istio refuses a header that a route sets, or its answer"},
	{PolicyRefused, "PolicyRefused", doubt, "Istio refuses a policy or the settings of its tokens"},
	{ConfigMapTooLarge, "ConfigMapTooLarge", fault, "the access rules do not fit into a ConfigMap"},
	{IngressNameCollision, "IngressNameCollision", fault, "two routes of a gateway would be written to one Ingress"},
	{IngressNameTooLong, "IngressNameTooLong", fault, "an Ingress would have a name that is too long"},
	{NotForSkipper, "NotForSkipper", fault, "a route asks for something that Skipper's routes do not have"},
	{FilterNotAllowed, "FilterNotAllowed", fault, "an additional filter is not on the allow-list"},
	{ReservedAnnotation, "ReservedAnnotation", fault, "an annotation would be copied over those that protect the gateway"},
	{NoPortNumber, "NoPortNumber", fault, "the target names ports by number, and the Service that has the port is not among the inputs"},
	{GroupTooLarge, "GroupTooLarge", fault, "a RouteGroup would be too large for one object"},
	{LimitLost, "LimitLost", fault, "rate limits are not written to this target"},
	{StaticOpen, "StaticOpen", fault, "a static answer would be given without asking for a token"},
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
	{FinalSlash, "FinalSlash", fault, "a path with a final slash takes no request"},
	{NoIngressGateway, "NoIngressGateway", fault, "no Istio Gateway is known that a VirtualService could be bound to"},
	{NoIssuers, "NoIssuers", fault, "no token issuers are known for a target that verifies tokens itself"},
	{RouteUnsaid, "RouteUnsaid", fault, "an HTTPRoute has no words for a route"},
	{OrderByIstio, "OrderByIstio", aside, "the order of the routes is kept by the length of their expressions"},
	{AnswerUnsaid, "AnswerUnsaid", fault, "an HTTPRoute cannot give an answer of its own"},
	{OriginUnsaid, "OriginUnsaid", fault, "an HTTPRoute has no words for an origin that may send requests"},
	{CORSDiffers, "CORSDiffers", notice, "browsers are answered otherwise by an HTTPRoute"},
	{RoutesSplit, "RoutesSplit", aside, "the rules of a gateway are in several HTTPRoutes"},
	{GrantNeeded, "GrantNeeded", aside, "an HTTPRoute sends requests to another namespace"},
	{ParentUnfit, "ParentUnfit", fault, "no Gateway is known that an HTTPRoute could belong to"},
	{HostUnsaid, "HostUnsaid", fault, "an HTTPRoute cannot have a host"},
	{HeaderUnsaid, "HeaderUnsaid", fault, "an HTTPRoute cannot set a header"},
	{GatewayIdentity, "GatewayIdentity", aside, "which identity of the Gateway the policies let in"},
	{PlainRoute, "PlainRoute", notice, "routes may be served without TLS"},
	{ListenerUnsaid, "ListenerUnsaid", fault, "a Gateway of the Gateway API has no words for a server"},
	{CertificateElsewhere, "CertificateElsewhere", notice, "a certificate is looked for in another namespace"},

	{NoCluster, "NoCluster", fault, "no cluster is configured that could be asked"},
	{ClusterUnreachable, "ClusterUnreachable", fault, "there is no connection to the cluster"},
	{ClusterUnauthorized, "ClusterUnauthorized", fault, "the cluster does not accept the credentials"},
	{ClusterForbidden, "ClusterForbidden", fault, "the user may not read or apply an object"},
	{KindNotInstalled, "KindNotInstalled", fault, "the cluster does not know the kind of an object"},
	{NamespaceNotFound, "NamespaceNotFound", fault, "the namespace of an object does not exist on the cluster"},
	{ObjectRefused, "ObjectRefused", fault, "the cluster refuses an object, by its schema or by admission"},
	{ObjectConflict, "ObjectConflict", fault, "an object changed on the cluster while it was compared"},
	{ClusterTimeout, "ClusterTimeout", fault, "the cluster does not answer in time"},
	{ClusterBrokeOff, "ClusterBrokeOff", fault, "an answer of the cluster broke off or is none"},
	{ClusterFailed, "ClusterFailed", fault, "the cluster cannot answer a question about an object"},
	{LiveAmbiguous, "LiveAmbiguous", notice, "several live objects could be one that is wanted"},
	{LiveUnmatched, "LiveUnmatched", notice, "a live object is made for a resource that no longer asks for it"},
	{LiveOwned, "LiveOwned", notice, "a live object is deleted together with the resource that a controller made it for"},
	{PathNarrowed, "PathNarrowed", notice, "the paths that replace an older one do not take all of its requests"},
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
	{OpenedByMethod, "OpenedByMethod", notice, "requests that found no rule in Oathkeeper are taken by another rule after the move"},
	{OverlapEnds, "OverlapEnds", notice, "requests that Oathkeeper answered with 500, because two rules match them, get in after the move"},
	{HostLowered, "HostLowered", notice, "requests for a host in lower case found no rule in Oathkeeper, and get in after the move"},
}
