package diff

import (
	"encoding/json"
	"maps"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/kgw-dev/kgw/internal/kinds"
	"github.com/kgw-dev/kgw/internal/source"
)

const lastApplied = "kubectl.kubernetes.io/last-applied-configuration"

// normalise copies an object without what a server or a client adds to it:
// status, all metadata but name, namespace, labels and annotations, defaults,
// and values that mean the same as none. Numbers get one form.
func normalise(o map[string]any) map[string]any {
	kind := text(o["kind"])
	return withoutServer(o, func(k string, v any) (any, bool) {
		v = value(kind, k, v)
		return v, v != nil
	})
}

// withoutServerFields copies an object without what a server adds, and leaves
// the rest as it is written.
func withoutServerFields(o map[string]any) map[string]any {
	return withoutServer(o, func(_ string, v any) (any, bool) { return jsonForm(v), true })
}

// withoutServer copies an object without its status and all metadata but name,
// namespace, labels and annotations, its other fields as copyField returns them, if
// at all.
func withoutServer(o map[string]any, copyField func(k string, v any) (any, bool)) map[string]any {
	out := make(map[string]any, len(o))
	for k, v := range o {
		switch k {
		case "metadata":
			out[k] = metadata(child(o, k))
		case "status":
		default:
			if v, keep := copyField(k, v); keep {
				out[k] = v
			}
		}
	}
	return out
}

// JSON copies an object in the form that encoding/json accepts.
func JSON(o map[string]any) map[string]any {
	out, _ := jsonForm(o).(map[string]any)
	return out
}

func jsonForm(v any) any {
	switch x := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(x))
		for k := range x {
			out[k] = jsonForm(x[k])
		}
		return out
	case []any:
		out := make([]any, len(x))
		for i := range x {
			out[i] = jsonForm(x[i])
		}
		return out
	}
	return number(v)
}

// metadata returns the parts of metadata that kgw writes.
func metadata(m map[string]any) map[string]any {
	out := map[string]any{}
	for _, k := range []string{"name", "namespace"} {
		if s := text(m[k]); s != "" {
			out[k] = s
		}
	}
	for _, k := range []string{"labels", "annotations"} {
		c := maps.Clone(child(m, k))
		maps.DeleteFunc(c, func(key string, _ any) bool {
			return strings.HasPrefix(key, "kubectl.kubernetes.io/") || strings.HasPrefix(key, "deployment.kubernetes.io/")
		})
		if len(c) > 0 {
			out[k] = c
		}
	}
	return out
}

// value copies a value. It returns nil for a value that means the same as an absent
// one. The path names fields with "[]" for elements, as the tables do.
func value(kind, path string, v any) any {
	switch x := v.(type) {
	case map[string]any:
		return mapping(kind, path, x)
	case []any:
		if len(x) == 0 && !isOpaque(kind, path) {
			return nil
		}
		out := make([]any, len(x))
		for i := range x {
			out[i] = element(kind, path+"[]", x[i])
		}
		return dropOnlyWeight(kind, path, out)
	case string, bool, nil:
		return v
	}
	return number(v)
}

// element copies an element of a list, which stays even when it is empty: a
// rule without conditions is not the same as no rule.
func element(kind, path string, v any) any {
	if out := value(kind, path, v); out != nil {
		return out
	}
	switch v.(type) {
	case map[string]any:
		return map[string]any{}
	case []any:
		return []any{}
	}
	return nil
}

func mapping(kind, path string, m map[string]any) any {
	out := make(map[string]any, len(m))
	for k, v := range m {
		at := path + "." + k
		if v = value(kind, at, v); v == nil || isDefault(kind, at, v) {
			continue
		}
		out[k] = v
	}
	if len(out) == 0 && (!isOpaque(kind, path) || isConfig(kind, path)) && !emptyHasMeaning(path) {
		return nil
	}
	return out
}

// emptyHasMeaning reports whether an empty object has a meaning at a path. For
// example, a match of a header without a text demands that the header is present.
func emptyHasMeaning(path string) bool {
	above, _, _ := cutLast(path, ".")
	return present[path] || matchers[above]
}

var matchers = map[string]bool{"spec.http[].match[].headers": true, "spec.http[].match[].withoutHeaders": true, "spec.http[].match[].queryParams": true}

