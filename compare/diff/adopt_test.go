package diff_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/kgw-dev/kgw/compare/diff"
	"github.com/kgw-dev/kgw/internal/report"
	"github.com/kgw-dev/kgw/internal/source"
)

// TestRecognise: what a controller made of the examples under random names is
// recognised, whatever the order, and nothing twice.
func TestRecognise(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	s := server{r}
	want := written(t)
	seen := map[diff.ID]bool{}
	var unique []diff.Object
	for _, o := range want {
		if _, owned := o.Owner(); owned && !seen[o.ID()] && o.ID().Kind != "Ingress" {
			seen[o.ID()] = true
			unique = append(unique, o)
		}
	}
	var live []diff.Object
	for i, o := range unique {
		l := s.stored(t, o)
		l.Value["metadata"].(map[string]any)["name"] = fmt.Sprintf("random-%d", i)
		live = append(live, l)
	}
	r.Shuffle(len(live), func(i, j int) { live[i], live[j] = live[j], live[i] })
	known := diff.Recognise(live, unique)
	if len(known.Matches) < 30 {
		t.Errorf("%d of %d are recognised", len(known.Matches), len(unique))
	}
	used := map[*diff.Object]bool{}
	for _, m := range known.Matches {
		if used[m.Live] || used[m.Want] {
			t.Errorf("%s is recognised twice", m.Live.ID())
		}
		used[m.Live], used[m.Want] = true, true
		if d := diff.Compare([]diff.Pair{{Before: m.Live, After: m.Want}}, diff.Options{Live: true}); len(d) != 1 || len(d[0].Changes) != 1 || d[0].Op != diff.Rename {
			t.Errorf("%s is taken for %s", m.Live.ID(), m.Want.ID())
		}
	}
	for _, a := range known.Ambiguous {
		t.Errorf("%s is ambiguous", a.Want.ID())
	}
	if len(known.Left) > 0 {
		t.Errorf("%d are left, the first is %s", len(known.Left), known.Left[0].ID())
	}
}

func rule(name, url, method, owner string) diff.Object {
	labels := map[string]any{}
	if owner != "" {
		labels["apirule.gateway.kyma-project.io/v1beta1"] = owner
	}
	return diff.Object{Value: map[string]any{
		"apiVersion": "oathkeeper.ory.sh/v1alpha1", "kind": "Rule",
		"metadata": map[string]any{"name": name, "namespace": "n", "labels": labels},
		"spec":     map[string]any{"match": map[string]any{"url": url, "methods": []any{method}}},
	}}
}

func TestRecogniseRules(t *testing.T) {
	for _, c := range []struct {
		name                     string
		live, want               []diff.Object
		matches, ambiguous, left int
	}{
		{"other methods", []diff.Object{rule("r1", "/a", "GET", "x.n")}, []diff.Object{rule("s1", "/a", "PUT", "x.n")}, 1, 0, 0},
		{"methods tell apart", []diff.Object{rule("r1", "/a", "GET", "x.n"), rule("r2", "/a", "PUT", "x.n")}, []diff.Object{rule("s1", "/a", "PUT", "x.n"), rule("s2", "/a", "GET", "x.n")}, 2, 0, 0},
		{"two for one", []diff.Object{rule("r1", "/a", "GET", "x.n"), rule("r2", "/a", "GET", "x.n")}, []diff.Object{rule("s1", "/a", "GET", "x.n")}, 0, 1, 0},
		{"no owner", []diff.Object{rule("r1", "/a", "GET", "")}, []diff.Object{rule("s1", "/a", "GET", "x.n")}, 0, 0, 0},
		{"another owner", []diff.Object{rule("r1", "/a", "GET", "y.n")}, []diff.Object{rule("s1", "/a", "GET", "x.n")}, 0, 0, 1},
		{"its own name is there", []diff.Object{rule("s1", "/a", "GET", "x.n"), rule("r1", "/a", "GET", "x.n")}, []diff.Object{rule("s1", "/a", "GET", "x.n")}, 0, 0, 1},
	} {
		got := diff.Recognise(c.live, c.want)
		if len(got.Matches) != c.matches || len(got.Ambiguous) != c.ambiguous || len(got.Left) != c.left {
			t.Errorf("%s: %d matches, %d ambiguous, %d left", c.name, len(got.Matches), len(got.Ambiguous), len(got.Left))
		}
	}
}

