// Package config is kgw.yaml: its description, its reader, and where it is
// found.
//
// It takes bytes or a directory to search from and returns a Config with
// findings that have places. It must not know any command, dialect or target.
package config

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/source"
)

// APIVersion and Kind are the head of a configuration document.
const (
	APIVersion = "kgw.dev/v1alpha1"
	Kind       = "Config"
	// FileName is the file that is searched for upwards from the inputs.
	FileName = "kgw.yaml"
)

// Config holds the settings of a repository: facts about its cluster, and how strict
// kgw is. The zero value, completed by Default, is a valid configuration.
type Config struct {
	APIVersion string         `json:"apiVersion"`
	Kind       string         `json:"kind"`
	Metadata   map[string]any `json:"metadata,omitempty"`

	Namespace  string            `json:"namespace"`
	Compat     string            `json:"compat"`
	Kyma       string            `json:"kyma"`
	Domains    Domains           `json:"domains"`
	Services   Services          `json:"services"`
	Oathkeeper Oathkeeper        `json:"oathkeeper"`
	JWTHandler string            `json:"jwtHandler"`
	Istio      Istio             `json:"istio"`
	GatewayAPI GatewayAPI        `json:"gatewayAPI"`
	CORS       CORS              `json:"cors"`
	Labels     map[string]string `json:"labels"`
	Skipper    Skipper           `json:"skipper"`
	Known      Known             `json:"known"`
	Policy     Policy            `json:"policy"`
	Gate       Gate              `json:"gate"`
	Fabric     Fabric            `json:"fabric"`
	OAuth2     OAuth2            `json:"oauth2"`
	Targets    map[string]string `json:"targets"`
	Rules      map[string]string `json:"rules"`
	// Accept are the codes of accepted losses.
	Accept     []string `json:"accept"`
	OwnerLabel bool     `json:"ownerLabel"`
	Emit       []string `json:"emit"`
	Inputs     []string `json:"inputs"`
	KeepInputs bool     `json:"keepInputs"`
	Limits     Limits   `json:"limits"`
	// OpenAPI are the descriptions of APIs that gateways are held against.
	OpenAPI []APIDocument `json:"openapi"`
	// Helm describes how charts are rendered; nil if it is not set.
	Helm *Helm `json:"helm"`

	Extends      string                 `json:"extends"`
	Environments map[string]Environment `json:"environments"`
	Overrides    []Override             `json:"overrides"`

	// Env is the environment whose settings it has, or "".
	Env string `json:"-"`
	// layers are what it was built from, in order, and own the document that
	// it was read from.
	layers    []layer
	own       *layer
	aboveName string // the file of Above, for messages

	// File is the file it was read from, "" for defaults.
	File string `json:"-"`
	// Sources are the files that the configuration was read from, File first.
	Sources []*source.File `json:"-"`
	// Above is the configuration further up whose policy holds here too, nil
	// for none.
	Above *Config `json:"-"`
}

// Domains are the domains of hosts. A nil Allow is absent.
type Domains struct {
	Default string   `json:"default"`
	Allow   []string `json:"allow"`
}

// Services lists the Services that must not be exposed, as service.namespace. A
// nil Block is absent.
type Services struct {
	Block []string `json:"block"`
}

// Oathkeeper is where the cluster's Oathkeeper is and how it is configured.
type Oathkeeper struct {
	Service   string `json:"service"`
	Port      uint32 `json:"port"`
	Principal string `json:"principal"`
	Version   string `json:"version"`
	// AccessRules is where the rules are kept that are written without a
	// Maester.
	AccessRules AccessRules `json:"accessRules"`
	// MatchingStrategy is how the URLs of rules are read: "regexp", "glob", or
	// "" where the repository does not say.
	MatchingStrategy string                        `json:"matchingStrategy"`
	Handlers         map[string]map[string]Handler `json:"-"` // by group and name
	// Fallback are the error handlers that answer where a rule has none.
	Fallback []string `json:"-"`
}

// AccessRules is where access rules are kept; the default is that of
// oathkeeper-maester. An empty Namespace means the namespace of Oathkeeper's
// Service.
type AccessRules struct {
	ConfigMap string `json:"configMap"`
	Namespace string `json:"namespace"`
	File      string `json:"file"`
}

// What can be emitted.
const (
	// EmitOathkeeperRules is the file of access rules that Oathkeeper loads.
	EmitOathkeeperRules = "oathkeeper-rules"
	// EmitOathkeeperConfigMap is that file in a ConfigMap, instead of
	// Rules.
	EmitOathkeeperConfigMap = "oathkeeper-configmap"
	// EmitHydra is a list of the OAuth2Clients as Hydra's admin API accepts
	// them.
	EmitHydra = "hydra"
	// EmitDex is the part of Dex's configuration that the inputs say.
	EmitDex = "dex"
	// EmitKymaRoles are the ClusterRoles that RoleBindings refer to.
	EmitKymaRoles = "kyma-roles"
	// EmitGateway are Gateways of the Gateway API for those of Istio.
	EmitGateway = "gateway"
	// EmitAdmissionPolicy are ValidatingAdmissionPolicies that enforce policy.
	EmitAdmissionPolicy = "admission-policy"
)

