// Package ir is the one model between the dialects that kgw reads and the
// targets it writes: what the author asked for, never how a proxy spells it.
//
// Lift fills it, link completes it from other documents, validate questions
// it, emitters lower it. Intent has five parts: who matches the request (Match),
// who may send it (Access), what is done on the way (Filters), where it ends
// (Action), what a browser may do (CORS). No field may name a dialect or a
// target.
package ir

import (
	"cmp"
	"strings"
	"time"

	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
	"github.com/kgw-dev/kgw/internal/source"
)

// Name identifies an object. Namespace is "" for what has none.
type Name struct{ Namespace, Name string }

// NameIn splits NAMESPACE/NAME.
func NameIn(text string) Name {
	namespace, name, _ := strings.Cut(text, "/")
	return Name{Namespace: namespace, Name: name}
}

// String returns "namespace/name", or the name alone.
func (n Name) String() string {
	if n.Namespace == "" {
		return n.Name
	}
	return n.Namespace + "/" + n.Name
}

// Compare orders names by namespace, then by name.
func (n Name) Compare(o Name) int {
	return cmp.Or(strings.Compare(n.Namespace, o.Namespace), strings.Compare(n.Name, o.Name))
}

// Gateway is one published API: the unit an author owns and an emitter writes
// for.
type Gateway struct {
	Origin source.Ref
	Name   Name
	// Slug is the name as names of what is written spell it; "" is the name.
	Slug string
	// Kind is for messages only; an emitter never branches on it.
	Kind string
	// Labels are on everything written for the gateway.
	Labels map[string]string
	// Annotations are as found; an allow-list decides in the emitter.
	Annotations map[string]string
	Convention  Convention
	Hosts       []Host
	// Ingress is the Istio Gateway it binds to, if any.
	Ingress Ingress
	// Order is how the author's dialect chooses among matching routes.
	Order  match.Order
	Routes []*Route
	// Unmatched answers when no route matches, Insecure answers plain HTTP;
	// nil leaves both to the proxy.
	Unmatched, Insecure *Respond
	// UnmatchedAccess says who may receive Unmatched; the zero value is everybody.
	UnmatchedAccess Access
	// Traffic is the object that splits the hosts' traffic; the zero value when
	// the hosts name their upstreams.
	Traffic Traffic
}

// Traffic is a reference to an object that splits traffic among Services.
type Traffic struct {
	Origin source.Ref
	Ref    Name
}

// Host is one host name of a gateway.
type Host struct {
	Origin source.Ref
	// Name is complete, or a short label until link or lift has expanded it;
	// "*." in front makes it a wildcard.
	Name string
	// Written is the name as the author wrote it.
	Written string
	// Short marks a label that awaits the domain of the gateway's Ingress.
	Short bool
	// Domain is where the domain of a name that was completed is said.
	Domain Said
	// Upstreams serve a Forward that has no To of its own.
	Upstreams []Upstream
}

// Ingress is a reference to the Istio Gateway that a gateway is bound to.
type Ingress struct {
	Origin source.Ref
	// Text is the reference as it is written into a VirtualService.
	Text string
	// Ref is the object that it names, if known.
	Ref Name
	// External names an ExternalGateway whose Gateway is meant.
	External Name
	// Parent holds the facts of the Gateway of the Gateway API that HTTPRoutes
	// belong to, from the inputs; nil without one.
	Parent *ParentDocument
}

// Reference returns the object that the Ingress names, also where only its text
// is known.
func (i *Ingress) Reference() Name {
	if i.Ref.Name != "" {
		return i.Ref
	}
	if namespace, name, slashed := strings.Cut(i.Text, "/"); slashed {
		return Name{Namespace: namespace, Name: name}
	}
	return Name{Name: i.Text}
}

