package v1

import (
	"cmp"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/source"
)

const defaultPort = "http"

// Decode reads a document. It is tolerant: what Type refuses is left empty.
func Decode(doc *source.Document, root *source.Node) *FabricGateway {
	spec := source.Field(root, "spec")
	meta := source.Field(root, "metadata")
	at := source.Ref{Doc: doc, Path: "spec"}
	g := &FabricGateway{
		doc:         doc,
		labels:      source.TextMap(source.Field(meta, "labels")),
		annotations: source.TextMap(source.Field(meta, "annotations")),
		hasServices: source.Field(spec, keyServices) != nil,
		admins:      source.Texts(source.Field(spec, keyAdmins)),
		whitelist:   source.Texts(source.Field(spec, keyWhitelist)),
		whitelisted: source.Field(spec, keyWhitelist) != nil,
		employees:   decodeEmployees(source.Field(spec, keyEmployees), at.At(keyEmployees)),
	}
	for i, n := range source.Elements(source.Field(spec, keyServices)) {
		s := service{
			at: at.At(keyServices).Elem(i), host: source.Text(source.Field(n, "host")),
			name: source.Text(source.Field(n, "serviceName")), port: source.Text(source.Field(n, "servicePort")),
		}
		s.port = cmp.Or(s.port, defaultPort)
		g.services = append(g.services, s)
	}
	g.decodeProvider(source.Field(spec, keyProvider), at.At(keyProvider))
	if n := source.Field(spec, keyCORS); n != nil {
		g.cors = &cors{at: at.At(keyCORS), origins: source.Texts(source.Field(n, "allowedOrigins")), headers: source.Texts(source.Field(n, "allowedHeaders"))}
	}
	if n := source.Field(spec, keyCompression); n != nil {
		g.compression = &compression{factor: source.Int(source.Field(n, "compressionFactor")), encoding: source.Text(source.Field(n, "encoding"))}
	}
	g.decodePaths(source.Field(spec, "paths"), at.At("paths"))
	return g
}

func (g *FabricGateway) decodeProvider(n *source.Node, at source.Ref) {
	if n == nil {
		return
	}
	g.provider = &provider{at: at, stackSet: source.Text(source.Field(n, "stackSetName")), hosts: source.Texts(source.Field(n, "hosts"))}
	g.noteUnsupported(n, at, keyVersion)
}

// noteUnsupported remembers fields that are known and not supported.
func (g *FabricGateway) noteUnsupported(n *source.Node, at source.Ref, keys ...string) {
	for _, k := range keys {
		if source.Field(n, k) != nil {
			at := at.At(k)
			at.Key = true
			g.newer = append(g.newer, at)
		}
	}
}

// decodePaths reads the operations in the order of their keys: what is written
// must not depend on the order in a document that the API server sorts.
func (g *FabricGateway) decodePaths(n *source.Node, at source.Ref) {
	for _, path := range slices.Sorted(slices.Values(source.Keys(n))) {
		verbs := source.Field(n, path)
		for _, verb := range slices.Sorted(slices.Values(source.Keys(verbs))) {
			g.decodeOperation(source.Field(verbs, verb), at.At(path), path, verb)
		}
	}
}

func (g *FabricGateway) decodeOperation(n *source.Node, pathAt source.Ref, path, verb string) {
	at := pathAt.At(verb)
	o := operation{
		at: at, pathAt: pathAt, path: path, verb: verb, method: strings.ToUpper(verb),
		privileges: source.Texts(source.Field(n, keyPrivileges)),
		employees:  decodeEmployees(source.Field(n, keyEmployees), at.At(keyEmployees)),
	}
	if l := source.Field(n, keyLimits); l != nil {
		o.limits = decodeLimits(l, at.At(keyLimits))
	}
	if w := source.Field(n, keyWhitelist); w != nil {
		list := source.Field(w, "service-list")
		o.whitelist = &whitelist{
			listed: list != nil && list.Tag == "!!seq",
			at:     at.At(keyWhitelist), services: source.Texts(list),
			disabled: source.Text(source.Field(w, "state")) == "disabled",
		}
	}
	if s := source.Field(n, keyStatic); s != nil {
		o.static = &static{
			at: at.At(keyStatic), status: source.Int(source.Field(s, "status")),
			headers: source.TextMap(source.Field(s, "headers")), body: source.Text(source.Field(s, "body")),
		}
	}
	g.noteUnsupported(n, at, keyFilters, keyCustom, keyRequests)
	g.operations = append(g.operations, o)
}

func decodeLimits(n *source.Node, at source.Ref) *limits {
	l := &limits{at: at, rate: source.Int(source.Field(n, "default-rate")), period: cmp.Or(source.Text(source.Field(n, "period")), "minute")}
	targets := source.Field(n, "target")
	for _, name := range slices.Sorted(slices.Values(source.Keys(targets))) {
		l.targets = append(l.targets, target{at: at.At("target", name), name: name, rate: source.Int(source.Field(targets, name))})
	}
	return l
}

func decodeEmployees(n *source.Node, at source.Ref) *employees {
	if n == nil {
		return nil
	}
	return &employees{at: at, kind: source.Text(source.Field(n, "type")), users: source.Texts(source.Field(n, "user-list"))}
}
