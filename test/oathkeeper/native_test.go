package oathkeeper

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math/rand"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/prove"
	"github.com/kgw-dev/kgw/simulate"
)

// TestNativeFiles has a real Oathkeeper read its own files: rules as JSON or
// YAML, matched as regexp or glob, with its configuration and with services that
// answer anything. kgw reads the same files and decides the same requests.
func TestNativeFiles(t *testing.T) {
	file := binary(t)
	w := newWorld(t)
	seed, statuses, unknown, pairs := number("KGW_SEED", 1), map[int]int{}, 0, 0
	for i := range number("KGW_SETS", 40) {
		t.Run(strconv.Itoa(seed+i), func(t *testing.T) {
			n := &native{generator: &generator{Rand: rand.New(rand.NewSource(int64(seed + i)))}, glob: i%2 == 1, yaml: i%4 < 2, inside: i%3 == 0}
			unknown += n.differ(t, w, file, statuses)
			pairs += requestsPerSet
		})
	}
	t.Logf("%d requests, %d of them not known, statuses: %v", pairs, unknown, statuses)
	for _, status := range []int{200, 401, 403, 404, 500} {
		if statuses[status] == 0 && number("KGW_SETS", 40) >= 40 {
			t.Errorf("no request was answered with %d: the generator has lost something", status)
		}
	}
	if unknown > pairs/5 {
		t.Errorf("%d of %d requests are not known", unknown, pairs)
	}
}

// native is a set of rules in Oathkeeper's own form.
type native struct {
	*generator
	glob, yaml, inside bool
	// answers are the replies of services that are asked, by handler.
	answers map[string]int
	chance  int64
}

// askers are handlers that ask a service, with what may be answered.
var askers = map[string][]int{
	"remote": {200, 200, 403, 401, 500, 302}, "remote_json": {200, 200, 403, 404}, "keto_engine_acp_ory": {200, 200, 403, 500}, "hydrator": {200, 200, 401, 500, 404},
	"cookie_session": {200, 200, 401, 403, 500}, "bearer_token": {200, 200, 401, 404}, "oauth2_client_credentials": {200, 401, 400, 500, 503, 404},
}

func (n *native) differ(t *testing.T, w *world, file string, statuses map[int]int) (unknown int) {
	t.Helper()
	n.answers, n.chance = map[string]int{}, n.Int63()
	for name, list := range askers {
		n.answers[name] = list[n.Intn(len(list))]
	}
	rules := []object{{
		"id": "canary.default", "match": canary["spec"].(object)["match"], "upstream": object{"url": "http://upstream.test/canary"},
		"authenticators": []any{object{"handler": "noop"}}, "authorizer": object{"handler": "allow"}, "mutators": []any{object{"handler": "noop"}},
	}}
	for i := range 4 + n.Intn(10) {
		rules = append(rules, n.nativeRule(i, n.Intn(60) == 0))
	}
	name, strategy := "rules.json", map[bool]string{true: "glob", false: "regexp"}[n.glob]
	if n.yaml {
		name = "rules.yaml"
	}
	in := n.start(t, w, file, name, strategy, n.write(rules))
	cluster := n.cluster(t, name, strategy, rules)
	for range requestsPerSet {
		r := n.request()
		if used := n.used[n.Intn(len(n.used))]; n.glob && n.Intn(3) > 0 {
			r.Host, r.Method = used.host, pick(n.generator, "GET", "GET", "POST")
			r.Target = pick(n.generator, "/items", "/items/", "/items/a", "/items/a/b", "/items/a.b", "/v1/x", "/v3/x", "/n/1", "/n/11", "/one/a%2Fb", "/any/th/ing")
		}
		r.Answers = n.answers
		r.Token.Session = &simulate.Session{Subject: "alice", Extra: map[string]any{"a": map[string]any{"b": "c"}}}
		if n.Intn(6) == 0 {
			r.Headers = append(r.Headers, simulate.Header{Name: "Cookie", Value: "s=1"})
		}
		if r.Token.Kind == "none" && n.Intn(6) == 0 {
			r.Headers = append(r.Headers, simulate.Header{Name: "Authorization", Value: "Basic dTpw"})
		}
		unknown += n.ask(t, w, in, cluster, &r, statuses, rules)
	}
	return unknown
}

