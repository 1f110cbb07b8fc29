package krm_test

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kgw-dev/kgw/internal/krm"
	"github.com/kgw-dev/kgw/internal/source"
)

// values reads a text and returns its items, functionConfig and results.
func values(t *testing.T, text []byte) [3]any {
	t.Helper()
	f, problem := source.NewFile("f", text)
	if problem != nil {
		t.Fatalf("%v\n%s", problem, text)
	}
	docs, _ := source.Split(f)
	if len(docs) != 1 {
		t.Fatalf("%d documents:\n%s", len(docs), text)
	}
	root, problems := docs[0].Parse()
	if root == nil {
		t.Fatalf("%v\n%s", problems, text)
	}
	var out [3]any
	for i, key := range []string{"items", "functionConfig", "results"} {
		n := source.Field(root, key)
		if n == nil {
			continue
		}
		out[i] = source.Value(n)
		if l, ok := out[i].([]any); out[i] == "" || ok && len(l) == 0 {
			out[i] = nil
		}
		if _, ok := out[i].(source.Object); !ok && key == "functionConfig" {
			out[i] = nil
		}
	}
	return out
}

// FuzzRead holds the reader to this: it does not panic, and a list whose items
// are kept is written with the same values, and then with the same bytes.
func FuzzRead(f *testing.F) {
	for _, seed := range []string{
		head + "items:\n- kind: A # c\n  a: |\n    x\n\n# d\n- {kind: B, 'b': [1,\n 2]}\nfunctionConfig:\n  kind: C\nresults:\n- message: m\n",
		head + "items:\n  - &a\n    kind: A\n    b: *a\n  - *a\n",
		head + "items:\n-\n  kind: A\n  t: \"a\n\n    b\"\n- # c\n  kind: B\n",
		head + "items:\n- kind: A\n  a: >+\n    x\n\n\n# d\n- kind: B\n  p: a\n   b\n",
		"{\"kind\":\"ResourceList\",\"apiVersion\":\"config.kubernetes.io/v1beta1\",\"items\":[{\"a\":\"\\u00e4\\ud83d\\ude00\\/\"}]}",
		"%YAML 1.2\n---\n" + head + "items: [{a: b}]\n",
		head + "items:\n- kind: A\n  metadata:\n    annotations:\n      config.kubernetes.io/path: x\n      config.kubernetes.io/index: '1'\n",
		head + "items:\n- kind: A\n  metadata:\n    annotations:\n      config.kubernetes.io/path: x\n       y\n      &k config.k8s.io/id: '1\n\n        '\n      a: *k\n",
		head + "items:\n- ? a\n  : b\n- !!map\n  a: b\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		list, found := krm.Read("f", data)
		if list == nil {
			if len(found) == 0 {
				t.Fatal("refused without a word")
			}
			return
		}
		for _, item := range list.Items {
			if docs, _ := source.Split(item.File); len(docs) != 1 {
				t.Fatalf("%d documents:\n%s", len(docs), item.File.Data)
			} else if root, problem := docs[0].Outline(); root == nil {
				t.Fatalf("%v:\n%s", problem, item.File.Data)
			}
		}
		out := list.Write(krm.Keep(list.Items), nil)
		if diff := cmp.Diff(values(t, data), values(t, out)); diff != "" {
			t.Fatalf("values changed (-read +written):\n%s\nread:\n%s\nwritten:\n%s", diff, data, out)
		}
		again, found := krm.Read("f", out)
		if again == nil {
			t.Fatalf("what is written is not read: %v\n%s", found, out)
		}
		if twice := again.Write(krm.Keep(again.Items), nil); !bytes.Equal(out, twice) {
			t.Fatalf("written anew:\n%q\nand then\n%q", out, twice)
		}
	})
}
