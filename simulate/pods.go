package simulate

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/kgw-dev/kgw/internal/injection"
	"github.com/kgw-dev/kgw/internal/source"
)

// Workload is a template of pods among the inputs, or a Pod.
type Workload struct {
	Kind, Namespace, Name string
	Labels, Annotations   map[string]string
	// Account is the service account of the pods.
	Account string
	// Ports are the numbers of the ports that containers name.
	Ports map[string]string
	// Sidecar is what is known about a proxy next to the containers.
	Sidecar Presence
	At      source.Ref
	// Unread are the conditions that unread fields matter.
	Unread []Unknown
}

// Presence says whether something exists.
type Presence uint8

// The presences. Supposed means that the inputs do not decide, and kgw assumes that it exists.
const (
	Supposed Presence = iota
	Present
	Missing
)

// Port is one port of a Service.
type Port struct {
	Name     string
	Number   int64
	Target   string // a number or the name of a container's port
	Protocol string // "tcp" where proxies do not look at HTTP, else ""
}

// Service is what is known of a Service.
type Service struct {
	Namespace, Name string
	Selector        map[string]string
	Ports           []Port
	// Elsewhere reports that its selector does not choose its pods: the Service has
	// no selector, or is an alias of a name.
	Elsewhere bool
	At        source.Ref
	// Unread are the conditions that unread fields matter.
	Unread []Unknown
}

// Pods is what the inputs say about pods: Services, workloads, namespaces.
type Pods struct {
	services   map[string]*Service // by "name.namespace"
	workloads  map[string][]*Workload
	namespaces map[string]map[string]string // labels, of those among the inputs
	unread     map[string][]Unknown         // of namespaces
}

// ReadPods reads what manifests say about pods. The Services that are known
// otherwise count where no manifest has their name.
func ReadPods(manifests []Manifest, known []Service) *Pods {
	p := &Pods{services: map[string]*Service{}, workloads: map[string][]*Workload{}, namespaces: map[string]map[string]string{}, unread: map[string][]Unknown{}}
	for i := range known {
		p.services[known[i].Name+"."+known[i].Namespace] = &known[i]
	}
	for i := range manifests {
		switch m := &manifests[i]; {
		case m.Kind == "Service" && m.APIVersion == "v1":
			p.services[m.Name+"."+m.Namespace] = readService(m)
		case m.Kind == "Namespace" && m.APIVersion == "v1":
			p.namespaces[m.Name], p.unread[m.Name] = m.Labels, m.unread("the namespace "+m.Name)
		}
	}
	for i := range manifests {
		if m := &manifests[i]; templateOf(m) != nil {
			w := p.readWorkload(m)
			p.workloads[w.Namespace] = append(p.workloads[w.Namespace], w)
		}
	}
	return p
}

func readService(m *Manifest) *Service {
	spec := m.Spec()
	s := &Service{Namespace: m.Namespace, Name: m.Name, Selector: source.TextMap(source.Field(spec, "selector")), At: m.At("")}
	s.Elsewhere = len(s.Selector) == 0 || source.Text(source.Field(spec, "type")) == "ExternalName"
	for _, n := range source.Elements(source.Field(spec, "ports")) {
		port := Port{Name: source.Text(source.Field(n, "name")), Number: source.Int(source.Field(n, "port")), Target: scalarText(source.Field(n, "targetPort"))}
		if port.Target == "" {
			port.Target = strconv.FormatInt(port.Number, 10)
		}
		port.Protocol = protocolOf(source.Text(source.Field(n, "appProtocol")), port.Name, port.Number)
		s.Ports = append(s.Ports, port)
	}
	s.Unread = m.unread("the pods of " + m.ID())
	return s
}

// unread returns the conditions that fields of the object matter at a place.
func (m *Manifest) unread(place string) []Unknown {
	t := TableOf(m)
	if t == nil || m.Compiled {
		return nil
	}
	var out []Unknown
	for _, f := range t.Unread(m.Root) {
		out = append(out, m.UnreadUnknown(t, f, place))
	}
	return out
}

// Addresses lists the Services whose pods are known, each as the host and port of
// every port, sorted.
func (p *Pods) Addresses() []string {
	var out []string
	for _, s := range p.services {
		if s.Elsewhere {
			continue
		}
		for _, port := range s.Ports {
			out = append(out, fmt.Sprintf("%s.%s.svc.cluster.local:%d", s.Name, s.Namespace, port.Number))
		}
	}
	slices.Sort(out)
	return out
}

// Services returns the number of Services whose pods or ports are known.
func (p *Pods) Services() int { return len(p.services) }

// Unread returns the conditions that fields of a namespace matter to its pods.
func (p *Pods) Unread(namespace string) []Unknown { return p.unread[namespace] }

// rawPorts are ports without a name that Istio treats as TCP
// (pkg/config/kube/conversion.go).
var rawPorts = []int64{25, 53, 3306, 27017}

// protocolOf returns "tcp" for ports on which a proxy does not look at HTTP.
func protocolOf(app, name string, number int64) string {
	if app == "" {
		app, _, _ = strings.Cut(name, "-")
	}
	switch strings.ToLower(strings.TrimPrefix(app, "kubernetes.io/")) {
	case "tcp", "tls", "https", "mongo", "mysql", "redis", "udp", "wss":
		return "tcp"
	case "http", "http2", "grpc", "grpc-web", "h2c", "ws":
		return ""
	}
	if name == "" && slices.Contains(rawPorts, number) {
		return "tcp"
	}
	return ""
}