// ask compares one answer; 1 is one that the simulator does not know.
func (n *native) ask(t *testing.T, w *world, in *instance, cluster *prove.Cluster, r *simulate.Request, statuses map[int]int, rules []object) int {
	t.Helper()
	real := w.real(t, r)
	d := simulate.Outcomes(r, nil, cluster.Oathkeeper.Decide)
	want := ask(t, in.proxy, real.Target, real)
	statuses[want.status]++
	for _, o := range d.Each() {
		if o.Decision.Status == want.status && (want.rule == "" || want.rule == o.Decision.Rule) {
			return map[bool]int{true: 0, false: 1}[d.Known()]
		}
	}
	if slow(ruleOf(rules, d.Rule)) && want.status == http.StatusInternalServerError {
		return 0
	}
	t.Errorf("Oathkeeper answers %d by rule %q, the simulator %d by rule %q (%s), known %v\n%s\nanswers %v\n%s", want.status, want.rule, d.Status, d.Rule, d.Reason, d.Known(), text(r), n.answers, text(ruleOf(rules, d.Rule)))
	return 0
}

// slow reports whether the rule asks Keto, which Oathkeeper does not always
// reach from a busy machine and then answers 500. It is one of the exceptions.
func slow(rule object) bool {
	authorizer, _ := rule["authorizer"].(object)
	return authorizer["handler"] == "keto_engine_acp_ory"
}

func ruleOf(rules []object, id string) object {
	for _, r := range rules {
		if r["id"] == id {
			return r
		}
	}
	return nil
}

// nativeRule returns a rule as its file has it. What is absent stays absent.
func (n *native) nativeRule(i int, strange bool) object {
	spec := n.rule(i, strange)["spec"].(object)
	out := object{"id": fmt.Sprintf("r%d", i), "match": spec["match"]}
	if n.glob && !strange {
		spec["match"].(object)["url"] = n.globURL()
	}
	for _, key := range []string{"authenticators", "authorizer", "mutators", "errors"} {
		if v, has := spec[key]; has {
			out[key] = v
		}
	}
	if n.Intn(12) > 0 && out["authorizer"] == nil {
		out["authorizer"] = object{"handler": "allow"}
	}
	n.asking(out)
	if up, has := spec["upstream"].(object); has {
		out["upstream"] = up
		if n.rarely() {
			up["preserve_host"] = true
		}
	}
	switch {
	case n.Intn(40) == 0:
		delete(out, "match")
	case n.rarely():
		out["description"] = "nobody reads it"
	}
	return out
}

// asking puts handlers into the rule that ask services.
func (n *native) asking(rule object) {
	at := func(name string) string { return fmt.Sprintf("http://answers.test/%s/%d", name, n.answers[name]) }
	put := func(section string, h object) { rule[section] = []any{h} }
	switch n.Intn(16) {
	case 0:
		rule["authorizer"] = object{"handler": "remote", "config": object{"remote": at("remote")}}
	case 1:
		rule["authorizer"] = object{"handler": "remote_json", "config": object{"remote": at("remote_json"), "payload": "{}"}}
	case 2:
		rule["authorizer"] = object{"handler": "keto_engine_acp_ory", "config": object{"base_url": at("keto_engine_acp_ory"), "required_action": "a", "required_resource": "r"}}
	case 3:
		put("mutators", object{"handler": "hydrator", "config": object{"api": object{"url": at("hydrator")}}})
	case 4, 5:
		put("authenticators", object{"handler": "cookie_session", "config": object{"check_session_url": at("cookie_session"), "preserve_path": true}})
		if n.Intn(2) == 0 {
			put("mutators", object{"handler": "header", "config": object{"headers": object{"X-A": pick(n.generator, "{{ print .Extra.a.b }}", "{{ print .Subject }}", "{{ print .Extra.no.b }}")}}})
		}
	case 6:
		put("authenticators", object{"handler": "bearer_token", "config": object{"check_session_url": at("bearer_token"), "preserve_path": true}})
	case 7:
		put("authenticators", object{"handler": "oauth2_client_credentials", "config": object{"token_url": at("oauth2_client_credentials"), "retry": object{"give_up_after": "50ms", "max_delay": "10ms"}}})
	}
}

