package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// traces are inputs of kgw trace: as many Rules as APIRules in one file, as
// files and as kubectl writes them, a tenth of them, and requests for these.
type traces struct {
	file, files, list, tenth, requests string
	url                                string // of a request that one of the Rules matches
}

// rule returns Rule i as a cluster has it; two share a host.
func rule(i int) string {
	return fmt.Sprintf("apiVersion: oathkeeper.ory.sh/v1alpha1\nkind: Rule\nmetadata:\n  name: rule-%06d\n  namespace: team-%d\nspec:\n"+
		"  upstream:\n    url: http://s-%d.team-%d.svc.cluster.local:8080\n  match:\n    url: <http|https>://h-%06d.example.com</v%d/[a-z]+/items(/.*)?>\n    methods:\n    - GET\n    - POST\n"+
		"  authenticators:\n  - handler: jwt\n    config:\n      jwks_urls:\n      - https://login.example.com/jwks.json\n      trusted_issuers:\n      - https://login.example.com/\n      required_scope:\n      - read\n"+
		"  authorizer:\n    handler: allow\n  mutators:\n  - handler: noop\n", i, i/perDirectory, i, i/perDirectory, i/2, i%2)
}

const tracePath = "/v0/all/items/7"

func tracesIn(dir string) traces {
	at := func(name string) string { return filepath.Join(dir, name) }
	return traces{file: at("rules.yaml"), files: at("rules"), list: at("live.yaml"), tenth: at("tenth.yaml"), requests: at("requests.json"), url: "https://h-000042.example.com" + tracePath}
}

func (t *traces) write(n int) error {
	if err := writeFiles(t.files, n, rule); err != nil {
		return err
	}
	docs, items := make([]string, n), strings.Builder{}
	items.WriteString("apiVersion: v1\nitems:\n")
	for i := range docs {
		docs[i] = rule(i)
		items.WriteString("- " + strings.ReplaceAll(strings.TrimSuffix(docs[i], "\n"), "\n", "\n  ") + "\n")
	}
	items.WriteString("kind: List\nmetadata:\n  resourceVersion: \"\"\n")
	requests, err := json.Marshal(requestList(n, n/10))
	if err != nil {
		return err
	}
	for name, text := range map[string]string{
		t.file: strings.Join(docs, "---\n"), t.list: items.String(), t.tenth: strings.Join(docs[:n/10], "---\n"), t.requests: string(requests),
	} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			return err
		}
	}
	return nil
}

// requestList asks about rules, half of the time with a token.
func requestList(n, rules int) []any {
	out := make([]any, n)
	for i := range out {
		token := map[string]any{"kind": "none"}
		if i%2 == 0 {
			token = map[string]any{"kind": "jwt", "claims": map[string]any{"iss": "https://login.example.com/", "scope": "read"}}
		}
		k := i * 7919 % rules
		out[i] = map[string]any{"request": map[string]any{
			"method": "GET", "scheme": "https", "host": fmt.Sprintf("h-%06d.example.com", k/2), "path": fmt.Sprintf("/v%d/all/items/%d", k%2, i), "token": token,
		}}
	}
	return out
}

func traceCases(o *options, in *inputs) []testCase {
	t := &in.traces
	line := func(id, what string, args ...string) testCase {
		return testCase{id: id, name: "**kgw trace**, " + what, command: append([]string{o.kgw, "trace"}, args...), runs: 2 * o.runs}
	}
	return []testCase{
		line("trace-file", fmt.Sprintf("%d Rules in one file", in.rules), "GET", t.url, t.file),
		line("trace-files", fmt.Sprintf("%d Rules as files", in.rules), "GET", t.url, t.files),
		line("trace-dump", fmt.Sprintf("a dump of %d Rules", in.rules), "GET", t.url, t.list),
		line("trace-apirules", fmt.Sprintf("%d APIRules in one file", in.rules), "GET", "https://nobody.example.com/", in.single),
		line("trace-requests", fmt.Sprintf("%d requests, %d Rules", in.rules, in.rules/10), "--requests", t.requests, t.tenth),
	}
}