func scalarText(n *source.Node) string {
	if i := source.Int(n); i != 0 {
		return strconv.FormatInt(i, 10)
	}
	return source.Text(n)
}

// templated are the kinds that hold a template of pods, by the path to it.
var templated = map[string][]string{
	"Deployment": {"spec", "template"}, "StatefulSet": {"spec", "template"}, "DaemonSet": {"spec", "template"}, "ReplicaSet": {"spec", "template"},
	"Rollout": {"spec", "template"}, "DeploymentConfig": {"spec", "template"}, "CloneSet": {"spec", "template"}, // of Argo, OpenShift, OpenKruise
	"ReplicationController": {"spec", "template"}, "Job": {"spec", "template"}, "CronJob": {"spec", "jobTemplate", "spec", "template"}, "Pod": {},
}

// templateOf returns the node with the metadata and the spec of pods, nil for
// objects that make no pods.
func templateOf(m *Manifest) *source.Node {
	if m.Kind == "Function" && strings.HasPrefix(m.APIVersion, "serverless.kyma-project.io/") {
		return m.Root
	}
	path, ok := templated[m.Kind]
	if !ok {
		return nil
	}
	n := m.Root
	for _, key := range path {
		n = source.Field(n, key)
	}
	return n
}

// functionLabels returns the labels of the pods of a Kyma Function that do not
// change (kyma-project/serverless, buildless-serverless resources).
func functionLabels(name string) map[string]string {
	return map[string]string{
		"serverless.kyma-project.io/function-name": name,
		"serverless.kyma-project.io/managed-by":    "function-controller",
		"serverless.kyma-project.io/resource":      "deployment",
	}
}

func (p *Pods) readWorkload(m *Manifest) *Workload {
	n := templateOf(m)
	meta, spec := source.Field(n, "metadata"), source.Field(n, "spec")
	w := &Workload{
		Kind: m.Kind, Namespace: m.Namespace, Name: m.Name, At: m.At(""), Ports: map[string]string{},
		Labels: source.TextMap(source.Field(meta, "labels")), Annotations: source.TextMap(source.Field(meta, "annotations")),
		Account: source.Text(source.Field(spec, "serviceAccountName")),
	}
	if w.Account == "" {
		w.Account = "default"
	}
	if m.Kind == "Function" {
		w.Labels = functionLabels(m.Name)
		for k, v := range source.TextMap(source.Field(spec, "labels")) {
			w.Labels[k] = v
		}
		w.Annotations = source.TextMap(source.Field(spec, "annotations"))
	}
	for _, list := range []string{"containers", "initContainers"} {
		for _, c := range source.Elements(source.Field(spec, list)) {
			if source.Text(source.Field(c, "name")) == "istio-proxy" {
				w.Sidecar = Present
			}
			for _, port := range source.Elements(source.Field(c, "ports")) {
				w.Ports[source.Text(source.Field(port, "name"))] = scalarText(source.Field(port, "containerPort"))
			}
		}
	}
	if hostNetwork, _ := source.Bool(source.Field(spec, "hostNetwork")); hostNetwork {
		w.Sidecar = Missing
	}
	w.Unread = m.unread("the pods of " + m.Kind + " " + m.ID())
	if w.Sidecar == Supposed {
		w.Sidecar = p.injected(w)
	}
	return w
}

// bare are the namespaces whose pods are never injected
// (istio.io/istio/pkg/kube/inject, IgnoredNamespaces).
var bare = []string{"kube-system", "kube-public", "kube-node-lease", "local-path-storage"}

// injected returns whether pods get a sidecar, by their labels and annotations and
// the labels of their namespace (pkg/kube/inject, injectRequired). An annotation can
// only refuse one, since webhooks do not select pods by annotations.
func (p *Pods) injected(w *Workload) Presence {
	if slices.Contains(bare, w.Namespace) {
		return Missing
	}
	own, said := w.Labels[injection.Key]
	refuses := own == "false" || !said && w.Annotations[injection.Key] == "false"
	labels, known := p.namespaces[w.Namespace]
	asks := injection.Of(labels)
	switch {
	case refuses || asks == injection.None:
		return Missing
	case asks == injection.All || own == "true" || w.Labels[injection.RevisionKey] != "":
		return Present
	case !known:
		return Supposed
	}
	return Missing
}

// Service returns what is known about a Service, nil if nothing is.
func (p *Pods) Service(name, namespace string) *Service { return p.services[name+"."+namespace] }

// Namespace returns the labels of a namespace among the inputs.
func (p *Pods) Namespace(name string) (labels map[string]string, known bool) {
	labels, known = p.namespaces[name]
	return labels, known
}

// Workloads returns the workloads of a namespace whose pods have the labels;
// those of all namespaces for "".
func (p *Pods) Workloads(namespace string, labels map[string]string) []*Workload {
	var out []*Workload
	for space, list := range p.workloads {
		if namespace != "" && space != namespace {
			continue
		}
		for _, w := range list {
			if source.MapWithin(labels, w.Labels) {
				out = append(out, w)
			}
		}
	}
	slices.SortFunc(out, func(a, b *Workload) int {
		return strings.Compare(a.Namespace+"/"+a.Kind+"/"+a.Name, b.Namespace+"/"+b.Kind+"/"+b.Name)
	})
	return out
}
