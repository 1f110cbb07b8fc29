package conformance

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	networking "istio.io/api/networking/v1alpha3"
	security "istio.io/api/security/v1beta1"
	"sigs.k8s.io/yaml"
)

// istioSpec returns Istio's own type for the spec of a kind, or nil.
func istioSpec(kind string) proto.Message {
	switch kind {
	case "VirtualService":
		return &networking.VirtualService{}
	case "AuthorizationPolicy":
		return &security.AuthorizationPolicy{}
	case "RequestAuthentication":
		return &security.RequestAuthentication{}
	}
	return nil
}

// roundTrip reads manifests of Istio's kinds into Istio's types, which refuse
// unknown fields and wrong types, and back: nothing may be lost on the way. It
// returns how many it read, and what is wrong.
func roundTrip(data []byte) (n int, wrong []string) {
	for _, text := range bytes.Split(append([]byte("\n"), data...), []byte("\n---")) {
		var o struct {
			Kind string          `json:"kind"`
			Spec json.RawMessage `json:"spec"`
		}
		if err := yaml.Unmarshal(text, &o); err != nil {
			wrong = append(wrong, err.Error())
			continue
		}
		spec := istioSpec(o.Kind)
		if spec == nil {
			continue
		}
		n++
		if err := protojson.Unmarshal(o.Spec, spec); err != nil {
			wrong = append(wrong, fmt.Sprintf("Istio's type refuses the %s: %v\n%s", o.Kind, err, text))
			continue
		}
		back, err := protojson.Marshal(spec)
		if err != nil {
			wrong = append(wrong, err.Error())
			continue
		}
		if d := cmp.Diff(plain(o.Spec), plain(back)); d != "" {
			wrong = append(wrong, fmt.Sprintf("the %s is not what Istio's type holds (- written, + held):\n%s", o.Kind, d))
		}
	}
	return n, wrong
}

func plain(data []byte) (v any) {
	if err := json.Unmarshal(data, &v); err != nil {
		return err
	}
	return v
}

func TestRoundTripSeesMistakes(t *testing.T) {
	for _, spec := range []string{"{hosts: [a], host: b}", "{hosts: a}", "{hosts: [a], http: [{timeout: 180}]}", "{hosts: [a], gateways: []}"} {
		if n, wrong := roundTrip([]byte("kind: VirtualService\nspec: " + spec + "\n")); n != 1 || len(wrong) != 1 {
			t.Errorf("%s: %d objects, %q", spec, n, wrong)
		}
	}
}

// TestWrittenRoundTripsThroughIstiosTypes takes what kgw writes for every
// measured case, and every golden file of the repository.
func TestWrittenRoundTripsThroughIstiosTypes(t *testing.T) {
	t.Run("measured cases", func(t *testing.T) {
		dir := shared(t, "conformance", "apirule")
		for _, s := range sets {
			t.Run(s.name, func(t *testing.T) {
				s.need(t)
				c := configuration(t, filepath.Join(dir, s.name+".kgw.yaml"), "controller")
				n := 0
				for _, in := range glob(t, dir, s.name, "v*.in.yaml") {
					for _, o := range compiled(t, filepath.Base(in), read(t, in), c).Objects {
						n += checkRoundTrip(t, filepath.Base(in), o.AppendYAML(nil))
					}
				}
				t.Logf("%d objects", n)
				if n < 40 {
					t.Errorf("too few objects: %d", n)
				}
			})
		}
	})
	t.Run("golden files", func(t *testing.T) {
		n := 0
		err := filepath.WalkDir(filepath.Join("..", ".."), func(file string, e fs.DirEntry, err error) error {
			if err == nil && strings.HasSuffix(file, ".golden") && bytes.HasPrefix(read(t, file), []byte("apiVersion: ")) {
				n += checkRoundTrip(t, file, read(t, file))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%d objects", n)
	})
}

func checkRoundTrip(t *testing.T, name string, data []byte) int {
	t.Helper()
	n, wrong := roundTrip(data)
	for _, w := range wrong {
		t.Errorf("%s: %s", name, w)
	}
	return n
}
