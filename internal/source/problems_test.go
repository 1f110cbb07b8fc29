package source

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// said is a problem as a test compares it.
func said(p Problem) string {
	out := fmt.Sprintf("%d:%d %s", p.Line, p.Column, p.Message)
	if p.OtherLine > 0 {
		out += fmt.Sprintf(" (%d:%d)", p.OtherLine, p.OtherColumn)
	}
	return out
}

// problemsOf reads a text as far as the trees of its documents.
func problemsOf(data []byte) (out []string, fatal bool) {
	f, problem := NewFile("a.yaml", data)
	if problem != nil {
		return []string{said(*problem)}, problem.Kind.Fatal()
	}
	docs, problems := Split(f)
	for _, d := range docs {
		_, found := d.Parse()
		problems = append(problems, found...)
	}
	for _, p := range problems {
		out = append(out, said(p))
		fatal = fatal || p.Kind.Fatal()
	}
	return out, fatal
}

func TestProblems(t *testing.T) {
	const (
		boolean = " is a boolean to YAML 1.1, as kubectl reads it, and text to YAML 1.2"
		number  = " is a number to YAML 1.1, as kubectl reads it, and text to YAML 1.2"
	)
	for name, c := range map[string]struct {
		text  string
		fatal bool
		want  []string
	}{
		"a key twice":                 {"a: 1\nb:\n  c: 1\n  d: 2\n  c: 3\n", false, []string{`5:3 key "c" is given twice, first on line 3 (3:3)`}},
		"a key twice in a list":       {"- {a: 1, b: 2, a: 3}\n", false, []string{`1:16 key "a" is given twice, first on line 1 (1:4)`}},
		"a key three times":           {"a: 1\na: 2\na: 3\n", false, []string{`2:1 key "a" is given twice, first on line 1 (1:1)`, `3:1 key "a" is given twice, first on line 2 (2:1)`}},
		"a key twice, quoted":         {"\"a\": 1\n'a': 2\n", false, []string{`2:1 key "a" is given twice, first on line 1 (1:1)`}},
		"a key twice, later document": {"x: 1\n---\na: 1\na: 2\n", false, []string{`4:1 key "a" is given twice, first on line 3 (3:1)`}},
		"a key twice, CRLF and mark":  {"\ufeff# c\r\na: 1\r\nä: 1\r\na: 2\r\n", false, []string{`4:1 key "a" is given twice, first on line 2 (2:1)`}},
		"a key twice behind an alias": {"a: &x {b: 1, b: 2}\nc: *x\nd: *x\n", false, []string{`1:14 key "b" is given twice, first on line 1 (1:8)`}},
		"an alias to its own list":    {"a: &x [1, *x]\n", true, []string{`1:11 alias "*x" refers to a value that contains it`}},
		"an alias to what holds it":   {"a: &x\n  b:\n    c: *x\n", true, []string{`3:8 alias "*x" refers to a value that contains it`}},
		"a merge of itself":           {"a: &x\n  <<: *x\n", true, []string{`2:7 alias "*x" refers to a value that contains it`}},
		"an alias without an anchor":  {"a: *x\n", true, []string{"1:4 nothing in the document has the anchor &x"}},
		"a tab":                       {"a:\n\tb: 1\n", true, []string{"2:1 a tab is used for indentation"}},
		"a tab behind spaces":         {"a:\n  b: 1\n \tc: 1\n", true, []string{"3:2 a tab is used for indentation"}},
		"a tab in braces":             {"{\n\t\"a\": 1\n}\n", false, nil},
		"a tab inside a line":         {"a: \t1\t# c\n", false, nil},
		"UTF-16, little end first":    {"\xff\xfea\x00:\x00", true, []string{"1:1 the file is UTF-16"}},
		"UTF-16, big end first":       {"\xfe\xff\x00a\x00:", true, []string{"1:1 the file is UTF-16"}},
		"a zero byte":                 {"a: 1\nbä: \x00\n", true, []string{"2:5 the file holds a zero byte and is not text"}},
		"a byte that is no UTF-8":     {"a: 1\r\nü: \xff\n", true, []string{"2:4 byte 0xff is not UTF-8"}},
		"half a character":            {"a: \xe2\x82", true, []string{"1:4 byte 0xe2 is not UTF-8"}},
		"text behind an object":       {"{\"a\": 1}\n}\n", true, []string{"2:1 not valid YAML: there is text behind the end of the document"}},
		"two objects on one line":     {"{\"a\": 1} {\"b\": 1}\n", true, []string{"1:1 not valid YAML: there is text behind the end of the document"}},
		"text behind an indented one": {"  a: 1\nb: 2\n", true, []string{"2:1 not valid YAML: there is text behind the end of the document"}},
		"a comment behind an object":  {"{\"a\": 1}\n# done\n", false, nil},
		"cut in a list":               {"a: 1\nb: [1,\n", true, []string{"2:1 not valid YAML: did not find expected node content"}},
		"cut in a text":               {"a: 1\nb: \"x", true, []string{"2:4 the quotation mark is not closed"}},
		"cut behind a key":            {"a: 1\nb", true, []string{"2:1 not valid YAML: could not find expected ':'"}},
		"a line that is no entry":     {"x: 1\n---\na: 1\nnonsense\nb: 1\n", true, []string{"4:1 not valid YAML: could not find expected ':'"}},
		"two values":                  {"a: b: c\n", true, []string{"1:4 a value has a colon with a space after it, which makes it a key"}},
		"a control character":         {"a: 1\nb: \x01\n", true, []string{"2:4 the character U+0001 is not allowed in YAML"}},
		"a list as a key":             {"a: 1\n[b]: c\n", false, []string{"2:1 a key is not a plain value"}},
		"a template":                  {"kind: {{ .Values.kind }}\n", false, []string{"1:8 a key is not a plain value"}},
		"words of YAML 1.1":           {"a: on\nb: [NO, \"yes\", y]\n", false, []string{`1:4 "on"` + boolean, `2:5 "NO"` + boolean, `2:16 "y"` + boolean}},
		"a key of YAML 1.1":           {"off: 1\n", false, []string{`1:1 "off"` + boolean}},
		"octal":                       {"a: 0123\n", false, []string{`1:4 "0123" is an octal number to YAML 1.1, as kubectl reads it, and a decimal one to YAML 1.2`}},
		"an exponent":                 {"a: 1e3\n", false, []string{`1:4 "1e3" is text to YAML 1.1 and a number to YAML 1.2`}},
		"a number with a line":        {"a: 1_000\n", false, []string{`1:4 "1_000"` + number}},
		"a time":                      {"a: 12:30:45\n", false, []string{`1:4 "12:30:45" is a number in base 60 to YAML 1.1 and text to YAML 1.2`}},
		"plain things":                {"a: true\nb: 80\nc: 1.5\nd: null\ne: ~\nf: '012'\ng: 10m\nh: 0\ni: a:b\nj: /.*\nk: 08:15\n", false, nil},
		"a word where it is written":  {"a: &x on\nb: *x\n", false, []string{`1:4 "on"` + boolean}},
		"a mapping that is none":      {"<<: 3\n", false, []string{`1:5 "<<" does not name a mapping`}},
		"a directive that is none":    {"%FOO bar\n---\na: 1\n", true, []string{"1:1 not valid YAML: found unknown directive name"}},
		"the version directives":      {"%YAML 1.2\n---\na: 1\n...\n# c\n%YAML 1.1\n---\nb: 1\n", false, nil},
		"a pair of surrogates":        {"{\"a\": \"\\ud83d\\ude00 \\/\"}\n", false, nil},
		"half a pair":                 {"{\"a\": \"\\ud83d\"}\n", true, []string{"1:1 not valid YAML: found invalid Unicode character escape code"}},
		"only comments":               {"# a\n--- # b\n# c\n", false, nil},
		"a second mark":               {"\ufeff\ufeff", false, nil},
	} {
		got, fatal := problemsOf([]byte(c.text))
		if d := cmp.Diff(c.want, got); d != "" || fatal != c.fatal {
			t.Errorf("%s: %q (- want, + got; fatal %v):\n%s", name, c.text, fatal, d)
		}
	}
}

