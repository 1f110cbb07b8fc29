package istio

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"

	routev3 "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
	"github.com/kgw-dev/kgw/simulate"
)

// TestWrittenRoutes gives istiod the VirtualServices of all examples and cases
// at once. Every route has what the VirtualService says, and requests are
// decided alike.
func TestWrittenRoutes(t *testing.T) {
	var docs []object
	for _, c := range cases(t) {
		for _, o := range compile.Run(c.input(t), compile.Options{Config: c.config}).Objects {
			if o.Kind == "VirtualService" {
				docs = append(docs, named(t, &o, len(docs)))
			}
		}
	}
	configuration := istiod(t, configs(t, docs))
	e, err := newEnvoy(configuration)
	if err != nil {
		t.Fatal("Envoy refuses what is written:", err)
	}
	entries := map[string]object{}
	for _, d := range docs {
		for _, entry := range d["spec"].(object)["http"].([]any) {
			entries[entry.(object)["name"].(string)] = entry.(object)
		}
	}
	for _, h := range configuration.VirtualHosts {
		for _, r := range h.Routes {
			checkRoute(t, entries[r.Name], r)
		}
	}
	gateway, asked := load(t, docs), 0
	for _, d := range docs {
		for _, q := range requestsNear(d) {
			asked++
			if diff := cmp.Diff(e.decide(q.AsSent()), simulated(gateway, &q)); diff != "" {
				t.Errorf("%s %s %s %v: Envoy (-) and the simulator (+) differ:\n%s", q.Method, q.Host, q.Target, q.Headers, diff)
			}
		}
	}
	t.Logf("%d VirtualServices, %d requests", len(docs), asked)
	if asked < 500 {
		t.Errorf("only %d requests were asked of %d VirtualServices", asked, len(docs))
	}
}

// named reads what is written back, under a name of its own and with names for
// its routes.
func named(t *testing.T, o *manifest.Object, i int) object {
	t.Helper()
	var d object
	data, err := yaml.YAMLToJSON(o.AppendYAML(nil))
	if err == nil {
		err = json.Unmarshal(data, &d)
	}
	if err != nil {
		t.Fatal(err)
	}
	name := fmt.Sprintf("vs-%05d", i)
	d["metadata"] = object{"name": name, "namespace": o.Meta.Namespace}
	for j, entry := range d["spec"].(object)["http"].([]any) {
		entry.(object)["name"] = fmt.Sprintf("%s/%s http[%d]", o.Meta.Namespace, name, j)
	}
	spec := d["spec"].(object)
	spec["gateways"] = []any{"istio-system/gw"}
	return d
}

// checkRoute compares a route with the entry that it is made of.
func checkRoute(t *testing.T, entry object, r *routev3.Route) {
	t.Helper()
	var timeout time.Duration
	if s, ok := entry["timeout"].(string); ok {
		timeout, _ = time.ParseDuration(s)
	}
	if a := r.GetRoute(); a != nil && a.Timeout.AsDuration() != timeout {
		t.Errorf("%s: the timeout is %s, not %s", r.Name, a.Timeout.AsDuration(), timeout)
	}
	changes, _ := entry["headers"].(object)
	request, _ := changes["request"].(object)
	response, _ := changes["response"].(object)
	set := object{}
	for _, o := range r.RequestHeadersToAdd {
		set[o.Header.Key] = o.Header.Value
	}
	if want, _ := request["set"].(object); len(want)+len(set) > 0 && !cmp.Equal(want, set) {
		t.Errorf("%s: sets %v, not %v", r.Name, set, want)
	}
	if want := stringsOf(request["remove"]); !slices.Equal(want, r.RequestHeadersToRemove) {
		t.Errorf("%s: removes %v, not %v", r.Name, r.RequestHeadersToRemove, want)
	}
	if want := stringsOf(response["remove"]); !slices.Equal(want, r.ResponseHeadersToRemove) {
		t.Errorf("%s: removes %v of the response, not %v", r.Name, r.ResponseHeadersToRemove, want)
	}
	checkCORS(t, entry["corsPolicy"], r)
}

func checkCORS(t *testing.T, written any, r *routev3.Route) {
	t.Helper()
	want, _ := written.(object)
	got, err := corsOf(r)
	if err != nil || (got == nil) != (want == nil) {
		t.Errorf("%s: the CORS policy is %v, not %v", r.Name, got, want)
		return
	}
	age := ""
	if s, ok := want["maxAge"].(string); ok {
		d, _ := time.ParseDuration(s)
		age = fmt.Sprint(int64(d.Seconds()))
	}
	for field, pair := range map[string][2]string{
		"allowMethods":  {strings.Join(stringsOf(want["allowMethods"]), ","), got.GetAllowMethods()},
		"allowHeaders":  {strings.Join(stringsOf(want["allowHeaders"]), ","), got.GetAllowHeaders()},
		"exposeHeaders": {strings.Join(stringsOf(want["exposeHeaders"]), ","), got.GetExposeHeaders()},
		"maxAge":        {age, got.GetMaxAge()},
		"credentials":   {fmt.Sprint(want["allowCredentials"] == true), fmt.Sprint(got.GetAllowCredentials().GetValue())},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s: %s is %q, not %q", r.Name, field, pair[1], pair[0])
		}
	}
}

func stringsOf(v any) []string {
	var out []string
	list, _ := v.([]any)
	for _, e := range list {
		out = append(out, e.(string))
	}
	return out
}

// requestsNear returns requests that the routes of a VirtualService match, and others
// near them.
func requestsNear(d object) []simulate.Request {
	spec := d["spec"].(object)
	host := strings.Replace(stringsOf(spec["hosts"])[0], "*", "any", 1)
	var out []simulate.Request
	for _, entry := range spec["http"].([]any) {
		for _, m := range entry.(object)["match"].([]any) {
			path := matchedPath(m.(object)["uri"])
			for _, target := range []string{path, path + "x", path + "/", path + "/x?a=b", "/./x/.." + path} {
				for _, method := range []string{"GET", "POST", "DELETE"} {
					out = append(out, simulate.Request{Method: method, Scheme: "https", Host: host, Target: target})
				}
			}
			for _, origin := range []string{"https://a.test", "https://www.example.com", "*"} {
				out = append(out, simulate.Request{Method: "OPTIONS", Scheme: "https", Host: strings.ToUpper(host) + ":443", Target: path, Headers: []simulate.Header{
					{Name: "Origin", Value: origin}, {Name: "Access-Control-Request-Method", Value: "GET"},
				}})
			}
		}
	}
	return out
}

// matchedPath returns a path that a matcher matches.
func matchedPath(uri any) string {
	m, _ := uri.(object)
	for kind, lang := range map[string]pathlang.Lang{"exact": pathlang.Exact, "prefix": pathlang.Prefix, "regex": pathlang.Regex} {
		text, ok := m[kind].(string)
		if !ok {
			continue
		}
		all := match.Set{Path: pathlang.Path{Lang: pathlang.Prefix, Text: "/"}, View: match.RawPath}
		if w := match.Compile(match.Set{Path: pathlang.Path{Lang: lang, Text: text}, View: match.RawPath}).Relate(match.Compile(all), 0).Witness; w != nil {
			return w.RawPath
		}
	}
	return "/"
}
