package diag

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/internal/source"
)

// publicKeys are the keys that readers may rely on, by the object they are in.
// A key is never taken away.
var publicKeys = map[string][]string{
	"":         {"findings", "summary", "changes"},
	"finding":  {"code", "severity", "message", "help", "file", "line", "column", "endLine", "endColumn", "path", "resource", "related", "witness", "fixable", "id"},
	"resource": {"apiVersion", "kind", "namespace", "name"},
	"related":  {"message", "file", "line", "column"},
	"witness":  {"method", "url"},
	"summary":  {"errors", "warnings", "infos", "suppressed", "resources", "objects", "known", "passedOver", "fixable"},
}

func TestJSONKeys(t *testing.T) {
	for object, v := range map[string]any{
		"": JSONReport{}, "finding": jsonFinding{}, "resource": jsonResource{}, "related": jsonRelated{}, "witness": Witness{}, "summary": Summary{},
	} {
		var keys []string
		for i := range reflect.TypeOf(v).NumField() {
			key, _, _ := strings.Cut(reflect.TypeOf(v).Field(i).Tag.Get("json"), ",")
			keys = append(keys, key)
		}
		if !slices.Equal(keys, publicKeys[object]) {
			t.Errorf("%q: keys %v, want %v", object, keys, publicKeys[object])
		}
	}
}

func TestJSONLeavesOutWhatIsAbsent(t *testing.T) {
	out := render(t, JSON{}, &Report{Findings: List{{Code: Unreadable, Severity: Error, Message: "m"}}})
	var got struct{ Findings []map[string]any }
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"code": "KGW101", "severity": "error", "message": "m"}
	if len(got.Findings) != 1 || !reflect.DeepEqual(got.Findings[0], want) {
		t.Errorf("got %v, want %v", got.Findings, want)
	}
}

func TestJSONResource(t *testing.T) {
	service := &source.Document{Kind: "Service", Name: "s"}
	rule := &source.Document{Kind: "APIRule", Name: "r"}
	for name, c := range map[string]struct {
		finding Finding
		want    *jsonResource
	}{
		"none":          {Finding{}, nil},
		"of the path":   {Finding{At: source.Ref{Doc: service}, Owner: rule}, &jsonResource{Kind: "Service", Name: "s"}},
		"of the owner":  {Finding{Owner: rule}, &jsonResource{Kind: "APIRule", Name: "r"}},
		"without head":  {Finding{At: source.Ref{Doc: &source.Document{}}}, nil},
		"path, no head": {Finding{At: source.Ref{Doc: rule, Path: "spec"}}, &jsonResource{Kind: "APIRule", Name: "r"}},
	} {
		if got := newJSONResource(&c.finding); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: got %v, want %v", name, got, c.want)
		}
	}
}
