package schema_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/schema"
)

// TestSuspect reads heads that are almost those of our kinds, and those of
// others.
func TestSuspect(t *testing.T) {
	const group = "gateway.kyma-project.io"
	for head, want := range map[string]string{
		group + "/v1beta1 APIRules":                `KGW112 kind: did you mean "APIRule"?`,
		group + "/v1beta1 apirule":                 `KGW112 kind: did you mean "APIRule"?`,
		group + "/v1beta1 APIRlue":                 `KGW112 kind: did you mean "APIRule"?`,
		group + "/v1beta1 Apirules":                `KGW112 kind: did you mean "APIRule"?`,
		group + "/v2aplha1 APIRule":                `KGW111 apiVersion: did you mean "` + group + `/v2alpha1"? known versions are v1alpha1, v1beta1, v2alpha1, v2`,
		group + "/v1beta2 APIRule":                 `KGW111 apiVersion: did you mean "` + group + `/v1beta1"? known versions are v1alpha1, v1beta1, v2alpha1, v2`,
		group + "/V2 APIRule":                      `KGW111 apiVersion: did you mean "` + group + `/v2"? known versions are v1alpha1, v1beta1, v2alpha1, v2`,
		group + "/latest APIRule":                  `KGW111 apiVersion: known versions are v1alpha1, v1beta1, v2alpha1, v2`,
		group + " APIRule":                         `KGW111 apiVersion: known versions are v1alpha1, v1beta1, v2alpha1, v2`,
		group + "/v1beta1/x APIRule":               `KGW111 apiVersion: did you mean "` + group + `/v1beta1"? known versions are v1alpha1, v1beta1, v2alpha1, v2`,
		"gateway.kyma-projekt.io/v1beta1 APIRule":  `KGW112 apiVersion: did you mean "` + group + `/v1beta1"?`,
		"gateway.kyma-project.com/v2 APIRule":      `KGW112 apiVersion: did you mean "` + group + `/v2"?`,
		"gateway.kyma.cx/v1alpha2 APIRule":         `KGW112 apiVersion: did you mean "` + group + `/v1alpha1"?`,
		"kyma-project.io/v1beta1 APIRule":          `KGW112 apiVersion: did you mean "` + group + `/v1beta1"?`,
		"v1beta1 APIRule":                          `KGW112 apiVersion: did you mean "` + group + `/v1beta1"?`,
		"apps/v1 APIRule":                          `KGW112 apiVersion: did you mean "gateway.kyma-project.io/v2"?`,
		"v9 APIRule":                               `KGW112 apiVersion: did you mean "` + group + `/v2"?`,
		"gateway.kyma-projekt.io/v1beta1 APIRules": `KGW112 apiVersion: did you mean "` + group + `/v1beta1"?`,
		"zalando.org/v1 APIRule":                   `KGW112 apiVersion: did you mean "` + group + `/v2"?`,
		"zalando.org/v2 FabricGateway":             `KGW111 apiVersion: did you mean "zalando.org/v1"? known versions are v1`,
		"zalando.org/v1 FabricGateways":            `KGW112 kind: did you mean "FabricGateway"?`,
		"v1 FabricGateway":                         `KGW112 apiVersion: did you mean "zalando.org/v1"?`,
		"zalando.org/v1 StackSet":                  "",
		"gateway.kyma-project.io/v1beta1 Foo":      "",
		"example.com/v1 APIRule":                   `KGW112 apiVersion: did you mean "gateway.kyma-project.io/v2"?`,
		"operator.kyma-project.io/v1 APIRule":      `KGW112 apiVersion: did you mean "gateway.kyma-project.io/v2"?`,
		"apiregistration.k8s.io/v1 APIService":     "",
		"v1 Service":                               "",
		"networking.istio.io/v1beta1 Gateway":      "",
		"gateway.networking.k8s.io/v1 HTTPRoute":   "",
		"kgw.dev/v1alpha1 Config":                  "",
		"ui.kyma.cx/v1alpha1 IDPPreset":            `KGW112 apiVersion: did you mean "authentication.kyma-project.io/v1alpha1"?`,
		"gateway.kyma.cx/v1alpha2 Api":             "KGW115 kind: write an APIRule in its place",
		group + "/v2 -":                            "KGW113 kind: add kind",
		"- APIRule":                                "KGW113 apiVersion: add apiVersion",
		"- -":                                      "",
		"- Service":                                "",
		"v1 -":                                     "",
	} {
		apiVersion, kind, _ := strings.Cut(head, " ")
		text := "x: 1\n"
		if apiVersion != "-" {
			text += "apiVersion: " + apiVersion + "\n"
		}
		if kind != "-" {
			text += "kind: " + kind + "\n"
		}
		if got := suspected(t, text); got != want {
			t.Errorf("%s: %q, want %q", head, got, want)
		}
	}
}

func suspected(t *testing.T, text string) string {
	t.Helper()
	doc, root := one(text)
	if root == nil {
		t.Fatalf("%q is not read", text)
	}
	doc.APIVersion, doc.Kind, doc.Namespace, doc.Name = source.Head(root)
	if schema.Find(doc.APIVersion, doc.Kind) != nil {
		return "found"
	}
	f, ok := schema.Suspect(doc, root)
	if !ok {
		return ""
	}
	return fmt.Sprintf("%s %s: %s", f.Code, f.At.Path, f.Help)
}

func TestSuspectReadsMoreThanTheHead(t *testing.T) {
	const ours = "{apiVersion: gateway.kyma-project.io/v2, kind: APIRule}"
	const help = "write each as a document of its own, or as items of apiVersion: v1, kind: List"
	for text, want := range map[string]string{
		"spec: {rules: [], gateway: a}\n": "KGW113 apiVersion: add apiVersion",
		"spec: {rules: []}\n":             "",
		"- " + ours + "\n":                "KGW113 : " + help,
		"- {kind: A}\n- " + ours + "\n":   "KGW113 : " + help,
		"items: [" + ours + "]\n":         "KGW113 : " + help,
		"- {kind: A}\n":                   "",
		"[]\n":                            "",
		"text\n":                          "",
		"apiVersion: [gateway.kyma-project.io/v2]\nkind: APIRule\n": "KGW113 apiVersion: add apiVersion",
	} {
		if got := suspected(t, text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
