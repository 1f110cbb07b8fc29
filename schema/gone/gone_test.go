package gone

import (
	"testing"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/source"
)

// TestFind holds which documents are settings that nothing reads any more.
func TestFind(t *testing.T) {
	overrides := func(component string) string {
		return "{apiVersion: v1, kind: ConfigMap, metadata: {name: x, labels: {installer: overrides, component: " + component + "}}}"
	}
	role := func(group string) string {
		return "{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: x}, rules: [{apiGroups: [''], resources: [pods]}, {apiGroups: [" + group + "], resources: ['*']}]}"
	}
	for text, want := range map[string]diag.Code{
		"{apiVersion: apps/v1, kind: Deployment, metadata: {name: tiller-deploy}}":                diag.TillerGone,
		"{apiVersion: v1, kind: Secret, metadata: {name: helm-secret}}":                           diag.TillerGone,
		"{apiVersion: v1, kind: Service, metadata: {name: x, labels: {app: helm, name: tiller}}}": diag.TillerGone,
		"{apiVersion: v1, kind: Service, metadata: {name: x, labels: {app: helm}}}":               "",
		overrides("tiller"):                 diag.TillerGone,
		overrides("console"):                diag.ConsoleBackendGone,
		overrides("apiserver-proxy"):        diag.APIServerProxyGone,
		overrides("iam-kubeconfig-service"): diag.IAMKubeconfigGone,
		overrides("other"):                  diag.ChartOverrides,
		"{apiVersion: ui.kyma-project.io/v1alpha1, kind: MicroFrontend, metadata: {name: x}}": diag.ConsoleBackendGone,
		"{apiVersion: v1, kind: Service, metadata: {name: console-backend-service}}":          diag.ConsoleBackendGone,
		role("ui.kyma-project.io"): diag.ConsoleBackendGone,
		role("apps"):               "",
		"{apiVersion: v1, kind: Service, metadata: {name: apiserver-proxy-ssl}}":                    diag.APIServerProxyGone,
		"{apiVersion: v1, kind: Service, metadata: {name: iam-kubeconfig-service}}":                 diag.IAMKubeconfigGone,
		"{apiVersion: installer.kyma-project.io/v1alpha1, kind: Installation, metadata: {name: x}}": diag.ChartOverrides,
		"{apiVersion: v1, kind: Service, metadata: {name: x, labels: {installer: overrides}}}":      "",
		"{apiVersion: v1, kind: ConfigMap, metadata: {name: x, labels: {component: tiller}}}":       "",
		"{apiVersion: v1, kind: Service, metadata: {name: x}}":                                      "",
	} {
		file, problem := source.NewFile("in.yaml", []byte(text))
		if problem != nil {
			t.Fatal(problem.Message)
		}
		docs, _ := source.Split(file)
		root, _ := docs[0].Parse()
		docs[0].APIVersion, docs[0].Kind, _, docs[0].Name = source.Head(root)
		var got diag.Code
		if k := Find(docs[0], root); k != nil {
			if got = k.Code; k.What == "" || k.Successor == "" {
				t.Errorf("%s says nothing", got)
			}
		}
		if got != want {
			t.Errorf("%s is %q, want %q", text, got, want)
		}
	}
}
