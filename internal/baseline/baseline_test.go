package baseline_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/internal/baseline"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/report/reporttest"
	"github.com/kgw-dev/kgw/internal/secret"
	"github.com/kgw-dev/kgw/internal/source"
)

func key(code diag.Code, text string) baseline.Key {
	return baseline.Key{Code: code, File: "a.yaml", Resource: "APIRule web/" + text, Message: text, Line: text}
}

// TestRoundTrip writes hostile texts and reads them back.
func TestRoundTrip(t *testing.T) {
	var keys []baseline.Key
	for _, s := range reporttest.Hostile() {
		s = strings.ToValidUTF8(s, "?")
		keys = append(keys, key(diag.RulesOverlap, s), key(diag.RulesOverlap, s), key(diag.MethodsNotEnforced, s))
	}
	data := baseline.Of(keys).Bytes()
	slices.Reverse(keys)
	if again := baseline.Of(keys).Bytes(); !bytes.Equal(again, data) {
		t.Error("the order of findings shows")
	}
	b, found := baseline.Parse("b.yaml", data)
	if len(found) > 0 {
		t.Fatalf("%v\n%s", found, data)
	}
	known, unused := b.Split(keys)
	if slices.Contains(known, false) || len(unused) > 0 {
		t.Errorf("%v %v\n%s", known, unused, data)
	}
	if again := b.Bytes(); !bytes.Equal(again, data) {
		t.Errorf("written again:\n%s\n%s", again, data)
	}
}

// TestSplitCounts: an entry hides as many findings as it counts.
func TestSplitCounts(t *testing.T) {
	a, b, c := key("KGW402", "a"), key("KGW402", "b"), key("KGW402", "c")
	known, unused := baseline.Of([]baseline.Key{a, a, b, c, c}).Split([]baseline.Key{a, a, a, c})
	if !slices.Equal(known, []bool{true, true, false, true}) {
		t.Errorf("known %v", known)
	}
	if len(unused) != 2 || unused[0].Key != b || unused[1].Key != c {
		t.Errorf("unused %v", unused)
	}
}

// TestKeysSurviveMoves: what is written above a finding changes no key, what
// changes its line does. No secret is in a key.
func TestKeysSurviveMoves(t *testing.T) {
	keys := func(text string) baseline.Key {
		f, _ := source.NewFile("a.yaml", []byte(text))
		docs, _ := source.Split(f)
		root, _ := docs[0].Parse()
		docs[0].APIVersion, docs[0].Kind, docs[0].Namespace, docs[0].Name = source.Head(root)
		found := diag.List{{Code: diag.RulesOverlap, Message: "m", At: source.Ref{Doc: docs[0], Path: "host"}}}
		found.Resolve()
		book := &secret.Book{}
		book.Watch(f)
		return baseline.Keys(found, book)[0]
	}
	const head = "kind: APIRule\nmetadata: {name: a, namespace: b}\n"
	one := keys(head + "host: x\n")
	if one.Resource != "APIRule b/a" || one.Line != "host: x" || one != keys("# new\n\n"+head+"host:   x\n") && one != keys("# new\n\n"+head+"host: x\n") {
		t.Errorf("%+v", one)
	}
	if one == keys(head+"host: y\n") {
		t.Error("another line has the same key")
	}
	if k := keys(head + "host: {client_secret: hunter22hunter22}\n"); strings.Contains(k.Line, "hunter") {
		t.Errorf("%+v", k)
	}
}

// TestApply hides what is known, and reports entries that hide nothing or may not.
func TestApply(t *testing.T) {
	finding := func(code diag.Code, message string) diag.Finding {
		return diag.Finding{Code: code, Severity: diag.Warning, Message: message, Span: source.Span{File: "a.yaml", Line: 1, Column: 1}}
	}
	found := diag.List{finding("KGW305", "old"), finding("KGW305", "new"), finding("KGW201", "locked")}
	book := &secret.Book{}
	keys := baseline.Keys(found, book)
	gone := keys[0]
	gone.Message = "gone"
	elsewhere := gone
	elsewhere.File = "other.yaml"
	b := baseline.Of([]baseline.Key{keys[0], keys[2], gone, elsewhere})
	count := &diag.Summary{}
	hidable := func(f *diag.Finding) bool { return f.Code != "KGW201" }
	left, said := b.Apply(found, book, hidable, func(file string) bool { return file == "a.yaml" }, count)
	var messages []string
	for _, f := range left {
		messages = append(messages, f.Message)
	}
	slices.Sort(messages)
	if !slices.Equal(messages, []string{"locked", "new"}) || count.Known != 1 {
		t.Errorf("%q are left, %d are known", messages, count.Known)
	}
	var codes []string
	for _, f := range said {
		codes = append(codes, string(f.Code)+" "+f.Message)
	}
	want := []string{string(diag.BaselineRefused) + " a baseline cannot hide KGW201", string(diag.BaselineUnused) + " nothing is hidden here: there is no such KGW305 any more"}
	if !slices.Equal(codes, want) {
		t.Errorf("the baseline says %q, want %q", codes, want)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("apiVersion: kgw.dev/v1alpha1\nkind: Baseline\nfindings:\n- {file: a, code: KGW402, message: m, count: 2}\n"))
	f.Add(baseline.Of([]baseline.Key{key("KGW402", "a: b\n- c")}).Bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		b, found := baseline.Parse("b.yaml", data)
		if len(found) > 0 {
			return
		}
		again, found := baseline.Parse("b.yaml", b.Bytes())
		if len(found) > 0 || len(again.Entries) != len(b.Entries) {
			t.Errorf("%q: %v, %d entries of %d", data, found, len(again.Entries), len(b.Entries))
		}
	})
}
