package cluster

import (
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kgw-dev/kgw/test/cluster/rig"
)

// What the converter of the controller keeps of an APIRule that it cannot
// convert.
const (
	originalVersion = "gateway.kyma-project.io/original-version"
	originalSpec    = "gateway.kyma-project.io/v1beta1-spec"
)

// controller is a double of the parts of Kyma's controller of releases 3.3 and later
// that an API server asks: the conversion of versions. It does what
// api-gateway 3.9.0, apis/gateway/v1beta1/apirule_conversion.go, does with
// APIRules that it cannot convert in full.
type controller struct {
	*httptest.Server
	asked atomic.Int64 // conversions
}

// startController makes the API server that of a cluster of a later release: a
// CRD with three versions of which v2alpha1 is stored, and a conversion webhook.
func startController(t *testing.T) *controller {
	t.Helper()
	c := &controller{}
	c.Server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.asked.Add(1)
		convert(w, r)
	}))
	t.Cleanup(c.Close)
	crd := versions(t)
	spec := crd["spec"].(map[string]any)
	spec["conversion"] = map[string]any{"strategy": "Webhook", "webhook": map[string]any{
		"conversionReviewVersions": []any{"v1"},
		"clientConfig": map[string]any{
			"url":      c.URL + "/convert",
			"caBundle": pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Certificate().Raw}),
		},
	}}
	apply(t, crd)
	c.awaited(t)
	return c
}

