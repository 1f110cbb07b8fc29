package config

import (
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/lazyregexp"
	"github.com/kgw-dev/kgw/internal/shape"
)

func object(doc string, fields ...shape.Field) *shape.Type {
	return &shape.Type{Kind: shape.Object, Doc: doc, Fields: fields}
}

// objectLike is an object with an example of it.
func objectLike(example, doc string, fields ...shape.Field) *shape.Type {
	t := object(doc, fields...)
	t.Like = example
	return t
}

func text(doc, def string) *shape.Type {
	return &shape.Type{Kind: shape.String, Doc: doc, Default: def}
}

func texts(doc string) *shape.Type {
	return &shape.Type{Kind: shape.List, Doc: doc, Elem: &shape.Type{Kind: shape.String}}
}

func textMap(doc string) *shape.Type {
	return &shape.Type{Kind: shape.Map, Doc: doc, Elem: &shape.Type{Kind: shape.String}}
}

func choice(doc, def string, values ...string) *shape.Type {
	return &shape.Type{Kind: shape.String, Doc: doc, Default: def, Enum: values}
}

func flag(doc string) *shape.Type {
	return &shape.Type{Kind: shape.Boolean, Doc: doc, Default: "false"}
}

func field(name string, t *shape.Type) shape.Field { return shape.Field{Name: name, Type: t} }

func required(name string, t *shape.Type) shape.Field {
	return shape.Field{Name: name, Type: t, Required: true}
}

var port = &shape.Type{Kind: shape.Integer, Min: shape.Int(1), Max: shape.Int(65535), Doc: "Port number."}

var serviceName = &shape.Pattern{
	Expr:  `^[a-z0-9]([-a-z0-9]*[a-z0-9])?\.[a-z0-9]([-a-z0-9]*[a-z0-9])?$`,
	Means: "a service and its namespace, such as kubernetes.default",
}

var size = &shape.Pattern{
	Expr:  `^([1-9][0-9]{0,11}|[1-9][0-9]{0,5}(Ki|Mi|Gi))$`,
	Means: "a number of bytes, such as 5000000, 512Ki, 64Mi or 2Gi",
}

var domain = &shape.Pattern{
	Expr:  `^([a-zA-Z0-9_]([-a-zA-Z0-9_]*[a-zA-Z0-9_])?(\.[a-zA-Z0-9_]([-a-zA-Z0-9_]*[a-zA-Z0-9_])?)*)?$`,
	Means: "a domain", Example: "kyma.example.com", Remedy: domainRemedy,
}

// origin is an origin of a CORS policy. One without a field would match any origin.
var origin = &shape.Type{
	Kind: shape.Object, Doc: "One origin.",
	Fields:     []shape.Field{field("exact", text("The whole origin.", "")), field("prefix", text("Its beginning.", "")), field("regex", text("A regular expression.", ""))},
	ExactlyOne: &shape.ExactlyOne{Fields: []string{"exact", "prefix", "regex"}, Message: "exactly one of exact, prefix and regex must be set"},
}

// identity is the identity of a workload in the mesh, as the principals of policies
// name it (https://istio.io/latest/docs/reference/config/security/authorization-policy/#Source).
// A "*" would let in others beside it.
var identity = &shape.Pattern{
	Expr:  `^[^*/\s]+/ns/[^*/\s]+/sa/[^*/\s]+$`,
	Means: "the identity of one workload, TRUST-DOMAIN/ns/NAMESPACE/sa/SERVICE-ACCOUNT", Example: "cluster.local/ns/istio-system/sa/istio-ingressgateway-service-account",
}

// domainRemedy returns how to correct a text that is not a domain.
func domainRemedy(text string) string {
	d := text
	if _, rest, ok := strings.Cut(d, "://"); ok {
		d = rest
	}
	d, _, _ = strings.Cut(strings.TrimPrefix(d, "*."), "/")
	d, _, _ = strings.Cut(strings.Trim(d, ". "), ":")
	if d != "" && d != text && !strings.ContainsAny(d, " *_") {
		return "write the domain alone: " + d
	}
	return ""
}

