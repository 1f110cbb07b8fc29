package compile

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/host"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/schema/kube"
)

// checkGatewayPresent checks that the Gateway of a resource is among the
// inputs, for dialects whose controller does not, and where the inputs have
// Gateways at all: else they are in another repository.
func (c *companions) checkGatewayPresent(g *ir.Gateway, found *diag.List) {
	in := &g.Ingress
	if g.Convention.Says.NoGateway != "" || in.Ref.Name == "" || in.Text == "mesh" || in.Origin.Doc == nil || c.gateways[in.Ref] != nil {
		return
	}
	for _, other := range c.gateways {
		if !other.Assumed {
			found.Add(diag.Finding{
				Code: diag.GatewayAbsent, At: in.Origin,
				Message: fmt.Sprintf("Gateway %q is not among the inputs, and other Gateways are: nothing may serve the host", in.Ref),
				Help:    "correct the name, add the Gateway to the inputs, or add it to known.gateways in kgw.yaml",
			})
			return
		}
	}
}

// checkGatewayMade reports a resource bound to the Gateway that Kyma's module
// makes by default, where the module's settings say that it is not made.
func (c *companions) checkGatewayMade(g *ir.Gateway, found *diag.List) {
	if c.module == nil || !c.module.NoGateway || g.Ingress.Ref != kube.KymaGateway || c.gateways[kube.KymaGateway] != nil && !c.gateways[kube.KymaGateway].Assumed {
		return
	}
	found.Add(diag.Finding{
		Code: diag.KymaGatewayOff, At: g.Ingress.Origin,
		Message: fmt.Sprintf("Gateway %q is not created: the APIGateway among the inputs has enableKymaGateway: false", kube.KymaGateway),
		Help:    "bind the resource to another Gateway, or write enableKymaGateway: true", Related: []diag.Related{{Message: "the APIGateway", At: c.module.Origin.At("spec", "enableKymaGateway")}},
	})
}

// checkTLS checks what is known about TLS for the hosts of a resource: that its Gateway
// terminates it, with a certificate that is valid for them.
func (c *companions) checkTLS(g *ir.Gateway, found *diag.List) {
	gateway := c.gatewayOf(g)
	if gateway == nil || gateway.Listens == nil {
		return
	}
	for i := range g.Hosts {
		h := &g.Hosts[i]
		if h.Name == "" {
			continue
		}
		serving := listenersOf(gateway, h.Name)
		if len(serving) == 0 {
			continue
		}
		if !slices.ContainsFunc(serving, func(l kube.Listener) bool { return l.EndsTLS || l.Passes }) {
			reportNotEncrypted(h, gateway, serving, found)
		}
		for j := range serving {
			c.checkCertificates(h, &serving[j], found)
		}
	}
}

// gatewayOf returns the Gateway that a resource is bound to, or nil.
func (c *companions) gatewayOf(g *ir.Gateway) *kube.Gateway {
	if g.Ingress.External.Name != "" {
		return c.gateways[gatewayOf(g.Ingress.External)]
	}
	return c.gateways[g.Ingress.Ref]
}

// listenersOf returns the servers that match a host: the ones with the most
// specific name
// (https://istio.io/latest/docs/reference/config/networking/gateway/#Server).
func listenersOf(g *kube.Gateway, name string) []kube.Listener {
	best := ""
	var out []kube.Listener
	for _, l := range g.Listens {
		for _, s := range l.Hosts {
			if !servesHost(s, name) {
				continue
			}
			if len(s) > len(best) {
				best, out = s, nil
			}
			if s == best {
				out = append(out, l)
			}
		}
	}
	return out
}

func reportNotEncrypted(h *ir.Host, gateway *kube.Gateway, serving []kube.Listener, found *diag.List) {
	message := fmt.Sprintf("Gateway %q serves host %q over plain HTTP only: tokens go over the network in the clear", gateway.Name, h.Name)
	if serving[0].Redirects {
		message = fmt.Sprintf("Gateway %q redirects host %q to HTTPS, and has no server for that", gateway.Name, h.Name)
	}
	found.Add(gatewayFault(diag.HostPlain, h, gateway, message, "add a server with protocol HTTPS and a certificate for the host"))
}

// checkCertificates checks a host against the certificates of a server.
func (c *companions) checkCertificates(h *ir.Host, l *kube.Listener, found *diag.List) {
	known := c.certificatesOf(l)
	if !l.EndsTLS || len(known) == 0 {
		return
	}
	if slices.ContainsFunc(known, func(k *ir.Certificate) bool { return k.Hidden || namesMatch(k.Hosts, h.Name) }) {
		return
	}
	k := known[0]
	names := strings.Join(k.Hosts, ", ")
	if names == "" {
		names = "no host"
	}
	f := diag.Finding{
		Code: diag.CertificateMismatch, At: h.Origin,
		Message: fmt.Sprintf("the certificate of %s %q holds for %s, and not for host %q: clients refuse the connection", k.Kind, k.Secret, names, h.Name),
		Help:    "use a host that the certificate names, or one that names this host", Related: []diag.Related{{Message: "the certificate", At: k.Names}},
	}
	for i := range *found {
		if old := &(*found)[i]; old.Code == diag.CertificateTooNarrow && old.At == h.Origin {
			*old = f
			return
		}
	}
	found.Add(f)
}

