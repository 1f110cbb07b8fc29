package kustomize_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/kustomize/kyaml/kio"
)

const (
	build = "kustomize build --enable-alpha-plugins --enable-exec ."

	service = `apiVersion: v1
kind: Service
metadata: {name: shop, namespace: demo}
spec: {selector: {app: shop}, ports: [{port: 80}]}
`
	function = `
  annotations:
    config.kubernetes.io/function: |
      exec:
        path: kgw
`
	spec = `spec:
  host: shop.example.com
  gateway: kyma-system/kyma-gateway
  service: {name: shop, port: 80}
  rules:
  - path: /.*
    methods: [GET]
    accessStrategies: [{handler: noop}]
`
	rule = "apiVersion: gateway.kyma-project.io/v1beta1\nkind: APIRule\nmetadata:\n  name: shop\n  namespace: demo\n" + spec
)

// config returns a Config that is a function; the lines are its settings.
func config(lines ...string) string {
	return "apiVersion: kgw.dev/v1alpha1\nkind: Config\nmetadata:\n  name: kgw" + function + strings.Join(lines, "\n") + "\n"
}

// objects lists a stream of documents as "Kind namespace/name".
func objects(t *testing.T, text string) []string {
	t.Helper()
	nodes, err := (&kio.ByteReader{Reader: strings.NewReader(text), OmitReaderAnnotations: true}).Read()
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	var out []string
	for _, n := range nodes {
		out = append(out, fmt.Sprintf("%s %s/%s", n.GetKind(), n.GetNamespace(), n.GetName()))
	}
	slices.Sort(out)
	return out
}

func TestBuilds(t *testing.T) {
	needs(t, "kustomize")
	made := []string{"Rule demo/shop-vxcvdsiv", "VirtualService demo/shop-jixezguj"}
	withService := append([]string{"Rule demo/shop-vxcvdsiv", "Service demo/shop"}, made[1:]...)
	validator := strings.Replace(config(), "  annotations:\n", "  annotations:\n    kgw.dev/function: validator\n", 1)
	for name, c := range map[string]struct {
		files map[string]string
		want  []string
	}{
		"a resource generates": {map[string]string{
			"kustomization.yaml": "generators: [rule.yaml]\n",
			"rule.yaml":          strings.Replace(rule, "  namespace: demo\n", "  namespace: demo"+function, 1),
		}, made},
		"a Config with patterns generates": {map[string]string{
			"kustomization.yaml": "generators: [kgw.yaml]\n", "kgw.yaml": config("inputs: [\"apis/*.yaml\"]"), "apis/rule.yaml": rule, "apis/service.yaml": service,
		}, made},
		"namespace and prefix hold for what is generated": {map[string]string{
			"kustomization.yaml": "generators: [kgw.yaml]\nnamespace: other\nnamePrefix: a-\n", "kgw.yaml": config("inputs: [\"apis/*.yaml\"]"), "apis/rule.yaml": rule,
		}, []string{"Rule other/a-shop-vxcvdsiv", "VirtualService other/a-shop-jixezguj"}},
		"a Config transforms": {map[string]string{
			"kustomization.yaml": "resources: [rule.yaml, service.yaml]\ntransformers: [kgw.yaml]\n", "kgw.yaml": config(), "rule.yaml": rule, "service.yaml": service,
		}, withService},
		"and keeps the sources": {map[string]string{
			"kustomization.yaml": "resources: [rule.yaml]\ntransformers: [kgw.yaml]\n", "kgw.yaml": config("keepInputs: true"), "rule.yaml": rule,
		}, append([]string{"APIRule demo/shop"}, made...)},
		"sources that are local configuration are not in the output": {map[string]string{
			"kustomization.yaml": "resources: [rule.yaml]\ntransformers: [kgw.yaml]\n", "kgw.yaml": config("keepInputs: true"),
			"rule.yaml": strings.Replace(rule, "  namespace: demo\n", "  namespace: demo\n  annotations: {config.kubernetes.io/local-config: 'true'}\n", 1),
		}, made},
		"a validator in the place of a transformer": {map[string]string{
			"kustomization.yaml": "resources: [rule.yaml, service.yaml]\ntransformers: [kgw.yaml]\n", "kgw.yaml": validator, "rule.yaml": rule, "service.yaml": service,
		}, []string{"APIRule demo/shop", "Service demo/shop"}},
		"a validator behind another function": {map[string]string{
			"kustomization.yaml": "resources: [rule.yaml, service.yaml]\ntransformers: [kgw.yaml]\nvalidators: [check.yaml]\n", "kgw.yaml": validator,
			"check.yaml": strings.Replace(config(), "name: kgw", "name: check", 1), "rule.yaml": rule, "service.yaml": service,
		}, []string{"APIRule demo/shop", "Service demo/shop"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out := run(t, files(t, c.files), "", build)
			if out.code != 0 {
				t.Fatalf("exit %d\n%s", out.code, out.stderr)
			}
			if got := objects(t, out.stdout); !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
			for _, trace := range []string{"config.kubernetes.io", "config.k8s.io"} {
				if strings.Contains(out.stdout, trace) {
					t.Errorf("%s is left in:\n%s", trace, out.stdout)
				}
			}
		})
	}
}

