package shape

// DNSName is a DNS-1123 subdomain, as names of most Kubernetes objects are.
var DNSName = &Pattern{
	Expr:  `^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$`,
	Means: "a DNS-1123 name (lower-case letters, digits, \"-\" and \".\")", Example: "shop", Plain: true,
}

// DNSLabel is a DNS-1123 label, as names of namespaces are.
var DNSLabel = &Pattern{
	Expr:  `^[a-z0-9]([-a-z0-9]*[a-z0-9])?$`,
	Means: "a DNS-1123 label (lower-case letters, digits and \"-\")", Example: "web", Plain: true,
}

// noneOrLabel also allows what templates make of a namespace that is not set.
var noneOrLabel = &Pattern{
	Expr:  `^([a-z0-9]([-a-z0-9]*[a-z0-9])?)?$`,
	Means: DNSLabel.Means, Example: "web", Plain: true,
}

// GoDuration is what Go's time.ParseDuration reads, which is how Kubernetes
// controllers decode durations.
var GoDuration = &Pattern{
	Expr:  `^[-+]?(0|(([0-9]{1,9}(\.[0-9]{0,9})?|\.[0-9]{1,9})(ns|us|µs|μs|ms|s|m|h))+)$`,
	Means: "a duration, such as 10m", Example: "600s",
}

var anything = &Type{Kind: Any}

var textMap = &Type{Kind: Map, Elem: &Type{Kind: String}, Nullable: true}

// Metadata describes the metadata of a Kubernetes object. The name is
// required: what kgw writes is named after it.
var Metadata = &Type{Kind: Object, Like: "{name: shop, namespace: web}", Doc: "Standard object metadata.", Fields: []Field{
	{Name: "name", Required: true, Type: &Type{Kind: String, MinLen: 1, MaxLen: 253, Pattern: DNSName, Doc: "Name of the resource."}},
	{Name: "namespace", Type: &Type{Kind: String, MaxLen: 63, Pattern: noneOrLabel, Nullable: true, Doc: "Namespace of the resource; empty is absent."}},
	{Name: "labels", Type: textMap.Saying("Labels of the resource.")},
	{Name: "annotations", Type: textMap.Saying("Annotations of the resource.")},
	{Name: "clusterName", Type: anything},
	{Name: "creationTimestamp", Type: anything},
	{Name: "deletionGracePeriodSeconds", Type: anything},
	{Name: "deletionTimestamp", Type: anything},
	{Name: "finalizers", Type: anything},
	{Name: "generateName", Type: anything},
	{Name: "generation", Type: anything},
	{Name: "initializers", Type: anything},
	{Name: "managedFields", Type: anything},
	{Name: "ownerReferences", Type: anything},
	{Name: "resourceVersion", Type: anything},
	{Name: "selfLink", Type: anything},
	{Name: "uid", Type: anything},
}}

// Resource describes a whole object of one kind and version.
func Resource(apiVersion, kind, doc string, fields ...Field) *Type {
	head := []Field{
		{Name: "apiVersion", Required: true, Type: &Type{Kind: String, Enum: []string{apiVersion}}},
		{Name: "kind", Required: true, Type: &Type{Kind: String, Enum: []string{kind}}},
		{Name: "metadata", Required: true, Type: Metadata},
	}
	return &Type{Kind: Object, Doc: doc, Fields: append(append(head, fields...), Field{Name: "status", Type: anything})}
}