// Handler is the global configuration of one handler, in Oathkeeper's shape.
type Handler struct {
	Enabled *bool          `json:"enabled"`
	Config  map[string]any `json:"config"`
}

// Istio is what the mesh is configured with.
type Istio struct {
	Gateway string `json:"gateway"`
	// IngressPrincipal is never empty.
	IngressPrincipal TextOrList `json:"ingressPrincipal"`
	// API is the version of the objects that are written: "v1beta1" or "v1".
	API string `json:"api"`
	// RouteAPI is "virtualservice" or "gateway-api".
	RouteAPI         string   `json:"routeAPI"`
	ExtAuthProviders []string `json:"extAuthProviders"`
	// NumTrustedProxies counts the proxies before the gateway.
	NumTrustedProxies int `json:"numTrustedProxies"`
}

// GatewayAPI is how HTTPRoutes are written.
type GatewayAPI struct {
	// Order is "istio", or "portable": only what every implementation decides
	// alike.
	Order string `json:"order"`
	// Grants is what becomes of ReferenceGrants: "write", "assume", "refuse".
	Grants string `json:"grants"`
	// Class is the class of Gateways that kgw writes, or whose documents it does not know.
	Class string `json:"class"`
	// Gateways are the Gateways of the Gateway API, by the namespace/name of
	// the Istio Gateway that they replace.
	Gateways map[string]ParentGateway `json:"gateways"`
}

// ParentGateway is a Gateway of the Gateway API, or a ListenerSet.
type ParentGateway struct {
	Parent    string   `json:"parent"`
	Kind      string   `json:"kind"`
	Sections  []string `json:"sections"`
	Principal string   `json:"principal"`
	// Hosts are those that it serves, and Namespaces those whose routes it accepts,
	// or the word "all" or "same"; none is not known.
	Hosts      []string   `json:"hosts"`
	Namespaces TextOrList `json:"namespaces"`
}

// NameFor returns the namespace/name of the Gateway that replaces an Istio
// Gateway.
func (g ParentGateway) NameFor(istio string) string { return cmp.Or(g.Parent, istio) }

// TextOrList are texts. In YAML, one may be without a list.
type TextOrList []string

// UnmarshalJSON reads a text or a list of texts.
func (p *TextOrList) UnmarshalJSON(data []byte) error {
	var one string
	if json.Unmarshal(data, &one) == nil {
		*p = TextOrList{one}
		return nil
	}
	return json.Unmarshal(data, (*[]string)(p))
}

// OwnPrincipals returns the identities of the ingress gateways where they are
// not the default, else nil.
func (i *Istio) OwnPrincipals() TextOrList {
	if slices.Equal(i.IngressPrincipal, Default().Istio.IngressPrincipal) {
		return nil
	}
	return i.IngressPrincipal
}

// First is the identity of the gateways of VirtualServices.
func (p TextOrList) First() string { return p[0] }

// String is the one identity, or all of them.
func (p TextOrList) String() string { return strings.Join(p, ", ") }

// Last is the identity of the gateways of HTTPRoutes, "" where there is none.
func (p TextOrList) Last() string {
	if len(p) == 0 {
		return ""
	}
	return p[len(p)-1]
}

// CORS replaces parts of the default policy of the legacy versions; nil parts
// are absent.
type CORS struct {
	AllowOrigins []map[string]string `json:"allowOrigins"`
	AllowMethods []string            `json:"allowMethods"`
	AllowHeaders []string            `json:"allowHeaders"`
}

// Skipper is how Ingresses for Skipper are written.
type Skipper struct {
	// API is "ingress" or "routegroup".
	API                      string   `json:"api"`
	SSLPolicy                string   `json:"sslPolicy"`
	VersionedHostsBaseDomain string   `json:"versionedHostsBaseDomain"`
	AdditionalFilters        []string `json:"additionalFilters"`
	Annotations              []string `json:"annotations"`
	// Flags are those of the cluster's Skipper, as on its command line.
	Flags []string `json:"flags"`
}

// Known describes objects that are kept in other repositories.
type Known struct {
	Services  []KnownService  `json:"services"`
	Gateways  []KnownGateway  `json:"gateways"`
	Providers []string        `json:"providers"`
	StackSets []KnownStackSet `json:"stackSets"`
}

// KnownStackSet is a StackSet whose traffic is not among the inputs: in git it
// has no status.
type KnownStackSet struct {
	Name      string         `json:"name"`
	Namespace string         `json:"namespace"`
	Traffic   []KnownTraffic `json:"traffic"`
}

// KnownTraffic is the share of one stack: its Service, a port of that, and its
// weight in percent.
type KnownTraffic struct {
	Service string  `json:"service"`
	Port    uint32  `json:"port"`
	Weight  float64 `json:"weight"`
}

