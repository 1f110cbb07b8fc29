package routerule

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/manifest"
)

// Modifier writes changes to headers, sorted by name: nil where there are none.
func Modifier(ops *manifest.HeaderOperations) *manifest.HeaderModifier {
	if ops == nil || len(ops.Set)+len(ops.Remove) == 0 {
		return nil
	}
	m := &manifest.HeaderModifier{Remove: ops.Remove}
	for _, name := range slices.SortedFunc(maps.Keys(ops.Set), byName) {
		value := ops.Set[name]
		if manifest.IsAuthority(name) {
			name = "Host"
		}
		m.Set = append(m.Set, manifest.HeaderValue{Name: name, Value: value})
	}
	return m
}

// byName orders names of headers without regard to case, equal ones by their
// bytes.
func byName(a, b string) int {
	if c := strings.Compare(strings.ToLower(a), strings.ToLower(b)); c != 0 {
		return c
	}
	return strings.Compare(a, b)
}

// CheckModifier says, each through unsaid, what the CRD does not allow of
// changes to headers that are
// sorted by name; m may be nil.
func CheckModifier(m *manifest.HeaderModifier, unsaid func(message string)) {
	if m == nil {
		return
	}
	say := func(format string, args ...any) { unsaid("an HTTPRoute cannot " + fmt.Sprintf(format, args...)) }
	if n := max(len(m.Set), len(m.Add), len(m.Remove)); n > MaxHeaders {
		say("change %d headers of a rule: at most %d", n, MaxHeaders)
	}
	for _, list := range [][]manifest.HeaderValue{m.Set, m.Add} {
		for i, v := range list {
			switch {
			case v.Value == "":
				say("set the header %q to an empty value", v.Name)
			case len(v.Value) > MaxValue:
				say("set the header %q to %d characters: at most %d", v.Name, len(v.Value), MaxValue)
			case i > 0 && strings.EqualFold(list[i-1].Name, v.Name):
				say("set the header %q twice, also in another spelling", v.Name)
			}
		}
	}
}
