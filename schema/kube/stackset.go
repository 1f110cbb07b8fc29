package kube

import (
	"strconv"

	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/source"
)

// decodeStackSet reads status.traffic, where the StackSet controller keeps the
// Service, port and weight of each stack.
func decodeStackSet(at source.Ref, name ir.Name, root *source.Node) *StackSet {
	s := &StackSet{Origin: at, Name: name}
	traffic := at.At("status", "traffic")
	for i, n := range source.Elements(source.Field(source.Field(root, "status"), "traffic")) {
		s.Traffic = append(s.Traffic, TrafficShare{
			Origin:  traffic.Elem(i),
			Service: source.Text(source.Field(n, "serviceName")),
			Port:    portOf(source.Field(n, "servicePort")),
			Weight:  number(source.Field(n, "weight")),
		})
	}
	return s
}

// portOf reads an int-or-string port. A text of digits is a number: the API
// server accepts no such name.
func portOf(n *source.Node) ir.Port {
	text := source.Text(n)
	if p, err := strconv.ParseUint(text, 10, 16); err == nil {
		return ir.Port{Number: uint32(p)}
	}
	if text != "" {
		return ir.Port{Name: text}
	}
	return ir.Port{Number: uint32(source.Int(n))}
}

func number(n *source.Node) float64 {
	if n == nil {
		return 0
	}
	v, _ := source.Scalar(n).(source.Number)
	f, _ := strconv.ParseFloat(string(v), 64)
	return f
}