func TestTemplatesAreExplained(t *testing.T) {
	for _, text := range []string{"a: 1\n{{ if .x }}\nb: 1\n", "a: {{ .x }}\n", "{{- range .x }}\n- a\n{{- end }}\n"} {
		_, problems := documents(t, text)[0].Parse()
		if len(problems) == 0 || !strings.Contains(problems[0].Help, "helm template") {
			t.Errorf("%q: %+v", text, problems)
		}
	}
}

// bomb is a document whose aliases expand to width^depth values.
func bomb(width, depth int) string {
	var b strings.Builder
	b.WriteString("a0: &a0 [x]\n")
	for i := 1; i <= depth; i++ {
		fmt.Fprintf(&b, "a%d: &a%d [%s]\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d, ", i-1), width), ", "))
	}
	return b.String()
}

func TestAliasBomb(t *testing.T) {
	for _, c := range []struct {
		text string
		want bool
	}{
		{bomb(10, 4), false},
		{bomb(10, 5), true},
		{bomb(10, 200), true},
		{"a: &a [" + strings.Repeat("1,", MaxExpandedNodes/2) + "]\nb: *a\n", false},
		{"a: &a [" + strings.Repeat("1,", MaxExpandedNodes/2) + "]\nb: [*a, *a]\n", true},
		{"a: &a {b: 1}\nc: [" + strings.Repeat("{<<: *a},", MaxExpandedNodes/4) + "]\n", false},
		{"a: &a {b: 1}\nc: [" + strings.Repeat("{<<: *a},", MaxExpandedNodes) + "]\n", true},
	} {
		doc := documents(t, c.text)[0]
		before := allocated()
		root, problems := doc.Parse()
		if got := len(problems) > 0; got != c.want || got && (problems[0].Kind != AliasBomb || root != nil || problems[0].Line < 1) {
			t.Errorf("%.40q: %+v", c.text, problems)
		}
		if grown := allocated() - before; grown > 1000*uint64(len(c.text))+(64<<20) {
			t.Errorf("%.40q: %d MiB are allocated for %d bytes", c.text, grown>>20, len(c.text))
		}
	}
}

