package policy

import (
	"strconv"

	"github.com/mitchellh/hashstructure/v2"

	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/manifest"
)

// The controllers hash Go structs of istio.io/api, names of types and fields
// included. These mirrors have the names and fields that count, so that a
// field added there later cannot change labels.

// WorkloadSelector mirrors istio.io/api/type/v1beta1.WorkloadSelector.
type WorkloadSelector struct{ MatchLabels map[string]string }

// Rule_To mirrors istio.io/api/security/v1beta1.Rule_To.
type Rule_To struct{ Operation *Operation } //nolint:revive // the name is hashed

// Operation mirrors istio.io/api/security/v1beta1.Operation.
type Operation struct {
	Hosts, NotHosts, Ports, NotPorts, Methods, NotMethods, Paths, NotPaths []string
}

// hash is the value of the hash label: namespace, selector and operations,
// each hashed as its controller does. Lists are sets by exclusive or, so that
// order does not count and a repeated element cancels.
func hash(form ir.PolicyHash, namespace string, s *manifest.Selector, to []manifest.PolicyTo) string {
	switch form {
	case ir.HashRawNamespace:
	case ir.HashHashedNamespace:
		namespace = strconv.FormatUint(sum(namespace), 36)
	case ir.HashNone:
	}
	var selector *WorkloadSelector
	if s != nil {
		selector = &WorkloadSelector{MatchLabels: s.MatchLabels}
	}
	var operations []*Rule_To
	for _, o := range to {
		op := o.Operation
		operations = append(operations, &Rule_To{Operation: &Operation{Hosts: op.Hosts, Methods: op.Methods, Paths: op.Paths, NotPaths: op.NotPaths}})
	}
	return namespace + "." + strconv.FormatUint(sum(selector), 32) + "." + strconv.FormatUint(sum(operations), 32)
}

// sum hashes a value of the types above, which the library always can.
func sum(v any) uint64 {
	h, err := hashstructure.Hash(v, hashstructure.FormatV2, &hashstructure.HashOptions{SlicesAsSets: true})
	if err != nil {
		panic("hashing a policy: " + err.Error())
	}
	return h
}
