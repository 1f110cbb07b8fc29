package edit_test

import (
	"testing"

	"github.com/kgw-dev/kgw/internal/edit"
	"github.com/kgw-dev/kgw/internal/source"
)

type object = source.Object

func m(kv ...any) object {
	var o object
	for i := 0; i < len(kv); i += 2 {
		o = append(o, source.Member{Key: kv[i].(string), Value: kv[i+1]})
	}
	return o
}

func was(key string, v any) edit.From { return edit.From{Key: key, Value: v} }
func nth(i int, v any) edit.From      { return edit.From{Index: i, Value: v} }
func all(v ...any) []any              { return v }

func TestRewrite(t *testing.T) {
	for _, c := range []struct {
		name, in string
		want     any
		out      string
	}{
		{"a scalar", "a: 1 # x\nb: x\n", m("a", source.Number("2"), "b", "x"), "a: 2 # x\nb: x\n"},
		{
			"a key and a list of one", "spec:\n  host: 'x.y' # the host\n  b: 1\n", m("spec", m("hosts", was("host", all("x.y")), "b", source.Number("1"))),
			"spec:\n  hosts:\n    - 'x.y' # the host\n  b: 1\n",
		},
		{
			"the document's own lists", "spec:\n  host: x.y\n  l:\n  - 1\n", m("spec", m("hosts", was("host", all("x.y")), "l", all(source.Number("1")))),
			"spec:\n  hosts:\n  - x.y\n  l:\n  - 1\n",
		},
		{
			"a block becomes a scalar", "r:\n- p: 1\n  s: # why\n  # because\n  - h: noop # so\n  t: 2\n", m("r", all(m("p", source.Number("1"), "k", was("s", true), "t", source.Number("2")))),
			"r:\n- p: 1\n  # why\n  # because\n  k: true # so\n  t: 2\n",
		},
		{
			"a block becomes another", "r:\n- s:\n  - h: noop # so\n", m("r", all(m("j", was("s", m("a", all(m("x", "v", "z", "w"))))))),
			"r:\n- j:\n    a:\n    - x: v\n      z: w # so\n",
		},
		{"in braces", "r: [{p: 1, s: [{h: noop}]}]\n", m("r", all(m("p", source.Number("1"), "k", was("s", true)))), "r: [{p: 1, k: true}]\n"},
		{
			"new entries", "a: 1 # one\n# two\nc: 3", m("z", "0", "a", source.Number("1"), "b", m("x", all("v")), "c", source.Number("3"), "d", true),
			"z: '0'\na: 1 # one\nb:\n  x:\n    - v\n# two\nc: 3\nd: true",
		},
		{
			"an entry moves out of a mapping", "s:\n  # two\n  v:\n    # one\n    p: 1\n    # three\n    h: \"x\" # four\n  r:\n  - 1\n",
			m("s", m("hosts", edit.From{Below: "v", Key: "h", Value: all("x")}, "v", m("p", source.Number("1")), "r", all(source.Number("1")))),
			"s:\n  # three\n  hosts:\n  - \"x\" # four\n  # two\n  v:\n    # one\n    p: 1\n  r:\n  - 1\n",
		},
		{
			"an entry moves out of braces", "s: {v: {h: 'x', p: 1}} # c\n", m("s", m("host", edit.From{Below: "v", Key: "h", Value: "x"}, "v", m("p", source.Number("1")))),
			"s: {host: 'x', v: {p: 1}} # c\n",
		},
		{
			"the last element goes and another list element comes", "r:\n- m:\n  - a\n  - b # c\nz: 1\n", m("r", all(nth(0, m("m", all("a"))), m("m", all("b"))), "z", source.Number("1")),
			"r:\n- m:\n  - a\n- m:\n  - b\nz: 1\n",
		},
		{"entries go", "a: 1\nb:\n  x: 1\n  # y\n\nc: 3\n", m("a", source.Number("1"), "c", source.Number("3")), "a: 1\n  # y\n\nc: 3\n"},
		{"the first behind a dash", "r:\n- a: 1\n  b: 2\n- c: 3\n", m("r", all(m("b", source.Number("2")), m("c", source.Number("3")))), "r:\n- b: 2\n- c: 3\n"},
		{
			"elements change places", "r:\n  # one\n  - a: 1\n\n  # two\n  - a: 2 # x\nz: 1\n", m("r", all(nth(1, m("a", source.Number("2"), "b", "k")), nth(0, m("a", source.Number("1")))), "z", source.Number("1")),
			"r:\n  # two\n  - a: 2 # x\n    b: k\n  # one\n  - a: 1\n\nz: 1\n",
		},
		{
			"an element more", "r:\n- a: 1\n- a: 2\n", m("r", all(nth(0, m("a", source.Number("1"))), m("a", "new", "l", all("x")), nth(1, m("a", source.Number("2"))))),
			"r:\n- a: 1\n- a: new\n  l:\n  - x\n- a: 2\n",
		},
		{"lists in brackets", "m: [\"GET\"]\nk: [a, b, c]\n", m("m", all("GET", "OPTIONS"), "k", all("a", "c")), "m: [\"GET\", \"OPTIONS\"]\nk: [a, c]\n"},
		{"list of lines", "m:\n  - GET # g\nk: 1\n", m("m", all("GET", "OPTIONS"), "k", source.Number("1")), "m:\n  - GET # g\n  - OPTIONS\nk: 1\n"},
		{
			"JSON", "{\n  \"a\": 1,\n  \"host\": \"x\",\n  \"s\": [\n    1\n  ]\n}\n", m("a", source.Number("1"), "hosts", was("host", all("x")), "k", was("s", true), "o", m("p", all("q"))),
			"{\n  \"a\": 1,\n  \"hosts\": [\"x\"],\n  \"k\": true,\n  \"o\": {\n    \"p\": [\n      \"q\"\n    ]\n  }\n}\n",
		},
		{"CRLF", "a: 1\r\nh: x\r\n", m("a", source.Number("1"), "hs", was("h", all("x")), "b", m("c", "d")), "a: 1\r\nhs:\r\n  - x\r\nb:\r\n  c: d\r\n"},
		{"an alias of what changes too", "a: &m [GET]\nb: *m\n", m("a", all("GET", "PUT"), "b", all("GET", "PUT")), "a: &m [GET, PUT]\nb: *m\n"},
		{"an alias of what changes", "a: &m [GET]\nb: *m\n", m("a", all("GET", "PUT"), "b", all("GET")), "a: &m [GET, PUT]\nb: [GET]\n"},
		{"an anchor that goes", "a: &m [GET]\nb: *m\n", m("b", all("GET")), "b: [GET]\n"},
		{"a merge that stays", "a: &m {x: 1}\nb:\n  <<: *m\n  v: 2\n", m("a", m("x", source.Number("1")), "b", m("x", source.Number("1"), "v", source.Number("3"))), "a: &m {x: 1}\nb:\n  <<: *m\n  v: 3\n"},
		{"a merge that cannot", "a: &m {x: 1}\nb:\n  <<: *m\n  v: 2\n", m("a", m("x", source.Number("1")), "b", m("x", source.Number("2"), "v", source.Number("2"))), "a: &m {x: 1}\nb:\n  x: 2\n  v: 2\n"},
		{"an empty value", "a:\nb: 1\n", m("a", m("x", "v"), "b", source.Number("1")), "a:\n  x: v\nb: 1\n"},
		{"braces become lines", "spec: {}\n", m("spec", m("a", all(m("b", "c")))), "spec:\n  a:\n    - b: c\n"},
		{"a text of lines", "a: |\n  x\n  y\nb: 1\n", m("a", "z", "b", source.Number("2")), "a: z\nb: 2\n"},
		{"nothing", "a: &x [1]\nb: *x # y\n", m("a", all(source.Number("1")), "b", all(source.Number("1"))), "a: &x [1]\nb: *x # y\n"},
		{"behind a document", "---\nx: 1\n---\n# c\na: 1\n", m("a", source.Number("2")), "---\nx: 1\n---\n# c\na: 2\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := document(t, c.in)
			changes, err := edit.Rewrite(d, c.want)
			if err != nil {
				t.Fatal(err)
			}
			out, err := edit.Apply(d.File.Data, changes)
			if err != nil {
				t.Fatal(err)
			}
			if string(out) != c.out {
				t.Errorf("gives\n%s\nwant\n%s", out, c.out)
			}
		})
	}
}