// KnownService is a Service in another repository.
type KnownService struct {
	Name      string            `json:"name"`
	Namespace string            `json:"namespace"`
	Selector  map[string]string `json:"selector"`
	Ports     []KnownPort       `json:"ports"`
}

// KnownPort is a port of a KnownService.
type KnownPort struct {
	Name string `json:"name"`
	Port uint32 `json:"port"`
}

// KnownGateway is an Istio Gateway in another repository.
type KnownGateway struct {
	Name      string   `json:"name"`
	Namespace string   `json:"namespace"`
	Hosts     []string `json:"hosts"`
}

// Policy holds rules of the repository.
type Policy struct {
	Public string `json:"public"`
	// Gateways are those that may be named, as namespace/name, and Labels the
	// keys that every resource must have; nil asks for nothing.
	Gateways []string      `json:"gateways"`
	Labels   []string      `json:"labels"`
	Routes   []PublicRoute `json:"publicRoutes"`
	// Locked are the codes that authors may not suppress; nil is absent.
	Locked []string `json:"locked"`
}

// PublicRoute is a route that is meant to be public.
type PublicRoute struct {
	Host    string   `json:"host"`
	Path    string   `json:"path"`
	Methods []string `json:"methods"`
}

// Limits bound what a run does: see OutputLimit.
type Limits struct {
	Output Bytes `json:"output"`
}

// Helm describes how charts are rendered.
type Helm struct {
	Release   string `json:"release"`
	Namespace string `json:"namespace"`
	// Values are files; ValuesFiles returns them with their directory.
	Values []string `json:"values"`
}

// OAuth2 describes where OAuth2 clients are registered: Clients is "inputs" or
// "external".
type OAuth2 struct {
	Clients string `json:"clients"`
	// SecretKeys are the keys of a client's Secret; "" is any that hydra-maester
	// has read by default.
	SecretKeys struct {
		ID     string `json:"id"`
		Secret string `json:"secret"`
	} `json:"secretKeys"`
}

// Fabric names the issuers of the tokens of services and employees.
type Fabric struct {
	Issuers FabricIssuers `json:"issuers"`
}

// FabricIssuers are the issuers of the two realms.
type FabricIssuers struct {
	Services  *Issuer `json:"services"`
	Employees *Issuer `json:"employees"`
}

// Issuer is an issuer of tokens.
type Issuer struct {
	Issuer  string `json:"issuer"`
	JWKSURI string `json:"jwksUri"`
}

// Default returns the configuration of a repository that has none.
func Default() *Config {
	return &Config{
		APIVersion: APIVersion, Kind: Kind,
		Namespace: "default",
		Compat:    "strict",
		Kyma:      "3.9",
		Oathkeeper: Oathkeeper{
			Service:     "ory-oathkeeper-proxy.kyma-system.svc.cluster.local",
			Port:        4455,
			Principal:   "cluster.local/ns/kyma-system/sa/oathkeeper-maester-account",
			Version:     "0.40",
			AccessRules: AccessRules{ConfigMap: "oathkeeper-rules", File: "access-rules.json"},
		},
		JWTHandler: "ory",
		Istio:      Istio{IngressPrincipal: TextOrList{"cluster.local/ns/istio-system/sa/istio-ingressgateway-service-account"}, API: "v1beta1", RouteAPI: "virtualservice"},
		GatewayAPI: GatewayAPI{Order: "istio", Grants: "write", Class: "istio"},
		Skipper:    Skipper{API: "ingress", SSLPolicy: "ELBSecurityPolicy-FS-2018-06"},
		Policy:     Policy{Public: "allow"},
		OAuth2:     OAuth2{Clients: "inputs"},
	}
}

// DefaultBlock are the Services that no resource may expose unless the
// configuration says otherwise: what Kyma's charts and the controller's own
// flags listed, and istiod.
var DefaultBlock = []string{
	"kubernetes.default", "kube-dns.kube-system",
	"istio-citadel.istio-system", "istio-galley.istio-system", "istio-ingressgateway.istio-system", "istio-pilot.istio-system",
	"istio-policy.istio-system", "istio-sidecar-injector.istio-system", "istio-telemetry.istio-system", "istiod.istio-system",
	"apiserver-proxy.kyma-system", "apiserver-proxy-ssl.kyma-system",
}

// Locked returns the codes that no author of resources may suppress, and no
// nearer configuration lower.
func (c *Config) Locked() []diag.Code {
	if c.Policy.Locked == nil {
		return diag.DefaultLocked
	}
	out := make([]diag.Code, len(c.Policy.Locked))
	for i, code := range c.Policy.Locked {
		out[i] = diag.Code(code)
	}
	return out
}

// Blocked returns the Services that must not be exposed.
func (c *Config) Blocked() []string {
	if c.Services.Block == nil {
		return DefaultBlock
	}
	return c.Services.Block
}
