package policy

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/manifest"
)

// TestHash checks the hash label against values that the controllers made.
func TestHash(t *testing.T) {
	app := &manifest.Selector{MatchLabels: map[string]string{"app": "httpbin"}}
	to := func(op manifest.Operation) []manifest.PolicyTo { return []manifest.PolicyTo{{Operation: &op}} }
	for name, c := range map[string]struct {
		form     ir.PolicyHash
		selector *manifest.Selector
		to       []manifest.PolicyTo
		want     string
	}{
		"v1beta1": {
			ir.HashRawNamespace, app, to(manifest.Operation{Methods: []string{"GET"}, Paths: []string{"/*"}}),
			"shop.47fnidc80q3pr.fb1mcv5teddtg",
		},
		"v2": {
			ir.HashHashedNamespace, app, to(manifest.Operation{Hosts: []string{"app.kyma.local"}, Methods: []string{"GET"}, Paths: []string{"/{**}"}}),
			"28ieu52u6hkv5.47fnidc80q3pr.3isirnhibo7q6",
		},
		"no selector": {
			ir.HashRawNamespace, nil, to(manifest.Operation{Methods: []string{"GET"}, Paths: []string{"/*"}}),
			"shop.ahhvo68k1kee5.fb1mcv5teddtg",
		},
	} {
		if got := hash(c.form, "shop", c.selector, c.to); got != c.want {
			t.Errorf("%s: got %s, want %s", name, got, c.want)
		}
	}
}

// TestHashOfSets checks that lists are sets in which equal elements cancel:
// what the controllers take for the same, kgw does too.
func TestHashOfSets(t *testing.T) {
	of := func(methods, notPaths string) string {
		op := &manifest.Operation{Methods: strings.Fields(methods), Paths: []string{"/a"}, NotPaths: strings.Fields(notPaths)}
		return hash(ir.HashHashedNamespace, "shop", nil, []manifest.PolicyTo{{Operation: op}})
	}
	for _, c := range []struct {
		a, b [2]string
		same bool
	}{
		{[2]string{"GET POST", ""}, [2]string{"POST GET", ""}, true},
		{[2]string{"GET", "/b /b"}, [2]string{"GET", ""}, true},
		{[2]string{"GET", "/b /c /b"}, [2]string{"GET", "/c"}, true},
		{[2]string{"GET", "/b"}, [2]string{"GET", ""}, false},
		{[2]string{"GET", ""}, [2]string{"POST", ""}, false},
	} {
		if got := of(c.a[0], c.a[1]) == of(c.b[0], c.b[1]); got != c.same {
			t.Errorf("%v and %v hash alike: %v, want %v", c.a, c.b, got, c.same)
		}
	}
}

// TestHashOfLibrary checks labels against those that the controllers' library made
// of the same values: testdata/hashes.json was written with hashstructure v2.0.2.
func TestHashOfLibrary(t *testing.T) {
	data, err := os.ReadFile("testdata/hashes.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Hash, Namespace  string
		Hashed, Selected bool
		Selector         map[string]string
		Operations       []manifest.Operation
	}
	if err := json.Unmarshal(data, &cases); err != nil || len(cases) < 50 {
		t.Fatal(len(cases), err)
	}
	for _, c := range cases {
		form := ir.HashRawNamespace
		if c.Hashed {
			form = ir.HashHashedNamespace
		}
		var selector *manifest.Selector
		if c.Selected {
			selector = &manifest.Selector{MatchLabels: c.Selector}
		}
		var to []manifest.PolicyTo
		for i := range c.Operations {
			to = append(to, manifest.PolicyTo{Operation: &c.Operations[i]})
		}
		if got := hash(form, c.Namespace, selector, to); got != c.Hash {
			t.Errorf("%+v: got %s", c, got)
		}
	}
}