// awaited waits until the API server asks the controller: it learns of a changed
// CRD some time after it has taken it, and stores APIRules in the version of
// before until then.
func (c *controller) awaited(t *testing.T) {
	t.Helper()
	probe := documents(t, `{apiVersion: gateway.kyma-project.io/v1beta1, kind: APIRule, metadata: {name: probe, namespace: default}, spec: {host: probe.example.com, gateway: ns/gw, service: {name: probe, port: 80}, rules: [{path: /, methods: [GET], accessStrategies: [{handler: noop}]}]}}`)[0]
	for range 600 {
		before := c.asked.Load()
		_, err := server.Create(probe)
		asked := c.asked.Load() > before
		if err == nil {
			_, err = server.Do(http.MethodDelete, rig.Path(probe), nil)
		}
		if asked && err == nil {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatal("the API server does not ask the controller to convert")
}

// versions returns the CRD of APIRule with the versions that releases 3.3 and
// later serve.
func versions(t *testing.T) map[string]any {
	t.Helper()
	text, err := exec.Command(server.Kgw, "schema", "crd", "APIRule").Output()
	if err != nil {
		t.Fatal(err)
	}
	crd := documents(t, string(text))[0]
	spec := crd["spec"].(map[string]any)
	var list []any
	for _, v := range spec["versions"].([]any) {
		version := v.(map[string]any)
		if version["storage"] = version["name"] == "v2alpha1"; version["name"] != "v1alpha1" {
			list = append(list, version)
		}
	}
	spec["versions"] = list
	return crd
}

// refuseV1beta1 installs the validating webhook of releases 3.3 and later
// (config/admission-webhook of 3.9.0): nobody answers for it any more.
func refuseV1beta1(t *testing.T) {
	t.Helper()
	apply(t, documents(t, `apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {name: api-gateway-validating-webhook-configuration}
webhooks:
  - name: v1beta1-admission.apirule.gateway.kyma-project.io
    admissionReviewVersions: [v1]
    clientConfig: {service: {name: api-gateway-webhook-service, namespace: kyma-system, path: /validate, port: 9443}}
    failurePolicy: Fail
    matchPolicy: Exact
    sideEffects: None
    timeoutSeconds: 2
    rules: [{apiGroups: [gateway.kyma-project.io], apiVersions: [v1beta1], operations: [CREATE, UPDATE, DELETE], resources: [apirules]}]
`)...)
}

// convert answers a ConversionReview.
func convert(w http.ResponseWriter, r *http.Request) {
	var review struct {
		Request struct {
			UID     string           `json:"uid"`
			To      string           `json:"desiredAPIVersion"`
			Objects []map[string]any `json:"objects"`
		} `json:"request"`
	}
	if err := json.NewDecoder(r.Body).Decode(&review); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	converted := make([]any, len(review.Request.Objects))
	for i, o := range review.Request.Objects {
		converted[i] = convertedTo(o, review.Request.To)
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"apiVersion": "apiextensions.k8s.io/v1", "kind": "ConversionReview", "response": map[string]any{
		"uid": review.Request.UID, "result": map[string]any{"status": "Success"}, "convertedObjects": converted,
	}})
}

// convertedTo returns an APIRule in another version.
func convertedTo(o map[string]any, to string) map[string]any {
	metadata := o["metadata"].(map[string]any)
	annotations, _ := metadata["annotations"].(map[string]any)
	if annotations == nil {
		annotations = map[string]any{}
	}
	from := o["apiVersion"].(string)
	o["apiVersion"] = to
	old := func(version string) bool { return strings.HasSuffix(version, "/v1beta1") }
	spec, _ := o["spec"].(map[string]any)
	switch {
	case old(from) && !old(to):
		text, _ := json.Marshal(spec)
		annotations[originalVersion], annotations[originalSpec] = "v1beta1", string(text)
		o["spec"] = map[string]any{"hosts": []any{spec["host"]}, "gateway": spec["gateway"], "service": spec["service"]}
	case old(to) && annotations[originalVersion] == "v1beta1":
		var kept map[string]any
		_ = json.Unmarshal([]byte(annotations[originalSpec].(string)), &kept)
		o["spec"] = kept
	case old(to):
		o["spec"] = map[string]any{"gateway": nil, "host": nil, "rules": nil}
	default:
		if annotations[originalVersion] == nil {
			annotations[originalVersion] = from[strings.LastIndexByte(from, '/')+1:]
		}
	}
	if metadata["annotations"] = annotations; len(annotations) == 0 {
		delete(metadata, "annotations")
	}
	return o
}

// ownServer gives a test an API server of its own, because it changes what all
// namespaces have in common.
func ownServer(t *testing.T) {
	t.Helper()
	if server == nil {
		t.Skip("run make test-cluster, which builds a Kubernetes API server")
	}
	own, err := rig.Start(server.Programs, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	shared := server
	server = own
	t.Cleanup(func() {
		if err := readsOnly(); err != nil {
			t.Error(err)
		}
		own.Stop()
		server = shared
	})
}

// TestTakeoverOfLaterReleases executes docs/takeover.md on a cluster as releases
// 3.3 and later leave it: a webhook refuses every change of v1beta1 and has
// nobody who answers, and versions are converted by the controller alone. It is
// stopped where the page says so, or was before.
func TestTakeoverOfLaterReleases(t *testing.T) {
	for _, c := range []struct {
		name    string
		stopped bool // from the beginning
	}{{"runs", false}, {"stopped", true}} {
		t.Run(c.name, func(t *testing.T) {
			ownServer(t)
			runs := startController(t)
			r := newRepository(t, map[string]string{
				"kgw.yaml": config + "compat: controller\ndomains: {default: example.com}\n", "shop.yaml": shop, "blog.yaml": blog, "bank.yaml": bank,
			})
			for _, file := range []string{"shop.yaml", "blog.yaml", "bank.yaml"} {
				r.abandoned(file)
			}
			service := documents(t, strings.ReplaceAll(bank, "NAMESPACE", r.namespace))[1]
			must(t, server.Create, service)
			refuseV1beta1(t)
			before := identities(t, r.namespace)
			r.write("kgw.yaml", config+"compat: controller\ndomains: {default: example.com}\n")
			for _, name := range []string{"shop.yaml", "blog.yaml", "bank.yaml"} {
				r.remove(name)
			}
			if c.stopped {
				runs.Close()
			}
			r.takeOver(c.stopped, runs.Close, before)
			r.released(c.stopped)
		})
	}
}

// stoppedOnly and runningOnly are the first lines of blocks for one of the two
// states of the controller.
const (
	stoppedOnly = "# the controller is stopped\n"
	runningOnly = "# the controller runs\n"
)

// takeOver executes the blocks of the page, those for the state of the
// controller. It is stopped where the objects are cut loose.
func (r *repository) takeOver(stopped bool, stop func(), before map[string]string) {
	r.t.Helper()
	path := r.programs()
	for i, block := range bashBlocks(r.t, "../../docs/takeover.md") {
		if strings.HasPrefix(block, runningOnly) && stopped || strings.HasPrefix(block, stoppedOnly) && !stopped {
			continue
		}
		if strings.Contains(block, "ownerReferences") {
			stop()
		}
		cmd := exec.Command("bash", "-euo", "pipefail", "-c", block)
		cmd.Dir = r.dir
		cmd.Env = append(os.Environ(), "PATH="+path+":"+os.Getenv("PATH"), "GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.com", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@example.com")
		if out, err := cmd.CombinedOutput(); err != nil {
			r.t.Fatalf("block %d: %v\n%s\n%s", i+1, err, block, out)
		}
		if d := cmp.Diff(before, identities(r.t, r.namespace)); d != "" {
			r.t.Fatalf("after block %d the objects are others (-before +after):\n%s\n%s", i+1, d, block)
		}
	}
}

// released holds that the APIRules of v1beta1 are gone, or about to be, and the
// one of v2 is not; and that a change of v1beta1 is refused, so that the test is
// about a cluster that does that.
func (r *repository) released(stopped bool) {
	r.t.Helper()
	list, err := server.Do(http.MethodGet, "/apis/gateway.kyma-project.io/v2alpha1/namespaces/"+r.namespace+"/apirules", nil)
	if err != nil {
		r.t.Fatal(err)
	}
	left := map[string]bool{}
	for _, item := range list["items"].([]any) {
		metadata := item.(map[string]any)["metadata"].(map[string]any)
		if metadata["deletionTimestamp"] == nil {
			left[metadata["name"].(string)] = true
		}
	}
	if want := map[string]bool{"bank": true}; !cmp.Equal(left, want) {
		r.t.Errorf("left are %v, want %v", left, want)
	}
	for _, verb := range []string{http.MethodGet, http.MethodDelete} {
		if _, err := server.Do(verb, fmt.Sprintf("/apis/gateway.kyma-project.io/v1beta1/namespaces/%s/apirules/bank", r.namespace), nil); err == nil {
			r.t.Errorf("%s of v1beta1 works without the controller", verb)
		}
	}
	if lock, err := os.ReadFile(filepath.Join(r.dir, "kgw.lock.yaml")); err != nil || stopped != strings.Contains(string(lock), "bank") {
		r.t.Errorf("the lock of a cluster whose controller stops has bank, %v:\n%s", err, lock)
	}
}
