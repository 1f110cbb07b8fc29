package prove_test

import (
	"encoding/json"
	"fmt"
	"math/rand"
	"strconv"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/prove"
	"github.com/kgw-dev/kgw/simulate"
)

// estate returns a mixture of resources and manifests for few hosts, in the styles
// in which people and programs write them.
func estate(g *rand.Rand) string {
	pick := func(list ...string) string { return list[g.Intn(len(list))] }
	host := func() string { return pick("a.test", "b.test", "c.test") }
	var docs []string
	for i := range 6 {
		name := fmt.Sprintf("o%d", i)
		if g.Intn(5) == 0 {
			name = "o0" // of two objects of one name the last counts
		}
		// What looks like the field, and the field where it does not look like it.
		decoy := func(key, value string) string {
			return pick("", "", "note: \"\n"+key+value+"\n \"\n", "note: |\n  "+key+value+"\n", "note: [\n  "+key+value+"]\n", "# "+key+value+"\n")
		}
		field := func(key string) string {
			return pick(key, key, strconv.Quote(key), "! "+key, `"\x`+fmt.Sprintf("%x", key[0])+key[1:]+`"`)
		}
		url := pick("<http|https>://"+host()+"</"+pick("x", "y", ".*", "(?!x).*", "[a-z]+/deep")+">", "<http|https>://"+host()+"/"+pick("x", "y"), "<.*>://<.*>", "<http|https>://"+host()+"<(?<=a)b>")
		if g.Intn(4) > 0 && strings.Contains(url, "?<=") {
			url = "<http|https>://a.test/x"
		}
		quoted := pick(url, `"`+url+`"`, `'`+url+`'`)
		switch g.Intn(4) {
		case 0:
			docs = append(docs, "apiVersion: oathkeeper.ory.sh/v1alpha1\nkind: Rule\nmetadata:\n  name: "+name+"\nspec:\n  upstream:\n    url: http://up-"+name+"\n  match:\n"+indent(decoy("url: ", "https://decoy.test/x"), 4)+"    "+field("url")+": "+quoted+
				"\n    methods:\n    - GET\n  authenticators:\n  - handler: noop\n  authorizer:\n    handler: allow\n  mutators:\n  - handler: noop\n")
		case 1:
			docs = append(docs, "apiVersion: oathkeeper.ory.sh/v1alpha1\nkind: Rule\nmetadata: {name: "+name+"}\nspec: {upstream: {url: 'http://up-"+name+"'}, match: {url: '"+url+"', methods: [GET]}, authenticators: [{handler: noop}], authorizer: {handler: allow}, mutators: [{handler: noop}]}\n")
		case 2:
			docs = append(docs, "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata:\n  name: "+name+"\nspec:\n  gateways: [g]\n"+indent(decoy("hosts: ", "[decoy.test]"), 2)+"  "+field("hosts")+":"+pick("\n  - "+host(), " ["+host()+", "+host()+"]", "\n    - \"*.test\"")+
				"\n  http:\n  - match:\n    - uri: {prefix: /"+pick("x", "y", "")+"}\n    route:\n    - destination: {host: "+pick("ory-oathkeeper-proxy.kyma-system.svc.cluster.local", name)+"}\n")
		default:
			docs = append(docs, "apiVersion: gateway.kyma-project.io/v1beta1\nkind: APIRule\nmetadata:\n  name: "+name+"\n  namespace: shop\nspec:\n"+indent(decoy("host: ", "decoy.test"), 2)+"  "+field("host")+": "+fmt.Sprintf("%s%d.test", pick("a", "b", "c"), i)+
				"\n  gateway: kyma-system/kyma-gateway\n  service:\n    name: s\n    port: 80\n  rules:\n  - path: /"+pick("x", "y", ".*")+"\n    methods: [GET]\n    accessStrategies:\n    - handler: "+pick("noop", "no_auth", "oauth2_introspection")+"\n")
		}
	}
	if g.Intn(2) == 0 {
		return strings.Join(docs, "---\n")
	}
	return asList(docs)
}

// indent moves lines to the right.
func indent(text string, n int) string {
	if text == "" {
		return ""
	}
	space := strings.Repeat(" ", n)
	return space + strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\n", "\n"+space) + "\n"
}

// asList writes documents as kubectl does.
func asList(docs []string) string {
	text := "apiVersion: v1\nitems:\n"
	for _, d := range docs {
		text += "- " + strings.ReplaceAll(strings.TrimSuffix(d, "\n"), "\n", "\n  ") + "\n"
	}
	return text + "kind: List\nmetadata:\n  resourceVersion: \"\"\n"
}

// asJSON writes a document as JSON of several lines.
func asJSON(t *testing.T, text string) string {
	t.Helper()
	f, _ := source.NewFile("l.yaml", []byte(text))
	docs, _ := source.Split(f)
	root, _ := docs[0].Parse()
	data, err := json.MarshalIndent(source.Plain(source.Value(root), func(n source.Number) any { return json.Number(n) }), "", "    ")
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// TestLeftOut holds decisions about what is left of the inputs for a request to
// those about all of them.
func TestLeftOut(t *testing.T) {
	g := rand.New(rand.NewSource(11))
	all, left, estates := 0, 0, 300
	if testing.Short() {
		estates = 40
	}
	for n := range estates {
		text := estate(g)
		if strings.HasSuffix(text, "resourceVersion: \"\"\n") && n%2 == 0 {
			text = asJSON(t, text)
		}
		f, _ := source.NewFile("in.yaml", []byte(text))
		in, o := compile.Input{Files: []*source.File{f}}, compile.Options{Config: config.Default()}
		manifests, _ := prove.Manifests(in, o, nil)
		whole := prove.Simulate(manifests, o)
		for _, host := range []string{"a.test", "a1.test", "b.test:8080", "c3.test", "C.test", "else.test"} {
			for _, path := range []string{"/x", "/y", "/x/deep"} {
				r := &simulate.Request{Method: "GET", Scheme: "https", Host: host, Target: path}
				some, _ := prove.Manifests(in, o, []string{host + path})
				want, got := whole.Mesh.Decide(r, nil), prove.Simulate(some, o).Mesh.Decide(r, nil)
				if want.Status != got.Status || want.Upstream != got.Upstream || want.Rule != got.Rule || want.Route != got.Route {
					t.Errorf("%s%s gives %d %s %s, without the rest %d %s %s\n%s", host, path, want.Status, want.Route, want.Rule, got.Status, got.Route, got.Rule, text)
				}
				all, left = all+len(manifests), left+len(some)
			}
		}
	}
	if left*10 > all*9 || left == 0 {
		t.Errorf("%d manifests of %d were left", left, all)
	}
}