// Convention is how the resource's own controller spells what several dialects
// share. Lift fills in the constants.
type Convention struct {
	PolicyHash PolicyHash
	// PolicyHosts writes operation.hosts into policies.
	PolicyHosts bool
	// IngressOnly makes a JWT grant also demand the ingress principal.
	IngressOnly bool
	AuthMerge   AuthMerge
	// Owner lists the keys of those Labels by which objects that the controller
	// made for this gateway are known; all must be equal.
	Owner []string
	// LegacyOwner is an older label that wins when an object carries its key; the
	// zero value for none.
	LegacyOwner Label
	// Says is how the controller words what link and validate find.
	Says Says
	// NativeSidecars: an init container that is a sidecar counts as one.
	NativeSidecars bool
	// ImpliedScopes are demanded of every token although no author writes them.
	ImpliedScopes []string
	// AllowDefault makes the default domain the allow-list where the
	// configuration has none.
	AllowDefault bool
}

// Label is a label of an object.
type Label struct{ Key, Value string }

// Says holds messages of a controller, and what it appends to the attribute
// they are about.
type Says struct {
	HostTaken                  string
	NoService                  string // %q is the Service
	NoServiceAlone             bool   // reported as an error of its own, without an attribute
	NoSelector, NoSelectorAt   string
	NoSidecar, NoSidecarAt     string // %s is the pod
	NoGateway, NoGatewayDomain string // of a short host; %q is the Gateway
}

// PolicyHash is how the hash label of a policy spells its namespace.
type PolicyHash uint8

// The forms of the hash label.
const (
	HashNone PolicyHash = iota
	HashRawNamespace
	HashHashedNamespace
)

// AuthMerge is by which selector labels RequestAuthentications are one.
type AuthMerge uint8

// The ways RequestAuthentications merge.
const (
	MergeByApp AuthMerge = iota
	MergeByAllLabels
)

// Route is one rule of a gateway.
type Route struct {
	Origin source.Ref
	// Slug is the path as names of what is written spell it; "" where no name
	// holds it.
	Slug  string
	Match match.Set
	// AnyMethod means that the proxy's route carries no method match although
	// Match has methods. Rules and policies still list them.
	AnyMethod bool
	// Preflight matches the requests with which browsers ask for permission: of what
	// it matches, the author wrote the path and not the method.
	Preflight bool
	// RoutedBy is the earlier route with the same path that serves this one's
	// requests: this route has no entry of its own.
	RoutedBy *Route
	// Except are the paths that policies leave to earlier routes, in order,
	// duplicates kept.
	Except  []pathlang.Path
	Access  Access
	Filters []Filter // in order, the later wins per key
	Action  Action
	// Timeout of a request; 0 writes none.
	Timeout time.Duration
	CORS    *CORS
	// InMesh is what demands that the upstream's pods have a selector and a
	// sidecar; the zero Ref when nothing does.
	InMesh source.Ref
}

// CORS is what a browser may do. Nil pointers are absent; an explicit false is
// written.
type CORS struct {
	// Origin is where the author wrote it; the zero Ref for a default.
	Origin        source.Ref
	Origins       []Origin
	Methods       []string
	Headers       []string
	ExposeHeaders []string
	Credentials   *bool
	MaxAge        *time.Duration
}

// Origin is a match on the Origin header: Kind is "exact", "prefix" or
// "regex".
type Origin struct{ Kind, Value string }

// Owns reports whether an object with these labels is one that the controller
// made for the gateway, by the labels that Convention.Owner lists.
func (g *Gateway) Owns(labels map[string]string) bool {
	for _, k := range g.Convention.Owner {
		if have, ok := labels[k]; !ok || have != g.Labels[k] {
			return false
		}
	}
	return len(g.Convention.Owner) > 0
}

// HostNames returns the names of the hosts as requests are compared with them, in
// lower case.
func (g *Gateway) HostNames() []string {
	out := make([]string, len(g.Hosts))
	for i := range g.Hosts {
		out[i] = strings.ToLower(g.Hosts[i].Name)
	}
	return out
}

// ID is what the stable names of written objects are made from: the slug, where
// several gateways would have one name, or the name.
func (g *Gateway) ID() string {
	if g.Slug != "" {
		return g.Slug
	}
	return g.Name.Name
}
