// Package accessrules writes Rules as the access rules that Oathkeeper loads:
// a JSON file, or the ConfigMap that holds it. It is what oathkeeper-maester
// v0.1.10 does in a cluster.
//
// It takes Rules as plain values, whoever wrote them, and returns bytes or
// manifests. It must not know the model.
package accessrules

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/source"
)

// Rule is one Rule object.
type Rule struct {
	Namespace, Name string
	Spec            source.Object
	Origin          source.Ref
}

// Options say where the Maester keeps the access rules.
type Options struct {
	// Namespace and Name are those of the ConfigMap, and Key is the name of the
	// file in it.
	Namespace, Name, Key string
}

// JSON returns the rules as Oathkeeper loads them, sorted by their ids. Sections
// that are absent are filled in so that nobody is let through; empty ones are
// left out, as the Maester leaves them out, and Oathkeeper refuses the rule.
func JSON(rules []Rule) []byte {
	ordered := slices.Clone(rules)
	slices.SortStableFunc(ordered, func(a, b Rule) int { return cmp.Compare(a.id(), b.id()) })
	list := make([]any, len(ordered))
	for i := range ordered {
		list[i] = ordered[i].value()
	}
	return append(manifest.AppendJSON(nil, list, 0), '\n')
}

// ConfigMaps returns the ConfigMaps that the Maester writes: one with all rules,
// and one for each name that rules of a namespace give in configMapName, with
// those rules.
func ConfigMaps(rules []Rule, o Options) ([]manifest.Object, diag.List) {
	type place struct{ namespace, name string }
	named := map[place][]Rule{}
	var places []place
	for _, r := range rules {
		if name, _ := get(r.Spec, "configMapName").(string); name != "" {
			p := place{r.Namespace, name}
			if named[p] == nil {
				places = append(places, p)
			}
			named[p] = append(named[p], r)
		}
	}
	var found diag.List
	out := []manifest.Object{configMap(o.Namespace, o.Name, o.Key, rules, &found)}
	for _, p := range places {
		out = append(out, configMap(p.namespace, p.name, o.Key, named[p], &found))
	}
	return out, found
}

func configMap(namespace, name, key string, rules []Rule, found *diag.List) manifest.Object {
	text := JSON(rules)
	if size := len(text) + len(key); size > manifest.MaxConfigMap {
		found.Add(diag.Finding{
			Code: diag.ConfigMapTooLarge, At: rules[0].Origin,
			Message: fmt.Sprintf("the access rules for ConfigMap %s/%s have %d bytes, and a ConfigMap holds %d", namespace, name, size, manifest.MaxConfigMap),
			Help:    "set configMapName on rules, or write them as a file with --emit oathkeeper-rules",
		})
	}
	return manifest.Object{
		APIVersion: "v1", Kind: "ConfigMap", Meta: manifest.Meta{Namespace: namespace, Name: name},
		Data: map[string]string{key: string(text)}, Origin: firstOrigin(rules),
	}
}

func firstOrigin(rules []Rule) source.Ref {
	if len(rules) == 0 {
		return source.Ref{}
	}
	return rules[0].Origin
}

// id is the name of a rule in Oathkeeper.
func (r *Rule) id() string { return r.Name + "." + r.Namespace }

// value returns the rule as the Maester spells it: its keys in the order of
// the Maester's structs, those of configurations sorted, as an API server
// returns them.
func (r *Rule) value() source.Object {
	upstream, _ := get(r.Spec, "upstream").(source.Object)
	out := source.Object{{Key: "upstream", Value: upstreamOf(upstream)}, {Key: "id", Value: r.id()}, {Key: "match", Value: matchOf(get(r.Spec, "match"))}}
	add := func(key string, list []any) {
		if len(list) > 0 {
			out = append(out, source.Member{Key: key, Value: list})
		}
	}
	add("authenticators", handlersOf(get(r.Spec, "authenticators"), "unauthorized"))
	out = append(out, source.Member{Key: "authorizer", Value: authorizerOf(get(r.Spec, "authorizer"))})
	add("mutators", handlersOf(get(r.Spec, "mutators"), "noop"))
	add("errors", handlersOf(get(r.Spec, "errors"), ""))
	if name, _ := get(r.Spec, "configMapName").(string); name != "" {
		out = append(out, source.Member{Key: "configMapName", Value: name})
	}
	return out
}

func get(o source.Object, key string) any {
	v, _ := o.Get(key)
	return v
}

func authorizerOf(v any) any {
	if _, ok := v.(source.Object); !ok {
		return source.Object{{Key: "handler", Value: "deny"}}
	}
	return handlerOf(v)
}

func upstreamOf(o source.Object) source.Object {
	url, _ := get(o, "url").(string)
	out := source.Object{{Key: "url", Value: url}}
	if prefix, _ := get(o, "stripPath").(string); prefix != "" {
		out = append(out, source.Member{Key: "strip_path", Value: prefix})
	}
	keep, _ := get(o, "preserveHost").(bool)
	return append(out, source.Member{Key: "preserve_host", Value: keep})
}

func matchOf(v any) any {
	o, ok := v.(source.Object)
	if !ok {
		return nil
	}
	return source.Object{{Key: "url", Value: get(o, "url")}, {Key: "methods", Value: get(o, "methods")}}
}

// handlersOf returns a list of handlers; where there is none, the one named
// absent, unless that is "".
func handlersOf(v any, absent string) []any {
	list, ok := v.([]any)
	if !ok && absent != "" {
		return []any{source.Object{{Key: "handler", Value: absent}}}
	}
	out := make([]any, len(list))
	for i := range list {
		out[i] = handlerOf(list[i])
	}
	return out
}

func handlerOf(v any) any {
	o, _ := v.(source.Object)
	out := source.Object{{Key: "handler", Value: get(o, "handler")}}
	if config, ok := get(o, "config").(source.Object); ok {
		out = append(out, source.Member{Key: "config", Value: sorted(config)})
	}
	return out
}

// sorted returns a value with the keys of its objects sorted.
func sorted(v any) any {
	switch x := v.(type) {
	case source.Object:
		out := make(source.Object, len(x))
		for i, m := range x {
			out[i] = source.Member{Key: m.Key, Value: sorted(m.Value)}
		}
		slices.SortFunc(out, func(a, b source.Member) int { return strings.Compare(a.Key, b.Key) })
		return out
	case []any:
		out := make([]any, len(x))
		for i := range x {
			out[i] = sorted(x[i])
		}
		return out
	}
	return v
}
