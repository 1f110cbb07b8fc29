package main

import (
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// actionOf is a code action of an answer.
type actionOf struct {
	Title string
	Edit  struct {
		Changes map[string][]struct {
			Range   struct{ Start, End caret }
			NewText string
		}
	}
}

// actionsFor returns the actions for a whole text that is open.
func (e *editor) actionsFor(name string, only ...string) []actionOf {
	e.t.Helper()
	answer := e.ask("textDocument/codeAction", name, map[string]any{
		"range": extentOf(e.t, "0:0-99:0"), "context": map[string]any{"diagnostics": []any{}, "only": only},
	})
	var list []actionOf
	if err := json.Unmarshal(answer.Result, &list); err != nil {
		e.t.Fatalf("%v: %s", err, answer.Result)
	}
	return list
}

// with returns a text after the edits of an action, as an editor makes them: those
// behind first.
func (e *editor) with(name, text string, a *actionOf) string {
	e.t.Helper()
	edits := a.Edit.Changes[e.uri(name)]
	if len(edits) == 0 {
		e.t.Fatalf("%q changes nothing in %s", a.Title, name)
	}
	for _, c := range slices.Backward(edits) {
		text = text[:offsetAt(text, c.Range.Start)] + c.NewText + text[offsetAt(text, c.Range.End):]
	}
	return text
}

// codesOf shows a text in an editor and returns the codes that are found in it,
// sorted.
func (e *editor) codesOf(name, text string) []string {
	e.t.Helper()
	e.told = nil
	e.open(name, text)
	e.settle()
	var out []string
	for _, m := range e.told {
		var p struct {
			URI         string
			Diagnostics []struct{ Code string }
		}
		if json.Unmarshal(m.Params, &p) == nil && p.URI == e.uri(name) {
			out = nil
			for _, d := range p.Diagnostics {
				out = append(out, d.Code)
			}
		}
	}
	slices.Sort(out)
	return out
}

// TestActionsDoWhatTheySay applies each action to the text that it is offered for: a
// fix takes its finding away and brings no other, a suppression counts once it has a
// reason, a migration gives an APIRule v2 without an error, and all fixes together
// leave none to make.
func TestActionsDoWhatTheySay(t *testing.T) {
	const text = `apiVersion: gateway.kyma-project.io/v1beta1
kind: APIRule
metadata: {annotations: {"😀é": "😀"}, name: shop, namespace: web}
spec:
  host: shop.example.com
  gateway: kyma-system/kyma-gateway
  service: {name: shop, port: 80}
  rules:
  # kgw:ignore KGW410 not needed any more 😀
  - {methods: [GET], "😀": 1, path: "/x\\d+", accessStrategies: [{handler: noop}]}
  - path: /orders.*
    methods: [GET]
    accessStrategies: [{handler: no_auth}]
  - path: /orders/a
    methods: [GET]
    service: {name: other, port: 80}
    accessStrategies: [{handler: no_auth}]
`
	const name = "shop.yaml"
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(dir, name), text)
	e := startEditor(t, dir, []string{"."})
	before := e.codesOf(name, text)
	actions := e.actionsFor(name, "quickfix")
	seen := map[string]int{}
	for i := range actions {
		a := &actions[i]
		code := codeIn(a.Title)
		after := e.with(name, text, a)
		got := e.codesOf(name, after)
		switch {
		case strings.HasPrefix(a.Title, "Suppress"):
			seen["suppress"]++
			if !slices.Contains(got, code) {
				t.Errorf("%s: without a reason the finding is gone", a.Title)
			}
			marked := "# kgw:ignore " + code + " "
			got = e.codesOf(name, strings.Replace(after, marked+"\n", marked+"it is meant so\n", 1))
			fallthrough
		default:
			seen[strings.Fields(a.Title)[0]]++
			for _, c := range got {
				if count(got, c) > count(before, c) {
					t.Errorf("%s: brings %s", a.Title, c)
				}
			}
			if count(got, code) >= count(before, code) {
				t.Errorf("%s: %v was found, now %v", a.Title, before, got)
			}
		}
		e.codesOf(name, text)
	}
	for _, kind := range []string{"Write", "Move", "Remove", "suppress"} {
		if seen[kind] == 0 {
			t.Errorf("no action of the kind %s: %v", kind, seen)
		}
	}
	all := e.actionsFor(name, "source.fixAll")
	if len(all) != 1 {
		t.Fatalf("%d actions fix all", len(all))
	}
	e.codesOf(name, e.with(name, text, &all[0]))
	for _, a := range e.actionsFor(name, "quickfix") {
		if !strings.HasPrefix(a.Title, "Suppress") {
			t.Errorf("after all fixes: %s", a.Title)
		}
	}
	e.migratesOld(t)
	if code := e.end(); code != 0 {
		t.Errorf("kgw lsp ends with %d: %s", code, e.errs)
	}
}

// migratesOld migrates an APIRule of the workspace that v2 can say.
func (e *editor) migratesOld(t *testing.T) {
	t.Helper()
	const text = `apiVersion: gateway.kyma-project.io/v1beta1
kind: APIRule
metadata: {annotations: {"😀é": "😀"}, name: new, namespace: web}
spec:
  host: new.example.com
  gateway: kyma-system/kyma-gateway
  service: {name: new, port: 80}
  rules:
  - {path: /open, methods: [GET], accessStrategies: [{handler: no_auth}]}
`
	const services = "apiVersion: v1\nkind: Service\nmetadata: {name: new, namespace: web}\nspec: {selector: {app: new}, ports: [{port: 80}]}\n"
	e.codesOf("services.yaml", services)
	e.codesOf("new.yaml", text)
	list := e.actionsFor("new.yaml", "refactor")
	if len(list) != 1 {
		t.Fatalf("%d migrations are offered", len(list))
	}
	after := e.with("new.yaml", text, &list[0])
	got := e.codesOf("new.yaml", after)
	if !strings.Contains(after, "gateway.kyma-project.io/v2\n") || !strings.Contains(after, "noAuth: true") || slices.ContainsFunc(got, func(c string) bool { return c < "KGW300" }) {
		t.Errorf("%q gives %v:\n%s", list[0].Title, got, after)
	}
	if again := e.actionsFor("new.yaml", "refactor"); len(again) > 0 {
		t.Errorf("after it: %v", again)
	}
}

// codeIn returns the code that a title names.
func codeIn(title string) string {
	if i := strings.Index(title, "KGW"); i >= 0 {
		return title[i : i+6]
	}
	return ""
}

func count(list []string, text string) int {
	n := 0
	for _, s := range list {
		if s == text {
			n++
		}
	}
	return n
}
