package envoy

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/kgw-dev/kgw/internal/host"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/simulate"
)

// table routes one kind of connection to a gateway. It is made of all plain servers
// of a port, or of one TLS server.
type table struct {
	shown    string
	gateways []string // as "namespace/name"
	// manifest is nil where the Gateway is not among the inputs.
	manifest *simulate.Manifest
	selector map[string]string
	scheme   string // "http", "https"; "" matches both
	number   int64  // of the port, 0 where it is not known
	servers  []server
	hosts    map[string]*virtualHost
	empty    map[string]*virtualHost // that only redirect
	// certificate is the condition that clients show a certificate that is
	// accepted, nil where none is asked for.
	certificate *simulate.Unknown
	// unread are the conditions that something not read matters, and disputed the
	// condition that the table does not exist because of an older Gateway.
	unread   []simulate.Unknown
	disputed *simulate.Unknown
	youngest bool
	passes   bool // TLS is passed on
	// certified reports that clients may show a certificate.
	certified bool
	ages      []string // of the gateways
	space     string   // of the gateway's pods

	once    sync.Once
	guard   simulate.AtPort // what the policies of its pods say
	spelled sync.Once
	calls   string // the names of its gateways in messages
	binds   string // the pods and the port of the servers, "" where they are not known
}

// guardOf returns what the policies of the table's pods say.
func (t *table) guardOf(g *Gateway) simulate.AtPort {
	t.once.Do(func() { t.guard = g.Guard(t.selector) })
	return t.guard
}

// server is one server that a table is made of.
type server struct {
	gateway   string
	namespace string
	hosts     []string
	redirects bool // to https
}

func (t *table) isOf(gateway string) bool { return slices.Contains(t.gateways, gateway) }

// isAsked reports whether the table belongs to the Gateway that a request comes to.
func (t *table) isAsked(gateway string) bool {
	return gateway == "" || slices.ContainsFunc(t.gateways, func(g string) bool { return knownName(g) == gateway })
}

// knownNames returns the names of the table's gateways as messages have them.
func (t *table) knownNames() string {
	t.makeTexts()
	return t.calls
}

// spellServers returns the pods and the port of the servers as a text, "" where
// they are not known.
func (t *table) spellServers() string {
	t.makeTexts()
	return t.binds
}

// makeTexts makes the texts about the table that decisions contain, once.
func (t *table) makeTexts() {
	t.spelled.Do(func() {
		var out []string
		for _, g := range t.gateways {
			out = append(out, knownName(g))
		}
		if t.calls = strings.Join(out, " and "); t.manifest != nil {
			t.binds = fmt.Sprintf("%v port %d", t.selector, t.number)
		}
	})
}

// knownName returns the name of a Gateway without the part that marks one made from
// a Gateway of the Gateway API: istiod's names have "~" too.
func knownName(gateway string) string {
	name, _, _ := strings.Cut(gateway, "~")
	return name
}

// shownName returns the name of a Gateway in messages.
func shownName(gateway string) string {
	if name := knownName(gateway); name != gateway {
		return name + " (Gateway API)"
	}
	return gateway
}

// labels returns the labels of the gateway's pods, as far as they are known.
func (t *table) labels() map[string]string {
	if !t.isStock() {
		return maps.Clone(t.selector)
	}
	out := map[string]string{"istio": "ingressgateway", "app": "istio-ingressgateway"}
	for k, v := range t.selector {
		if k != "app" {
			out[k] = v
		}
	}
	return out
}

// isStock reports whether the gateway's pods are those of the stock installation.
func (t *table) isStock() bool {
	return len(t.selector) == 0 || t.selector["istio"] == "ingressgateway"
}

// shared is a virtual host that a table and a VirtualService have in common, and
// whether a server for it redirects plain HTTP.
type shared struct {
	name      string
	redirects bool
}

// sharedHosts returns the virtual hosts that the table and a VirtualService, bound
// to the gateways, have in common: the more specific one of two hosts that overlap.
func (t *table) sharedHosts(m *simulate.Manifest, refs, hosts []string) []shared {
	var out []shared
	for _, host := range hosts {
		if host = strings.ToLower(fullName(host, m.Namespace)); host == "" {
			continue
		}
		for i := range t.servers {
			s := &t.servers[i]
			if !slices.Contains(refs, s.gateway) {
				continue
			}
			for _, allowed := range s.allows(m.Namespace) {
				both, ok := narrowerHost(host, allowed)
				j := slices.IndexFunc(out, func(o shared) bool { return o.name == both })
				switch {
				case ok && j < 0:
					out = append(out, shared{both, s.redirects})
				case ok:
					out[j].redirects = out[j].redirects || s.redirects
				}
			}
		}
	}
	return out
}

// hostNames returns the hosts of a server without namespaces.
func (s *server) hostNames() []string {
	out := slices.Clone(s.hosts)
	for i, h := range out {
		if _, name, both := strings.Cut(h, "/"); both {
			out[i] = name
		}
	}
	return out
}