// Kyma describes the releases of Kyma's API Gateway that can be followed: those
// that there are (https://github.com/kyma-project/api-gateway/releases).
var Kyma = &shape.Pattern{
	Expr:   `^(2\.([789](\.0)?|10(\.[0-5])?|11(\.[0-3])?)|3\.([0124](\.[0-4])?|[358](\.[01])?|6(\.[0-2])?|(7|9|10)(\.0)?))$`,
	Means:  "a release of Kyma's API Gateway from 2.7 to 3.10, such as \"3.9\" or \"3.4.1\"",
	Remedy: releaseRemedy,
}

var patchRelease = lazyregexp.New(`^(2\.([789]|10|11)|3\.([0-9]|10))\.[0-9]+$`)

// releaseRemedy names the minor release of a patch that is not known.
func releaseRemedy(text string) string {
	if m := patchRelease().FindStringSubmatch(text); m != nil {
		return "write " + m[1] + ", in quotes, for the last patch of it that kgw knows"
	}
	return ""
}

var handlerGroup = &shape.Type{Kind: shape.Map, Doc: "Handlers by name.", Elem: &shape.Type{Kind: shape.Object, Open: true, Fields: []shape.Field{
	field("enabled", &shape.Type{Kind: shape.Boolean, Doc: "Whether the handler is enabled in the cluster."}),
	field("config", &shape.Type{Kind: shape.Map, Elem: &shape.Type{Kind: shape.Any}, Doc: "The handler's global configuration; a rule's own is merged over it."}),
}}}

var issuer = object("An issuer of tokens.",
	required("issuer", text("Issuer, as in the tokens' iss claim.", "")),
	required("jwksUri", text("Address of the issuer's key set.", "")))

