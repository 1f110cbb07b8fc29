package envoy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/simulate"
)

// oddMatches returns the conditions of an entry on headers which Istio does not
// treat as headers, or only in part: whether each matches is not known.
func oddMatches(n *source.Node, m *simulate.Manifest, path string) []simulate.Unknown {
	var out []simulate.Unknown
	for _, list := range []string{"headers", "withoutHeaders"} {
		fields := source.Field(n, list)
		for _, key := range source.Keys(fields) {
			why := oddHeader(key, source.Field(fields, key))
			if why == "" {
				continue
			}
			at := source.JoinKey(path+"."+list, key)
			out = append(out, simulate.Unknown{
				Why: simulate.Opaque, At: m.At(at), Key: list + " " + key + simulate.Canonical(source.Field(fields, key)),
				What: fmt.Sprintf("the match of the header %q of the VirtualService %s has another meaning than kgw assumes (%s)", key, m.ID(), why),
			})
		}
	}
	return out
}

// oddHeader returns why the effect of a match on a header is not known
// (pilot/pkg/networking/core/route), "" if it is.
func oddHeader(key string, v *source.Node) string {
	name := strings.ToLower(key)
	switch {
	case claimPath(name) != nil:
		if c := readCondition(header, name, v, false); c.kind == "present" {
			return "a claim without a value to compare"
		}
	case slices.Contains([]string{"uri", "scheme", "method", "authority"}, name):
		return "the documentation says that Istio ignores it"
	case simulate.IsWrittenByEnvoy(name):
		return "gateways set headers of this kind, or remove them"
	}
	return ""
}