// globURL returns a URL of the strategy glob, or of the other one by mistake.
func (n *native) globURL() string {
	host := pick(n.generator, hosts...)
	path := pick(n.generator, "/items", "/items<*>", "/items/<*>", "/items/<**>", "/<{v1,v2}>/x", "/<v[12]>/x", "/n/<[0-9]>", "/n/<[!0]>", "/n/<?>", "/<**>", "<**>", "/one/<*>", "/items/<.*>", "/items/<[0-9]+>", "/<a\\*>")
	if n.Intn(40) == 0 {
		path = pick(n.generator, "/<[>", "/<{a>", "/<a")
	}
	n.used = append(n.used, usedRule{host: host, path: n.Intn(len(paths)), method: "GET"})
	return pick(n.generator, "<{http,https}>://", "http://", "<http*>://") + host + path
}

// write writes the file of the rules.
func (n *native) write(rules []object) string {
	if !n.yaml {
		return text(rules)
	}
	var b strings.Builder
	for _, r := range rules {
		b.WriteString("- " + text(r) + "\n")
	}
	return b.String()
}

// cluster returns what kgw makes of the same files.
func (n *native) cluster(t *testing.T, name, strategy string, rules []object) *prove.Cluster {
	t.Helper()
	file, content := name, n.write(rules)
	if n.inside {
		file, content = "configmap.json", text(object{"apiVersion": "v1", "kind": "ConfigMap", "metadata": object{"name": "rules"}, "data": object{name: content}})
	}
	var in compile.Input
	for file, content := range map[string]string{file: content, "oathkeeper.json": text(n.config(strategy, "file:///etc/rules/"+name))} {
		f, problem := source.NewFile(file, []byte(content))
		if problem != nil {
			t.Fatal(problem.Message)
		}
		in.Files = append(in.Files, f)
	}
	cluster, _, _ := prove.Complete(in, compile.Options{Config: config.Default()}, nil)
	return cluster
}

// config returns Oathkeeper's configuration: all handlers but one.
func (n *native) config(strategy, repository string) object {
	at := func(name string) string { return fmt.Sprintf("http://answers.test/%s/%d", name, n.answers[name]) }
	out := object{}
	if err := json.Unmarshal([]byte(handlersJSON), &out); err != nil {
		panic(err)
	}
	for group, names := range map[string][]string{"authenticators": {"cookie_session", "bearer_token", "oauth2_client_credentials"}, "authorizers": {"remote", "remote_json", "keto_engine_acp_ory"}, "mutators": {"hydrator"}} {
		for _, name := range names {
			out[group].(object)[name] = object{"enabled": true}
		}
	}
	for name, required := range map[string]object{
		"cookie_session": {"check_session_url": at("cookie_session"), "preserve_path": true}, "bearer_token": {"check_session_url": at("bearer_token"), "preserve_path": true},
		"oauth2_client_credentials": {"token_url": at("oauth2_client_credentials")},
	} {
		out["authenticators"].(object)[name] = object{"enabled": true, "config": required}
	}
	for name, required := range map[string]object{
		"remote": {"remote": at("remote")}, "remote_json": {"remote": at("remote_json"), "payload": "{}"},
		"keto_engine_acp_ory": {"base_url": at("keto_engine_acp_ory"), "required_action": "a", "required_resource": "r"},
	} {
		out["authorizers"].(object)[name] = object{"enabled": true, "config": required}
	}
	out["mutators"].(object)["hydrator"] = object{"enabled": true, "config": object{"api": object{"url": at("hydrator")}}}
	n.varied(out)
	out["access_rules"] = object{"matching_strategy": strategy, "repositories": []any{repository}}
	return out
}

