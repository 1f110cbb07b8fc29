package apirule

import (
	"time"

	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/source"
)

// Service is a reference to a Service, in v1beta1 and later.
type Service struct {
	At              source.Ref
	Name, Namespace string
	Port            uint32
}

// DecodeService reads the field "service" of an owner, or returns nil.
func DecodeService(n *source.Node, owner source.Ref) *Service {
	if n == nil {
		return nil
	}
	return &Service{
		At:        owner.At("service"),
		Name:      source.Text(source.Field(n, "name")),
		Namespace: source.Text(source.Field(n, "namespace")),
		Port:      uint32(source.Int(source.Field(n, "port"))),
	}
}

// Upstream resolves the Service of a rule: its own or that of the spec; both
// may be nil. A rule's service without a namespace has that of spec.service, as
// the controllers do, and only then the resource's own.
func Upstream(rule, spec *Service, namespace string, at source.Ref) ir.Upstream {
	s := rule
	if s == nil {
		s = spec
	}
	if s == nil {
		return ir.Upstream{Origin: at.At("service")}
	}
	if spec != nil && spec.Namespace != "" {
		namespace = spec.Namespace
	}
	if s.Namespace != "" {
		namespace = s.Namespace
	}
	return ir.Upstream{Origin: s.At, Namespace: namespace, Name: s.Name, Port: ir.Port{Number: s.Port}}
}

const defaultTimeout = 180 // seconds

// TimeoutOf is the timeout of a rule: its own, that of the spec, or 180 s. 0 is
// absent.
func TimeoutOf(rule, spec int64) time.Duration {
	for _, seconds := range []int64{rule, spec} {
		if seconds != 0 {
			return time.Duration(seconds) * time.Second
		}
	}
	return defaultTimeout * time.Second
}
