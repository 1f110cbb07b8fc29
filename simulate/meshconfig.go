package simulate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/source"
)

// MeshConfig is what the inputs say about the mesh as a whole.
type MeshConfig struct {
	// Root is the namespace whose policies hold everywhere, "" where the inputs
	// do not say it.
	Root string
	// TrustedProxies counts the proxies before the gateway whose
	// X-Forwarded-For is believed.
	TrustedProxies int
	// Providers are the external authorizers, and whether requests pass when one
	// cannot be reached; nil where the inputs do not list them.
	Providers map[string]bool
	// Asked has a text for how each of them is asked, by name (see [Asking]).
	Asked map[string]string
	// Unread are the conditions that unread settings matter.
	Unread []Unknown

	settings string // of the last object that has some, in canonical form
}

// MeshFields is the table of the mesh's configuration: the key mesh of the
// ConfigMap istio (istio.io/api/mesh/v1alpha1, MeshConfig).
var MeshFields = NewFieldTable("", "MeshConfig", `
decided rootNamespace
decided trustDomain
decided extensionProviders[].name
decided extensionProviders[].envoyExtAuthzHttp.failOpen
decided extensionProviders[].envoyExtAuthzGrpc.failOpen
inert extensionProviders[].envoyExtAuthzHttp.** an authorizer may set any header, and is supposed to answer
inert extensionProviders[].envoyExtAuthzGrpc.** an authorizer may set any header, and is supposed to answer
inert extensionProviders[].** an authorizer may set any header, and is supposed to answer
decided pathNormalization.normalization
decided defaultConfig.gatewayTopology.numTrustedProxies
inert defaultConfig.concurrency how many threads proxies have
inert defaultConfig.holdApplicationUntilProxyStarts when pods start
inert defaultConfig.discoveryAddress where istiod is
inert defaultConfig.tracing.** tracing
inert defaultConfig.image.** the proxy's image
inert defaultConfig.terminationDrainDuration how pods end
inert defaultProviders.** logs, metrics and tracing
inert accessLogFile logs
inert accessLogFormat logs
inert accessLogEncoding logs
inert accessLogService.** logs
inert enableTracing tracing
inert enablePrometheusMerge metrics
inert outboundTrafficPolicy.** what pods may call
inert dnsRefreshRate how names are looked up
inert tcpKeepalive.** connections
inert connectTimeout connections
inert certificates[].** certificates of others
`)

// IsMesh reports whether a ConfigMap of the name may have the mesh's configuration:
// istio, and istio-REVISION.
func IsMesh(name string) bool { return name == "istio" || strings.HasPrefix(name, "istio-") }

// ReadMesh reads what manifests say about the mesh: the ConfigMap istio or one of a
// revision, the resources of the operators of Istio and of Sail, and the number of
// trusted proxies in Kyma's Istio resource. Trusted is that number where no
// resource has it.
func ReadMesh(manifests []Manifest, trusted int) *MeshConfig {
	c := &MeshConfig{TrustedProxies: trusted}
	for i := range manifests {
		switch m := &manifests[i]; {
		case m.Kind == "Istio" && m.Is("operator.kyma-project.io", "Istio"):
			if n := source.Field(source.Field(m.Spec(), "config"), "numTrustedProxies"); n != nil {
				c.TrustedProxies = int(source.Int(n))
			}
		case m.Kind == "ConfigMap" && IsMesh(m.Name):
			c.read(m)
		case m.Is("install.istio.io", "IstioOperator"):
			c.readSettings(m, source.Field(m.Spec(), "meshConfig"), "spec.meshConfig")
			c.readSettings(m, source.Field(source.Field(m.Spec(), "values"), "meshConfig"), "spec.values.meshConfig")
		case m.Is("sailoperator.io", "Istio"):
			c.readSettings(m, source.Field(source.Field(m.Spec(), "values"), "meshConfig"), "spec.values.meshConfig")
		}
	}
	return c
}

// read reads the settings of a ConfigMap.
func (c *MeshConfig) read(m *Manifest) {
	text := source.Text(source.Field(source.Field(m.Root, "data"), "mesh"))
	if text == "" {
		return
	}
	f, problem := source.NewFile("mesh", []byte(text))
	if problem != nil {
		c.doubt(m, "data.mesh", "all", text, "it cannot be read")
		return
	}
	docs, _ := source.Split(f)
	if len(docs) == 0 {
		return
	}
	root, _ := docs[0].Parse()
	c.readSettings(m, root, "data.mesh")
}

// doubt notes the condition that an unread setting at a place matters.
func (c *MeshConfig) doubt(m *Manifest, at, setting, text, why string) {
	c.Unread = append(c.Unread, Unknown{
		Why: Opaque, At: m.At(at), Key: "mesh " + setting + " " + text, What: fmt.Sprintf("%s of the mesh's configuration matters (%s)", setting, why),
	})
}

// readSettings reads settings that are at a place. Where two objects have settings,
// it is not known which of them the proxies follow.
func (c *MeshConfig) readSettings(m *Manifest, root *source.Node, at string) {
	if root == nil {
		return
	}
	text := Canonical(root)
	unread := func(setting, why string) { c.doubt(m, at, setting, text, why) }
	if c.settings != "" && c.settings != text {
		unread("all", "another object has other settings")
	}
	c.settings = text
	for _, field := range MeshFields.Unread(root) {
		unread(field.Path, "kgw does not know it")
	}
	if mode := source.Text(source.Field(source.Field(root, "pathNormalization"), "normalization")); !slices.Contains([]string{"", "DEFAULT", "BASE"}, mode) {
		unread("pathNormalization", "paths are read as "+mode)
	}
	if domain := source.Text(source.Field(root, "trustDomain")); domain != "" && domain != "cluster.local" {
		unread("trustDomain", "the trust domain is "+domain)
	}
	c.Root = source.Text(source.Field(root, "rootNamespace"))
	if n := source.Field(source.Field(source.Field(root, "defaultConfig"), "gatewayTopology"), "numTrustedProxies"); n != nil {
		c.TrustedProxies = int(source.Int(n))
	}
	c.Providers, c.Asked = map[string]bool{}, map[string]string{}
	for _, n := range source.Elements(source.Field(root, "extensionProviders")) {
		name, open := source.Text(source.Field(n, "name")), false
		for _, kind := range []string{"envoyExtAuthzHttp", "envoyExtAuthzGrpc"} {
			if yes, _ := source.Bool(source.Field(source.Field(n, kind), "failOpen")); yes {
				open = true
			}
			if asks := source.Field(n, kind); asks != nil {
				address := source.Text(source.Field(asks, "service")) + ":" + scalarText(source.Field(asks, "port"))
				c.Asked[name] = Asking(name, address, Canonical(source.Without(asks, "failOpen", "timeout", "statusOnError")))
			}
		}
		c.Providers[name] = open
	}
}
