package lock_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/lock"
)

var entries = []lock.Entry{
	{Kind: "Rule", Namespace: "a", Stable: "x-1", Live: "x-r1", Resource: "APIRule a/x", File: "apis/x.yaml"},
	{Kind: "Rule", Namespace: "a", Stable: "x-2", Live: "x-r2", Resource: "APIRule a/x", File: "apis/x.yaml"},
	{Kind: "VirtualService", Namespace: "a", Stable: "x-1", Live: "x-r1", Resource: "APIRule a/x"},
	{Kind: "VirtualService", Namespace: "b", Stable: "on", Live: "8080", Resource: "APIRule b/on"},
}

// TestBytes: the order of entries does not count, and what is written is read.
func TestBytes(t *testing.T) {
	want := (&lock.Lock{Entries: entries}).Bytes()
	r := rand.New(rand.NewPCG(1, 2))
	for range 20 {
		l := &lock.Lock{Entries: append([]lock.Entry{}, entries...)}
		r.Shuffle(len(l.Entries), func(i, j int) { l.Entries[i], l.Entries[j] = l.Entries[j], l.Entries[i] })
		if got := l.Bytes(); string(got) != string(want) {
			t.Fatalf("%s", cmp.Diff(string(want), string(got)))
		}
	}
	l, found := lock.Parse("kgw.lock.yaml", want)
	if len(found) > 0 {
		t.Fatal(found)
	}
	if d := cmp.Diff(entries, l.Entries, cmpopts.IgnoreFields(lock.Entry{}, "At")); d != "" {
		t.Error(d)
	}
}

// TestMerge: the blocks of two branches can be in one file in any order.
func TestMerge(t *testing.T) {
	one, other := string((&lock.Lock{Entries: entries[:2]}).Bytes()), string((&lock.Lock{Entries: entries[2:]}).Bytes())
	_, blocks, _ := strings.Cut(one, "names:\n")
	l, found := lock.Parse("kgw.lock.yaml", []byte(other+blocks))
	if len(found) > 0 || len(l.Entries) != 4 {
		t.Fatal(found, l.Entries)
	}
	if got := string(l.Bytes()); got != string((&lock.Lock{Entries: entries}).Bytes()) {
		t.Errorf("%s", got)
	}
	if names := l.Names(); names[lock.Key("Rule", "a", "x-2")] != "x-r2" || len(names) != 4 {
		t.Error(names)
	}
}

func TestCheck(t *testing.T) {
	state := func(there, compiled bool) func(string) (bool, bool) {
		return func(string) (bool, bool) { return there, compiled }
	}
	wrote := map[string]bool{lock.Key("Rule", "a", "x-1"): true}
	one := func(covered bool) *lock.Lock {
		e := entries[1]
		e.Covered = covered
		return &lock.Lock{Entries: []lock.Entry{entries[0], e}}
	}
	for _, c := range []struct {
		name            string
		covered         bool
		there, compiled bool
		stale           int
	}{
		{"the resource does not have it any more", false, true, true, 1},
		{"the resource is withheld", true, true, false, 0},
		{"the resource is gone from its file", true, false, false, 1},
		{"the file was not read", false, false, false, 0},
	} {
		found := one(c.covered).Check(wrote, state(c.there, c.compiled))
		if len(found) != c.stale {
			t.Errorf("%s: %v", c.name, found)
		}
	}
	twice := &lock.Lock{Entries: []lock.Entry{entries[0], entries[0], {Kind: "Rule", Namespace: "a", Stable: "x-9", Live: "x-r1", Resource: "APIRule a/x"}}}
	found := twice.Check(wrote, state(false, false))
	if len(found) != 2 || found[0].Code != diag.LockTwice || found[1].Code != diag.LockTwice || !strings.Contains(found[1].Message, `"a/x-r1"`) {
		t.Error(found)
	}
	var none *lock.Lock
	if none.Check(nil, nil) != nil || none.Names() != nil {
		t.Error("no lock has entries")
	}
}

func FuzzParse(f *testing.F) {
	f.Add(string((&lock.Lock{Entries: entries}).Bytes()))
	f.Add("apiVersion: kgw.dev/v1alpha1\nkind: Lock\n")
	f.Add("names: [1, {}]")
	f.Fuzz(func(t *testing.T, text string) {
		l, found := lock.Parse("kgw.lock.yaml", []byte(text))
		if len(found) > 0 {
			return
		}
		again, found := lock.Parse("kgw.lock.yaml", l.Bytes())
		if len(found) > 0 || string(again.Bytes()) != string(l.Bytes()) {
			t.Errorf("%q is written as\n%s\nwhich has %v", text, l.Bytes(), found)
		}
	})
}
