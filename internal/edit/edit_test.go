package edit_test

import (
	"errors"
	"fmt"
	"math/rand"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/internal/edit"
	"github.com/kgw-dev/kgw/internal/source"
)

// document is the last document of a text.
func document(t testing.TB, text string) *source.Document {
	t.Helper()
	f, problem := source.NewFile("x.yaml", []byte(text))
	if problem != nil {
		t.Fatal(problem)
	}
	docs, problems := source.Split(f)
	if len(problems) > 0 || len(docs) == 0 {
		t.Fatal(problems)
	}
	return docs[len(docs)-1]
}

func apply(t testing.TB, d *source.Document, c edit.Change) string {
	t.Helper()
	out, err := edit.Apply(d.File.Data, []edit.Change{c})
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func TestScalar(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"plain", "a:\n- path: /\\d  # x\n", "a:\n- path: /[0-9]  # x\n"},
		{"single quotes", "a:\n- path: '/\\d'\n", "a:\n- path: '/[0-9]'\n"},
		{"double quotes", "a:\n- path: \"/\\\\d\"\n", "a:\n- path: \"/[0-9]\"\n"},
		{"in braces", "a: [{path: /\\d, x: 1}]\n", "a: [{path: '/[0-9]', x: 1}]\n"},
		{"no line break at the end", "a:\n- path: /\\d", "a:\n- path: /[0-9]"},
		{"second document, CRLF", "b: 1\r\n---\r\na:\r\n- path: /\\d\r\n", "b: 1\r\n---\r\na:\r\n- path: /[0-9]\r\n"},
		{"behind other letters", "a:\n- {é: ö, path: /\\d}\n", "a:\n- {é: ö, path: '/[0-9]'}\n"},
		{"on the next line", "a:\n- path:\n    /\\d\n", "a:\n- path:\n    /[0-9]\n"},
		{"literal", "a:\n- path: |-\n    /\\d\n", ""},
		{"folded over lines", "a:\n- path: '/\\d\n    x'\n", ""},
		{"anchored", "a:\n- path: &p /\\d\nb: *p\n", ""},
		{"below an anchor", "a: &a\n- path: /\\d\nb: *a\n", ""},
		{"alias", "b: &p /\\d\na:\n- path: *p\n", ""},
		{"no text", "a:\n- path: 12\n", ""},
		{"absent", "a:\n- other: 12\n", ""},
	} {
		d := document(t, c.in)
		change, err := edit.Scalar(source.Ref{Doc: d, Path: "a[0].path"}, "/[0-9]")
		switch {
		case c.want == "":
			if !errors.Is(err, edit.ErrRefused) {
				t.Errorf("%s: %v, want a refusal", c.name, err)
			}
		case err != nil:
			t.Errorf("%s: %v", c.name, err)
		default:
			if got := apply(t, d, change); got != c.want {
				t.Errorf("%s: got %q, want %q", c.name, got, c.want)
			}
		}
	}
}

// TestScalarTexts writes texts that need quotes, or other ones.
func TestScalarTexts(t *testing.T) {
	for _, text := range []string{"a: b", "#", "", "- x", "it's", `"`, `\`, "true", "012", "a #b", "{", "[x", "é", "\t", "a\nb", " x ", "*a", "&a", "!x", "%", "@", "`", "null"} {
		for _, in := range []string{"a: x\nb: 1\n", "a: 'x'\nb: 1\n", "a: \"x\"\nb: 1\n", "{a: x, b: 1}\n"} {
			d := document(t, in)
			change, err := edit.Scalar(source.Ref{Doc: d, Path: "a"}, text)
			if err != nil {
				t.Errorf("%q in %q: %v", text, in, err)
				continue
			}
			root, problems := document(t, apply(t, d, change)).Parse()
			if len(problems) > 0 || source.Lookup(root, "a").Value != text {
				t.Errorf("%q in %q became %q", text, in, apply(t, d, change))
			}
		}
	}
}

func TestScalarOfListItem(t *testing.T) {
	d := document(t, "kind: XList\napiVersion: v1\nitems:\n- a: 1\n- kind: X\n  p: /\\d\n")
	root, _ := d.Parse()
	d.APIVersion, d.Kind, d.Namespace, d.Name = source.Head(root)
	items, ok := d.Items(root)
	if !ok {
		t.Fatal("no list")
	}
	change, err := edit.Scalar(source.Ref{Doc: items[1], Path: "p"}, "/x")
	if err != nil || !strings.HasSuffix(apply(t, d, change), "- kind: X\n  p: /x\n") {
		t.Error(err, change)
	}
}