// varied switches handlers off, and lets other error handlers answer. It is
// the same for a set.
func (n *native) varied(config object) {
	g := rand.New(rand.NewSource(n.chance))
	if g.Intn(3) == 0 {
		group := []string{"authenticators", "authorizers", "mutators"}[g.Intn(3)]
		names := slices.Sorted(maps.Keys(config[group].(object)))
		if name := names[g.Intn(len(names))]; name != "noop" && name != "allow" {
			config[group].(object)[name].(object)["enabled"] = false
		}
	}
	errors := config["errors"].(object)
	when := []any{object{"error": []any{"unauthorized", "not_found"}}}
	switch g.Intn(6) {
	case 0:
		errors["fallback"] = []any{"redirect", "json"}
	case 1:
		errors["fallback"] = []any{"www_authenticate", "json"}
		errors["handlers"].(object)["www_authenticate"] = object{"enabled": true, "config": object{"realm": "r", "when": when}}
	case 2:
		errors["fallback"] = []any{"redirect", "json"}
		errors["handlers"].(object)["redirect"] = object{"enabled": true, "config": object{"to": "https://login.example.test/", "code": 301, "when": when}}
	case 3:
		errors["fallback"] = []any{"redirect"}
		errors["handlers"].(object)["redirect"] = object{"enabled": true, "config": object{"to": "https://login.example.test/", "when": when}}
	}
}

// start runs Oathkeeper with a file of its own rules.
func (n *native) start(t *testing.T, w *world, file, name, strategy, rules string) *instance {
	t.Helper()
	ports := freePorts(t, 3)
	path := filepath.Join(w.dir, name)
	if err := os.WriteFile(path, []byte(w.replaced(rules)), 0o600); err != nil {
		t.Fatal(err)
	}
	c := w.config(ports)
	full := object{}
	if err := json.Unmarshal([]byte(w.replaced(text(n.config(strategy, "file://"+path)))), &full); err != nil {
		t.Fatal(err)
	}
	full["version"], full["serve"], full["log"] = c["version"], c["serve"], c["log"]
	return w.serve(t, file, ports, full)
}

// replaced has the addresses of this world.
func (w *world) replaced(text string) string {
	return strings.NewReplacer(
		"https://idp.example.test/jwks.json", "file://"+w.dir+"/main.json",
		"https://partner.example.test/jwks.json", "file://"+w.dir+"/partner.json",
		"https://idp.example.test/oauth2/introspect", w.server.URL+"/introspect",
		"https://broken.example.test/introspect", w.server.URL+"/broken",
		"http://answers.test/", w.server.URL+"/answers/",
		"http://upstream.test/", w.server.URL+"/rule/").Replace(text)
}

// serveAnswer answers as a service that handlers ask: the status is in the path.
func serveAnswer(rw http.ResponseWriter, r *http.Request) {
	parts := strings.Split(r.URL.Path, "/")
	status, _ := strconv.Atoi(parts[3])
	body := `{"allowed": true, "subject": "alice", "sub": "alice", "extra": {"a": {"b": "c"}}, "access_token": "x", "token_type": "bearer"}`
	if parts[2] == "hydrator" {
		data, _ := io.ReadAll(r.Body)
		body = string(data)
	}
	rw.Header().Set("Content-Type", "application/json")
	rw.WriteHeader(status)
	_, _ = io.WriteString(rw, body)
}
