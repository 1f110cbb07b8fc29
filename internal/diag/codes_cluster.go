package diag

// Codes of findings about a cluster, about what is live on it, and about
// differences and changes of what is written.
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

	ChangeForbidden Code = "KGW623"
	ChangeAllowed   Code = "KGW624"
	AllowedUnused   Code = "KGW625"
	AllowedPast     Code = "KGW626"
	GateWeakened    Code = "KGW627"
	CallBreaks      Code = "KGW628"
	CallMayBreak    Code = "KGW629"
	CallsUnread     Code = "KGW630"
	CallsUnjudged   Code = "KGW631"

	// ObjectChanges to AnswerChanges are what kgw diff found, in the formats of
	// findings.
	ObjectChanges Code = "KGW632"
	ObjectGoes    Code = "KGW633"
	CallersChange Code = "KGW634"
	AnswerChanges Code = "KGW635"

	// OpenToAnyone and AccessUnknown are rows of the exposure report.
	OpenToAnyone  Code = "KGW638"
	AccessUnknown Code = "KGW639"
)

var clusterRules = []Rule{
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
	{ChangeForbidden, "ChangeForbidden", fault, "a change for callers is forbidden by the gate of the repository"},
	{ChangeAllowed, "ChangeAllowed", aside, "a change for callers is let through by an entry of gate.allowed"},
	{AllowedUnused, "AllowedUnused", notice, "an entry of gate.allowed lets nothing through"},
	{AllowedPast, "AllowedPast", notice, "an entry of gate.allowed is past its date"},
	{GateWeakened, "GateWeakened", notice, "a change removes kinds from gate.fail, which still apply to it"},
	{CallBreaks, "CallBreaks", fault, "a recorded call of a consumer no longer gets through"},
	{CallMayBreak, "CallMayBreak", fault, "a recorded call of a consumer may no longer get through"},
	{CallsUnread, "CallsUnread", fault, "a file of recorded calls, or a part of it, cannot be read"},
	{CallsUnjudged, "CallsUnjudged", notice, "recorded calls are not judged"},
	{ObjectChanges, "ObjectChanges", aside, "an object of the manifests is created or changed"},
	{ObjectGoes, "ObjectGoes", notice, "an object of the manifests is deleted or renamed"},
	{CallersChange, "CallersChange", fault, "somebody gets through who did not, nothing matches requests any more, or that could not be decided"},
	{AnswerChanges, "AnswerChanges", notice, "requests are answered in another way, or go elsewhere"},
	{OpenToAnyone, "OpenToAnyone", aside, "every caller gets through, without a token that anybody verifies"},
	{AccessUnknown, "AccessUnknown", notice, "the inputs do not say who gets through"},
}
