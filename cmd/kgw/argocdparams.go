package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/lazyregexp"
	"github.com/kgw-dev/kgw/internal/shape"
)

// argocdParameter is a parameter that the plugin announces. The user of an
// Application may set it in spec.source.plugin.parameters.
type argocdParameter struct {
	name, title, tooltip string
	// kind is string, array or map.
	kind string
	// flag is the flag of generate with the same meaning; "" if there is none.
	flag string
}

// argocdParameters are in the order in which the user interface lists them.
var argocdParameters = []argocdParameter{
	{"paths", "Inputs", "Files, directories and patterns to compile, relative to the application's path; without any, all of it", "array", ""},
	{"config", "Configuration", "The kgw.yaml to use, relative to the application's path; without it, the nearest one upwards", "string", "config"},
	{"target", "Target", "What is written for every gateway: oathkeeper, istio, gateway-api or skipper", "string", "target"},
	{"compat", "Compatibility", "What to measure against: strict or controller", "string", "compat"},
	{"namespace", "Namespace", "Namespace of documents that name none; without it, that of kgw.yaml or else the application's destination", "string", "namespace"},
	{"passthrough", "Other kinds", "true: deploy documents of other kinds too; false: leave them out", "string", "passthrough"},
	{"istio-api", "Version of Istio's API", "v1beta1 or v1", "string", "istio-api"},
	{"route-api", "Kind of Istio's routes", "virtualservice or gateway-api", "string", "route-api"},
	{"skipper-api", "Kind of Skipper's routes", "ingress or routegroup", "string", "skipper-api"},
	{"fail-on", "Fail on", "Lowest severity of a finding that stops a sync: error, warning or info", "string", "fail-on"},
	{"rules", "Levels of findings", "Code and level, such as KGW305: warning", "map", "rule"},
	{"allow-empty", "Allow no objects", "true: an application without any object is not an error, and a sync prunes what it had", "string", "allow-empty"},
}

// argocdValue is the value that Argo CD sends for a parameter, in
// ARGOCD_APP_PARAMETERS:
// https://argo-cd.readthedocs.io/en/stable/operator-manual/config-management-plugins/
type argocdValue struct {
	Name   string            `json:"name"`
	String *string           `json:"string"`
	Array  []string          `json:"array"`
	Map    map[string]string `json:"map"`
}

// kind returns which of the three forms the value has, or "" for none.
func (v *argocdValue) kind() string {
	switch {
	case v.String != nil:
		return "string"
	case v.Array != nil:
		return "array"
	case v.Map != nil:
		return "map"
	}
	return ""
}

// readArgoCDParameters returns the parameters of the application, by name:
// those of ARGOCD_APP_PARAMETERS, or else the variables PARAM_<NAME>.
func readArgoCDParameters(getenv func(string) string) (map[string]argocdValue, error) {
	text := getenv("ARGOCD_APP_PARAMETERS")
	if text == "" {
		return argocdVariables(getenv), nil
	}
	var list []argocdValue
	if err := json.Unmarshal([]byte(text), &list); err != nil {
		return nil, usage("ARGOCD_APP_PARAMETERS is not a list of parameters: %w", err)
	}
	out := map[string]argocdValue{}
	for _, v := range list {
		p, err := argocdParameterNamed(v.Name)
		if err != nil {
			return nil, err
		}
		switch kind := v.kind(); {
		case kind == "":
			continue
		case kind != p.kind:
			return nil, usage("the parameter %q must be given as %s, not as %s", p.name, p.kind, kind)
		}
		if _, twice := out[v.Name]; twice {
			return nil, usage("the parameter %q is given twice", v.Name)
		}
		out[v.Name] = v
	}
	return out, nil
}

func argocdParameterNamed(name string) (*argocdParameter, error) {
	var names []string
	for i := range argocdParameters {
		if argocdParameters[i].name == name {
			return &argocdParameters[i], nil
		}
		names = append(names, argocdParameters[i].name)
	}
	if near := shape.Nearest(name, names); near != "" {
		return nil, usage("there is no parameter %q: did you mean %q?", name, near)
	}
	return nil, usage("there is no parameter %q: use one of %s", name, strings.Join(names, ", "))
}

var notInVariable = lazyregexp.New(`[^A-Z0-9_]`)

// argocdVariables reads the parameters from the variables that Argo CD sets
// beside the list, in which arrays have a number; maps cannot be read.
func argocdVariables(getenv func(string) string) map[string]argocdValue {
	out := map[string]argocdValue{}
	for _, p := range argocdParameters {
		variable := "PARAM_" + notInVariable().ReplaceAllString(strings.ToUpper(p.name), "_")
		switch p.kind {
		case "string":
			if text := getenv(variable); text != "" {
				out[p.name] = argocdValue{Name: p.name, String: &text}
			}
		case "array":
			var list []string
			for text := getenv(variable + "_0"); text != ""; text = getenv(fmt.Sprintf("%s_%d", variable, len(list))) {
				list = append(list, text)
			}
			if list != nil {
				out[p.name] = argocdValue{Name: p.name, Array: list}
			}
		}
	}
	return out
}

// texts returns the values that the parameter's flag is set to, one after the
// other, in an order of their own for maps.
func (v *argocdValue) texts() []string {
	if v.String != nil && *v.String != "" {
		return []string{*v.String}
	}
	var out []string
	for key, value := range v.Map {
		out = append(out, key+"="+value)
	}
	slices.Sort(out)
	return out
}