func TestMove(t *testing.T) {
	for _, c := range []struct {
		name, in string
		from, to int
		want     string
	}{
		{"last to first", "a:\n- x: 1\n- y: 2\n  z: 3\nb: 1\n", 1, 0, "a:\n- y: 2\n  z: 3\n- x: 1\nb: 1\n"},
		{"middle", "a:\n  - 1\n  - 2\n  - 3\n  - 4\n", 2, 1, "a:\n  - 1\n  - 3\n  - 2\n  - 4\n"},
		{"comments", "a:\n# one\n- 1 # 1\n\n# far\n\n# two\n- 2 # 2\n# end\nb: 1\n", 1, 0, "a:\n# two\n- 2 # 2\n# one\n- 1 # 1\n\n# far\n\n# end\nb: 1\n"},
		{"no line break at the end", "a:\n- 1\n- 2", 1, 0, "a:\n- 2\n- 1"},
		{"no line break at the end, CRLF", "a:\r\n- 1\r\n- 2", 1, 0, "a:\r\n- 2\r\n- 1"},
		{"dash alone", "a:\n-\n  x: 1\n- # c\n  y: 2\n", 1, 0, "a:\n- # c\n  y: 2\n-\n  x: 1\n"},
		{"lists in it", "a:\n- x:\n  - 1\n  - 2\n- y:\n  - 3\n", 1, 0, "a:\n- y:\n  - 3\n- x:\n  - 1\n  - 2\n"},
		{"literal with dashes", "a:\n- |\n  - x\n  # y\n- 2\n", 1, 0, "a:\n- 2\n- |\n  - x\n  # y\n"},
		{"next document", "a:\n- 1\n- 2\n...\n", 1, 0, "a:\n- 2\n- 1\n...\n"},
		{"brackets", "a: [1, 2]\n", 1, 0, ""},
		{"nested on one line", "a:\n- - 1\n  - 2\n", 1, 0, ""},
		{"backwards", "a:\n- 1\n- 2\n", 0, 1, ""},
		{"an anchor that is used before", "a:\n- &x 1\n- *x\n", 1, 0, ""},
	} {
		d := document(t, c.in)
		change, err := edit.Move(source.Ref{Doc: d, Path: "a"}, c.from, c.to)
		if c.want == "" {
			if err == nil {
				t.Errorf("%s: not refused: %q", c.name, apply(t, d, change))
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if got := apply(t, d, change); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

func TestRemoveComment(t *testing.T) {
	for _, c := range []struct {
		name, in     string
		line, column int
		want         string
	}{
		{"own line", "a: 1\n# x\nb: 2\n", 2, 1, "a: 1\nb: 2\n"},
		{"own line, indented", "a:\n    # x\n  b: 2\n", 2, 5, "a:\n  b: 2\n"},
		{"behind", "a: é  # x\nb: 2\n", 1, 7, "a: é\nb: 2\n"},
		{"behind, CRLF", "a: 1\t# x\r\nb: 2\r\n", 1, 6, "a: 1\r\nb: 2\r\n"},
		{"at the end", "a: 1\n# x", 2, 1, "a: 1\n"},
		{"behind a dash", "a:\n- # x\n  b: 1\n", 2, 3, "a:\n-\n  b: 1\n"},
		{"in a literal", "a: |\n  b # x\n", 2, 5, ""},
		{"nothing there", "a: 1\n", 1, 1, ""},
	} {
		d := document(t, c.in)
		change, err := edit.RemoveComment(d, source.Span{Line: c.line, Column: c.column})
		if c.want == "" {
			if !errors.Is(err, edit.ErrRefused) {
				t.Errorf("%s: %v, want a refusal", c.name, err)
			}
			continue
		}
		if err != nil || apply(t, d, change) != c.want {
			t.Errorf("%s: got %q, %v, want %q", c.name, apply(t, d, change), err, c.want)
		}
	}
}

func TestApply(t *testing.T) {
	got, err := edit.Apply([]byte("abcdef"), []edit.Change{{4, 5, "E"}, {0, 1, ""}, {2, 2, "-"}})
	if err != nil || string(got) != "b-cdEf" {
		t.Errorf("%q %v", got, err)
	}
	for _, c := range [][]edit.Change{{{0, 2, ""}, {1, 3, ""}}, {{3, 7, ""}}, {{2, 1, ""}}} {
		if _, err := edit.Apply([]byte("abcdef"), c); err == nil {
			t.Errorf("%v is applied", c)
		}
	}
}

// TestMoveOfGeneratedLists moves elements of lists in many layouts: the lines
// stay the same ones, and the values are those asked for.
func TestMoveOfGeneratedLists(t *testing.T) {
	done := 0
	for seed := range int64(400) {
		r := rand.New(rand.NewSource(seed))
		text, n := list(r)
		d := document(t, text)
		from := 1 + r.Intn(n-1)
		to := r.Intn(from)
		before, _ := d.Parse()
		want := values(before)
		want = append(append(append(append([]any{}, want[:to]...), want[from]), want[to:from]...), want[from+1:]...)
		change, err := edit.Move(source.Ref{Doc: d, Path: "spec.rules"}, from, to)
		if err != nil {
			t.Fatalf("seed %d: %v\n%s", seed, err, text)
		}
		done++
		got := apply(t, d, change)
		after, problems := document(t, got).Parse()
		if len(problems) > 0 || !reflect.DeepEqual(values(after), want) {
			t.Fatalf("seed %d: %d in front of %d of\n%s\ngives\n%s", seed, from, to, text, got)
		}
		if len(got) != len(text) || counted(got) != counted(text) {
			t.Fatalf("seed %d: other lines: %q became %q", seed, text, got)
		}
	}
	if done < 400 {
		t.Errorf("only %d lists were changed", done)
	}
}

func values(root *source.Node) []any {
	v, _ := source.Value(source.Lookup(root, "spec.rules")).([]any)
	return v
}

// counted is the lines of a text without regard to their order.
func counted(text string) string {
	count := map[string]int{}
	for _, l := range strings.FieldsFunc(text, func(c rune) bool { return c == '\n' || c == '\r' }) {
		count[l]++
	}
	return fmt.Sprint(count)
}

// list writes a list of two to six elements in some layout.
func list(r *rand.Rand) (text string, n int) {
	br := []string{"\n", "\r\n"}[r.Intn(2)]
	indent := strings.Repeat(" ", r.Intn(4)+1)
	var b strings.Builder
	if r.Intn(2) == 0 {
		b.WriteString("kind: First" + br + "---" + br)
	}
	b.WriteString("spec:" + br + " rules:" + br)
	n = 2 + r.Intn(5)
	for i := range n {
		for range r.Intn(3) {
			b.WriteString([]string{indent + "# about " + fmt.Sprint(i), "", "  # off"}[r.Intn(3)] + br)
		}
		element := []string{
			"- path: /%d", "- path: /%d # c\n  methods: [GET]", "- {path: /%d}", "-\n  path: /%d", "- |\n  /%d\n\n  # no comment", "- a:\n  - /%d\n  - x", "- '/%d\n\n  x'",
		}[r.Intn(7)]
		for _, l := range strings.Split(fmt.Sprintf(element, i), "\n") {
			if l != "" {
				l = indent + l
			}
			b.WriteString(l + br)
		}
	}
	if r.Intn(2) == 0 {
		b.WriteString(" host: x" + br)
	}
	return b.String(), n
}

// TestDiff applies diffs of generated texts.
func TestDiff(t *testing.T) {
	for seed := range int64(500) {
		r := rand.New(rand.NewSource(seed))
		a := someLines(r, nil)
		b := someLines(r, a)
		before, after := strings.Join(a, ""), strings.Join(b, "")
		diff := edit.Diff("x", []byte(before), []byte(after))
		if (diff == "") != (before == after) {
			t.Fatalf("seed %d: the diff of %q and %q is %q", seed, before, after, diff)
		}
		if got := patch(t, before, diff); got != after {
			t.Fatalf("seed %d: %q patched with\n%s\nis %q, want %q", seed, before, diff, got, after)
		}
	}
}

// someLines writes lines, or changes some.
func someLines(r *rand.Rand, from []string) []string {
	line := func() string { return fmt.Sprintf("l%d\n", r.Intn(20)) }
	var out []string
	if from == nil {
		for range r.Intn(40) {
			out = append(out, line())
		}
	}
	for _, l := range from {
		switch r.Intn(8) {
		case 0:
		case 1:
			out = append(out, line())
		case 2:
			out = append(out, l, line())
		default:
			out = append(out, l)
		}
	}
	if len(out) > 0 && r.Intn(3) == 0 {
		out[len(out)-1] = strings.TrimSuffix(out[len(out)-1], "\n")
	}
	for i := range max(0, len(out)-1) {
		if !strings.HasSuffix(out[i], "\n") {
			out[i] += "\n"
		}
	}
	return out
}

// patch applies a unified diff strictly: every line must be where it says.
func patch(t *testing.T, text, diff string) string {
	t.Helper()
	var out strings.Builder
	rest, line := strings.SplitAfter(text, "\n"), 1
	take := func() string {
		l := rest[0]
		rest, line = rest[1:], line+1
		return l
	}
	all := strings.SplitAfter(diff, "\n")
	for i, l := range all {
		if strings.HasPrefix(l, "---") || strings.HasPrefix(l, "+++") || strings.HasPrefix(l, `\`) || l == "" {
			continue
		}
		if strings.HasPrefix(l, "@@") {
			var from, n, to, m int
			if _, err := fmt.Sscanf(l, "@@ -%d,%d +%d,%d @@", &from, &n, &to, &m); err != nil {
				t.Fatal(err, l)
			}
			if n == 0 {
				from++
			}
			for line < from {
				out.WriteString(take())
			}
			continue
		}
		body := l[1:]
		if i+1 < len(all) && strings.HasPrefix(all[i+1], `\`) {
			body = strings.TrimSuffix(body, "\n")
		}
		if l[0] != '+' {
			if have := take(); have != body {
				t.Fatalf("line %d is %q, the diff has %q", line-1, have, body)
			}
		}
		if l[0] != '-' {
			out.WriteString(body)
		}
	}
	return out.String() + strings.Join(rest, "")
}

func TestReplace(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o640); err != nil {
			t.Fatal(err)
		}
		return path
	}
	read := func(path string) string {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	a, b := write("a", "\ufeffone"), write("b", "two")
	link := filepath.Join(dir, "link")
	if err := os.Symlink("b", link); err != nil {
		t.Fatal(err)
	}
	one := edit.Replacement{Path: a, Old: []byte("one"), New: []byte("1")}
	if err := edit.Replace([]edit.Replacement{one, {Path: b, Old: []byte("changed"), New: []byte("2")}}); err == nil || read(a) != "\ufeffone" {
		t.Errorf("a file that has changed is replaced: %v", err)
	}
	if err := edit.Replace([]edit.Replacement{one, {Path: link, Old: []byte("two"), New: []byte("2")}}); err == nil || read(b) != "two" || read(a) != "\ufeffone" {
		t.Errorf("a file is written through a link: %v", err)
	}
	if err := edit.Replace([]edit.Replacement{one, {Path: b, Old: []byte("two"), New: []byte("2")}}); err != nil {
		t.Fatal(err)
	}
	if read(a) != "\ufeff1" || read(b) != "2" {
		t.Errorf("%q %q", read(a), read(b))
	}
	if target, err := os.Readlink(link); err != nil || target != "b" {
		t.Error("the link is gone")
	}
	if info, err := os.Stat(b); err != nil || info.Mode().Perm() != 0o640 {
		t.Error("the mode is another one")
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".kgw-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// FuzzEdit changes arbitrary documents: what is not refused has the value asked
// for, and the bytes around the change.
func FuzzEdit(f *testing.F) {
	for _, seed := range []string{"a:\n- x\n- y\n", "a: [x, y]\n", "a:\n- |\n x\n- 'y\n\n z'\n", "a: &a\n- x\nb: *a\n", "# c\na:\n# d\n- x # e\n- y", "a:\r\n- \u0085x\r\n- y\r\n"} {
		f.Add(seed, "/[0-9]")
	}
	f.Fuzz(func(t *testing.T, in, text string) {
		file, problem := source.NewFile("x.yaml", []byte(in))
		if problem != nil {
			return
		}
		docs, problems := source.Split(file)
		if len(problems) > 0 || len(docs) == 0 {
			return
		}
		d := docs[len(docs)-1]
		if root, _ := d.Parse(); root == nil {
			return
		}
		check := func(c edit.Change, err error, path, want string) {
			if err != nil {
				return
			}
			got := apply(t, d, c)
			if !strings.HasPrefix(got, in[:0]+string(file.Data[:c.Start])) || !strings.HasSuffix(got, string(file.Data[c.End:])) {
				t.Fatalf("%q became %q", in, got)
			}
			changed, problem := source.NewFile("x.yaml", []byte(got))
			if problem != nil {
				t.Fatal(problem)
			}
			docs, _ := source.Split(changed)
			root, _ := docs[len(docs)-1].Parse()
			if n := source.Lookup(root, path); n == nil || want != "" && n.Value != want {
				t.Fatalf("%s of %q is not %q", path, got, want)
			}
		}
		if text != "" {
			c, err := edit.Scalar(source.Ref{Doc: d, Path: "a[0]"}, text)
			check(c, err, "a[0]", text)
		}
		c, err := edit.Move(source.Ref{Doc: d, Path: "a"}, 1, 0)
		check(c, err, "a[1]", "")
	})
}
