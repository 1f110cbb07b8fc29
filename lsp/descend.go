package lsp

import (
	"github.com/kgw-dev/kgw/internal/handlers"
	"github.com/kgw-dev/kgw/internal/lazyregexp"
	"github.com/kgw-dev/kgw/internal/shape"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/schema"
)

// field returns the spot of a field of a mapping.
func (s *spot) field(name string) spot {
	next := *s
	next.node, next.path, next.typ = source.Field(s.node, name), source.JoinKey(s.path, name), fieldOf(s.typ, name)
	if t := s.configOf(); t != nil && name == "config" {
		next.typ = t
	}
	return next
}

// element returns the spot of an element of a list.
func (s *spot) element(i int) spot {
	next := *s
	next.node, next.path, next.typ = s.node.Content[i], source.JoinIndex(s.path, i), nil
	if s.typ != nil && (s.typ.Kind == shape.List || s.typ.Kind == shape.StringOrList) {
		next.typ = s.typ.Elem
	}
	return next
}

// fieldOf is the type of a field of an object, or of a value of a map; nil where it
// is not described.
func fieldOf(t *shape.Type, name string) *shape.Type {
	switch {
	case t == nil:
	case t.Kind == shape.Map:
		return t.Elem
	case t.Kind == shape.Object:
		for i := range t.Fields {
			if t.Fields[i].Name == name {
				return t.Fields[i].Type
			}
		}
	}
	return nil
}

// handled matches the path of what has a handler and its configuration; the last
// word says of which kind.
var handled = lazyregexp.New(`(?:^|\.)(accessStrategies|authenticators|authorizer|mutators|errors)(?:\[\d+\])?$`)

// handlersAt returns the handlers that an object may name, or nil.
func (s *spot) handlersAt() *handlers.Kind {
	m := handled().FindStringSubmatch(s.path)
	if m == nil || s.desc == nil || s.desc.Kind != "APIRule" && s.desc.Kind != "Rule" {
		return nil
	}
	return map[string]*handlers.Kind{
		"accessStrategies": handlers.Authenticators, "authenticators": handlers.Authenticators,
		"authorizer": handlers.Authorizers, "mutators": handlers.Mutators, "errors": handlers.ErrorHandlers,
	}[m[1]]
}

// configOf describes the configuration of the handler that an object names; nil where
// nobody does.
func (s *spot) configOf() *shape.Type {
	kind := s.handlersAt()
	if kind == nil {
		return nil
	}
	name := source.Text(source.Field(s.node, "handler"))
	if name == "jwt" && s.mesh {
		return meshJWT()
	}
	if t := kind.Handlers[name]; t != nil {
		return handlers.Optional(t)
	}
	return nil
}

// meshJWT describes the configuration of jwt as Istio has it, which v2 took over.
func meshJWT() *shape.Type {
	found, _ := schema.Describe("APIRule/v2")
	return fieldOf(fieldOf(fieldOf(found[0].Type, "spec"), "rules").Elem, "jwt")
}
