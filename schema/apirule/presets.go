package apirule

import (
	"strings"

	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/source"
)

// PresetAnnotation names IDPPresets, with commas between them, whose issuers
// and keys the jwt rules of a resource get that name neither.
const PresetAnnotation = "kgw.dev/idp-presets"

// PresetsOf returns the names in a document's PresetAnnotation, each once, and
// nil where there is none.
func PresetsOf(root *source.Node) []string {
	text := source.Text(source.Field(source.Field(source.Field(root, "metadata"), "annotations"), PresetAnnotation))
	var out []string
	seen := map[string]bool{}
	for name := range strings.SplitSeq(text, ",") {
		if name = strings.TrimSpace(name); name != "" && !seen[name] {
			seen[name] = true
			out = append(out, name)
		}
	}
	return out
}

// FillStrategies writes the presets into the jwt strategies of an APIRule
// v1alpha1 or v1beta1 that name neither issuer nor keys, in Istio's form or in
// Oathkeeper's, and returns how many those are.
func FillStrategies(root *source.Node, presets []*ir.Preset, istio bool) int {
	filled := 0
	for _, rule := range rules(root) {
		for _, strategy := range source.Elements(source.Field(rule, "accessStrategies")) {
			if source.Text(source.Field(strategy, "handler")) != "jwt" {
				continue
			}
			config := source.Field(strategy, "config")
			if hasAny(config, "trusted_issuers", "jwks_urls", "authentications") || isOther(config) {
				continue
			}
			filled++
			if istio {
				setKey(strategy, "config", withMembers(config, source.Member{Key: "authentications", Value: authentications(presets)}))
				continue
			}
			issuers, keys := make([]any, len(presets)), make([]any, len(presets))
			for i, p := range presets {
				issuers[i], keys[i] = p.Issuer, p.JWKS
			}
			setKey(strategy, "config", withMembers(config, source.Member{Key: "trusted_issuers", Value: issuers}, source.Member{Key: "jwks_urls", Value: keys}))
		}
	}
	return filled
}

// FillAuthentications writes the presets into the jwt configurations of an
// APIRule v2 or v2alpha1 that have no authentications, and returns how many
// those are.
func FillAuthentications(root *source.Node, presets []*ir.Preset, _ bool) int {
	filled := 0
	fill := func(parent *source.Node, key string) {
		jwt := source.Field(parent, key)
		if source.Keys(jwt) == nil || hasAny(jwt, "authentications") {
			return
		}
		filled++
		setKey(parent, key, withMembers(jwt, source.Member{Key: "authentications", Value: authentications(presets)}))
	}
	for _, rule := range rules(root) {
		fill(rule, "jwt")
		fill(source.Field(rule, "extAuth"), "restrictions")
	}
	return filled
}

func rules(root *source.Node) []*source.Node {
	return source.Elements(source.Field(source.Field(root, "spec"), "rules"))
}

func authentications(presets []*ir.Preset) []any {
	out := make([]any, len(presets))
	for i, p := range presets {
		out[i] = source.Object{{Key: "issuer", Value: p.Issuer}, {Key: "jwksUri", Value: p.JWKS}}
	}
	return out
}

// hasAny reports whether one of the keys has a value other than an empty list.
func hasAny(config *source.Node, keys ...string) bool {
	for _, key := range keys {
		if n := source.Field(config, key); n != nil && n.Tag != "!!null" && (len(n.Content) > 0 || n.Value != "") {
			return true
		}
	}
	return false
}

// withMembers returns a mapping with some members instead of its own.
func withMembers(config *source.Node, members ...source.Member) *source.Node {
	out := source.NodeOf(source.Object{})
	if source.Keys(config) != nil {
		out = config
	}
	for _, m := range members {
		out = source.With(source.Without(out, m.Key), m.Key, source.NodeOf(m.Value))
	}
	return out
}

// setKey sets a key of a mapping in place.
func setKey(n *source.Node, key string, value *source.Node) {
	*n = *source.With(source.Without(n, key), key, value)
}

// isOther reports whether a configuration is neither absent nor a mapping.
func isOther(config *source.Node) bool {
	return config != nil && config.Tag != "!!null" && source.Keys(config) == nil
}
