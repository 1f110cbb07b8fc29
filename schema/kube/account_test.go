package kube_test

import (
	"testing"

	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/schema/kube"
)

// TestAccountOf holds whose identity a Gateway's proxy has.
func TestAccountOf(t *testing.T) {
	for spec, want := range map[string]string{
		"gatewayClassName: istio": "gw-istio",
		"gatewayClassName: own":   "gw-own",
		"addresses: [{type: Hostname, value: istio-ingressgateway.infra.svc.cluster.local}]": "istio-ingressgateway-service-account",
		"addresses: [{type: Hostname, value: edge}]":                                         "edge",
		"addresses: [{type: Hostname, value: edge.other.svc.cluster.local}]":                 "gw-istio",
		"addresses: [{value: 10.0.0.1}]":                                                     "gw-istio",
	} {
		f, problem := source.NewFile("a.yaml", []byte("metadata: {name: gw, namespace: infra}\nspec: {"+spec+"}\n"))
		if problem != nil {
			t.Fatal(problem.Message)
		}
		docs, _ := source.Split(f)
		root, problems := docs[0].Parse()
		if len(problems) > 0 {
			t.Fatal(problems[0].Message)
		}
		if got := kube.AccountOf(root, "gw"); got != want {
			t.Errorf("%s: %s, want %s", spec, got, want)
		}
	}
}
