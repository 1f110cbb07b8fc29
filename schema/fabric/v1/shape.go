package v1

import "github.com/kgw-dev/kgw/internal/shape"

// Group is the API group of FabricGateway.
const Group = "zalando.org"

// APIVersion is the version's full name.
const APIVersion = Group + "/v1"

// Keys of a document that have checks of their own.
const (
	keyServices    = "x-fabric-service"
	keyProvider    = "x-external-service-provider"
	keyAdmins      = "x-fabric-admins"
	keyWhitelist   = "x-fabric-whitelist"
	keyEmployees   = "x-fabric-employee-access"
	keyCORS        = "x-fabric-cors-support"
	keyCompression = "x-fabric-compression-support"
	keyPrivileges  = "x-fabric-privileges"
	keyLimits      = "x-fabric-ratelimits"
	keyStatic      = "x-fabric-static-response"
	keyFilters     = "x-fabric-additional-filters"
	keyCustom      = "x-fabric-custom-routes"
	keyRequests    = "x-fabric-request-ratelimits"
	keyVersion     = "stackVersion"
)

var hostPattern = &shape.Pattern{
	Expr:  `^[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$`,
	Means: "a lower-case host name",
}

var servicePattern = &shape.Pattern{
	Expr:  `^[a-z][-a-z0-9]{0,61}[a-z0-9]$`,
	Means: "the name of a Service",
}

var portPattern = &shape.Pattern{
	Expr:  `^[a-z][-a-z0-9]*[^-]$`,
	Means: "the name of a port",
}

func object(doc string, fields ...shape.Field) *shape.Type {
	return &shape.Type{Kind: shape.Object, Doc: doc, Fields: fields}
}

func field(name string, t *shape.Type) shape.Field { return shape.Field{Name: name, Type: t} }

func required(name string, t *shape.Type) shape.Field {
	return shape.Field{Name: name, Type: t, Required: true}
}

func text(doc string) *shape.Type { return &shape.Type{Kind: shape.String, Doc: doc} }

func texts(doc string, least int) *shape.Type {
	return &shape.Type{Kind: shape.List, MinLen: least, Doc: doc, Elem: &shape.Type{Kind: shape.String}}
}

func host(doc string) *shape.Type {
	return &shape.Type{Kind: shape.String, MinLen: 1, MaxLen: 255, Pattern: hostPattern, Doc: doc}
}

// newField describes a field that the resource's definition has gained since the
// operator was published. It is known, and refused by Check.
func newField(name, doc string) shape.Field {
	return field(name, &shape.Type{Kind: shape.Any, Refused: true, Doc: doc + " Not supported."})
}

// Type describes the documents of this version. Fields are those of the
// definition of 2025; the operator's own of 2021 has fewer rules.
var Type = shape.Resource(APIVersion, "FabricGateway", "Publishes an API to services, employees and browsers (Zalando FabricGateway).",
	required("spec", &shape.Type{Kind: shape.Object, Hints: map[string]string{
		"service":   "write x-fabric-service, a list",
		"whitelist": "write x-fabric-whitelist for services, or x-fabric-admins for employees",
		"security":  "write x-fabric-privileges in each operation",
	}, Fields: []shape.Field{
		field(keyServices, &shape.Type{Kind: shape.List, Doc: "Hosts and the Service behind each of them.", Elem: object("",
			required("host", host("Public host.")),
			required("serviceName", &shape.Type{Kind: shape.String, Pattern: servicePattern, Doc: "Service in the gateway's namespace."}),
			field("servicePort", &shape.Type{Kind: shape.String, Pattern: portPattern, Default: "http", Doc: "Name of the Service's port."}))}),
		field(keyProvider, object("A StackSet that splits the traffic of the hosts among its stacks.",
			required("stackSetName", &shape.Type{Kind: shape.String, MinLen: 1, MaxLen: 63, Doc: "StackSet in the gateway's namespace."}),
			required("hosts", &shape.Type{Kind: shape.List, MinLen: 1, Elem: host(""), Doc: "Public hosts."}),
			newField(keyVersion, "A version of the StackSet."))),
		field(keyAdmins, texts("Employees who may send every request, without limits.", 0)),
		field(keyWhitelist, texts("Services that may send requests. Present and empty, it lets no service in.", 0)),
		field(keyEmployees, employeeType("Which employees may send requests.")),
		field(keyCORS, object("What browsers may do across origins.",
			required("allowedOrigins", texts("Host names of allowed origins; the scheme is always https.", 1)),
			required("allowedHeaders", texts("Request headers that are allowed.", 1)))),
		field(keyCompression, object("Compression of responses.",
			required("compressionFactor", &shape.Type{Kind: shape.Integer, Min: shape.Int(0), Max: shape.Int(9), Doc: "How hard to compress."}),
			required("encoding", text("Content type that is compressed.")))),
		required("paths", &shape.Type{Kind: shape.Map, MinLen: 1, Doc: "Operations by path and by verb.", Elem: &shape.Type{
			Kind: shape.Map, MinLen: 1, Elem: operationType(),
		}}),
	}}))

func employeeType(doc string) *shape.Type {
	return object(doc,
		field("type", &shape.Type{
			Kind: shape.String, Enum: []string{"allow_list", "allow_all", "deny_all"},
			Doc: "allow_list lets the listed users in, allow_all every user, deny_all none. Without it, allow_list if there is a list.",
		}),
		field("user-list", texts("Employees by their uid.", 0)))
}

func operationType() *shape.Type {
	t := object("Who may send the requests of one verb, and what becomes of them.",
		field(keyPrivileges, texts("Scopes that a token must have, all of them. uid is always among them.", 1)),
		field(keyLimits, object("How many requests each caller may send.",
			required("default-rate", &shape.Type{Kind: shape.Integer, Min: shape.Int(1), Doc: "Requests in a period."}),
			field("period", &shape.Type{Kind: shape.String, Enum: []string{"second", "minute", "hour"}, Default: "minute", Doc: "The period."}),
			field("target", &shape.Type{Kind: shape.Map, Elem: &shape.Type{Kind: shape.Integer}, Doc: "Limits of single services."}))),
		field(keyWhitelist, &shape.Type{Kind: shape.Object, Doc: "Services that may send requests, in place of the gateway's list.", Hints: map[string]string{
			"services": "write service-list",
		}, Fields: []shape.Field{
			required("service-list", texts("Services by the sub of their tokens.", 0)),
			field("state", &shape.Type{Kind: shape.String, Enum: []string{"enabled", "disabled"}, Default: "enabled", Doc: "disabled lets every service in."}),
		}}),
		field(keyEmployees, employeeType("Which employees may send requests, in place of the gateway's rule.")),
		field(keyStatic, object("An answer without a Service.",
			required("status", &shape.Type{Kind: shape.Integer, Min: shape.Int(100), Max: shape.Int(599), Doc: "Status code."}),
			required("headers", &shape.Type{Kind: shape.Map, Elem: &shape.Type{Kind: shape.String}, Doc: "Response headers."}),
			required("body", text("Body.")))),
		newField(keyFilters, "Filters before and after the operation's own."),
		newField(keyCustom, "Routes with further conditions."),
		newField(keyRequests, "Limits by request headers."))
	t.Hints = map[string]string{
		"security":           "write x-fabric-privileges",
		"x-fabric-ratelimit": "did you mean \"x-fabric-ratelimits\"? without it nothing is limited",
	}
	return t
}