func cutLast(s, sep string) (before, after string, found bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

// present are the fields that have a meaning when they are empty.
var present = map[string]bool{
	"spec.http[].corsPolicy": true, "spec.http[].directResponse": true, "spec.http[].redirect": true, "spec.http[].rewrite": true,
	"spec.http[].mirror": true, "spec.http[].fault": true, "spec.http[].retries": true,
}

// isOpaque reports whether a path leads into a value that only its reader
// understands: the configuration of a handler, or an object of another kind.
func isOpaque(kind, path string) bool {
	switch kind {
	case kinds.VirtualService, kinds.AuthorizationPolicy, kinds.RequestAuthentication, kinds.Ingress, kinds.RouteGroup, kinds.HTTPRoute, kinds.ReferenceGrant:
		return false
	case kinds.Rule:
		return strings.Contains(path, ".config")
	}
	return true
}

// isConfig reports whether a path is that of a handler's whole configuration, which
// means the same empty as absent.
func isConfig(kind, path string) bool {
	return kind == kinds.Rule && strings.HasPrefix(path, "spec.") && strings.HasSuffix(path, ".config") && strings.Count(path, ".config") == 1
}

// number returns a number in one form: int64 if possible, else float64. A number
// that fits neither keeps its spelling.
func number(v any) any {
	switch x := v.(type) {
	case int64:
		return x
	case int:
		return int64(x)
	case int32:
		return int64(x)
	case uint32:
		return int64(x)
	case float64:
		return ofFloat(x)
	case json.Number:
		return ofText(string(x))
	case source.Number:
		return ofText(string(x))
	}
	return v
}

// exact is the largest integer up to which a float represents every integer exactly.
const exact = 1 << 53

func ofFloat(f float64) any {
	if f == math.Trunc(f) && math.Abs(f) <= exact {
		return int64(f)
	}
	return f
}

func ofText(s string) any {
	if i, err := strconv.ParseInt(s, 10, 64); err == nil {
		return i
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || !strings.ContainsAny(s, ".eE") {
		return source.Number(s)
	}
	return ofFloat(f)
}

// settle changes a live object to the wanted one in everything that others may set:
// versions of a group, labels and annotations that neither kgw writes nor its last
// apply wrote, and fields that admission fills in.
func settle(live, want, raw map[string]any) {
	group := func(o map[string]any) string { g, _, _ := strings.Cut(text(o["apiVersion"]), "/"); return g }
	if group(live) == group(want) {
		live["apiVersion"] = want["apiVersion"]
	}
	var applied map[string]any
	_ = json.Unmarshal([]byte(text(child(child(raw, "metadata"), "annotations")[lastApplied])), &applied)
	have, wanted, before := child(live, "metadata"), child(want, "metadata"), child(applied, "metadata")
	settleOwner(live, want)
	for _, part := range []string{"labels", "annotations"} {
		m := child(have, part)
		maps.DeleteFunc(m, func(k string, _ any) bool {
			_, mine := child(wanted, part)[k]
			_, was := child(before, part)[k]
			return !mine && !was && !kinds.IsOwnerLabel(k)
		})
		if len(m) == 0 {
			delete(have, part)
		}
	}
	if spec := child(live, "spec"); spec != nil && text(live["kind"]) == kinds.Ingress && child(want, "spec")["ingressClassName"] == nil {
		delete(spec, "ingressClassName")
	}
}

// settleOwner replaces the labels of a live object by the wanted ones if a
// controller made it for the same resource: each release of Kyma's API Gateway
// spells the owner and the hash of a policy in its own way.
func settleOwner(live, want map[string]any) {
	l, w := &Object{Value: live}, &Object{Value: want}
	of, owned := l.controllerOwner()
	wanted, known := w.controllerOwner()
	if !owned || !known || of != wanted {
		return
	}
	have, labels := l.labels(), w.labels()
	hashed := have[hashLabel] == labels[hashLabel] || withoutNamespace(text(have[hashLabel])) == withoutNamespace(text(labels[hashLabel]))
	maps.DeleteFunc(have, func(k string, _ any) bool { return controllerLabel(k) })
	for k, v := range labels {
		if controllerLabel(k) {
			have[k] = v
		}
	}
	if hashed && have[hashLabel] != nil && labels[hashLabel] != nil {
		have[hashLabel] = labels[hashLabel]
	}
}

// equalValues reports whether two normalised values are equal. Durations of equal length are equal.
func equalValues(a, b any) bool {
	switch x := a.(type) {
	case map[string]any:
		y, ok := b.(map[string]any)
		if !ok || len(x) != len(y) {
			return false
		}
		for k := range x {
			v, there := y[k]
			if !there || !equalValues(x[k], v) && !sameDuration(k, x[k], v) {
				return false
			}
		}
		return true
	case []any:
		y, ok := b.([]any)
		if !ok || len(x) != len(y) {
			return false
		}
		for i := range x {
			if !equalValues(x[i], y[i]) {
				return false
			}
		}
		return true
	}
	switch b.(type) {
	case map[string]any, []any:
		return false
	}
	return a == b
}

var durations = map[string]bool{"timeout": true, "maxAge": true, "perTryTimeout": true, "fixedDelay": true}

func sameDuration(key string, a, b any) bool {
	x, errX := time.ParseDuration(text(a))
	y, errY := time.ParseDuration(text(b))
	return durations[key] && errX == nil && errY == nil && x == y
}
