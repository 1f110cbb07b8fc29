package lsp

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/handlers"
	"github.com/kgw-dev/kgw/internal/lazyregexp"
	"github.com/kgw-dev/kgw/internal/shape"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/schema"
	"github.com/kgw-dev/kgw/schema/apirule"
	fabric "github.com/kgw-dev/kgw/schema/fabric/v1"
)

// offers are the values that a folder knows, by kinds of documents and the places in
// them, without indices: the first line that matches holds.
var offers = sync.OnceValue(func() []offered {
	return []offered{
		newOffered(`APIRule|Rule`, `.*\.(accessStrategies|authenticators|authorizer|mutators|errors)\.handler`, (*view).handlerNames),
		newOffered(`APIRule`, `spec\.(service\.)?hosts?`, hosts),
		newOffered(`FabricGateway`, `spec\.x-fabric-service\.host|spec\.x-external-service-provider\.hosts`, hosts),
		newOffered(`Config`, `policy\.publicRoutes\.host|openapi\.hosts`, hosts),
		newOffered(`Test`, `tests\.request\.url`, (*view).urls),
		newOffered(`APIRule`, `spec\.gateway`, gateways),
		newOffered(`Config`, `istio\.gateway|policy\.gateways`, gateways),
		newOffered(`APIRule`, `spec\.externalGateway`, func(v *view, _ *gap) []string { return v.names("ExternalGateway", "") }),
		newOffered(`APIRule`, `.*\.service\.name`, (*view).serviceNames),
		newOffered(`APIRule`, `.*\.service\.port`, (*view).servicePorts),
		newOffered(`APIRule`, `.*\.service\.namespace|metadata\.namespace`, (*view).namespaces),
		newOffered(`.*`, `metadata\.namespace`, (*view).namespaces),
		newOffered(`FabricGateway`, `.*\.x-fabric-service\.serviceName`, (*view).serviceNames),
		newOffered(`FabricGateway`, `.*\.x-fabric-service\.servicePort`, (*view).portNames),
		newOffered(`FabricGateway`, `.*\.stackSetName`, func(v *view, g *gap) []string { return v.names("StackSet", v.objectOf(g.doc).namespace) }),
		newOffered(`APIRule|Rule|RequestAuthentication|Config|IDPPreset`, `.*\.(issuer|trusted_issuers)`, func(v *view, _ *gap) []string { return sorted(v.knownOf().issuers) }),
		newOffered(`APIRule|Rule|RequestAuthentication|Config|IDPPreset`, `.*\.(jwksUri|jwks_urls)`, func(v *view, _ *gap) []string { return sorted(v.knownOf().keys) }),
		newOffered(`APIRule|Rule|OAuth2Client`, `.*\.(requiredScopes|required_scope|scope|scopeArray)`, func(v *view, _ *gap) []string { return sorted(v.knownOf().scopes) }),
		newOffered(`FabricGateway`, `.*\.x-fabric-privileges`, func(v *view, _ *gap) []string { return sorted(v.knownOf().privileges) }),
		newOffered(`APIRule`, `.*\.authorizers`, func(v *view, _ *gap) []string { return sorted(v.knownOf().authorizers) }),
		newOffered(`Config`, `istio\.extAuthProviders|known\.providers`, func(v *view, _ *gap) []string { return sorted(v.knownOf().authorizers) }),
		newOffered(`Config`, `policy\.locked`, func(*view, *gap) []string { return adjustable() }),
		newOffered(`APIRule`, `metadata\.annotations\["kgw\.dev/idp-presets"\]`, func(v *view, _ *gap) []string { return v.names("IDPPreset", "") }),
	}
})

type offered struct {
	kinds, path *regexp.Regexp
	of          func(*view, *gap) []string
}

func newOffered(kinds, path string, of func(*view, *gap) []string) offered {
	return offered{regexp.MustCompile(`^(?:` + kinds + `)$`), regexp.MustCompile(`^(?:` + path + `)$`), of}
}

func hosts(v *view, _ *gap) []string    { return sorted(v.knownOf().hosts) }
func gateways(v *view, _ *gap) []string { return sorted(v.knownOf().gateways) }

var index = lazyregexp.New(`\[\d+\]`)

// valuesAt are what may be at a gap: what the description lists, and what the
// folder knows, except what is written there already.
func (v *view) valuesAt(at *gap) []string {
	var out []string
	if at.typ != nil && at.typ.Kind == shape.Boolean {
		out = append(out, "false", "true")
	}
	kind, path := at.doc.Kind, index().ReplaceAllString(at.path, "")
	for _, o := range offers() {
		if o.kinds.MatchString(kind) && o.path.MatchString(path) {
			out = append(out, o.of(v, at)...)
			break
		}
	}
	typed, siblings := strings.Trim(at.typed, `"'`), v.siblings(at)
	out = slices.DeleteFunc(out, func(s string) bool { return s == typed })
	if at.typ != nil {
		out = append(out, at.typ.Enum...)
	}
	out = slices.DeleteFunc(out, func(s string) bool { return slices.Contains(siblings, s) })
	slices.Sort(out)
	return slices.Compact(out)
}

// parent returns the spot that a gap is in.
func (g *gap) parent() *spot {
	path := strings.TrimRight(g.path, "0123456789]")
	if path != g.path && strings.HasSuffix(path, "[") {
		path = path[:len(path)-1]
	} else {
		path = g.path[:max(strings.LastIndexByte(g.path, '.'), 0)]
	}
	s := g.spot
	s.path, s.node = path, source.Lookup(g.root, path)
	return &s
}

