package diag

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

	CORSHeadersMissing Code = "KGW256"

	BadTLSSecret    Code = "KGW248"
	KeyPairMismatch Code = "KGW249"
	ChainBroken     Code = "KGW250"

	TillerGone         Code = "KGW251"
	ConsoleBackendGone Code = "KGW252"
	APIServerProxyGone Code = "KGW253"
	IAMKubeconfigGone  Code = "KGW254"
	ChartOverrides     Code = "KGW255"

	// StaticUserIncomplete and the following are about the configuration of Dex.
	StaticUserIncomplete Code = "KGW260"
	StaticUserHash       Code = "KGW261"
	StaticUserText       Code = "KGW262"
	StaticUserPlain      Code = "KGW263"
	ConnectorFault       Code = "KGW264"
	ConnectorTwice       Code = "KGW265"
	ConnectorRedirect    Code = "KGW266"
	ConnectorSecret      Code = "KGW267"
)

var structureRules = []Rule{
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
	{UnknownHandler, "UnknownHandler", fault, "the controller does not know an access strategy"},
	{HandlerCombination, "HandlerCombination", fault, "an access strategy is combined with others though it must be alone"},
	{MixedHandlers, "MixedHandlers", fault, "secure and unsecure access strategies are in one rule"},
	{NeedlessConfig, "NeedlessConfig", fault, "a handler that takes no configuration has one"},
	{BadJWTConfig, "BadJWTConfig", fault, "the configuration of a jwt handler is empty or malformed"},
	{BadURL, "BadURL", fault, "an issuer or key set address is not a URL"},
	{WrongJWTDialect, "WrongJWTDialect", fault, "a jwt configuration is written for the other handler"},
	{BadPathOperator, "BadPathOperator", fault, "the operators of a path are where they may not be"},
	{PathConflict, "PathConflict", fault, "an earlier rule already matches all requests of a later one"},
	{IssuerConflict, "IssuerConflict", fault, "one issuer is configured in two different ways"},
	{BadMutator, "BadMutator", fault, "a mutator cannot be applied"},
	{BadHost, "BadHost", doubt, "Istio refuses a host or a gateway reference"},
	{BadGateway, "BadGateway", fault, "neither or both of gateway and externalGateway are set"},
	{BadOrigin, "BadOrigin", doubt, "an allowed origin has a match type that does not exist and is read as a prefix"},
	{UnreadKey, "UnreadKey", doubt, "a key of a jwt configuration is none that the controller reads"},
	{NewerField, "NewerField", fault, "a field of a newer definition of the kind is known and not supported"},
	{UnknownVerb, "UnknownVerb", fault, "a key below a path is not a verb"},
	{LongName, "LongName", fault, "name and namespace together are too long"},
	{BadWildcard, "BadWildcard", fault, "a ** is elsewhere than in the last segment of a path"},
	{NoBackend, "NoBackend", fault, "a gateway names neither Services nor a StackSet"},
	{TwoBackends, "TwoBackends", fault, "a gateway names both Services and a StackSet"},
	{BadCORSOrigin, "BadCORSOrigin", fault, "an allowed origin is not a host with an optional port"},
	{OptionsWithCORS, "OptionsWithCORS", fault, "a path has an options operation although CORS answers OPTIONS"},
	{RepeatedVerb, "RepeatedVerb", fault, "a path has one verb twice, in different cases"},
	{SamePath, "SamePath", fault, "two paths of one verb match the same requests"},
	{PartialParameter, "PartialParameter", fault, "a parameter of a path is not a whole segment"},
	{AdjacentStars, "AdjacentStars", fault, "two stars are in adjacent segments of a path, which makes a path that Skipper refuses"},
	{BadPath, "BadPath", fault, "a path is empty or does not begin with a slash"},
	{UnsafeValue, "UnsafeValue", fault, "a value has a character that would end the text it is written into"},
	{BadFilter, "BadFilter", fault, "an additional filter cannot be read as one filter"},
	{RepeatedHost, "RepeatedHost", fault, "a gateway has one host twice"},
	{UserListUnused, "UserListUnused", fault, "a list of employees belongs to a rule that does not read it"},
	{NegativeLimit, "NegativeLimit", fault, "a rate limit is negative"},
	{BadTLSSecret, "BadTLSSecret", notice, "a Secret does not hold a certificate and its key as its type demands"},
	{KeyPairMismatch, "KeyPairMismatch", notice, "the key of a Secret is not that of its certificate"},
	{ChainBroken, "ChainBroken", notice, "the certificates of a Secret are not a chain"},
	{TillerGone, "TillerGone", aside, "settings of Tiller, which Helm 3 does not have"},
	{ConsoleBackendGone, "ConsoleBackendGone", aside, "settings of Kyma's Console and its GraphQL server, which are gone"},
	{APIServerProxyGone, "APIServerProxyGone", aside, "settings of Kyma's API Server Proxy, which is gone"},
	{IAMKubeconfigGone, "IAMKubeconfigGone", aside, "settings of Kyma's IAM Kubeconfig Service, which is gone"},
	{ChartOverrides, "ChartOverrides", aside, "settings of Kyma 1's installer, which is gone, and of its charts"},
	{CORSHeadersMissing, "CORSHeadersMissing", aside, "a CORS policy does not let browsers send what calls of the gateway have"},
	{StaticUserIncomplete, "StaticUserIncomplete", notice, "a Secret with a user of Dex lacks what a user needs"},
	{StaticUserHash, "StaticUserHash", fault, "Dex does not admit the hash of a user's password"},
	{StaticUserText, "StaticUserText", notice, "a value of a user of Dex cannot be read as it is meant"},
	{StaticUserPlain, "StaticUserPlain", notice, "the password of a user of Dex is in the repository without a hash"},
	{ConnectorFault, "ConnectorFault", fault, "a connector of Dex lacks a field, or has one or a type that Dex does not know"},
	{ConnectorTwice, "ConnectorTwice", fault, "two connectors of Dex have one id"},
	{ConnectorRedirect, "ConnectorRedirect", notice, "the redirectURI of a connector is not Dex's callback"},
	{ConnectorSecret, "ConnectorSecret", doubt, "a connector of Dex has a secret written out"},
}
