package diff

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/kinds"
)

// list describes how the elements of a list are matched.
type list struct {
	// ordered reports that the order means something.
	ordered bool
	// keys are the fields that identify an element; without any, the whole
	// element is compared.
	keys []string
}

// lists describes the lists of the kinds that kgw writes, by kind and path. Other
// lists are ordered if they contain texts or numbers, and otherwise matched by
// name.
var lists = map[string]map[string]list{
	kinds.VirtualService: {
		"spec.hosts": {}, "spec.gateways": {}, "spec.exportTo": {},
		"spec.http":                           {ordered: true, keys: []string{"match"}},
		"spec.http[].match":                   {},
		"spec.http[].route":                   {keys: []string{"destination"}},
		"spec.http[].corsPolicy.allowOrigins": {}, "spec.http[].corsPolicy.allowMethods": {}, "spec.http[].corsPolicy.allowHeaders": {},
		"spec.http[].corsPolicy.exposeHeaders":        {},
		"spec.http[].headers.response.remove":         {},
		"spec.http[].headers.request.remove":          {},
		"spec.http[].route[].headers.request.remove":  {},
		"spec.http[].route[].headers.response.remove": {},
	},
	kinds.AuthorizationPolicy: {
		"spec.rules": {}, "spec.rules[].from": {}, "spec.rules[].to": {},
		"spec.rules[].when": {keys: []string{"key"}}, "spec.rules[].when[].values": {}, "spec.rules[].when[].notValues": {},
		"spec.rules[].from[].source.principals": {}, "spec.rules[].from[].source.notPrincipals": {}, "spec.rules[].from[].source.requestPrincipals": {},
		"spec.rules[].to[].operation.hosts": {}, "spec.rules[].to[].operation.methods": {}, "spec.rules[].to[].operation.paths": {}, "spec.rules[].to[].operation.notPaths": {},
	},
	kinds.RequestAuthentication: {
		"spec.jwtRules":               {keys: []string{"issuer"}},
		"spec.jwtRules[].fromHeaders": {keys: []string{"name"}},
		"spec.jwtRules[].fromParams":  {},
		"spec.jwtRules[].audiences":   {},
	},
	// The first authenticator that feels responsible decides, mutators change
	// the request one after the other.
	kinds.Rule: {
		"spec.match.methods":  {},
		"spec.authenticators": {ordered: true, keys: []string{"handler"}},
		"spec.mutators":       {ordered: true, keys: []string{"handler"}},
		"spec.errors":         {ordered: true, keys: []string{"handler"}},
	},
	// Rules that have requests in common are told apart by their texts, and by
	// the list.
	kinds.HTTPRoute: {
		"spec.parentRefs": {keys: []string{"namespace", "name", "sectionName"}}, "spec.hostnames": {},
		"spec.rules":                                           {ordered: true, keys: []string{"matches"}},
		"spec.rules[].matches":                                 {},
		"spec.rules[].matches[].headers":                       {keys: []string{"name"}},
		"spec.rules[].filters":                                 {keys: []string{"type"}},
		"spec.rules[].filters[].requestHeaderModifier.set":     {keys: []string{"name"}},
		"spec.rules[].filters[].requestHeaderModifier.remove":  {},
		"spec.rules[].filters[].responseHeaderModifier.set":    {keys: []string{"name"}},
		"spec.rules[].filters[].responseHeaderModifier.remove": {},
		"spec.rules[].filters[].cors.allowOrigins":             {}, "spec.rules[].filters[].cors.allowMethods": {},
		"spec.rules[].filters[].cors.allowHeaders": {}, "spec.rules[].filters[].cors.exposeHeaders": {},
		"spec.rules[].backendRefs": {keys: []string{"namespace", "name", "port"}},
	},
	kinds.ReferenceGrant:     {"spec.from": {}, "spec.to": {}},
	kinds.ClusterRoleBinding: {"subjects": {keys: []string{"kind", "name"}}},
	kinds.RoleBinding:        {"subjects": {keys: []string{"kind", "name"}}},
	kinds.Ingress: {
		"spec.rules":              {keys: []string{"host"}},
		"spec.rules[].http.paths": {keys: []string{"path", "pathType"}},
		"spec.tls":                {keys: []string{"secretName"}},
		"spec.tls[].hosts":        {},
	},
	kinds.RouteGroup: {
		"spec.hosts": {}, "spec.backends": {keys: []string{"name"}}, "spec.defaultBackends": {keys: []string{"backendName"}},
		"spec.routes":           {keys: []string{"path", "pathSubtree", "pathRegexp", "methods", "predicates"}},
		"spec.routes[].methods": {}, "spec.routes[].predicates": {}, "spec.routes[].backends": {keys: []string{"backendName"}},
	},
}

// sets are lists of a handler's configuration whose order means nothing
// (https://www.ory.sh/docs/oathkeeper/pipeline/authn).
var sets = []string{"required_scope", "target_audience", "trusted_issuers", "allowed_algorithms", "jwks_urls", "only", "forward_http_headers"}

func listAt(kind, path string, a, b []any) list {
	if l, ok := lists[kind][path]; ok {
		return l
	}
	if _, last, _ := cutLast(path, "."); slices.Contains(sets, last) {
		return list{}
	}
	for _, key := range []string{"name", "key"} {
		if namedBy(key, a) && namedBy(key, b) && len(a)+len(b) > 0 {
			return list{keys: []string{key}}
		}
	}
	return list{ordered: true}
}

