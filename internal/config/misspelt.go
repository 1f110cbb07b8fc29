package config

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/shape"
	"github.com/kgw-dev/kgw/internal/source"
)

// prefix begins the names of all variables of kgw.
const prefix = "KGW_"

// own are the variables that are not settings of kgw.yaml.
var own = []string{"KGW_CONFIG", "KGW_ENV"}

// reserved begin the names of variables that kgw's CI templates and tests have.
var reserved = []string{"KGW_CI_", "KGW_TEST_"}

// Misspelt reports variables of the environment, each as NAME=VALUE, whose
// names are almost those of a variable that is read. Others that begin with
// KGW_ may be the user's own.
func Misspelt(environ []string) diag.List {
	known := slices.Clone(own)
	for _, v := range Variables() {
		known = append(known, v.Name)
	}
	var found diag.List
	for _, entry := range slices.Sorted(slices.Values(environ)) {
		name, value, _ := strings.Cut(entry, "=")
		if value == "" || !strings.HasPrefix(name, prefix) || slices.Contains(known, name) ||
			slices.ContainsFunc(reserved, func(r string) bool { return strings.HasPrefix(name, r) }) {
			continue
		}
		if help := nearestName(name, known); help != "" {
			found.Add(diag.Finding{
				Code: diag.VariableMisspelt, Span: source.Span{File: "<environment>", Line: 1, Column: 1, EndLine: 1, EndColumn: 1},
				Message: fmt.Sprintf("no variable %s is read: it has no effect", name), Help: help,
			})
		}
	}
	return found
}

// nearestName returns the name that a misspelt one may mean; "" if none is
// similar.
func nearestName(name string, known []string) string {
	if near := shape.Nearest(name, known); near != "" {
		return fmt.Sprintf("did you mean %s?", near)
	}
	word, _, _ := strings.Cut(strings.TrimPrefix(name, prefix), "_")
	for _, k := range own {
		if strings.HasPrefix(word, strings.TrimPrefix(k, prefix)) {
			return fmt.Sprintf("did you mean %s?", k)
		}
	}
	words, names := []string{}, map[string]string{}
	for _, f := range fields {
		upper := strings.ToUpper(f.Name)
		words, names[upper] = append(words, upper), f.Name
	}
	first := shape.Nearest(word, words)
	if first == "" {
		return ""
	}
	var same []string
	for _, k := range known {
		if k == prefix+first || strings.HasPrefix(k, prefix+first+"_") {
			same = append(same, k)
		}
	}
	if len(same) == 0 {
		return fmt.Sprintf("%s is not one value: it is set in %s only", names[first], FileName)
	}
	return "did you mean " + strings.Join(same, " or ") + "?"
}
