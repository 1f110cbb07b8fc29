package skipper

import (
	"slices"

	"github.com/kgw-dev/kgw/internal/eskip"
	"github.com/kgw-dev/kgw/internal/source"
)

// shareTraffic computes the shares of the backends of each path.
func (i *ingress) shareTraffic(paths []*source.Node) []share {
	byPath := map[string][]int{}
	for n, p := range paths {
		text := source.Text(source.Field(p, "path"))
		byPath[text] = append(byPath[text], n)
	}
	out := make([]share, len(paths))
	for _, list := range byPath {
		weights, names := make([]float64, len(list)), make([]string, len(list))
		for k, n := range list {
			names[k] = source.Text(source.Field(source.Field(source.Field(paths[n], "backend"), "service"), "name"))
			weights[k] = i.weights[names[k]]
		}
		shares := sharesOf(weights)
		byName := map[string]share{}
		for k := range list {
			byName[names[k]] = shares[k]
		}
		for k, n := range list {
			out[n] = byName[names[k]]
		}
	}
	return out
}

// share is a part of the traffic, and how many predicates put it before those
// that come after it (dataclients/kubernetes/traffic.go).
type share struct {
	value float64
	trues int
}

func sharesOf(weights []float64) []share {
	sum := 0.0
	for _, w := range weights {
		sum += w
	}
	if sum == 0 {
		weights = slices.Clone(weights)
		for k := range weights {
			weights[k] = 1
		}
		sum = float64(len(weights))
	}
	last := 0
	for k, w := range weights {
		if w > 0 {
			last = k
		}
	}
	out := make([]share, len(weights))
	for k, w := range weights {
		switch {
		case k == last:
			out[k].value = 1
		case w > 0:
			out[k].value = w / sum
		}
		sum -= w
		out[k].trues = len(weights) - k - 2
	}
	return out
}

// predicates returns the ones that set the share of a route.
func (s share) predicates() []eskip.Call {
	if s.value == 1 {
		return nil
	}
	out := []eskip.Call{eskip.Of("Traffic", s.value)}
	for range s.trues {
		out = append(out, eskip.Of("True"))
	}
	return out
}
