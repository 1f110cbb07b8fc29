package skipper

// arguments lists the arguments that the filters of Skipper v0.27.57 accept.
// Skipper drops a route that has a filter with other arguments. A line has the name
// of a filter and the kinds of its arguments. "?" marks an optional argument, "*"
// and "+" one that may be repeated, and "|" separates alternatives. "2+" is an even
// number of texts.
var arguments = readArguments(`
Tee reference | reference expression text
absorb any*
absorbSilent any*
accessLogDisabled truth
admissionControl text mode duration window number number number positive
annotate text text
apiUsageMonitoring any*
appendContextRequestHeader text text
appendContextResponseHeader text text
appendRequestHeader text text
appendResponseHeader text text
auditLog
awsSigv4 text text boolean boolean boolean
backendBandwidth positive
backendChunks positive delay
backendIsProxy any*
backendLatency delay
backendRatelimit text number period number?
backendTimeout duration
bandwidth positive
basicAuth text any*
bearerinjector text
blockContent text+
blockContentHex hex+
cache | lifetime lifetime lifetime duration? text?
chunks positive delay
clientRatelimit number period text?
clusterClientRatelimit text number period text?
clusterLeakyBucketRatelimit text number period number number
clusterRatelimit text number period number?
comment any*
compress level text* | text*
consecutiveBreaker number period? number? period?
consistentHashBalanceFactor one
consistentHashKey text
copyRequestHeader text text
copyResponseHeader text text
corsOrigin text*
decodeBase64RequestHeader text number?
decodeBase64ResponseHeader text number?
decompress any*
disableAccessLog number*
disableBreaker
disableRatelimit any*
dropQuery text
dropRequestCookie text
dropRequestHeader text
dropRequestHeaderRegexp text expression
dropResponseCookie text
dropResponseHeader text
dropResponseHeaderRegexp text expression
enableAccessLog number*
encodeBase64RequestHeader text number?
encodeBase64ResponseHeader text number?
encodeRequestHeader text charset
encodeResponseHeader text charset
endpointCreated url number
fadeIn period number?
fifo one size timeout
fifoWithBody one size timeout
flowId text? any*
forwardToken header text*
forwardTokenField header text
grantCallback any*
grantClaimsQuery query+
grantLogout any*
headerToQuery text text
healthcheck any*
histogramRequestLatency duration number duration any*
histogramResponseLatency duration number duration any*
inlineContent text text?
inlineContentIfStatus status text text?
jsCookie word text number? any?
jwtMetrics document?
jwtValidation url
jwtValidationKeys url
latency delay
lifo number? number? duration?
lifoGroup text number? number? duration?
localRatelimit number period text?
logBody direction integer
logHeader text*
loopbackIfStatus status text any?
lua text text*
maskAccessLogQuery word+
modPath expression text
modRequestHeader text expression text
modResponseHeader text expression text
mtlsAuthn
mtlsCN text+
mtlsIssuerDN word+
mtlsSanCIDR network+
mtlsSanDNS domain+
mtlsSanIP address+
mtlsSanURI url+
normalRequestLatency delay delay
normalResponseLatency delay delay
oauthGrant any*
oauthOidcAllClaims text text text word text text text*
oauthOidcAnyClaims text text text word text text text*
oauthOidcUserInfo text text text word text text text*
oauthTokeninfoAllKV 2+
oauthTokeninfoAllScope text+
oauthTokeninfoAnyKV 2+
oauthTokeninfoAnyScope text+
oauthTokeninfoValidate document
oauthTokenintrospectionAllClaims url text+
oauthTokenintrospectionAllKV url 2+
oauthTokenintrospectionAnyClaims url text+
oauthTokenintrospectionAnyKV url 2+
oidcClaimsQuery query+
opaAuthorizeRequest text text?
opaAuthorizeRequestWithBody text text?
opaServeResponse text text?
opaServeResponseWithReqBody text text?
originMarker text text moment
preserveHost truth
queryToHeader text text text?
randomContent number
rateBreaker number number period? number? period?
ratelimit number period number?
ratelimitFailClosed any*
readTimeout duration
redirect number text?
redirectTo number text?
redirectToLower number text?
repeatContent word size
repeatContentHex hexword size
requestCookie word text
requestCopyHeader text text
requestHeader text text
responseCookie word text number? any?
responseCopyHeader text text
responseHeader text text
rfcHost any*
rfcPath any*
secureOauthTokenintrospectionAllClaims url text text text+
secureOauthTokenintrospectionAllKV url text text 2+
secureOauthTokenintrospectionAnyClaims url text text text+
secureOauthTokenintrospectionAnyKV url text text 2+
sed expression text number?
sedDelim expression text text number?
sedRequest expression text number?
sedRequestDelim expression text text number?
setContextRequestHeader text text
setContextResponseHeader text text
setDynamicBackendHost text
setDynamicBackendHostFromHeader text
setDynamicBackendScheme text
setDynamicBackendSchemeFromHeader text
setDynamicBackendUrl text
setDynamicBackendUrlFromHeader text
setFastCgiFilename text
setPath text
setQuery text text?
setRequestHeader text text
setRequestHeaderFromSecret text text text? text?
setResponseHeader text text
stateBagToTag word word?
static text text
status number
stripQuery | text | any any+
tarpit duration
tee reference | reference expression text
teeLoopback word
teeResponse reference
teenf reference | reference expression text
tlsPassClientCertificates
tracingBaggageToTag word word? any*
tracingSpanName text
tracingTag text text
tracingTagFromResponse text text
tracingTagFromResponseIfStatus text text number number
uniformRequestLatency delay delay
uniformResponseLatency delay delay
unverifiedAuditLog text*
webhook reference headers?
wrapContent text text
wrapContentHex hex hex
writeTimeout duration
xforward any*
xforwardFirst any*
`)

// predicateArguments is the same table for predicates, except for those on paths
// and weights.
var predicateArguments = readArguments(`
After moment | local zone | number
Before moment | local zone | number
Between moment moment | local local zone | number number
ClientIP source+
ContentLengthBetween size size
Cookie text expression
Cron cron
False any*
ForwardedHost wordexpression
ForwardedProtocol protocol
HeaderSHA256 text hash+
Header text text
HeaderRegexp text expression
Host expression
HostAny text+
JWTPayloadAllKV 2+
JWTPayloadAllKVRegexp 2x+
JWTPayloadAnyKV 2+
JWTPayloadAnyKVRegexp 2x+
Method text
Methods method+
OTelBaggage text text?
PathRegexp expression
QueryParam text expression?
Shutdown
Source source+
SourceFromLast source+
Tee word
Traffic share | share text text
TrafficSegment share share
True any*
`)
