package apirule_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/schema/apirule"
)

var presets = []*ir.Preset{{Issuer: "i", JWKS: "k"}, {Issuer: "j", JWKS: "l"}}

// TestPresetsOf holds the names in the annotation, each once.
func TestPresetsOf(t *testing.T) {
	for text, want := range map[string][]string{"a": {"a"}, " a , b,,a ": {"a", "b"}, "": nil, " , ": nil} {
		root := source.NodeOf(source.Object{{Key: "metadata", Value: source.Object{{Key: "annotations", Value: source.Object{{Key: apirule.PresetAnnotation, Value: text}}}}}})
		if d := cmp.Diff(want, apirule.PresetsOf(root)); d != "" {
			t.Errorf("%q (- want, + got):\n%s", text, d)
		}
	}
	if got := apirule.PresetsOf(source.NodeOfText("{}")); got != nil {
		t.Errorf("without the annotation: %v", got)
	}
}

// TestFill holds into which jwt configurations presets are written, and that all
// others stay as they are.
func TestFill(t *testing.T) {
	const (
		ory   = "{handler: jwt, config: {trusted_issuers: [i, j], jwks_urls: [k, l]}}"
		istio = "{handler: jwt, config: {authentications: [{issuer: i, jwksUri: k}, {issuer: j, jwksUri: l}]}}"
		auth  = "authentications: [{issuer: i, jwksUri: k}, {issuer: j, jwksUri: l}]"
	)
	strategies := func(root *source.Node) int { return apirule.FillStrategies(root, presets, false) }
	strategiesOfIstio := func(root *source.Node) int { return apirule.FillStrategies(root, presets, true) }
	authentications := func(root *source.Node) int { return apirule.FillAuthentications(root, presets, false) }
	for name, c := range map[string]struct {
		fill         func(*source.Node) int
		before, want string
		filled       int
	}{
		"no configuration":     {strategies, "{accessStrategies: [{handler: jwt}]}", "{accessStrategies: [" + ory + "]}", 1},
		"null":                 {strategies, "{accessStrategies: [{handler: jwt, config: null}]}", "{accessStrategies: [" + ory + "]}", 1},
		"empty lists":          {strategies, "{accessStrategies: [{handler: jwt, config: {trusted_issuers: [], jwks_urls: null}}]}", "{accessStrategies: [" + ory + "]}", 1},
		"scopes are kept":      {strategies, "{accessStrategies: [{handler: jwt, config: {required_scope: [s]}}]}", "{accessStrategies: [{handler: jwt, config: {required_scope: [s], trusted_issuers: [i, j], jwks_urls: [k, l]}}]}", 1},
		"an issuer":            {strategies, "{accessStrategies: [{handler: jwt, config: {trusted_issuers: [x]}}]}", "{accessStrategies: [{handler: jwt, config: {trusted_issuers: [x]}}]}", 0},
		"keys":                 {strategies, "{accessStrategies: [{handler: jwt, config: {jwks_urls: [x]}}]}", "{accessStrategies: [{handler: jwt, config: {jwks_urls: [x]}}]}", 0},
		"of Istio's form":      {strategies, "{accessStrategies: [{handler: jwt, config: {authentications: [{}]}}]}", "{accessStrategies: [{handler: jwt, config: {authentications: [{}]}}]}", 0},
		"not a configuration":  {strategies, "{accessStrategies: [{handler: jwt, config: text}]}", "{accessStrategies: [{handler: jwt, config: text}]}", 0},
		"another strategy":     {strategies, "{accessStrategies: [{handler: noop}]}", "{accessStrategies: [{handler: noop}]}", 0},
		"two":                  {strategies, "{accessStrategies: [{handler: jwt}, {handler: noop}, {handler: jwt}]}", "{accessStrategies: [" + ory + ", {handler: noop}, " + ory + "]}", 2},
		"Istio":                {strategiesOfIstio, "{accessStrategies: [{handler: jwt}]}", "{accessStrategies: [" + istio + "]}", 1},
		"v2":                   {authentications, "{jwt: {}}", "{jwt: {" + auth + "}}", 1},
		"v2 with scopes":       {authentications, "{jwt: {authorizations: [{requiredScopes: [s]}]}}", "{jwt: {authorizations: [{requiredScopes: [s]}], " + auth + "}}", 1},
		"v2 with issuers":      {authentications, "{jwt: {authentications: [{issuer: x}]}}", "{jwt: {authentications: [{issuer: x}]}}", 0},
		"v2 restrictions":      {authentications, "{extAuth: {authorizers: [a], restrictions: {authentications: []}}}", "{extAuth: {authorizers: [a], restrictions: {" + auth + "}}}", 1},
		"v2 authorizers alone": {authentications, "{extAuth: {authorizers: [a]}}", "{extAuth: {authorizers: [a]}}", 0},
		"v2 open":              {authentications, "{noAuth: true}", "{noAuth: true}", 0},
	} {
		t.Run(name, func(t *testing.T) {
			root := source.NodeOfText("{spec: {rules: [" + c.before + "]}}")
			filled := c.fill(root)
			if d := cmp.Diff(source.Value(source.NodeOfText("{spec: {rules: ["+c.want+"]}}")), source.Value(root)); d != "" || filled != c.filled {
				t.Errorf("%d are filled (- want, + got):\n%s", filled, d)
			}
		})
	}
}
