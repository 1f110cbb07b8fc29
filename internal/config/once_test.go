package config_test

import (
	"slices"
	"testing"

	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/diag"
)

// TestParseReportsOnce: a text that YAML 1.1 reads as something else is not a second
// fault of a field that is unknown, or of a value that is at fault.
func TestParseReportsOnce(t *testing.T) {
	const head = "apiVersion: kgw.dev/v1alpha1\nkind: Config\n"
	for text, want := range map[string][]diag.Code{
		"x: y":                                 {diag.UnknownField},
		"y: x":                                 {diag.UnknownField},
		"x: {a: [{b: y}]}":                     {diag.UnknownField},
		"istio: {x: y}":                        {diag.UnknownField},
		"compat: y":                            {diag.WrongType},
		"xy: a\nlabels: {team: y}":             {diag.UnknownField, diag.WrongType},
		"known: {services: [{name: x, y: 1}]}": {diag.UnknownField},
	} {
		_, found := config.Parse("kgw.yaml", []byte(head+text+"\n"))
		var got []diag.Code
		for _, f := range found {
			if f.Code != diag.MissingField {
				got = append(got, f.Code)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: found %v, want %v", text, got, want)
		}
	}
}