// certificatesOf returns what is known about the Secrets that a server names. They are
// in the namespace of the gateway's pods: those of istio-system come first.
func (c *companions) certificatesOf(l *kube.Listener) []*ir.Certificate {
	var out []*ir.Certificate
	for _, name := range l.Credentials {
		namespace := ""
		if ns, rest, ok := strings.Cut(strings.TrimPrefix(name, "kubernetes://"), "/"); ok {
			namespace, name = ns, rest
		}
		for _, k := range c.certificates[name] {
			if namespace == "" || k.Secret.Namespace == namespace {
				out = append(out, k)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b *ir.Certificate) int { return namespaceOrder(a) - namespaceOrder(b) })
	return out
}

func namespaceOrder(k *ir.Certificate) int {
	if k.Secret.Namespace == RootNamespace {
		return 0
	}
	return 1
}

// namesMatch reports whether one of the names of a certificate is a host, or a
// wildcard that matches it; a wildcard host needs that wildcard.
func namesMatch(names []string, wanted string) bool {
	wanted = strings.ToLower(wanted)
	return slices.ContainsFunc(names, func(n string) bool {
		n = strings.ToLower(n)
		return n == wanted || !strings.HasPrefix(wanted, "*") && host.MatchLabel(n, wanted)
	})
}

// checkGateways checks the Gateways themselves: certificates that are absent,
// hosts that two of them end TLS for; and all certificates at a date.
func (c *companions) checkGateways(at time.Time, found *diag.List) {
	taken := map[string][]claim{}
	used := map[*ir.Certificate]source.Ref{} // by which server
	for _, name := range slices.SortedFunc(maps.Keys(c.gateways), ir.Name.Compare) {
		g := c.gateways[name]
		for i := range g.Listens {
			l := &g.Listens[i]
			if !l.EndsTLS {
				continue
			}
			known := c.certificatesOf(l)
			reportWithoutKey(g, l, known, found)
			for _, k := range known {
				if used[k].Doc == nil {
					used[k] = l.Origin
				}
			}
			for j := range l.Hosts {
				claimHost(g, l, j, taken, found)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.certificates)) {
		for _, k := range c.certificates[name] {
			checkDates(k, at, used[k], found)
		}
	}
}

// reportWithoutKey reports a server that ends TLS and has no certificate, or one
// without its key.
func reportWithoutKey(g *kube.Gateway, l *kube.Listener, known []*ir.Certificate, found *diag.List) {
	if len(l.Credentials) == 0 && !l.Files {
		found.Add(diag.Finding{
			Code: diag.NoCredential, At: l.Origin, Message: fmt.Sprintf("a server of Gateway %q ends TLS and names no certificate", g.Name),
			Help: "name the Secret of its certificate in tls.credentialName",
		})
	}
	keyless := func(k *ir.Certificate) bool { return k.Kind == "Secret" && !k.Hidden && !k.Key }
	if len(known) > 0 && !slices.ContainsFunc(known, func(k *ir.Certificate) bool { return !keyless(k) }) {
		found.Add(diag.Finding{
			Code: diag.NoCredential, At: l.Origin, Message: fmt.Sprintf("a server of Gateway %q ends TLS, and Secret %q has no key in tls.key", g.Name, known[0].Secret),
			Help: "add the key to the Secret, or name another one", Related: []diag.Related{{Message: "the Secret", At: known[0].Origin}},
		})
	}
}

// checkDates reports a certificate that is not valid at a date; the zero time is not a
// date. user is the server that uses it, if any.
func checkDates(k *ir.Certificate, at time.Time, user source.Ref, found *diag.List) {
	const day = "2006-01-02"
	var message string
	switch {
	case at.IsZero():
		return
	case !k.Until.IsZero() && at.After(k.Until):
		message = fmt.Sprintf("the certificate of %s %q held until %s, and not at %s", k.Kind, k.Secret, k.Until.UTC().Format(day), at.UTC().Format(day))
	case at.Before(k.From):
		message = fmt.Sprintf("the certificate of %s %q holds from %s, and not at %s", k.Kind, k.Secret, k.From.UTC().Format(day), at.UTC().Format(day))
	default:
		return
	}
	f := diag.Finding{Code: diag.CertificateExpired, At: k.Origin, Message: message + ": clients refuse the connection", Help: "renew it"}
	if user.Doc != nil {
		f.Related = []diag.Related{{Message: "the server that uses it", At: user}}
	}
	found.Add(f)
}

// claim is a Gateway that ends TLS for a host.
type claim struct {
	gateway *kube.Gateway
	at      source.Ref
}

// claimHost reports a host that another Gateway of the same pods ends TLS for
// on the same port: Istio uses one of the two, and drops the other's server.
func claimHost(g *kube.Gateway, l *kube.Listener, i int, taken map[string][]claim, found *diag.List) {
	name := l.Hosts[i]
	if _, rest, ok := strings.Cut(name, "/"); ok {
		name = rest
	}
	key := fmt.Sprint(l.Port, "/", strings.ToLower(name))
	at := l.Origin.At("hosts").Elem(i)
	for _, other := range taken[key] {
		if other.gateway == g || !source.MapWithin(other.gateway.Selector, g.Selector) && !source.MapWithin(g.Selector, other.gateway.Selector) {
			continue
		}
		found.Add(diag.Finding{
			Code: diag.GatewaysConflict, At: at,
			Message: fmt.Sprintf("Gateways %q and %q both end TLS for host %q on port %d of the same pods: Istio serves the older one only", other.gateway.Name, g.Name, name, l.Port),
			Help:    "serve the host from one Gateway", Related: []diag.Related{{Message: "the other Gateway", At: other.at}},
		})
		return
	}
	if !slices.ContainsFunc(taken[key], func(other claim) bool { return maps.Equal(other.gateway.Selector, g.Selector) }) {
		taken[key] = append(taken[key], claim{g, at})
	}
}
