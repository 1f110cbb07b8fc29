package cluster

import (
	"encoding/json"
	"maps"
	"net/http"
	"testing"
)

const schemaPath = "GET /openapi/v3/apis/networking.istio.io/v1"

// published answers with a schema for the spec of VirtualServices.
func published(spec string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"components":{"schemas":{
  "other": {"x-kubernetes-group-version-kind":[{"group":"networking.istio.io","version":"v2","kind":"VirtualService"}]},
  "it": {"x-kubernetes-group-version-kind":[{"group":"networking.istio.io","version":"v1","kind":"VirtualService"}],
    "type":"object","properties":{"metadata":{"allOf":[{"$ref":"#/components/schemas/meta"}],"default":{}},"spec":` + spec + `}}}}}`))
	}
}

const defaultedSpec = `{"type":"object","properties":{
  "hosts":{"type":"array","items":{"type":"string"}},
  "weight":{"type":"integer","default":1},
  "rules":{"type":"array","items":{"type":"object","properties":{"path":{"type":"object","default":{"type":"Prefix"},"properties":{"type":{"type":"string"},"value":{"type":"string","default":"/"}}}}}},
  "labels":{"type":"object","additionalProperties":{"type":"object","properties":{"on":{"type":"boolean","default":true}}}},
  "retry":{"type":"object","properties":{"times":{"type":"integer","default":3}}}}}`

// TestDefaultsNeedNoDryRun: an object that is live as wanted but for what the schema of
// the server adds is not asked for; any other one is, whatever the schema says.
func TestDefaultsNeedNoDryRun(t *testing.T) {
	for name, c := range map[string]struct {
		schema, want, live string
		asked              bool
	}{
		"a number":                {defaultedSpec, `{"hosts":["a"]}`, `{"hosts":["a"],"weight":1}`, false},
		"another number":          {defaultedSpec, `{"hosts":["a"]}`, `{"hosts":["a"],"weight":2}`, true},
		"one that is not there":   {defaultedSpec, `{"hosts":["a"]}`, `{"hosts":["a"]}`, false}, // as it is
		"in a list":               {defaultedSpec, `{"rules":[{},{"path":{"value":"/a"}}]}`, `{"weight":1,"rules":[{"path":{"type":"Prefix","value":"/"}},{"path":{"value":"/a"}}]}`, false},
		"another in a list":       {defaultedSpec, `{"rules":[{}]}`, `{"weight":1,"rules":[{"path":{"type":"Exact","value":"/"}}]}`, true},
		"a longer list":           {defaultedSpec, `{"rules":[{}]}`, `{"weight":1,"rules":[{"path":{"type":"Prefix","value":"/"}},{}]}`, true},
		"in a map":                {defaultedSpec, `{"labels":{"a":{}}}`, `{"weight":1,"labels":{"a":{"on":true}}}`, false},
		"of what is not there":    {defaultedSpec, `{}`, `{"weight":1,"retry":{"times":3}}`, true},
		"a field of somebody":     {defaultedSpec, `{"hosts":["a"]}`, `{"hosts":["a"],"weight":1,"gateways":["b"]}`, true},
		"a value that changed":    {defaultedSpec, `{"hosts":["a"]}`, `{"hosts":["b"],"weight":1}`, true},
		"a default is wanted off": {defaultedSpec, `{"weight":2}`, `{"weight":1}`, true},
		"a schema that refers":    {`{"$ref":"#/components/schemas/spec"}`, `{"hosts":["a"]}`, `{"hosts":["a"],"weight":1}`, true},
		"one that combines":       {`{"allOf":[` + defaultedSpec + `]}`, `{"hosts":["a"]}`, `{"hosts":["a"],"weight":1}`, true},
		"no schema":               {"", `{"hosts":["a"]}`, `{"hosts":["a"],"weight":1}`, true},
	} {
		t.Run(name, func(t *testing.T) {
			a := newAPI(t)
			if c.schema != "" {
				a.odd[schemaPath] = published(c.schema)
			}
			want, live := service("shop"), service("shop")
			for object, spec := range map[*map[string]any]string{&want: c.want, &live: c.live} {
				var value map[string]any
				if err := json.Unmarshal([]byte(spec), &value); err != nil {
					t.Fatal(err)
				}
				(*object)["spec"] = value
			}
			live["metadata"] = maps.Clone(live["metadata"].(map[string]any))
			live["metadata"].(map[string]any)["uid"] = "u"
			text, _ := json.Marshal(live)
			a.objects[servicePath+"shop"] = string(text)
			got := a.connect(t, Options{}).DryRun(t.Context(), []map[string]any{want})[0]
			if got.Problem != nil || got.Merged == nil || got.Live == nil {
				t.Fatalf("%+v", got)
			}
			if patches := a.count("PATCH"); (patches > 0) != c.asked {
				t.Errorf("%d dry runs, want %v", patches, c.asked)
			}
		})
	}
}

// TestSchemaIsAskedForOnce: for many objects, and not at all where no object could be
// live but for defaults.
func TestSchemaIsAskedForOnce(t *testing.T) {
	for _, drifted := range []bool{false, true} {
		a := newAPI(t)
		a.odd[schemaPath] = published(defaultedSpec)
		live := services(200)
		for _, o := range live {
			spec := maps.Clone(o["spec"].(map[string]any))
			if spec["weight"] = int64(1); drifted {
				spec["hosts"] = []any{"drifted.example.com"}
			}
			o["spec"] = spec
		}
		a.odd["GET "+listPath] = listing(live)
		a.connect(t, Options{}).DryRun(t.Context(), services(200))
		schemas, patches := a.count(schemaPath), a.count("PATCH")
		if !drifted && (schemas != 1 || patches != 0) || drifted && (schemas != 0 || patches < 200) {
			t.Errorf("drifted %v: the schema was asked for %d times, %d dry runs", drifted, schemas, patches)
		}
	}
}
