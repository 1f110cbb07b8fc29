package diag

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
	// PatchNotApplied is about what kustomize changes after kgw has read it.
	PatchNotApplied Code = "KGW145"
	// APIUnreadable is about descriptions of APIs.
	APIUnreadable Code = "KGW144"
)

var readingRules = []Rule{
	{Unreadable, "Unreadable", fault, "a file or directory cannot be read"},
	{NotUTF8, "NotUTF8", fault, "a file is not UTF-8 text"},
	{Syntax, "Syntax", fault, "a document is not valid YAML"},
	{Tab, "Tab", fault, "a tab is used where YAML wants spaces"},
	{DuplicateKey, "DuplicateKey", fault, "a mapping has the same key twice"},
	{AmbiguousScalar, "AmbiguousScalar", notice, "a plain scalar means one thing to YAML 1.1 and another to YAML 1.2"},
	{Alias, "Alias", fault, "an alias refers to a value that contains it, or expands to too many values"},
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
	{WrongVersion, "WrongVersion", fault, "a document has one version of its kind and the fields of another"},
	{ChartNotRendered, "ChartNotRendered", notice, "a Helm chart whose templates hold gateway resources is not rendered"},
	{PatchNotApplied, "PatchNotApplied", notice, "patches of a kustomization change gateway resources and are not applied"},
	{ConfigMisnamed, "ConfigMisnamed", fault, "a configuration has a name under which it is not read"},
	{VariableMisspelt, "VariableMisspelt", notice, "a variable of the environment has almost the name of one that is read"},
	{ConfigUnused, "ConfigUnused", notice, "no input falls under a configuration"},
	{BaselineUnused, "BaselineUnused", notice, "an entry of a baseline is for a finding that is not there any more"},
	{BaselineRefused, "BaselineRefused", fault, "an entry of a baseline is for a finding that a baseline cannot hide"},
	{APIUnreadable, "APIUnreadable", fault, "a file that is to describe an API is not an OpenAPI document that can be read"},
	{NamespaceAssumed, "NamespaceAssumed", notice, "a document names no namespace, and something sets another one than kgw assumes later"},
}