// allows lists the hosts of a server to which VirtualServices of a namespace may
// bind.
func (s *server) allows(namespace string) []string {
	var out []string
	for _, h := range s.hosts {
		space, name, both := strings.Cut(h, "/")
		if !both {
			space, name = "*", h
		}
		if space == "*" || space == namespace || space == "." && s.namespace == namespace {
			if name == "*" {
				return []string{"*"}
			}
			out = append(out, strings.ToLower(name))
		}
	}
	return out
}

// narrowerHost returns the more specific of two hosts, if one is within the
// other.
func narrowerHost(a, b string) (string, bool) {
	switch {
	case host.Within(a, b):
		return a, true
	case host.Within(b, a):
		return b, true
	}
	return "", false
}

// plainProtocols are those of servers without TLS that are routed by http.
var plainProtocols = []string{"HTTP", "HTTP2", "GRPC", "GRPC-WEB", "HTTP_PROXY"}

// makeTables makes the tables of the Gateways, the oldest first.
func (l *loader) makeTables(gateways []*simulate.Manifest) {
	plain := map[string]*table{}
	var secure []*table
	for _, m := range gateways {
		selector := source.TextMap(source.Field(m.Spec(), "selector"))
		unread := gatewayDoubts(m)
		l.g.tables = append(l.g.tables, &table{gateways: []string{m.ID()}, manifest: m, selector: selector, scheme: "none", hosts: map[string]*virtualHost{}})
		for i, n := range source.Elements(source.Field(m.Spec(), "servers")) {
			t := newTable(m, n, selector)
			t.unread, t.space = slices.Clone(unread), l.g.space
			t.noteDemands(m, n, source.JoinIndex("spec.servers", i))
			if t.scheme == "http" {
				key := fmt.Sprint(selector, t.number)
				if have := plain[key]; have != nil {
					have.addServers(t)
					continue
				}
				plain[key] = t
			} else if t.scheme == "https" || t.passes {
				if dropped := t.isDisputed(secure); dropped {
					continue
				}
				secure = append(secure, t)
			}
			l.g.tables = append(l.g.tables, t)
		}
	}
}

// gatewayDoubts returns the conditions that unread fields of a Gateway matter, or
// that the Gateway in the cluster is another one because Istio refuses this one.
func gatewayDoubts(m *simulate.Manifest) []simulate.Unknown {
	var out []simulate.Unknown
	for _, f := range simulate.GatewayFields.Unread(m.Root) {
		out = append(out, m.UnreadUnknown(simulate.GatewayFields, f, m.ID()))
	}
	if why, path := RefusedGateway(m); why != "" {
		out = append(out, simulate.Unknown{
			Why: simulate.Opaque, At: m.At(path), Key: "refused " + m.ID() + simulate.Canonical(m.Spec()),
			What: fmt.Sprintf("the Gateway %s in the cluster is an older version: Istio refuses this one (%s)", m.ID(), why),
		})
	}
	return out
}

func newTable(m *simulate.Manifest, n *source.Node, selector map[string]string) *table {
	port, tls := source.Field(n, "port"), source.Field(n, "tls")
	t := &table{gateways: []string{m.ID()}, ages: []string{m.Created}, manifest: m, selector: selector, number: source.Int(source.Field(port, "number")), hosts: map[string]*virtualHost{}}
	s := server{gateway: m.ID(), namespace: m.Namespace, hosts: source.Texts(source.Field(n, "hosts"))}
	s.redirects, _ = source.Bool(source.Field(tls, "httpsRedirect"))
	t.servers = []server{s}
	t.shown = shownName(m.ID())
	if t.number != 0 {
		t.shown += " port " + strconv.FormatInt(t.number, 10)
	}
	protocol, mode := strings.ToUpper(source.Text(source.Field(port, "protocol"))), source.Text(source.Field(tls, "mode"))
	switch {
	case slices.Contains(plainProtocols, protocol):
		t.scheme = "http"
	case protocol == "" && port == nil:
		t.scheme = "" // the input is a part of a Gateway and does not say it
	case protocol == "HTTPS" && mode != "PASSTHROUGH" && mode != "AUTO_PASSTHROUGH" && (mode != "" || tls == nil):
		t.scheme = "https"
	case protocol == "HTTPS", protocol == "TLS" && (mode == "" || strings.HasSuffix(mode, "PASSTHROUGH")):
		t.scheme, t.passes = "tls", true
	default:
		t.scheme = "tcp"
	}
	return t
}

// noteDemands notes what clients must show to connect.
func (t *table) noteDemands(m *simulate.Manifest, n *source.Node, path string) {
	tls := source.Field(n, "tls")
	switch mode := source.Text(source.Field(tls, "mode")); mode {
	case "OPTIONAL_MUTUAL":
		t.certified = true
	case "MUTUAL", "ISTIO_MUTUAL":
		t.certified = true
		t.certificate = &simulate.Unknown{
			Why: simulate.Asked, At: m.At(path + ".tls.mode"), Key: "certificate " + simulate.Canonical(tls),
			What: fmt.Sprintf("the client shows a certificate that %s accepts (%s)", t.shown, mode),
		}
	}
}

