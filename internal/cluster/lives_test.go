package cluster

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"
)

const listPath = "/apis/networking.istio.io/v1/namespaces/web/virtualservices"

// listing answers the list of the namespace web with these objects, by pages.
func listing(objects []map[string]any) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		from, next := 0, ""
		_, _ = fmt.Sscan(r.URL.Query().Get("continue"), &from)
		to := min(from+pageSize, len(objects))
		if to < len(objects) {
			next = fmt.Sprint(to)
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"metadata": map[string]any{"continue": next}, "items": objects[from:to]})
	}
}

// TestLiveObjectsByList: many objects of one namespace are asked for at once,
// and those that are already as wanted need no dry run.
func TestLiveObjectsByList(t *testing.T) {
	a := newAPI(t)
	live := services(1200)
	live[7] = service("vs-0007")
	live[7]["spec"] = map[string]any{"hosts": []any{"drifted.example.com"}}
	a.odd["GET "+listPath] = listing(live)
	wanted := append(services(1200), service("new"))
	got := a.connect(t, Options{}).DryRun(t.Context(), wanted)
	for i, r := range got {
		if r.Problem != nil || r.Merged == nil || (r.Live == nil) != (i == 1200) {
			t.Fatalf("object %d: live %v, %+v", i, r.Live != nil, r.Problem)
		}
	}
	if lists, gets, patches := a.count("GET "+listPath+"?"), a.count("GET "+servicePath), a.count("PATCH"); lists != 3 || gets != 0 || patches != 2 {
		t.Errorf("%d lists, %d gets, %d patches", lists, gets, patches)
	}
}

// TestListsThatDoNotHelp: where lists are forbidden, fail, or hold far more
// than what is asked for, objects are asked for one by one.
func TestListsThatDoNotHelp(t *testing.T) {
	for name, list := range map[string]http.HandlerFunc{
		"forbidden": status(403, "Forbidden", `virtualservices is forbidden: User "u" cannot list resource`, `{}`),
		"broken":    breakOff,
		"crowded":   listing(append(services(10), many(5000)...)),
	} {
		t.Run(name, func(t *testing.T) {
			a := newAPI(t)
			a.odd["GET "+listPath] = list
			for _, o := range services(10) {
				text, _ := json.Marshal(o)
				a.objects[servicePath+o["metadata"].(map[string]any)["name"].(string)] = string(text)
			}
			for i, r := range a.connect(t, Options{}).Get(t.Context(), append(services(10), service("absent"))) {
				if r.Problem != nil || (r.Live == nil) != (i == 10) {
					t.Errorf("object %d: live %v, %+v", i, r.Live != nil, r.Problem)
				}
			}
			if n := a.count("GET " + listPath + "?"); n > 6 {
				t.Errorf("%d pages were read", n)
			}
		})
	}
}

// many are objects of other names.
func many(n int) []map[string]any {
	objects := make([]map[string]any, n)
	for i := range objects {
		objects[i] = service(fmt.Sprintf("other-%d", i))
	}
	return objects
}

func TestIsAlready(t *testing.T) {
	live := func(change string) map[string]any {
		text := `{"apiVersion":"v1","kind":"K","metadata":{"name":"n","uid":"1","labels":{"a":"b","foreign":"c"}},"spec":{"n":1,"l":["x"]},"status":{}}`
		old, new, _ := strings.Cut(change, "->")
		var object map[string]any
		if err := json.Unmarshal([]byte(strings.Replace(text, old, new, 1)), &object); err != nil {
			t.Fatal(err)
		}
		object, err := normalize(object)
		if err != nil {
			t.Fatal(err)
		}
		return object
	}
	want := map[string]any{
		"apiVersion": "v1", "kind": "K", "metadata": map[string]any{"name": "n", "labels": map[string]any{"a": "b"}},
		"spec": map[string]any{"n": 1, "l": []string{"x"}},
	}
	for change, already := range map[string]bool{
		"->": true, `"foreign":"c"->"foreign":"d"`: true, `"status":{}->"status":{"x":1}`: true,
		`"a":"b"->"a":"c"`: false, `"a":"b",->`: false, `"n":1->"n":2`: false, `"n":1->"n":1,"m":2`: false,
		`["x"]->["x","y"]`: false, `"spec"->"data":{},"spec"`: false,
	} {
		if got := isAlready(want, live(change)); got != already {
			t.Errorf("%s: %v", change, got)
		}
	}
	null := maps.Clone(want)
	null["spec"] = map[string]any{"n": 1, "l": []string{"x"}, "z": nil}
	if isAlready(null, live("->")) || isAlready(want, nil) {
		t.Error("an absent object, or a null, is taken for what is there")
	}
}
