package blockyaml

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"
)

// library reads the only document of a text as the library does.
func library(text []byte) (*yaml.Node, error) {
	d := yaml.NewDecoder(bytes.NewReader(text))
	var n, rest yaml.Node
	if err := d.Decode(&n); errors.Is(err, io.EOF) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	if err := d.Decode(&rest); !errors.Is(err, io.EOF) {
		return nil, errors.New("more than one document")
	}
	if n.FootComment != "" || n.LineComment != "" {
		return n.Content[0], errors.New("comments of the document")
	}
	return n.Content[0], nil
}

// check reads a text both ways and reports whether it was accepted.
func check(t *testing.T, name string, text []byte) bool {
	t.Helper()
	got, ok := read(text, nil)
	again, alike := used.Read(text)
	if ok != alike || !reflect.DeepEqual(got, again) {
		t.Errorf("%s: the trees differ (-new nodes +used ones):\n%s\n%s", name, cmp.Diff(got, again), text)
	}
	used.Drop()
	if again != nil && !reflect.DeepEqual(*again, yaml.Node{}) {
		t.Errorf("%s: a node that was dropped still says %v", name, *again)
	}
	if !ok {
		return false
	}
	want, err := library(text)
	if err != nil {
		t.Errorf("%s: accepted, but the library says %v\n%s", name, err, text)
		return true
	}
	if !reflect.DeepEqual(want, got) {
		t.Errorf("%s: the trees differ (-library +blockyaml):\n%s\n%s", name, cmp.Diff(want, got), text)
	}
	return true
}

// used are the nodes of the text that was read before.
var used Nodes

var separator = regexp.MustCompile(`(?m)^---[ \t]*\r?$`)

// TestTrees compares the two readers on every YAML text of the repository and,
// where they are there, on collections of real manifests beside it.
func TestTrees(t *testing.T) {
	for _, root := range []string{"../..", "../../../shared/corpus", "../../../shared/conformance"} {
		var all, accepted int
		_ = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".yaml") && !strings.HasSuffix(path, ".yml") && !strings.HasSuffix(path, ".json") && !strings.HasSuffix(path, ".txtar") {
				return nil
			}
			text, err := os.ReadFile(path)
			if err != nil || len(text) > 1<<20 {
				return nil
			}
			for _, doc := range separator.Split(string(text), -1) {
				all++
				if check(t, path, []byte(doc)) {
					accepted++
				}
			}
			return nil
		})
		t.Logf("%s: %d of %d documents", root, accepted, all)
	}
}

func FuzzRead(f *testing.F) {
	for _, seed := range seeds {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) { check(t, "fuzz", text) })
}

// seeds show what the reader accepts, and what is near it.
var seeds = []string{
	"a: 1\nb:\n- x\n- y: z\n  w: 'it''s'\nc: \"a\\nb\"\n",
	"a: |\n  x\n   y\n\n  z\n\nb: |-\n  x\n\nc: |+\n  x\n\n",
	"a: [1, 'b', {c: d}, [], {}]\nd: {e: f, \"g\": [h]}\n",
	"- - a\n  - b\n- c: d\n  e:\n    - f\n-\n  g: h\n-\n",
	"# head\na: 1 # line\n# of b\nb: 2\n",
	"a:\n  b: 1\n  # of c\n  c: 2\n# of d\nd: 3\n",
	"---\na: 1\n", "a: b\r\nc:\r\n  - d\r\n", "a: x\n  y\n", "a: b: c\n", "a: &x 1\nb: *x\n", "<<: {a: b}\n", "a: ~\nb:\nc: null\nd: 0x1F\ne: 1e3\nf: .inf\ng: 2001-01-01\nh: yes\n",
	"é: ü # ö\nx: [é, b]\n", "? a\n: b\n", "a: !!str 1\n", "a: >\n  x\n", "a : b\n", "a: \"b\" : c\n", "- a: 1\n  - b\n", "a: {b: c}: d\n", "a: |\n x\n# c\nb: 1\n",
	"{\n  \"a\": [\n    1,\n    {\"b\": null, \"c\":\"\\u003cx\\u00e9\\n\"}\n  ],\n  \"d\": {}\n}\n", "[{\"a\":1,\"b\":[true,-0.5,1e3]},\n\n []]", "{\"a\"\n: 1}", "a: \"\\/\"\n", "{\"a\":\n 1}\n\n",
	"{a: b,\n# c\n d: e}\n", "{\"a\": 1} # c\n", "{\"a\": 1}\nb: 2\n", "{\"a\":1}: b\n", "{\"a\": \"\\ud83d\\ude00\"}", "{\n\"a\": b\n c\n}\n", "{\"a\": 1,\n}\n", "{\n---\n}\n", "# c\n{\"a\": 1}\n",
	"{\"é\": [\"ü\", \"x\"], \"y\": 'z'}\n", "{'a':1}\n", "---\n{\"a\":1}\n", "[a, b\n, c: d]\n", "{\"a\": \"x # y\",\n \"b\": 1}\n",
	"- # c\n  a: 1\n", "a: # c\n  b: 1\n", "a:\n# c\n- b\n", "a: - b\n", "a: b #c\nd: e# f\n", "- a\n# c\n- b\n", "#0\n-",
}
