package skipper

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/internal/manifest"
)

// decision is a recorded request and what a real Skipper did with it.
type decision struct {
	Sequence string  `json:"sequence"`
	Step     int     `json:"step"`
	Request  request `json:"request"`
	Observed answer  `json:"observed"`
}

// TestDecisions sends every recorded request: Skipper does with what kgw
// writes what it did when it was recorded.
func TestDecisions(t *testing.T) {
	n := 0
	for _, f := range measured(t) {
		data, err := os.ReadFile(strings.TrimSuffix(f.files[0], ".in.yaml") + ".decisions.json")
		if err != nil {
			continue
		}
		var all []decision
		if err := json.Unmarshal(data, &all); err != nil {
			t.Fatal(err)
		}
		n += len(all)
		t.Run(f.name, func(t *testing.T) {
			c := start(t, build(t, "ingress", f.config, f.files...))
			for _, d := range all {
				c.expect(t, &d)
			}
		})
		t.Run(f.name+"/routegroup", func(t *testing.T) {
			c := start(t, build(t, "routegroup", f.config, append(f.files, services(t, f))...))
			c.healthy(t)
			for _, d := range all {
				d.Observed.Route = "" // RouteGroups have no names for their routes
				c.expect(t, &d)
			}
		})
	}
	t.Logf("%d requests", n)
}

func (c *cluster) expect(t testing.TB, d *decision) {
	t.Helper()
	got, want := c.send(t, &d.Request), d.Observed
	if want.Backend == "*" {
		got.Backend = "*"
	}
	if got.Backend == "" && want.Body == "" {
		got.Body, got.ContentType = "", ""
	}
	if !reflect.DeepEqual(got, want) {
		request, _ := json.Marshal(d.Request)
		t.Errorf("%s\n got %+v\nwant %+v", request, got, want)
	}
}

// services writes the Services that a fixture's Ingresses name into a file:
// RouteGroups need the numbers of ports.
func services(t testing.TB, f fixture) string {
	t.Helper()
	ports := map[string][]string{}
	for _, o := range build(t, "ingress", f.config, f.files...) {
		for _, r := range o.Spec.(*manifest.Ingress).Rules {
			for _, p := range r.HTTP.Paths {
				s := p.Backend.Service
				key := o.Meta.Namespace + "/" + s.Name
				if s.Port.Name != "" && !slices.Contains(ports[key], s.Port.Name) {
					ports[key] = append(ports[key], s.Port.Name)
				}
			}
		}
	}
	var b strings.Builder
	for key, names := range ports {
		namespace, name, _ := strings.Cut(key, "/")
		fmt.Fprintf(&b, "---\napiVersion: v1\nkind: Service\nmetadata: {name: %s, namespace: %s}\nspec:\n  ports:\n", name, namespace)
		for i, port := range names {
			fmt.Fprintf(&b, "  - {name: %s, port: %d}\n", port, 8000+i)
		}
	}
	file := filepath.Join(t.TempDir(), "services.yaml")
	if err := os.WriteFile(file, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}