func TestMarkdownStaysWithinItsLimit(t *testing.T) {
	var pairs []diff.Pair
	for i := range 400 {
		o := rule(fmt.Sprintf("r%d", i), fmt.Sprintf("/`````<script>@team %d", i), "GET", "x.n")
		pairs = append(pairs, diff.Pair{After: &o})
	}
	huge := rule("a", "/", "GET", "x.n")
	long := make([]any, 50_000)
	for i := range long {
		long[i] = source.Number(fmt.Sprint(i))
	}
	huge.Value["spec"].(map[string]any)["errors"] = long
	pairs = append(pairs, diff.Pair{After: &huge})
	r := &diff.Report{Before: "live", After: "kgw", Differences: diff.Compare(pairs, diff.Options{})}
	for _, limit := range []int{report.MaxComment, report.MaxSummary, 3000, 100, 0} {
		for _, brief := range []bool{true, false} {
			text := r.Document(diff.View{Before: "live", After: "kgw", Context: 3}, brief).Markdown(limit)
			if len(text) > limit {
				t.Errorf("limit %d: %d bytes", limit, len(text))
			}
			shown := 0
			for i := range text {
				if len(text)-i > 12 && text[i:i+12] == "create Rule " {
					shown++
				}
			}
			var left, all int
			if at := lastLine(text); limit > 1000 && shown < len(pairs) {
				if _, err := fmt.Sscanf(at, "%d more of %d objects are left out.", &left, &all); err != nil || left+shown != all || all != len(pairs) {
					t.Errorf("limit %d: %d shown, and %q", limit, shown, at)
				}
			}
		}
	}
}

func lastLine(text string) string {
	last := ""
	for start, i := 0, 0; i < len(text); i++ {
		if text[i] == '\n' {
			if start < i {
				last = text[start:i]
			}
			start = i + 1
		}
	}
	return last
}

// made returns an object with the labels that a release of Kyma's API Gateway puts
// on it.
func made(kind, name string, labels map[string]any, spec map[string]any) diff.Object {
	group := map[string]string{"RequestAuthentication": "security.istio.io/v1", "AuthorizationPolicy": "security.istio.io/v1"}[kind]
	return diff.Object{Value: map[string]any{
		"apiVersion": group, "kind": kind, "metadata": map[string]any{"name": name, "namespace": "shop", "labels": labels}, "spec": spec,
	}}
}

const kyma = "apirule.gateway.kyma-project.io/"

// labelsOf lists the owner labels of every form.
var labelsOf = map[string]map[string]any{
	"1.0":   {kyma + "v1beta1": "orders.shop"},
	"3.4.1": {kyma + "name": "orders", kyma + "namespace": "shop"},
	"3.9": {
		kyma + "name": "orders", kyma + "namespace": "shop", "kyma-project.io/module": "api-gateway", "app.kubernetes.io/managed-by": "api-gateway",
		"app.kubernetes.io/component": "api-gateway", "app.kubernetes.io/part-of": "api-gateway",
	},
}

// TestReleasesAreOne holds that objects of any two releases compare as equal, unless
// their owners or the hashes of their policies differ.
func TestReleasesAreOne(t *testing.T) {
	policy := func(release, hash string) diff.Object {
		labels := map[string]any{"gateway.kyma-project.io/hash": hash, "gateway.kyma-project.io/index": "0"}
		for k, v := range labelsOf[release] {
			labels[k] = v
		}
		return made("AuthorizationPolicy", "p", labels, map[string]any{})
	}
	for live := range labelsOf {
		for want := range labelsOf {
			a, b := policy(live, "shop.aa.bb"), policy(want, "28ieu52u6hkv5.aa.bb")
			if d := diff.Compare([]diff.Pair{{Before: &a, After: &b}}, diff.Options{Live: true}); len(d) != 0 {
				t.Errorf("%s to %s: %v", live, want, d[0].Changes)
			}
			c := policy(want, "28ieu52u6hkv5.aa.cc")
			if d := diff.Compare([]diff.Pair{{Before: &a, After: &c}}, diff.Options{Live: true}); len(d) != 1 {
				t.Errorf("%s to %s: another hash is no difference", live, want)
			}
		}
	}
	a := policy("1.0", "shop.aa.bb")
	b := made("AuthorizationPolicy", "p", map[string]any{kyma + "name": "invoices", kyma + "namespace": "shop"}, map[string]any{})
	if d := diff.Compare([]diff.Pair{{Before: &a, After: &b}}, diff.Options{Live: true}); len(d) != 1 {
		t.Error("another owner is no difference")
	}
}

// TestEqualAuthentications: the controller writes one or several, by chance.
func TestEqualAuthentications(t *testing.T) {
	spec := func(app string) map[string]any {
		return map[string]any{"selector": map[string]any{"matchLabels": map[string]any{"app": app}}, "jwtRules": []any{map[string]any{"issuer": "https://i"}}}
	}
	want := []diff.Object{made("RequestAuthentication", "stable", labelsOf["3.9"], spec("a"))}
	live := []diff.Object{
		made("RequestAuthentication", "orders-bbbbb", labelsOf["3.9"], spec("a")), made("RequestAuthentication", "orders-aaaaa", labelsOf["3.4.1"], spec("a")),
		made("RequestAuthentication", "orders-ccccc", labelsOf["3.9"], spec("other")),
	}
	known := diff.Recognise(live, want)
	if len(known.Matches) != 1 || known.Matches[0].Live.ID().Name != "orders-aaaaa" || len(known.Ambiguous) != 0 || len(known.Left) != 1 {
		t.Errorf("%+v", known)
	}
	adopted := []diff.Object{made("RequestAuthentication", "orders-aaaaa", labelsOf["3.9"], spec("a"))}
	if known = diff.Recognise(live, adopted); len(known.Matches) != 0 || len(known.Left) != 1 || known.Left[0].ID().Name != "orders-ccccc" {
		t.Errorf("%+v", known)
	}
}
