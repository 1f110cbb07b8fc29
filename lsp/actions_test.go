package lsp_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/kgw-dev/kgw/lsp/lsptest"
)

// lines is the range of an action or a finding, in lines.
type lines struct{ Start, End struct{ Line int } }

// TestActionsOfSeveralLines asks for the actions of each range of lines: there are those
// of the findings that are in one of them, and no others.
func TestActionsOfSeveralLines(t *testing.T) {
	const text = `apiVersion: gateway.kyma-project.io/v1beta1
kind: APIRule
metadata: {name: shop, namespace: web}
spec:
  host: shop.example.com
  gateway: kyma-system/kyma-gateway
  service: {name: shop, port: 80}
  rules:
  - path: /orders.*
    methods: [GET]
    accessStrategies: [{handler: no_auth}]
  - path: /orders/a
    methods: [GET]
    service: {name: other, port: 80}
    accessStrategies: [{handler: no_auth}]
`
	const last = 14
	c, _, done := serve(t, quick())
	open(t, c)
	file := map[string]any{"uri": "file:///w/a.yaml"}
	c.Notify(t, "textDocument/didOpen", map[string]any{"textDocument": map[string]any{"uri": file["uri"], "languageId": "yaml", "version": 1, "text": text}})
	offered := func(from, to int) (out []string, at []lines) {
		t.Helper()
		extent := map[string]any{"start": map[string]any{"line": from, "character": 0}, "end": map[string]any{"line": to, "character": 200}}
		answer := c.Call(t, "textDocument/codeAction", map[string]any{"textDocument": file, "range": extent, "context": map[string]any{"diagnostics": []any{}, "only": []string{"quickfix"}}}, func(lsptest.Message) {})
		var list []struct {
			Title       string
			Diagnostics []struct{ Range lines }
		}
		if err := json.Unmarshal(answer.Result, &list); err != nil {
			t.Fatalf("%v: %s%s", err, answer.Result, answer.Error)
		}
		for _, a := range list {
			if len(a.Diagnostics) != 1 {
				t.Fatalf("%q is for %d findings", a.Title, len(a.Diagnostics))
			}
			out, at = append(out, fmt.Sprint(a.Title, a.Diagnostics[0].Range)), append(at, a.Diagnostics[0].Range)
		}
		return out, at
	}
	all, at := offered(0, last)
	if len(all) < 4 {
		t.Fatalf("few actions: %q", all)
	}
	some := 0
	for from := range last + 1 {
		for to := from; to <= last; to++ {
			var want []string
			for i := range all {
				if at[i].Start.Line <= to && at[i].End.Line >= from {
					want = append(want, all[i])
				}
			}
			got, _ := offered(from, to)
			if !slices.Equal(got, want) {
				t.Errorf("lines %d to %d: %q, want %q", from, to, got, want)
			}
			if len(got) > 0 && len(got) < len(all) {
				some++
			}
		}
	}
	if some == 0 {
		t.Error("each range has all actions")
	}
	c.Call(t, "shutdown", nil, nil)
	c.Notify(t, "exit", nil)
	if err := <-done; err != nil {
		t.Error(err)
	}
}