// addServers adds the servers of another table for the same plain port.
func (t *table) addServers(o *table) {
	t.servers = append(t.servers, o.servers...)
	t.unread = append(t.unread, o.unread...)
	for _, g := range o.gateways {
		if !slices.Contains(t.gateways, g) {
			t.gateways, t.ages = append(t.gateways, g), append(t.ages, o.ages...)
			t.shown += " and " + o.shown
		}
	}
}

// isDisputed reports whether an older server on the same port and pods has one of
// the hosts, so that this one is dropped. Where ages are not known, it notes the
// condition.
func (t *table) isDisputed(older []*table) bool {
	for _, o := range older {
		same := fmt.Sprint(o.selector, o.number) == fmt.Sprint(t.selector, t.number)
		if !same || !slices.ContainsFunc(t.servers[0].hosts, func(h string) bool { return slices.Contains(o.servers[0].hosts, h) }) {
			continue
		}
		if o.manifest == t.manifest || o.manifest.Created != "" && t.manifest.Created != "" {
			return true
		}
		u := simulate.Unknown{
			Why: simulate.Absent, At: t.manifest.At("metadata"), Needs: "metadata.creationTimestamp of both",
			What: fmt.Sprintf("the Gateway %s is older than %s", t.manifest.ID(), o.manifest.ID()), Key: "older " + t.manifest.ID() + " " + o.manifest.ID(),
		}
		t.disputed, o.disputed = &u, &u
		t.youngest = true
	}
	return false
}

// tables returns the tables of gateways. A gateway that is not among the inputs is
// assumed to accept all hosts with either scheme.
func (l *loader) tables(gateways []string) []*table {
	var out []*table
	for _, name := range gateways {
		found := false
		for _, t := range l.g.tables {
			if t.manifest != nil && t.isOf(name) {
				found = true
				if !slices.Contains(out, t) {
					out = append(out, t)
				}
			}
		}
		if found {
			continue
		}
		if l.absent[name] == nil {
			l.absent[name] = &table{shown: shownName(name), space: l.g.space, ages: []string{""}, gateways: []string{name}, servers: []server{{gateway: name, hosts: []string{"*/*"}}}, hosts: map[string]*virtualHost{}}
			l.g.tables = append(l.g.tables, l.absent[name])
		}
		out = append(out, l.absent[name])
	}
	return out
}

// virtualHostOf chooses the virtual host: an exact name, the longest wildcard, "*".
// It ignores the port and the case of letters.
func (t *table) virtualHostOf(name string) *virtualHost {
	name = bareHost(name)
	if h := t.hosts[name]; h != nil {
		return h
	}
	for i := 1; i < len(name); i++ {
		if h := t.hosts["*"+name[i:]]; h != nil {
			return h
		}
	}
	return t.hosts["*"]
}

func bareHost(name string) string {
	name = strings.ToLower(name)
	if i := strings.LastIndexByte(name, ':'); i >= 0 && !strings.HasSuffix(name, "]") {
		name = name[:i]
	}
	return name
}

// addRedirects marks the virtual hosts of servers that redirect; a name that nothing
// else serves gets a virtual host that only redirects (pilot/pkg/networking/core,
// buildGatewayHTTPRouteConfig). A host for one namespace keeps the namespace in its
// name, so that no request names it; a host for all namespaces does not
// (pilot/pkg/model, sanitizeServerHostNamespace).
func (t *table) addRedirects() {
	for _, s := range t.servers {
		for _, name := range s.hosts {
			name = strings.ToLower(strings.TrimPrefix(name, "*/"))
			switch h := t.hosts[name]; {
			case !s.redirects:
			case h != nil:
				h.redirects = true
			case t.empty == nil:
				t.empty = map[string]*virtualHost{name: {name: name, table: t, redirects: true}}
			default:
				t.empty[name] = &virtualHost{name: name, table: t, redirects: true}
			}
		}
	}
}

// landingOf chooses the virtual host, including those that only redirect.
func (t *table) landingOf(name string) *virtualHost {
	name = bareHost(name)
	for i := -1; i < len(name); i++ {
		key := name
		if i >= 0 {
			key = "*" + name[i:]
		}
		if i == 0 {
			continue
		}
		if h := t.hosts[key]; h != nil {
			return h
		}
		if h := t.empty[key]; h != nil {
			return h
		}
	}
	if h := t.hosts["*"]; h != nil {
		return h
	}
	return t.empty["*"]
}

// listener returns the port at which the gateway's pods listen, "" where it is not
// known: the one of the stock installation.
func (t *table) listener() string {
	if !t.isStock() {
		return ""
	}
	switch t.number {
	case 80:
		return "8080"
	case 443:
		return "8443"
	}
	return ""
}
