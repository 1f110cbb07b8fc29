package policy

import (
	"strconv"

	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/manifest"
)

// hash is the value of the hash label: namespace, selector and operations, each
// hashed as its controller does, with github.com/mitchellh/hashstructure/v2
// (FormatV2, SlicesAsSets) over structs of istio.io/api. Lists are sets by
// exclusive or, so that order does not count and a repeated element cancels.
func hash(form ir.PolicyHash, namespace string, s *manifest.Selector, to []manifest.PolicyTo) string {
	switch form {
	case ir.HashRawNamespace:
	case ir.HashHashedNamespace:
		namespace = strconv.FormatUint(sumText(namespace), 36)
	case ir.HashNone:
	}
	return namespace + "." + strconv.FormatUint(sumSelector(s), 32) + "." + strconv.FormatUint(sumOperations(to), 32)
}

// sumSelector hashes an istio.io/api/type/v1beta1.WorkloadSelector; a nil one is
// hashed as the number 0.
func sumSelector(s *manifest.Selector) uint64 {
	if s == nil {
		return sumNumber(0)
	}
	var labels uint64
	for k, v := range s.MatchLabels {
		labels ^= sumPair(sumText(k), sumText(v))
	}
	return sumStruct("WorkloadSelector", []field{{"MatchLabels", sumNumber(labels)}})
}

// sumOperations hashes a list of istio.io/api/security/v1beta1.Rule_To.
func sumOperations(to []manifest.PolicyTo) (all uint64) {
	for _, t := range to {
		op := t.Operation
		operation := sumStruct("Operation", []field{
			{"Hosts", sumTexts(op.Hosts)},
			{"NotHosts", 0},
			{"Ports", 0},
			{"NotPorts", 0},
			{"Methods", sumTexts(op.Methods)},
			{"NotMethods", 0},
			{"Paths", sumTexts(op.Paths)},
			{"NotPaths", sumTexts(op.NotPaths)},
		})
		all ^= sumStruct("Rule_To", []field{{"Operation", operation}})
	}
	return all
}

// field is one of a struct, with the hash of its value.
type field struct {
	name string
	sum  uint64
}

// sumStruct hashes a struct: its name and those of its fields count.
func sumStruct(name string, fields []field) uint64 {
	sum := sumText(name)
	for _, f := range fields {
		sum = sumNumber(sum ^ sumPair(sumText(f.name), f.sum))
	}
	return sum
}

func sumTexts(list []string) (all uint64) {
	for _, s := range list {
		all ^= sumText(s)
	}
	return all
}

// The parameters of FNV-1 with 64 bits (http://www.isthe.com/chongo/tech/comp/fnv/).
const (
	fnvOffset = 14695981039346656037
	fnvPrime  = 1099511628211
)

func sumText(s string) uint64 {
	sum := uint64(fnvOffset)
	for i := range len(s) {
		sum = sum*fnvPrime ^ uint64(s[i])
	}
	return sum
}

func sumNumber(n uint64) uint64 { return addNumber(fnvOffset, n) }

func sumPair(a, b uint64) uint64 { return addNumber(addNumber(fnvOffset, a), b) }

// addNumber adds the bytes of a number, the lowest first.
func addNumber(sum, n uint64) uint64 {
	for range 8 {
		sum, n = sum*fnvPrime^n&0xff, n>>8
	}
	return sum
}