func allocated() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}

func TestDeepAndWide(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want ProblemKind
	}{
		"deep lists":          {strings.Repeat("[", 100_000), Syntax},
		"deep closed lists":   {strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000), Syntax},
		"deep mappings":       {strings.Repeat("{a: ", 100_000), Syntax},
		"deep dashes":         {strings.Repeat("- ", 100_000) + "a", Syntax},
		"deep, but not much":  {strings.Repeat("[", 1000) + strings.Repeat("]", 1000), 0},
		"a wide list":         {"[" + strings.Repeat("a,", 200_000) + "]", 0},
		"too wide a list":     {"[" + strings.Repeat("a,", MaxNodes+1) + "]", DocumentTooLarge},
		"many anchors":        {strings.Repeat("- &a x\n", 100_000), 0},
		"many keys":           {manyKeys(50_000), 0},
		"one long text":       {"a: \"" + strings.Repeat("x", 5<<20) + "\"\n", 0},
		"one long block":      {"a: |\n" + strings.Repeat("  x\n", 1<<18), 0},
		"one long comment":    {"a: 1 #" + strings.Repeat("x", 5<<20), 0},
		"a long key":          {strings.Repeat("k", 2000) + ": 1\n", Syntax},
		"a long key, quoted":  {"? \"" + strings.Repeat("k", 2000) + "\"\n: 1\n", 0},
		"many merged entries": {"a: &a {" + keyList(1000) + "}\nb: {<<: [" + strings.TrimSuffix(strings.Repeat("*a,", 110), ",") + "]}\n", AliasBomb},
	} {
		_, problems := documents(t, c.text)[0].Parse()
		var got ProblemKind
		if len(problems) > 0 {
			got = problems[0].Kind
			if problems[0].Line < 1 || problems[0].Column < 0 {
				t.Errorf("%s: %+v", name, problems[0])
			}
		}
		if got != c.want {
			t.Errorf("%s: kind %d, want %d: %+v", name, got, c.want, problems)
		}
	}
}

func manyKeys(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "k%d: 1\n", i)
	}
	return b.String()
}

func keyList(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "k%d: 1, ", i)
	}
	return b.String()
}
