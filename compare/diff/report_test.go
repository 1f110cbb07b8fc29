package diff_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kgw-dev/kgw/compare/diff"
)

// plain is an object of kind and name with one field in its spec.
func plain(kind, namespace, name string, value any) diff.Object {
	return diff.Object{Value: map[string]any{
		"apiVersion": "example.com/v1", "kind": kind,
		"metadata": map[string]any{"namespace": namespace, "name": name}, "spec": map[string]any{"field": value},
	}}
}

// TestPairs pairs by group, kind, namespace and name; the last of several counts.
func TestPairs(t *testing.T) {
	version := func(o diff.Object, v string) diff.Object { o.Value["apiVersion"] = v; return o }
	before := []diff.Object{plain("A", "n", "gone", 1), plain("A", "n", "twice", 1), plain("A", "n", "twice", 2), version(plain("A", "n", "v", 1), "example.com/v1beta1")}
	after := []diff.Object{
		plain("A", "n", "new", 3), plain("A", "n", "twice", 4), plain("A", "n", "v", 5), plain("B", "n", "gone", 6), plain("A", "m", "gone", 7),
		version(plain("A", "n", "gone", 8), "example.org/v1"), version(plain("A", "n", "gone", 9), "v1"), plain("A", "n", "new", 10),
	}
	field := func(o *diff.Object) any {
		if o == nil {
			return nil
		}
		return o.Value["spec"].(map[string]any)["field"]
	}
	var got [][2]any
	for _, p := range diff.Pairs(before, after) {
		got = append(got, [2]any{field(p.Before), field(p.After)})
	}
	want := [][2]any{{nil, 10}, {2, 4}, {1, 5}, {nil, 6}, {nil, 7}, {nil, 8}, {nil, 9}, {1, nil}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// TestCompareOrders sorts differences by kind, namespace and name, whatever the
// order of the pairs, and leaves out what is equal.
func TestCompareOrders(t *testing.T) {
	var before, after []diff.Object
	var want []string
	for _, kind := range []string{"A", "B"} {
		for _, namespace := range []string{"m", "n"} {
			before = append(before, plain(kind, namespace, "a", 1.0), plain(kind, namespace, "b", 1.0), plain(kind, namespace, "same", 1.0))
			after = append(after, plain(kind, namespace, "b", 2.0), plain(kind, namespace, "same", 1.0), plain(kind, namespace, "c", 1.0))
			at := kind + " " + namespace + "/"
			want = append(want, "delete "+at+"a", "update "+at+"b", "create "+at+"c")
		}
	}
	slices.Reverse(after)
	var got []string
	for _, d := range diff.Compare(diff.Pairs(before, after), diff.Options{}) {
		got = append(got, string(d.Op)+" "+d.ID.String())
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if got := diff.Compare([]diff.Pair{{}}, diff.Options{}); got != nil {
		t.Errorf("a pair of nothing differs: %v", got)
	}
}

// TestIDWithoutNamespace spells an object of the cluster without a slash.
func TestIDWithoutNamespace(t *testing.T) {
	if got := (diff.ID{Kind: "K", Name: "x"}).String(); got != "K x" {
		t.Error(got)
	}
}

// reportOf is a report with an object for each operation.
func reportOf() *diff.Report {
	old, renamed := plain("Rule", "n", "old", 1.0), plain("Rule", "n", "new", 2.0)
	pairs := []diff.Pair{
		{Before: &old, After: &renamed},
		{Before: new(plain("VirtualService", "n", "gone", 1.0))},
		{After: new(plain("Made", "", "made", 1.0))},
		{Before: new(plain("Turned", "n", "a", 1.0)), After: new(plain("Turned", "n", "a", 2.0))},
	}
	return &diff.Report{Before: "live", After: "kgw", Differences: diff.Compare(pairs, diff.Options{}), Same: 2}
}

// TestTotals counts every operation, and what was not compared only if there is
// some.
func TestTotals(t *testing.T) {
	r := reportOf()
	for want, r := range map[string]*diff.Report{
		"1 to change, 1 to create, 1 to rename, 1 to delete, 2 unchanged": r,
		"no differences, 0 unchanged":                                     {},
		"no differences, 3 unchanged, 1 not compared":                     {Same: 3, Skipped: 1},
	} {
		if got := r.Totals(); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	if r.Count(diff.Rename) != 1 || (&diff.Report{}).Count(diff.Rename) != 0 {
		t.Error("renamed objects are miscounted")
	}
}

// TestSummary says a line for each object, and how many fields change.
func TestSummary(t *testing.T) {
	const want = `create Made made
rename Rule n/old to new: 2 changes
  meanwhile: with both Rules Oathkeeper answers their requests with 500, with none with 404
  order: delete old first, then create new at once: 404 meanwhile, never 500; without a gap only in place, keep the name with kgw adopt
update Turned n/a: 1 change
delete VirtualService n/gone
1 to change, 1 to create, 1 to rename, 1 to delete, 2 unchanged
`
	if d := cmp.Diff(want, reportOf().Summary(diff.View{})); d != "" {
		t.Error(d)
	}
	two := plain("Turned", "n", "a", 2.0)
	two.Value["spec"].(map[string]any)["more"] = true
	r := &diff.Report{Differences: diff.Compare([]diff.Pair{{Before: new(plain("Turned", "n", "a", 1.0)), After: &two}}, diff.Options{})}
	if got := r.Summary(diff.View{}); !strings.HasPrefix(got, "update Turned n/a: 2 changes\n") {
		t.Error(got)
	}
}

// TestText writes a unified diff for each object: against nothing for one that is
// made or deleted, against the old name for one that is renamed.
func TestText(t *testing.T) {
	text := reportOf().Text(diff.View{Before: "live", After: "kgw", Context: 0})
	for _, want := range []string{
		"create Made made\n--- /dev/null\n+++ kgw/Made/made\n", "--- live/Rule/n/old\n+++ kgw/Rule/n/new\n",
		"--- live/Turned/n/a\n+++ kgw/Turned/n/a\n", "-  field: 1\n+  field: 2\n", "--- live/VirtualService/n/gone\n+++ /dev/null\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
	if strings.Contains(text, "\x1b") {
		t.Error("a text without colour has one")
	}
	if strings.Contains(text, "\n   name: a\n") {
		t.Error("lines without a change are shown with no context")
	}
}

// TestColor colours heads, files, places and lines, and changes no text.
func TestColor(t *testing.T) {
	r := reportOf()
	v := diff.View{Before: "live", After: "kgw", Context: 1}
	plainText, plainSummary := r.Text(v), r.Summary(v)
	v.Color = true
	colored, summary := r.Text(v), r.Summary(v)
	for _, want := range []string{"\x1b[1mupdate Turned n/a\x1b[0m\n", "\x1b[1m--- live/Turned/n/a\x1b[0m\n", "\x1b[1m+++ kgw/Turned/n/a\x1b[0m\n", "\x1b[36m@@", "\x1b[31m-  field: 1\x1b[0m\n", "\x1b[32m+  field: 2\x1b[0m\n"} {
		if !strings.Contains(colored, want) {
			t.Errorf("%q is not in\n%q", want, colored)
		}
	}
	for _, want := range []string{"\x1b[32mcreate Made made\x1b[0m", "\x1b[31mdelete VirtualService n/gone\x1b[0m", "\x1b[1mupdate Turned n/a\x1b[0m: 1 change", "\x1b[36mrename Rule n/old to new\x1b[0m"} {
		if !strings.Contains(summary, want) {
			t.Errorf("%q is not in\n%q", want, summary)
		}
	}
	bare := strings.NewReplacer("\x1b[0m", "", "\x1b[1m", "", "\x1b[31m", "", "\x1b[32m", "", "\x1b[36m", "")
	if bare.Replace(colored) != plainText || bare.Replace(summary) != plainSummary {
		t.Error("colours change the text")
	}
}

// TestItems shows differences as JSON has them: whole objects that are made or
// deleted, what happens meanwhile, and a list of changes even where it is empty.
func TestItems(t *testing.T) {
	items := reportOf().Items()
	if len(items) != 4 {
		t.Fatal(len(items))
	}
	made, renamed, turned, gone := items[0], items[1], items[2], items[3]
	if made.After == nil || made.Before != nil || made.Meanwhile != "" || made.APIVersion != "example.com/v1" || made.Kind != "Made" || made.Name != "made" {
		t.Errorf("%+v", made)
	}
	if gone.Before == nil || gone.After != nil || !strings.Contains(gone.Meanwhile, "404") || gone.Order != "" {
		t.Errorf("%+v", gone)
	}
	if renamed.OldName != "old" || renamed.Name != "new" || renamed.Meanwhile == "" || renamed.Order == "" || renamed.Before != nil || renamed.After != nil {
		t.Errorf("%+v", renamed)
	}
	if d := cmp.Diff([]diff.ItemChange{{Op: diff.Changed, Path: "spec.field", Before: int64(1), After: int64(2)}}, turned.Changes); d != "" || turned.Namespace != "n" || turned.Meanwhile != "" {
		t.Error(d, turned)
	}
	data, err := json.Marshal(made)
	if err != nil || !strings.Contains(string(data), `"changes":[]`) || strings.Contains(string(data), "namespace\":\"\"") {
		t.Errorf("%s %v", data, err)
	}
}

// TestMovedItems shows positions of elements that moved, and only of those.
func TestMovedItems(t *testing.T) {
	r := diff.Report{Differences: []diff.Difference{{Op: diff.Update, ID: diff.ID{Kind: "K", Name: "k"}, Changes: []diff.Change{
		{Op: diff.Moved, Path: "spec.http[2]", From: 0, To: 2, What: "/a"}, {Op: diff.Added, Path: "spec.x", After: "v"}, {Op: diff.Removed, Path: "spec.y", Before: "w"},
	}}}}
	changes := r.Items()[0].Changes
	if *changes[0].From != 0 || *changes[0].To != 2 || changes[1].From != nil || changes[2].To != nil {
		t.Errorf("%+v", changes)
	}
	d := &r.Differences[0]
	if d := cmp.Diff([]string{"update K k", "  moved spec.http[2] from position 1 to 3: /a"}, d.Head()); d != "" {
		t.Error(d)
	}
	for i, want := range []string{"moved spec.http[2] from position 1 to 3: /a", "added spec.x: v", "removed spec.y: w"} {
		if got := strings.ReplaceAll(d.Changes[i].String(), `"`, ""); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	if got := r.Summary(diff.View{}); strings.Contains(got, "moved") || !strings.Contains(got, "update K k: 3 changes\n") {
		t.Error(got)
	}
}

// TestBrief cuts long values by characters, not by bytes.
func TestBrief(t *testing.T) {
	c := diff.Change{Op: diff.Added, Path: "p", After: strings.Repeat("ä", 500)}
	if got := c.String(); !strings.HasSuffix(got, "ä ...") || strings.Count(got, "ä") > 200 || strings.Count(got, "ä") < 190 {
		t.Error(got)
	}
	c.After = "short"
	if got := c.String(); strings.Contains(got, "...") {
		t.Error(got)
	}
}

// TestOrder asks for steps only where a policy comes with a route or with the end
// of a Rule.
func TestOrder(t *testing.T) {
	type change struct {
		op   diff.Op
		kind string
	}
	policy := change{diff.Create, "AuthorizationPolicy"}
	for name, c := range map[string]struct {
		changes []change
		want    string
	}{
		"nothing":                        {nil, ""},
		"a policy alone":                 {[]change{policy}, ""},
		"a route alone":                  {[]change{{diff.Update, "VirtualService"}}, ""},
		"a policy that goes":             {[]change{{diff.Delete, "AuthorizationPolicy"}, {diff.Update, "VirtualService"}}, ""},
		"a policy and a Rule that comes": {[]change{policy, {diff.Create, "Rule"}}, ""},
		"a policy and a route": {
			[]change{policy, {diff.Update, "VirtualService"}},
			"apply the policies with one more that admits whom they admitted before, then routes; then delete that one policy; kgw diff --plan writes the steps",
		},
		"a policy and a route that goes": {
			[]change{policy, {diff.Delete, "HTTPRoute"}},
			"apply the policies with one more that admits whom they admitted before, then routes; then delete that one policy; kgw diff --plan writes the steps",
		},
		"all, and a Rule that comes": {
			[]change{policy, {diff.Create, "RequestAuthentication"}, {diff.Create, "Rule"}, {diff.Update, "HTTPRoute"}},
			"apply RequestAuthentications, then the policies with one more that admits whom they admitted before, then Rules, then routes; then delete that one policy; kgw diff --plan writes the steps",
		},
		"a Rule that goes": {
			[]change{policy, {diff.Delete, "Rule"}},
			"apply the policies with one more that admits Oathkeeper; then delete Rules, then that one policy; kgw diff --plan writes the steps",
		},
	} {
		r := &diff.Report{}
		for _, o := range c.changes {
			r.Differences = append(r.Differences, diff.Difference{Op: o.op, ID: diff.ID{Kind: o.kind, Name: "x"}})
		}
		if got := r.Order(); got != c.want {
			t.Errorf("%s: %q", name, got)
		}
		for shown, text := range map[string]string{"text": r.Text(diff.View{}), "summary": r.Summary(diff.View{})} {
			if strings.Contains(text, "order: apply") != (c.want != "") {
				t.Errorf("%s: the %s is %q", name, shown, text)
			}
		}
	}
}

// TestMeanwhile says of every kind what a gap does, of deletions only for those
// that are deleted, and deletes a Rule before its successor comes.
func TestMeanwhile(t *testing.T) {
	for kind, part := range map[string]string{
		"Rule": "500", "VirtualService": "both they are served", "HTTPRoute": "both they are served", "ReferenceGrant": "500",
		"AuthorizationPolicy": "all are let through", "RequestAuthentication": "tokens are not verified", "Ingress": "answered with 404",
	} {
		d := diff.Difference{Op: diff.Rename, ID: diff.ID{Kind: kind, Name: "new"}, OldName: "old"}
		if !strings.Contains(d.Meanwhile(), part) || d.Gap() != "" {
			t.Errorf("%s: %s; %s", kind, d.Meanwhile(), d.Gap())
		}
		if first := strings.HasPrefix(d.Order(), "delete old first"); first != (kind == "Rule") {
			t.Errorf("%s: %s", kind, d.Order())
		}
		d.Op = diff.Delete
		if d.Gap() != d.Meanwhile() {
			t.Errorf("%s is deleted: %q", kind, d.Gap())
		}
	}
}

// TestYAMLOfNothing writes nothing for an object that is not there.
func TestYAMLOfNothing(t *testing.T) {
	if got := diff.YAML(nil); len(got) != 0 {
		t.Errorf("%q", got)
	}
	if got := string(diff.YAML(map[string]any{"a": "1"})); got != "a: '1'\n" {
		t.Errorf("%q", got)
	}
}
