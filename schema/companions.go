package schema

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/kinds"
	"github.com/kgw-dev/kgw/internal/shape"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/schema/certificate"
	"github.com/kgw-dev/kgw/schema/dex"
)

// companion is a kind of others that kgw reads, with the versions it has had.
type companion struct {
	group, kind string
	versions    []string
	// read returns the facts of a document that gateways are checked against,
	// nil if none; itself nil for kinds that package kube reads.
	read Reader
}

// Reader reads a document of a kind of others, whose namespace is set.
type Reader func(doc *source.Document, root *source.Node) (ir.Companion, diag.List)

// companions are the kinds of others that kgw reads, except for those of the core
// group that package kube reads: a misspelt one would be passed over in silence.
var companions = []companion{
	{"", "Secret", []string{"v1"}, certificate.ReadSecret},
	{"", "Secret", []string{"v1"}, dex.ReadUser},
	{"", "ConfigMap", []string{"v1"}, dex.ReadConfig},
	{"cert-manager.io", "Certificate", []string{"v1alpha2", "v1alpha3", "v1beta1", "v1"}, certificate.ReadCertManager},
	{"certmanager.k8s.io", "Certificate", []string{"v1alpha1"}, certificate.ReadCertManager},
	{"cert.gardener.cloud", "Certificate", []string{"v1alpha1"}, certificate.ReadGardener},
	{"bitnami.com", "SealedSecret", []string{"v1alpha1"}, certificate.ReadSealed},
	{"external-secrets.io", "ExternalSecret", []string{"v1alpha1", "v1beta1", "v1"}, certificate.ReadSealed},
	written(kinds.Rule, "v1alpha1"),
	written(kinds.VirtualService, "v1alpha3", "v1beta1", "v1"),
	{"networking.istio.io", "ServiceEntry", []string{"v1alpha3", "v1beta1", "v1"}, nil},
	{"networking.istio.io", "Gateway", []string{"v1alpha3", "v1beta1", "v1"}, nil},
	written(kinds.AuthorizationPolicy, "v1beta1", "v1"),
	written(kinds.RequestAuthentication, "v1beta1", "v1"),
	written(kinds.Ingress, "v1beta1", "v1"),
	written(kinds.RouteGroup, "v1"),
	{"zalando.org", "StackSet", []string{"v1"}, nil},
	{"serverless.kyma-project.io", "Function", []string{"v1alpha1", "v1alpha2"}, nil},
}

// written is a kind that kgw writes too, with the versions that others may use.
func written(kind string, versions ...string) companion {
	return companion{group: kinds.GroupOf(kind), kind: kind, versions: versions}
}

// ReadersOf returns the readers of a kind of others. At most one of them has
// something to say of a document.
func ReadersOf(group, kind string) []Reader {
	var out []Reader
	for i := range companions {
		if c := &companions[i]; c.group == group && c.kind == kind && c.read != nil {
			out = append(out, c.read)
		}
	}
	return out
}

// neighbours are kinds of the companions' groups that are something else.
var neighbours = []string{
	"DestinationRule", "Sidecar", "EnvoyFilter", "WorkloadEntry", "WorkloadGroup", "ProxyConfig", "PeerAuthentication",
	"IngressClass", "NetworkPolicy", "Stack", "PlatformCredentialsSet", "GitRepository", "IPAddress", "ServiceCIDR",
	"CertificateRequest", "CertificateRevocation", "ClusterExternalSecret",
}

// almostCompanion reports a document that is almost one of the companions: of a
// version that the kind never had, or with a misspelt kind or group.
func almostCompanion(doc *source.Document) (diag.Finding, bool) {
	group := Group(doc.APIVersion)
	if group == "" || slices.Contains(neighbours, doc.Kind) {
		return diag.Finding{}, false
	}
	version := doc.APIVersion[strings.LastIndexByte(doc.APIVersion, '/')+1:]
	if i := slices.IndexFunc(companions, func(c companion) bool { return group == c.group && doc.Kind == c.kind }); i >= 0 {
		c := &companions[i]
		return diag.Finding{
			Code: diag.UnknownVersion, At: source.Ref{Doc: doc, Path: "apiVersion"},
			Message: fmt.Sprintf("%s has no version %q: no cluster accepts the document", doc.Kind, version),
			Help:    "known versions are " + strings.Join(c.versions, ", "),
		}, !slices.Contains(c.versions, version)
	}
	for i := range companions {
		c := &companions[i]
		switch {
		case group == c.group && shape.Nearest(doc.Kind, kindsOf(c.group)) == c.kind:
			return almostFinding(doc, "kind", doc.Kind, c.kind), true
		case doc.Kind == c.kind && nearestGroup(group, []string{c.group}) != "":
			near := c.versions[len(c.versions)-1]
			if slices.Contains(c.versions, version) {
				near = version
			}
			return almostFinding(doc, "apiVersion", doc.APIVersion, c.group+"/"+near), true
		}
	}
	return diag.Finding{}, false
}

// kindsOf lists the kinds of a companion's group, and related ones.
func kindsOf(group string) []string {
	near := slices.Clone(neighbours)
	for i := range companions {
		if companions[i].group == group {
			near = append(near, companions[i].kind)
		}
	}
	return near
}