// siblings are the other elements of the list that a gap is in.
func (v *view) siblings(at *gap) []string {
	return slices.DeleteFunc(source.Texts(at.parent().node), func(s string) bool { return s == filler })
}

// mapKeys are the names of fields that a map may have.
func (v *view) mapKeys(at *spot) []string {
	path := index().ReplaceAllString(at.path, "")
	switch kind := at.doc.Kind; {
	case kind == "FabricGateway" && strings.HasPrefix(path, "spec.paths") && at.typ.Elem.Kind == shape.Object:
		return fabric.Verbs
	case kind == config.Kind && path == "rules":
		return adjustable()
	case kind == config.Kind && path == "targets":
		var out []string
		for i := range schema.Kinds {
			if k := &schema.Kinds[i]; k.Target != "" {
				out = append(out, k.Kind, k.Name())
			}
		}
		slices.Sort(out)
		return slices.Compact(out)
	case kind == config.Kind && strings.HasPrefix(path, "oathkeeper.handlers."):
		return handlersOfSection(path)
	case path == "metadata.annotations" && at.desc != nil && at.desc.Kind == "APIRule":
		return []string{compile.Annotation, apirule.PresetAnnotation}
	}
	return nil
}

// adjustable are the codes that kgw.yaml may set a level for.
func adjustable() []string {
	var out []string
	for _, r := range diag.Rules {
		if r.Code.Adjustable() {
			out = append(out, string(r.Code))
		}
	}
	return out
}

// handlersOfSection are those that a section of the cluster's configuration may have.
func handlersOfSection(path string) []string {
	for _, kind := range []*handlers.Kind{handlers.Authenticators, handlers.Authorizers, handlers.Mutators} {
		if strings.HasSuffix(path, "."+kind.Group) {
			return kind.Names()
		}
	}
	return nil
}

// handlerNames are those that may be named in a section.
func (v *view) handlerNames(at *gap) []string {
	parent := at.parent()
	kind := parent.handlersAt()
	if kind == nil {
		return nil
	}
	if strings.Contains(parent.path, "accessStrategies") {
		for i := range schema.Kinds {
			if k := &schema.Kinds[i]; k.Kind == at.desc.Kind && k.APIVersion() == at.desc.APIVersion() {
				return slices.Clone(k.Strategies)
			}
		}
	}
	return kind.Names()
}

// urls are the addresses of the hosts that are published.
func (v *view) urls(*gap) []string {
	var out []string
	for _, h := range sorted(v.knownOf().hosts) {
		if !strings.HasPrefix(h, "*") {
			out = append(out, "https://"+h+"/")
		}
	}
	return out
}

// service names the Service that a gap is about.
func (v *view) service(at *gap, field string) object {
	parent := at.parent().node
	namespace := source.Text(source.Field(parent, "namespace"))
	if namespace == "" {
		namespace = v.objectOf(at.doc).namespace
	}
	return object{"Service", namespace, source.Text(source.Field(parent, field))}
}

func (v *view) serviceNames(at *gap) []string {
	namespace := v.service(at, "").namespace
	out := v.names("Service", namespace)
	for _, s := range v.knownServices() {
		if s.Namespace == namespace {
			out = append(out, s.Name)
		}
	}
	return out
}

// knownServices are the Services in other repositories that the settings of the
// file name.
func (v *view) knownServices() []config.KnownService {
	o := v.Options.WithDefaults()
	return o.ConfigOf(v.file).Known.Services
}

// namespaces are those that the folder has Services or resources in.
func (v *view) namespaces(*gap) []string {
	found := map[string]bool{}
	for o := range v.declaredObjects("Service") {
		found[o.namespace] = true
	}
	if v.Result != nil {
		for i := range v.Result.Resources {
			// In the file itself one is being written.
			if r := &v.Result.Resources[i]; r.Gateway != nil && r.Doc.File.Name != v.file.Name {
				found[r.Doc.Namespace] = true
			}
		}
	}
	for _, s := range v.knownServices() {
		found[s.Namespace] = true
	}
	return sorted(found)
}

// servicePorts are the numbers of the ports of the Service that is named in the
// same object.
func (v *view) servicePorts(at *gap) []string {
	return v.ports(v.service(at, "name"), func(_ string, number int64) string { return strconv.FormatInt(number, 10) })
}

// portNames are the names of the ports of the Service that is named in the same
// object.
func (v *view) portNames(at *gap) []string {
	return v.ports(v.service(at, "serviceName"), func(name string, _ int64) string { return name })
}

func (v *view) ports(o object, text func(name string, number int64) string) []string {
	var out []string
	add := func(name string, number int64) {
		if s := text(name, number); s != "" {
			out = append(out, s)
		}
	}
	d := v.declaredObjects("Service")[o]
	for _, p := range source.Elements(source.Field(source.Field(d.root, "spec"), "ports")) {
		add(source.Text(source.Field(p, "name")), source.Int(source.Field(p, "port")))
	}
	for _, s := range v.knownServices() {
		if s.Namespace != o.namespace || s.Name != o.name {
			continue
		}
		for _, p := range s.Ports {
			add(p.Name, int64(p.Port))
		}
	}
	return out
}
