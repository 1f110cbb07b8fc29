package prove_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/secret"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/prove"
	"github.com/kgw-dev/kgw/simulate"
)

const keyed = `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: shop, namespace: store}
spec:
  hosts: [shop.example.com]
  gateways: [kyma-system/kyma-gateway]
  http:
  - match: [{uri: {prefix: /}}]
    headers: {request: {set: {x-api-key: correct-horse-battery, x-copy: correct-horse-battery}}}
    route: [{destination: {host: shop.store.svc.cluster.local}}]
`

func record(t *testing.T, name, text string) (*prove.Recording, string, error) {
	t.Helper()
	f, problem := source.NewFile(name, []byte(text))
	if problem != nil {
		t.Fatal(problem)
	}
	book := &secret.Book{}
	book.Watch(f)
	r, err := prove.Record(compile.Input{Files: []*source.File{f}}, compile.Options{Config: config.Default()}, book)
	if err != nil {
		return nil, "", err
	}
	out, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	return r, string(out), nil
}

// TestRecordingHasNoSecrets: a recording is published in a page.
func TestRecordingHasNoSecrets(t *testing.T) {
	r, text, err := record(t, "shop.yaml", keyed)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(text, "correct-horse") {
		t.Errorf("the recording has a secret: %s", text)
	}
	if !r.Masked {
		t.Error("the recording does not say that secrets are masked")
	}
	r, _, err = record(t, "shop.yaml", strings.ReplaceAll(keyed, "x-api-key: correct-horse-battery, x-copy: correct-horse-battery", "x-a: b"))
	if err != nil || r.Masked {
		t.Errorf("secrets are masked where there are none: %v", err)
	}
}

// TestRecordingIsTheCluster: what was recorded and read back decides alike, and says the
// same places.
func TestRecordingIsTheCluster(t *testing.T) {
	_, text, err := record(t, "shop.yaml", keyed)
	if err != nil {
		t.Fatal(err)
	}
	var r prove.Recording
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		t.Fatal(err)
	}
	cluster, places, err := r.Cluster()
	if err != nil {
		t.Fatal(err)
	}
	trail := &simulate.Trail{}
	d := cluster.Repeat(&simulate.Request{Method: "GET", Scheme: "https", Host: "shop.example.com", Target: "/a"}, 1, trail)
	if !d.Passed() || !strings.HasPrefix(d.Upstream, "shop.store.svc") {
		t.Errorf("the request is decided as %+v", d)
	}
	lines := map[int]bool{}
	for _, s := range trail.Steps {
		if s.At.Doc != nil {
			file, line, column := places(s.At)
			if lines[line] = true; file != "shop.yaml" || column < 1 {
				t.Errorf("%s is at %s:%d:%d", s.Text, file, line, column)
			}
		}
	}
	if !lines[8] {
		t.Errorf("no step is at the route: %v", lines)
	}
}
