package mesh

import (
	"time"

	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/schema/apirule"
)

// APIRule is a decoded document.
type APIRule struct {
	doc               *source.Document
	hosts             []string
	gateway, external string
	service           *apirule.Service
	cors              *ir.CORS
	corsNode          *source.Node
	timeout           int64
	rules             []rule
}

type rule struct {
	at               source.Ref
	path             string
	methods          []string
	service          *apirule.Service
	timeout          int64
	noAuth           bool
	jwt              *apirule.JWT
	extAuth          *extAuth
	headers, cookies map[string]string
}

type extAuth struct {
	at           source.Ref
	authorizers  []string
	restrictions *apirule.JWT
}

// Decode reads a document. It is tolerant: what the Type refuses is left
// empty.
func Decode(doc *source.Document, root *source.Node) *APIRule {
	spec := source.Field(root, "spec")
	at := source.Ref{Doc: doc, Path: "spec"}
	a := &APIRule{
		doc:      doc,
		hosts:    source.Texts(source.Field(spec, "hosts")),
		gateway:  source.Text(source.Field(spec, "gateway")),
		external: source.Text(source.Field(spec, "externalGateway")),
		service:  apirule.DecodeService(source.Field(spec, "service"), at),
		corsNode: source.Field(spec, "corsPolicy"),
		timeout:  source.Int(source.Field(spec, "timeout")),
	}
	a.cors = apirule.DecodeCORS(a.corsNode, maxAge)
	for i, n := range source.Elements(source.Field(spec, "rules")) {
		a.rules = append(a.rules, decodeRule(n, at.At("rules").Elem(i)))
	}
	return a
}

func decodeRule(n *source.Node, at source.Ref) rule {
	request := source.Field(n, "request")
	noAuth, _ := source.Bool(source.Field(n, "noAuth"))
	r := rule{
		at:      at,
		path:    source.Text(source.Field(n, "path")),
		methods: source.Texts(source.Field(n, "methods")),
		service: apirule.DecodeService(source.Field(n, "service"), at),
		timeout: source.Int(source.Field(n, "timeout")),
		noAuth:  noAuth,
		headers: source.TextMap(source.Field(request, "headers")),
		cookies: source.TextMap(source.Field(request, "cookies")),
	}
	r.jwt = decodeJWT(source.Field(n, "jwt"), at.At("jwt"), "."+at.Path+".jwt")
	if ext := source.Field(n, "extAuth"); ext != nil {
		r.extAuth = &extAuth{at: at.At("extAuth"), authorizers: source.Texts(source.Field(ext, "authorizers"))}
		// The controller leaves ".restrictions" out of its attributes.
		r.extAuth.restrictions = decodeJWT(source.Field(ext, "restrictions"), r.extAuth.at.At("restrictions"), "."+r.extAuth.at.Path)
	}
	return r
}

func decodeJWT(n *source.Node, at source.Ref, attribute string) *apirule.JWT {
	if n == nil {
		return nil
	}
	config, _ := source.Value(n).(source.Object)
	return apirule.DecodeJWT(config, at, attribute)
}

// maxAge is written in whole seconds.
func maxAge(n *source.Node) *time.Duration {
	d := time.Duration(source.Int(n)) * time.Second
	return &d
}
