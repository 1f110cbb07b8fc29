package simulate

// RuleFields is the table of Rule (oathkeeper-maester v0.1.10, api/v1alpha1). In
// its own files, which are not objects, Oathkeeper ignores fields that it does not
// know.
var RuleFields = NewFieldTable("oathkeeper.ory.sh", "Rule", `
decided spec.upstream.url
decided spec.upstream.stripPath
decided spec.upstream.preserveHost
decided spec.match.url
decided spec.match.methods[]
decided spec.authenticators[].handler
decided spec.authenticators[].config.**
decided spec.authorizer.handler
decided spec.authorizer.config.**
decided spec.mutators[].handler
decided spec.mutators[].config.**
decided spec.errors[].handler
decided spec.errors[].config.**
inert spec.configMapName the Maester writes every rule to its default ConfigMap, which Oathkeeper reads
`)