// TestFaults holds every role to a build that fails and says why.
func TestFaults(t *testing.T) {
	needs(t, "kustomize")
	bad := strings.Replace(rule, "noop", "nop", 1)
	for name, content := range map[string]map[string]string{
		"resource":    {"kustomization.yaml": "generators: [rule.yaml]\n", "rule.yaml": strings.Replace(bad, "  namespace: demo\n", "  namespace: demo"+function, 1)},
		"patterns":    {"kustomization.yaml": "generators: [kgw.yaml]\n", "kgw.yaml": config("inputs: [rule.yaml]"), "rule.yaml": bad},
		"transformer": {"kustomization.yaml": "resources: [rule.yaml]\ntransformers: [kgw.yaml]\n", "kgw.yaml": config(), "rule.yaml": bad},
		"validator":   {"kustomization.yaml": "resources: [rule.yaml]\nvalidators: [kgw.yaml]\n", "kgw.yaml": config(), "rule.yaml": bad},
	} {
		out := run(t, files(t, content), "", build)
		if out.code == 0 || !strings.Contains(out.stderr, `error[KGW212]: access strategy "nop" is not supported`) || out.stdout != "" {
			t.Errorf("%s: exit %d\n%s\n%s", name, out.code, out.stdout, out.stderr)
		}
	}
	empty := map[string]string{"kustomization.yaml": "generators: [kgw.yaml]\n", "kgw.yaml": config("inputs: [service.yaml]"), "service.yaml": service}
	if out := run(t, files(t, empty), "", build); out.code == 0 || !strings.Contains(out.stderr, "nothing was generated") {
		t.Errorf("an empty generator: exit %d\n%s", out.code, out.stderr)
	}
}

// TestTraps holds kustomize to what the page says of it, so that the page can be
// corrected when kustomize is.
func TestTraps(t *testing.T) {
	needs(t, "kustomize")
	content := map[string]string{"kustomization.yaml": "generators: [kgw.yaml]\n", "kgw.yaml": config("inputs: [rule.yaml]"), "rule.yaml": rule}
	if out := run(t, files(t, content), "", "kustomize build --enable-alpha-plugins ."); out.code != 0 || out.stdout != "" {
		t.Errorf("without --enable-exec a function is no longer skipped in silence: exit %d\n%s%s", out.code, out.stdout, out.stderr)
	}
	if out := run(t, files(t, content), "", "kustomize build ."); out.code == 0 {
		t.Error("functions run without a flag")
	}
	content = map[string]string{"kustomization.yaml": "resources: [rule.yaml]\nvalidators: [check.yaml]\n", "check.yaml": strings.Replace(config(), "path: kgw", "path: cat", 1), "rule.yaml": rule}
	if out := run(t, files(t, content), "", build); !strings.Contains(out.stderr, "validator shouldn't modify the resource map") {
		t.Errorf("a validator that changes nothing is no longer refused: exit %d\n%s", out.code, out.stderr)
	}
}
