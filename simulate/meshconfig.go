package simulate

import (
	"fmt"
	"slices"

	"github.com/kgw-dev/kgw/internal/source"
)

// MeshConfig is what the inputs say of the mesh as a whole.
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
	// Unread are conditions that settings which are not read matter.
	Unread []Unknown
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

// ReadMesh reads what manifests say of the mesh: the ConfigMap istio, and the
// number of trusted proxies of Kyma's Istio resource. Without the latter it is
// the number that is given.
func ReadMesh(manifests []Manifest, trusted int) *MeshConfig {
	c := &MeshConfig{TrustedProxies: trusted}
	for i := range manifests {
		switch m := &manifests[i]; {
		case m.Kind == "Istio" && m.Is("operator.kyma-project.io", "Istio"):
			if n := source.Field(source.Field(m.Spec(), "config"), "numTrustedProxies"); n != nil {
				c.TrustedProxies = int(source.Int(n))
			}
		case m.Kind == "ConfigMap" && m.Name == "istio":
			c.read(m)
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
	unread := func(path, why string) {
		c.Unread = append(c.Unread, Unknown{
			Why: Opaque, At: m.At("data.mesh"), Key: "mesh " + path + " " + text, What: fmt.Sprintf("%s of the mesh's configuration matters (%s)", path, why),
		})
	}
	f, problem := source.NewFile("mesh", []byte(text))
	if problem != nil {
		unread("all", "it cannot be read")
		return
	}
	docs, _ := source.Split(f)
	if len(docs) == 0 {
		return
	}
	root, _ := docs[0].Parse()
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
	c.Providers = map[string]bool{}
	for _, n := range source.Elements(source.Field(root, "extensionProviders")) {
		open := false
		for _, kind := range []string{"envoyExtAuthzHttp", "envoyExtAuthzGrpc"} {
			if yes, _ := source.Bool(source.Field(source.Field(n, kind), "failOpen")); yes {
				open = true
			}
		}
		c.Providers[source.Text(source.Field(n, "name"))] = open
	}
}
