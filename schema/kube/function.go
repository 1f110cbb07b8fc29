package kube

import (
	"maps"
	"slices"
	"strconv"

	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/source"
)

// FunctionGroup is the API group of Functions.
const FunctionGroup = "serverless.kyma-project.io"

// FunctionSelector returns the labels by which the Service of a Function
// selects pods: those of the Function's Deployment, without the Function's
// uid, which only the cluster knows
// (github.com/kyma-project/serverless, buildless-serverless,
// resources/service.go and function_types.go).
func FunctionSelector(name string) map[string]string {
	return map[string]string{
		FunctionGroup + "/function-name": name,
		FunctionGroup + "/managed-by":    "function-controller",
		FunctionGroup + "/resource":      "deployment",
	}
}

// FunctionUID is the label of such pods that has the Function's uid.
const FunctionUID = FunctionGroup + "/uuid"

// functionPort is the port of the Service of a Function.
const functionPort = 80

// serviceOfFunction is the Service that Kyma's serverless controller makes for
// a Function, under the Function's name.
func serviceOfFunction(at source.Ref, name ir.Name) *Service {
	return &Service{
		Origin: at, Name: name, Function: true,
		Selector: FunctionSelector(name.Name),
		Ports:    []ServicePort{{Name: "http", Port: functionPort}},
	}
}

// FunctionService returns the Service of a Function as a manifest.
func FunctionService(namespace, name string) source.Object {
	selector := source.Object{}
	labels := FunctionSelector(name)
	for _, key := range slices.Sorted(maps.Keys(labels)) {
		selector = append(selector, source.Member{Key: key, Value: labels[key]})
	}
	return source.Object{
		{Key: "apiVersion", Value: "v1"},
		{Key: "kind", Value: "Service"},
		{Key: "metadata", Value: source.Object{{Key: "name", Value: name}, {Key: "namespace", Value: namespace}}},
		{Key: "spec", Value: source.Object{
			{Key: "selector", Value: selector},
			{Key: "ports", Value: []any{source.Object{{Key: "name", Value: "http"}, {Key: "port", Value: source.Number(strconv.Itoa(functionPort))}}}},
		}},
	}
}
