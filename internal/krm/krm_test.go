package krm_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/krm"
	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/source"
)

func read(t *testing.T, text string) *krm.List {
	t.Helper()
	list, found := krm.Read("<stdin>", []byte(text))
	if list == nil {
		t.Fatalf("not read: %v", found)
	}
	return list
}

const head = "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\n"

// TestKept holds items that are kept to their comments and styles, whatever the
// layout of their list.
func TestKept(t *testing.T) {
	body := []string{
		"apiVersion: v1 # why",
		"kind: ConfigMap",
		"metadata:",
		"  name: 'a'",
		"  # a comment inside",
		"data: {x: \"1\", y: 'no'}",
		"text: |-",
		"  # no comment",
		"",
		"      deep",
		"on: yes",
		"list:",
		"- 1",
		"- two # spaced",
	}
	indented := func(first, rest string) string {
		lines := strings.Split(strings.Join(body, "\n"+rest), "\n")
		for i, l := range lines {
			lines[i] = strings.TrimRight(l, " ")
		}
		return first + strings.Join(lines, "\n") + "\n"
	}
	want := head + "items:\n# one\n" + indented("- ", "  ") + "# two\n" + indented("- ", "  ")
	for name, text := range map[string]string{
		"flush":          want,
		"indented":       head + "items:\n  # one\n" + indented("  - ", "    ") + "  # two\n" + indented("  - ", "    "),
		"wide":           head + "items:\n# one\n" + indented("-    ", "     ") + "# two\n" + indented("-    ", "     "),
		"dashes":         head + "items:\n# one\n" + indented("-\n   ", "   ") + "# two\n" + indented("-\n   ", "   "),
		"windows":        strings.ReplaceAll("\ufeff"+want, "\n", "\r\n"),
		"old":            strings.ReplaceAll(want, "\n", "\r"),
		"document":       "--- # first\n" + want + "...\n",
		"items in front": "items:\n# one\n" + indented("- ", "  ") + "# two\n" + indented("- ", "  ") + head,
	} {
		list := read(t, text)
		if diff := cmp.Diff(want, string(list.Write(krm.Keep(list.Items), nil))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestCommentsStayWhereTheyAre holds the two places in front of an item apart.
func TestCommentsStayWhereTheyAre(t *testing.T) {
	text := head + "items:\n# before\n- # behind\n  kind: A\n- # alone\n  kind: B\n"
	list := read(t, text)
	if got := string(list.Write(krm.Keep(list.Items), nil)); got != text {
		t.Errorf("got:\n%s", got)
	}
}

func TestFunctionConfigIsWrittenBack(t *testing.T) {
	const config = "functionConfig:\n  # note\n  kind: Config\n  metadata: {name: x} # here\n"
	list := read(t, head+"items: []\n"+config)
	if got := string(list.Write(nil, nil)); got != head+"items: []\n"+config {
		t.Errorf("got:\n%s", got)
	}
	if list.Config.Kind != "Config" || list.Config.Name != "x" {
		t.Errorf("read as %+v", list.Config)
	}
	// Flow style is kept: items of a list in JSON stay JSON.
	list = read(t, `{"apiVersion":"config.kubernetes.io/v1beta1","kind":"ResourceList","items":[{"kind":"A","n":[1,"1"]}],"functionConfig":{"kind":"Config","on":"on"}}`)
	want := "apiVersion: config.kubernetes.io/v1beta1\nkind: ResourceList\nitems:\n- {\"kind\": \"A\", \"n\": [1, \"1\"]}\nfunctionConfig:\n  {\"kind\": \"Config\", \"on\": \"on\"}\n"
	if got := string(list.Write(krm.Keep(list.Items), nil)); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func TestAnchorsAcrossItems(t *testing.T) {
	list := read(t, head+"items:\n- kind: A\n  v: &v {x: 1}\n- kind: B # kept\n  v: *v\n  <<: *v\n- &whole\n  kind: C\n- *whole\n")
	want := head + "items:\n- kind: A\n  v: &v {x: 1}\n- kind: B # kept\n  v: &v {x: 1}\n  x: 1\n- &whole\n  kind: C\n- &whole\n  kind: C\n"
	if got := string(list.Write(krm.Keep(list.Items), nil)); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

// TestPlaces checks that items are compiled without what an orchestrator adds, and
// with the author's indentation where it says what that is.
func TestPlaces(t *testing.T) {
	list := read(t, head+`items:
- kind: A
- # why
  kind: B
  metadata:
    name: b
    annotations:
      internal.config.kubernetes.io/path: 'a\b.yaml'
      config.kubernetes.io/path: 'a\b.yaml'
      internal.config.kubernetes.io/index: '2'
      mine: x
  spec: 1
- kind: C
  metadata:
    annotations: {config.kubernetes.io/path: c.yaml}
- kind: D
  metadata:
    annotations:
      config.kubernetes.io/index: "7"
      config.kubernetes.io/path: d.yaml
    name: d
- kind: E
  metadata:
    annotations:
      internal.config.kubernetes.io/seqindent: wide
  list:
  - 1
`)
	var got []string
	for _, i := range list.Items {
		got = append(got, fmt.Sprintf("%s %s %d %d\n%s", i.File.Name, i.Path, i.Index, i.Position, i.File.Data))
	}
	want := []string{
		"items[0]  0 0\nkind: A\n",
		"a/b.yaml[2] a/b.yaml 2 1\n# why\nkind: B\nmetadata:\n  name: b\n  annotations:\n    mine: x\nspec: 1\n",
		"c.yaml c.yaml 0 2\nkind: C\n",
		"d.yaml[7] d.yaml 7 3\nkind: D\nmetadata:\n  name: d\n",
		"items[4]  0 4\nkind: E\nlist:\n  - 1\n",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestRefused(t *testing.T) {
	for text, want := range map[string]string{
		"":                              "KGW207 standard input holds 0 documents, not one ResourceList",
		head + "items: []\n---\n{}":     "KGW207 standard input holds 2 documents, not one ResourceList",
		"a: [":                          "KGW103 not valid YAML: did not find expected node content",
		"text":                          "KGW203 standard input is not a ResourceList",
		"\xff\xfeA":                     "KGW102 the file is UTF-16",
		"kind: ConfigMap":               `KGW204 standard input is not a ResourceList: its kind is "ConfigMap"`,
		"kind: ResourceList\nitems: []": `KGW111 apiVersion "" of the ResourceList is not known`,
		"kind: ResourceList\napiVersion: config.kubernetes.io/v2\nitems: []": `KGW111 apiVersion "config.kubernetes.io/v2" of the ResourceList is not known`,
		head:                                     "KGW202 the ResourceList has no items",
		head + "results: []\n":                   "KGW202 the ResourceList has no items",
		head + "items: {}\n":                     "KGW203 the items of the ResourceList are not a list",
		head + "items:\n- a\n- {}\n- []\n":       "KGW203 item 0 of the ResourceList is not an object; KGW203 item 2 of the ResourceList is not an object",
		head + "items: []\nresults: {}\n":        "KGW203 the results of the ResourceList are not a list",
		head + "items: []\nitems: []\n":          `KGW105 key "items" of the ResourceList is given twice`,
		head + "items: []\nfunctionConfig: []\n": "KGW203 the functionConfig is not an object",
		head + "items: [{a: &x [*x]}]\n":         `KGW107 alias "*x" refers to a value that contains it`,
		head + "items:\n- a: &x [*x]\n- b: *x\n": `KGW107 alias "*x" refers to a value that contains it; KGW107 alias "*x" refers to a value that contains it`,
	} {
		list, found := krm.Read("<stdin>", []byte(text))
		var got []string
		for _, f := range found {
			got = append(got, string(f.Code)+" "+f.Message)
		}
		if s := strings.Join(got, "; "); s != want || list != nil {
			t.Errorf("%q:\n got %s\nwant %s", text, s, want)
		}
	}
	if list := read(t, head+"items:\n"); len(list.Items) != 0 {
		t.Error("null is no empty list")
	}
}

func TestRepeatedKeysAreFound(t *testing.T) {
	list := read(t, `apiVersion: config.kubernetes.io/v1
kind: ResourceList
items: [{a: &x 1, a: *x}]`)
	if len(list.Found) != 1 || list.Found[0].Code != diag.DuplicateKey {
		t.Errorf("found %v", list.Found)
	}
}

// TestDocuments reads and writes items without a list: their comments are kept,
// also those outside of their roots, and aliases that end nowhere are refused.
func TestDocuments(t *testing.T) {
	config := &source.File{Name: "kgw.yaml", Data: []byte("kind: Config\n")}
	list, found := krm.Documents(config, &source.File{Name: "f", Data: []byte("# first\n\n# second\nkind: A # a\n# last\n---\nkind: B\nv: &v [1]\nw: *v\n")})
	want := "---\n# first\n\n# second\nkind: A # a\n# last\n---\nkind: B\nv: &v [1]\nw: &v [1]\n"
	if list == nil || string(krm.WriteDocuments(krm.Keep(list.Items))) != want {
		t.Errorf("%v\ngot:\n%s", found, krm.WriteDocuments(krm.Keep(list.Items)))
	}
	list, found = krm.Documents(config, &source.File{Name: "f", Data: []byte("a: &x [*x]\n")})
	if list != nil || len(found) != 1 || found[0].Message != `alias "*x" refers to a value that contains it` {
		t.Errorf("read in spite of %v", found)
	}
}

func TestObjectsTakeThePlaceOfItems(t *testing.T) {
	list := read(t, head+"items:\n- kind: A\n  metadata:\n    annotations:\n      config.kubernetes.io/path: a.yaml\n      config.kubernetes.io/index: '3'\n")
	o := &manifest.Object{APIVersion: "v1", Kind: "X", Meta: manifest.Meta{Name: "x", Annotations: map[string]string{"a": "b"}}}
	got := string(list.Write([]krm.Entry{{Item: list.Items[0], Object: o, Path: "new"}, {Object: o, Path: "generated/x.yaml"}}, nil))
	for _, want := range []string{"config.kubernetes.io/path: a.yaml", "config.kubernetes.io/index: '3'", "config.kubernetes.io/path: generated/x.yaml", "      a: b\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing in:\n%s", want, got)
		}
	}
	if len(o.Meta.Annotations) != 1 {
		t.Error("the object was changed")
	}
}

func TestOrder(t *testing.T) {
	list := read(t, head+"items:\n"+strings.Repeat("- kind: A\n", 11))
	at := func(i int) diag.Finding {
		return diag.Finding{Code: diag.Code(fmt.Sprint(i)), At: source.Ref{Doc: &source.Document{File: list.Items[i].File}}}
	}
	found := diag.List{{Code: "none"}, at(10), at(2), at(0)}
	krm.Order(found, list.Items)
	var got []string
	for _, f := range found {
		got = append(got, string(f.Code))
	}
	if s := strings.Join(got, " "); s != "0 2 10 none" {
		t.Error(s)
	}
}

// TestResultsHideSecrets makes results of findings at fields that hold a secret now, or
// would hold one: they name the field, and neither value.
func TestResultsHideSecrets(t *testing.T) {
	list := read(t, head+`items:
- apiVersion: v1
  kind: A
  metadata: {name: a}
  spec: {client_secret: canary, url: "https://me:canary@i.test/x", text: plain, list: [{password: canary}, {password: canary}]}
`)
	docs, _ := source.Split(list.Items[0].File)
	root, _ := docs[0].Parse()
	docs[0].APIVersion, docs[0].Kind, docs[0].Namespace, docs[0].Name = source.Head(root)
	at := source.Ref{Doc: docs[0]}
	for name, f := range map[string]diag.Finding{
		"a secret":             {At: at.At("spec", "client_secret")},
		"one inside of a text": {At: at.At("spec", "url")},
		"one that is proposed": {At: at.At("spec", "text"), Fix: diag.Rewrite{Text: "https://me:canary@i.test/x"}, Fixable: true},
		"one below":            {At: at.At("spec", "list").Elem(1), Fix: diag.Move{List: at.At("spec", "list"), From: 1, To: 0}, Fixable: true},
	} {
		f.Code, f.Severity, f.Message = "KGW301", diag.Error, "m"
		r := krm.Results(diag.List{f}, list.Items)[0]
		if r.Field == nil || r.Field.Path == "" || r.Field.CurrentValue != nil || r.Field.ProposedValue != nil {
			t.Errorf("%s: the field is %+v", name, r.Field)
		}
	}
}

func TestResults(t *testing.T) {
	list := read(t, head+"results:\n- message: earlier\n  tags: {a: b}\nitems:\n- apiVersion: v1\n  kind: A\n  metadata: {name: a, namespace: n, annotations: {config.kubernetes.io/path: a.yaml}}\n  spec: {list: [x, z], text: old}\n- kind: B\n")
	doc := func(i int) *source.Document {
		docs, _ := source.Split(list.Items[i].File)
		root, _ := docs[0].Parse()
		docs[0].APIVersion, docs[0].Kind, docs[0].Namespace, docs[0].Name = source.Head(root)
		return docs[0]
	}
	a, b := source.Ref{Doc: doc(0)}, source.Ref{Doc: doc(1)}
	found := diag.List{
		{Code: "KGW301", Severity: diag.Error, Message: "rewrite", Help: "help", At: a.At("spec", "text"), Fix: diag.Rewrite{Text: "new"}, Fixable: true, Witness: &diag.Witness{Method: "GET", URL: "https://a"}},
		{Code: "KGW302", Severity: diag.Warning, Message: "move", At: a.At("spec", "list").Elem(1), Fix: diag.Move{List: a.At("spec", "list"), From: 1, To: 0}, Fixable: true},
		{Code: "KGW303", Severity: diag.Info, Message: "untried", At: a.At("spec", "text"), Fix: diag.Rewrite{Text: "no"}},
		{Code: "KGW304", Severity: diag.Error, Message: "no name", At: b.At("kind")},
		{Code: "KGW305", Severity: diag.Error, Message: "elsewhere", Span: source.Span{File: "f.yaml", Line: 3, Column: 4}},
		{Code: "KGW306", Severity: diag.Error, Message: "environment", Span: source.Span{File: "<environment>", Line: 1, Column: 1}},
	}
	found.Resolve()
	_, got, _ := strings.Cut(string(list.Write(nil, krm.Results(found, list.Items))), "results:\n")
	want := `- message: earlier
  tags:
    a: b
- message: rewrite
  severity: error
  resourceRef:
    apiVersion: v1
    kind: A
    name: a
    namespace: 'n'
  field:
    path: spec.text
    currentValue: old
    proposedValue: new
  file:
    path: a.yaml
  tags:
    kgw.dev/code: KGW301
    kgw.dev/column: '28'
    kgw.dev/doc: '0'
    kgw.dev/help: help
    kgw.dev/line: '4'
    kgw.dev/witness: GET https://a
- message: move
  severity: warning
  resourceRef:
    apiVersion: v1
    kind: A
    name: a
    namespace: 'n'
  field:
    path: spec.list
    currentValue:
    - x
    - z
    proposedValue:
    - z
    - x
  file:
    path: a.yaml
  tags:
    kgw.dev/code: KGW302
    kgw.dev/column: '18'
    kgw.dev/doc: '0'
    kgw.dev/line: '4'
    kgw.dev/path: spec.list[1]
- message: untried
  severity: info
  resourceRef:
    apiVersion: v1
    kind: A
    name: a
    namespace: 'n'
  field:
    path: spec.text
    currentValue: old
  file:
    path: a.yaml
  tags:
    kgw.dev/code: KGW303
    kgw.dev/column: '28'
    kgw.dev/doc: '0'
    kgw.dev/line: '4'
- message: no name
  severity: error
  tags:
    kgw.dev/code: KGW304
    kgw.dev/column: '7'
    kgw.dev/doc: '1'
    kgw.dev/line: '1'
    kgw.dev/path: kind
- message: elsewhere
  severity: error
  file:
    path: f.yaml
  tags:
    kgw.dev/code: KGW305
    kgw.dev/column: '4'
    kgw.dev/doc: '0'
    kgw.dev/line: '3'
- message: environment
  severity: error
  tags:
    kgw.dev/code: KGW306
    kgw.dev/column: '1'
    kgw.dev/line: '1'
`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