// namedBy reports whether each element has a name of its own under the key.
func namedBy(key string, l []any) bool {
	seen := map[string]bool{}
	for _, e := range l {
		m, _ := e.(map[string]any)
		name := text(m[key])
		if name == "" || seen[name] {
			return false
		}
		seen[name] = true
	}
	return true
}

// row is an element on both sides, by position; -1 where a side has none.
type row struct{ b, a int }

// match finds the element of before for each element of after. It matches equal
// elements first, then those with one key, then the remaining ones that have
// something in common, in order. The path is that of elements.
func match(kind, path string, l list, before, after []any) []int {
	of := make([]int, len(after))
	for i := range of {
		of[i] = -1
	}
	taken := make([]bool, len(before))
	pair := func(spell func(any) string) {
		left := map[string][]int{}
		for i, v := range before {
			if s := spell(v); !taken[i] && s != "" {
				left[s] = append(left[s], i)
			}
		}
		for i, v := range after {
			if of[i] >= 0 {
				continue
			}
			if s := spell(v); len(left[s]) > 0 {
				of[i], taken[left[s][0]] = left[s][0], true
				left[s] = left[s][1:]
			}
		}
	}
	pair(func(v any) string { return spellValue(sortLists(kind, path, v)) })
	if len(l.keys) > 0 {
		pair(func(v any) string { return keyText(l.keys, sortLists(kind, path, v)) })
	}
	pairRest(before, after, of, taken)
	return of
}

// pairRest pairs the remaining objects that are alike.
func pairRest(before, after []any, of []int, taken []bool) {
	next := 0
	for i, v := range after {
		if of[i] >= 0 {
			continue
		}
		for j := next; j < len(before); j++ {
			if !taken[j] && shareField(before[j], v) {
				of[i], taken[j], next = j, true, j+1
				break
			}
		}
	}
}

// sortLists copies a value with every list whose order means nothing in one
// order.
func sortLists(kind, path string, v any) any {
	switch x := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(x))
		for k := range x {
			out[k] = sortLists(kind, path+"."+k, x[k])
		}
		return out
	case []any:
		out := make([]any, len(x))
		for i := range x {
			out[i] = sortLists(kind, path+"[]", x[i])
		}
		if !listAt(kind, path, x, x).ordered {
			slices.SortFunc(out, func(a, b any) int { return strings.Compare(spellValue(a), spellValue(b)) })
		}
		return out
	}
	return v
}

// spellValue returns a value as a text. Equal values have equal texts.
func spellValue(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return string(b)
}

// keyText returns the fields that identify an element as a text, "" if it has none of them.
func keyText(keys []string, v any) string {
	m, _ := v.(map[string]any)
	var b strings.Builder
	some := false
	for _, k := range keys {
		if f, ok := m[k]; ok {
			some = true
			b.WriteString(spellValue(f))
		}
		b.WriteByte(0)
	}
	if !some {
		return ""
	}
	return b.String()
}

// shareField reports whether two objects have a field in common.
func shareField(a, b any) bool {
	x, okX := a.(map[string]any)
	y, okY := b.(map[string]any)
	if !okX || !okY {
		return false
	}
	for k := range x {
		if v, there := y[k]; there && equalValues(x[k], v) {
			return true
		}
	}
	return len(x) == 1 && len(y) == 1
}

// orderRows puts matched elements and those of one side into one order: that of
// after, with each removed element after the one that it followed before.
func orderRows(of []int, before int) []row {
	at := make([]int, before)
	for i := range at {
		at[i] = -1
	}
	for a, b := range of {
		if b >= 0 {
			at[b] = a
		}
	}
	gone := map[int][]int{} // behind which element of after
	anchor := -1
	for b := range before {
		if at[b] >= 0 {
			anchor = at[b]
			continue
		}
		gone[anchor] = append(gone[anchor], b)
	}
	out := make([]row, 0, len(of)+len(gone))
	add := func(anchor int) {
		for _, b := range gone[anchor] {
			out = append(out, row{b, -1})
		}
	}
	add(-1)
	for a, b := range of {
		out = append(out, row{b, a})
		add(a)
	}
	return out
}

// movedElements returns the elements of after that are not in the order of before.
// They are as few as possible: those outside a longest increasing run.
func movedElements(of []int) map[int]bool {
	var best []int // best[k] ends the run of length k+1 that ends lowest
	from := make([]int, len(of))
	for a, b := range of {
		from[a] = -1
		if b < 0 {
			continue
		}
		k, _ := slices.BinarySearchFunc(best, b, func(e, b int) int { return of[e] - b })
		if k > 0 {
			from[a] = best[k-1]
		}
		if k == len(best) {
			best = append(best, a)
		} else {
			best[k] = a
		}
	}
	stay := map[int]bool{}
	if len(best) > 0 {
		for a := best[len(best)-1]; a >= 0; a = from[a] {
			stay[a] = true
		}
	}
	out := map[int]bool{}
	for a, b := range of {
		if b >= 0 && !stay[a] {
			out[a] = true
		}
	}
	return out
}