// fields are the settings of a configuration, without its head.
var fields = []shape.Field{
	field("namespace", &shape.Type{
		Kind: shape.String, Pattern: shape.DNSLabel, MinLen: 1, MaxLen: 63, Default: "default",
		Doc: "Namespace of documents that name none. The flag -n overrides it.",
	}),
	field("compat", choice("strict applies kgw's own judgement; controller writes exactly what the resource's controller would have written.", "strict", "strict", "controller")),
	field("kyma", &shape.Type{
		Kind: shape.String, Pattern: Kyma, Default: "3.9",
		Doc: "Release of Kyma's API Gateway whose controller is followed for APIRule v1beta1, from 2.7 to 3.10: labels, their hash, merged RequestAuthentications, who owns a host, what is refused, the status. Without a patch, such as 3.4, its last one. Write it in quotes.",
	}),
	field("domains", objectLike("{default: kyma.example.com}", "Domains of hosts.",
		field("default", &shape.Type{Kind: shape.String, Pattern: domain, Doc: "Domain of the cluster, appended to a host without a dot where the Gateway kyma-system/kyma-gateway is neither among the inputs nor under known.gateways. The flag --domain overrides it."}),
		field("allow", &shape.Type{
			Kind: shape.List, Doc: "Domains that hosts must be in. Absent: for APIRule v1alpha1 the default domain if there is one, otherwise any domain.",
			Elem: &shape.Type{Kind: shape.String, MinLen: 1, Pattern: domain},
		}))),
	field("services", object("Services that must not be exposed.",
		field("block", &shape.Type{
			Kind: shape.List, Doc: "Services as service.namespace. Absent: Kyma's own list. Empty: none.",
			Elem: &shape.Type{Kind: shape.String, Pattern: serviceName},
		}))),
	field("oathkeeper", object("The cluster's Oathkeeper.",
		field("service", text("Host of its proxy.", "ory-oathkeeper-proxy.kyma-system.svc.cluster.local")),
		field("port", &shape.Type{Kind: shape.Integer, Min: shape.Int(1), Max: shape.Int(65535), Default: "4455", Doc: "Port of its proxy."}),
		field("principal", &shape.Type{
			Kind: shape.String, Pattern: identity, Default: "cluster.local/ns/kyma-system/sa/oathkeeper-maester-account", Doc: "Identity of its proxy in the mesh.",
		}),
		field("version", choice("Version whose matching rules apply.", "0.40", "0.40", "26.2")),
		field("accessRules", object("Where the access rules are kept that kgw writes without a Maester.",
			field("configMap", text("Name of the ConfigMap.", "oathkeeper-rules")), field("namespace", text("Its namespace. Empty: that of the service.", "")),
			field("file", text("Name of the file in it.", "access-rules.json")))),
		field("matchingStrategy", choice("How the URLs of rules are read: access_rules.matching_strategy of the cluster's Oathkeeper. Absent: regexp, as Oathkeeper has it, and a URL that can only be a glob is doubtful.", "", "regexp", "glob")),
		field("handlers", object("The global configuration of its handlers, in Oathkeeper's own shape. Absent: every handler is enabled, and a field that the cluster can supply counts as supplied.",
			field("authenticators", handlerGroup), field("authorizers", handlerGroup), field("mutators", handlerGroup), field("errors", &shape.Type{Kind: shape.Any, Doc: "Handlers of errors by name, and in fallback the names of those that answer."}))))),
	field("jwtHandler", choice("Who enforces APIRule v1beta1.", "ory", "ory", "istio")),
	field("istio", object("The mesh.",
		field("gateway", text("Istio Gateway, as namespace/name, of gateways that name none: FabricGateways.", "")),
		field("ingressPrincipal", &shape.Type{
			Kind: shape.StringOrList, MinLen: 1, Elem: &shape.Type{Kind: shape.String, MinLen: 1, Pattern: identity}, Default: "cluster.local/ns/istio-system/sa/istio-ingressgateway-service-account",
			Doc: "Identity of the ingress gateway, or a list while several serve: policies let in all of them. The first is that of the gateways of VirtualServices, the last that of the gateways of HTTPRoutes.",
		}),
		field("api", choice("Version of the objects that are written. The flag --istio-api overrides it.", "v1beta1", "v1beta1", "v1")),
		field("routeAPI", choice("What the routes of its gateway are written as.", "virtualservice", "virtualservice", "gateway-api")),
		field("extAuthProviders", texts("External authorizers that the mesh configuration defines.")),
		field("numTrustedProxies", &shape.Type{Kind: shape.Integer, Min: shape.Int(0), Max: shape.Int(100), Default: "0", Doc: "Proxies before the ingress gateway whose X-Forwarded-For is believed, for conditions on addresses. The ConfigMap istio and Kyma's Istio resource among the inputs override it."}))),
	field("gatewayAPI", object("HTTPRoutes of the Gateway API.",
		field("order", choice("How the author's order of the routes is kept: istio, by the length of expressions, or portable, which refuses what other implementations may decide otherwise.", "istio", "istio", "portable")),
		field("grants", choice("ReferenceGrants for Services in other namespaces: written, assumed to exist, or refused.", "write", "write", "assume", "refuse")),
		field("class", text("Class of Gateways that are in another repository, from which their service account follows, and of those that are written.", "istio")),
		field("gateways", &shape.Type{Kind: shape.Map, Doc: "Gateways of the Gateway API by the Istio Gateway, as namespace/name, that they replace. Absent: the one of the same namespace and name.", Elem: object("A Gateway.",
			field("parent", text("Its namespace/name, if it differs from the Istio Gateway's.", "")),
			field("kind", choice("Its kind.", "Gateway", "Gateway", "ListenerSet")),
			field("sections", texts("The listeners that serve the routes. Absent: all that serve the host, also without TLS.")),
			field("principal", &shape.Type{
				Kind: shape.String, Pattern: identity,
				Doc: "Identity of its proxy. Absent: the last of istio.ingressPrincipal if it is set, or else the service account that istiod makes for the Gateway.",
			}),
			field("hosts", texts("The hosts it serves, where it is in another repository. They are those of the Istio Gateway too, where known.gateways has none.")),
			field("namespaces", &shape.Type{
				Kind: shape.StringOrList, MinLen: 1, Elem: &shape.Type{Kind: shape.String, MinLen: 1},
				Doc: "The namespaces whose routes it accepts, where it is in another repository: all, same, or a list. Absent: not known.",
			}))}))),
	field("cors", object("Replaces parts of the default CORS policy of APIRule v1alpha1 and v1beta1.",
		field("allowOrigins", &shape.Type{Kind: shape.List, Doc: "Origins: exact, prefix or regex.", Elem: origin}),
		field("allowMethods", texts("Methods that are allowed.")),
		field("allowHeaders", texts("Request headers that are allowed.")))),
	field("labels", textMap("Labels that are added to everything written.")),
	field("oauth2", object("OAuth2 clients of Ory Hydra.",
		field("clients", &shape.Type{Kind: shape.String, Enum: []string{"inputs", "external"}, Default: "inputs", Doc: "Whether scopes that routes demand are looked for among the OAuth2Clients of the inputs. external: clients are registered elsewhere too."}),
		field("secretKeys", object("The keys of a client's Secret, as CLIENT_ID_KEY and CLIENT_SECRET_KEY of hydra-maester name them. Absent: those of any release.",
			field("id", text("The key of its id. Absent: CLIENT_ID, or, as before 2023, client_id.", "")),
			field("secret", text("The key of its secret. Absent: CLIENT_SECRET, or, as before 2023, client_secret.", "")))))),
	field("skipper", object("Ingresses for Skipper.",
		field("api", choice("What is written: Ingresses or RouteGroups. The flag --skipper-api overrides it.", "ingress", "ingress", "routegroup")),
		field("sslPolicy", text("Value of the load balancer's policy annotation.", "ELBSecurityPolicy-FS-2018-06")),
		field("versionedHostsBaseDomain", text("Base domain of versioned hosts. Empty: none are written.", "")),
		field("additionalFilters", texts("Filters that gateways may add by annotation.")),
		field("annotations", texts("Annotations of gateways that are copied.")),
		field("flags", texts("Flags of the cluster's Skipper, as on its command line, such as -kubernetes-path-mode=path-prefix. Absent: its defaults, and what the filters of the inputs need is supposed to be on. Those that kgw does not follow make every answer of Skipper unknown.")))),
	field("known", object("Objects that are kept in other repositories.",
		field("services", &shape.Type{Kind: shape.List, Doc: "Services.", Elem: objectLike("{name: shop, namespace: web, selector: {app: shop}, ports: [{port: 80}]}", "A Service.",
			required("name", text("Its name.", "")), required("namespace", text("Its namespace.", "")),
			field("selector", &shape.Type{Kind: shape.Map, Doc: "Its pod selector.", Elem: &shape.Type{Kind: shape.String}, Like: "{app: shop}"}),
			field("ports", &shape.Type{Kind: shape.List, Doc: "Its ports.", Elem: objectLike("{port: 80}", "A port.", field("name", text("Its name.", "")), required("port", port))}))}),
		field("gateways", &shape.Type{Kind: shape.List, Doc: "Istio Gateways.", Elem: objectLike(`{name: kyma-gateway, namespace: kyma-system, hosts: ["*.kyma.example.com"]}`, "A Gateway.",
			required("name", text("Its name.", "")), required("namespace", text("Its namespace.", "")), field("hosts", texts("The hosts it serves.")))}),
		field("providers", texts("External authorizers of the mesh.")),
		field("stackSets", &shape.Type{Kind: shape.List, Doc: "StackSets whose status is not among the inputs: how a cluster splits their traffic.", Elem: objectLike("{name: shop, namespace: web, traffic: [{service: shop-v1, port: 80, weight: 100}]}", "A StackSet.",
			required("name", text("Its name.", "")), required("namespace", text("Its namespace.", "")),
			required("traffic", &shape.Type{Kind: shape.List, MinLen: 1, Doc: "Its stacks.", Elem: objectLike("{service: shop-v1, port: 80, weight: 100}", "A stack.",
				required("service", text("Its Service.", "")), required("port", port), required("weight", &shape.Type{Kind: shape.Number, Min: shape.Int(0), Max: shape.Int(100), Doc: "Its share of the traffic, in percent."}))}))}))),
	field("policy", object("Rules of the repository.",
		field("public", choice("Whether routes without authentication are allowed.", "allow", "allow", "deny")),
		field("publicRoutes", &shape.Type{Kind: shape.List, Doc: "Routes that are meant to be public.", Elem: objectLike("{path: /healthz}", "A route.",
			field("host", text("Its host; empty: any.", "")), required("path", text("Its path as written in the resource.", "")),
			field("methods", texts("Its methods; absent: any.")))}),
		field("gateways", &shape.Type{Kind: shape.List, Doc: "Istio Gateways that resources may be bound to, as namespace/name. Absent: any.", Elem: &shape.Type{Kind: shape.String, MinLen: 3}}),
		field("labels", &shape.Type{Kind: shape.List, Doc: "Keys of labels that every resource must have.", Elem: &shape.Type{Kind: shape.String, MinLen: 1}}),
		field("locked", &shape.Type{
			Kind: shape.List, Doc: "Codes that no annotation or comment suppresses and no nearer kgw.yaml lowers. Absent: those of lists, of public routes and of requests that are let in although their author closed them.",
			Elem: &shape.Type{Kind: shape.String},
		}))),
	gateField,
	field("fabric", object("FabricGateway on the Istio targets.",
		field("issuers", object("Issuers of the tokens of the two realms.", field("services", issuer), field("employees", issuer))))),
	field("targets", &shape.Type{Kind: shape.Map, Doc: "Target by kind or kind/version.", Elem: &shape.Type{Kind: shape.String, Enum: []string{"oathkeeper", "istio", "gateway-api", "skipper"}}}),
	field("emit", &shape.Type{
		Kind: shape.List, Doc: "What build, fn and the Argo CD plugin write beside the manifests, or instead of some. oathkeeper-rules, oathkeeper-configmap: the access rules in a ConfigMap, instead of Rules. hydra: the OAuth2 clients for Hydra's admin API, in the ConfigMap hydra-clients. dex: users and connectors of Dex, in the ConfigMap dex-fragment. gateway: Gateways of the Gateway API for those of Istio. kyma-roles: the ClusterRoles that RoleBindings refer to. admission-policy: ValidatingAdmissionPolicies that enforce domains.allow, services.block and policy.",
		Elem: &shape.Type{Kind: shape.String, Enum: []string{EmitOathkeeperRules, EmitOathkeeperConfigMap, EmitHydra, EmitDex, EmitKymaRoles, EmitAdmissionPolicy, EmitGateway}},
	}),
	field("rules", &shape.Type{Kind: shape.Map, Like: "{KGW410: error}", Doc: "Levels of findings by code (KGW3xx and KGW4xx only).", Elem: &shape.Type{Kind: shape.String, Enum: []string{"error", "warning", "info", "off"}}}),
	field("accept", &shape.Type{Kind: shape.List, Doc: "Losses that targets cannot avoid and that are accepted, as with --accept: they become warnings. A nearer kgw.yaml cannot accept others.", Elem: &shape.Type{Kind: shape.String, Enum: acceptable()}}),
	field("ownerLabel", flag("Adds the label kgw.dev/owner to everything written.")),
	field("inputs", texts("File patterns that kgw fn reads.")),
	field("limits", object("What a run may do.",
		field("output", &shape.Type{
			Kind: shape.StringOrInteger, Pattern: size, Min: shape.Int(1), Default: "32Mi",
			Doc: "Bytes of manifests that may be written for the resources below the file, estimated before they are made. The default is 32 times what is read where that is more. Resources that exceed it are errors (KGW118), and are not written.",
		}))),
	field("keepInputs", flag("Makes kgw fn keep the source documents.")),
	field("openapi", &shape.Type{Kind: shape.List, Doc: "Descriptions of APIs (OpenAPI 3) that build and validate hold the gateways against.", Elem: objectLike("{file: openapi.yaml}", "A description.",
		required("file", &shape.Type{Kind: shape.String, MinLen: 1, Doc: "Its file, relative to this kgw.yaml."}),
		field("hosts", texts("The hosts that the API is published on. Absent: those that its servers name.")))}),
	field("helm", object("How Helm charts among the inputs are rendered, with the program helm on the PATH. Where it is there, they are rendered as with --helm.",
		field("release", text("Name of the release. Absent: that of the chart's directory. The flag --release overrides it.", "")),
		field("namespace", &shape.Type{
			Kind: shape.String, Pattern: shape.DNSLabel, MinLen: 1, MaxLen: 63,
			Doc: "Namespace of the release, and of its documents that name none. Absent: the setting namespace. The flag -n overrides it.",
		}),
		field("values", texts("Files of values, relative to this kgw.yaml; the last wins. The flag --values overrides them.")))),
}

// Type describes a configuration document.
var Type = &shape.Type{Kind: shape.Object, Doc: "Configuration of kgw. Everything but the head is optional.", Fields: append([]shape.Field{
	required("apiVersion", &shape.Type{Kind: shape.String, Enum: []string{APIVersion}}),
	required("kind", &shape.Type{Kind: shape.String, Enum: []string{Kind}}),
	field("metadata", &shape.Type{Kind: shape.Map, Elem: &shape.Type{Kind: shape.Any}, Doc: "Name and annotations, as kustomize needs them."}),
}, slices.Concat(fields, choosing)...)}

// acceptable are the codes of losses that can be accepted.
func acceptable() []string {
	var out []string
	for _, r := range diag.Rules {
		if r.Code.Acceptable() {
			out = append(out, string(r.Code))
		}
	}
	return out
}
