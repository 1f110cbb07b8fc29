package edit_test

import (
	"fmt"
	"math/rand"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/internal/edit"
	"github.com/kgw-dev/kgw/internal/source"
)

// author writes documents with comments in many styles.
type author struct {
	*rand.Rand
	n    int // of comments
	step int
	dash int
}

func (a *author) comment() string {
	if a.Intn(3) > 0 {
		return ""
	}
	a.n++
	return fmt.Sprintf(" # c%d.", a.n)
}

func (a *author) above(indent int) string {
	if a.Intn(4) > 0 {
		return ""
	}
	a.n++
	return fmt.Sprintf("%s# c%d.\n", strings.Repeat(" ", indent), a.n)
}

func (a *author) scalar() string {
	return []string{"plain", "'sin''gle'", `"dou\"ble"`, "two words", "17", "true", "/a.*", "http://x/y"}[a.Intn(8)]
}

// flow writes a value in brackets.
func (a *author) flow(depth int) string {
	switch a.Intn(4) {
	case 0:
		if depth > 0 {
			return fmt.Sprintf("{k1: %s, k2: %s}", a.flow(depth-1), a.flow(depth-1))
		}
	case 1:
		if depth > 0 {
			return fmt.Sprintf("[%s, %s]", a.flow(depth-1), a.flow(depth-1))
		}
	}
	return a.scalar()
}

// mapping writes the entries of a mapping as lines.
func (a *author) mapping(indent, depth int, inline bool) string {
	var b strings.Builder
	for i := range 1 + a.Intn(4) {
		if !inline || i > 0 {
			b.WriteString(a.above(indent) + strings.Repeat(" ", indent))
		}
		fmt.Fprintf(&b, "k%d:%s", i, a.value(indent, depth))
	}
	return b.String()
}

// value writes what follows a colon, with the end of the line.
func (a *author) value(indent, depth int) string {
	switch a.Intn(6) {
	case 0:
		if depth > 0 {
			return a.comment() + "\n" + a.mapping(indent+a.step, depth-1, false)
		}
	case 1, 2:
		if depth > 0 {
			return a.comment() + "\n" + a.list(indent+a.dash, depth-1)
		}
	case 3:
		return " " + a.flow(2) + a.comment() + "\n"
	case 4:
		return fmt.Sprintf(" |\n%sone\n%stwo # no comment\n", strings.Repeat(" ", indent+a.step), strings.Repeat(" ", indent+a.step))
	}
	return " " + a.scalar() + a.comment() + "\n"
}

func (a *author) list(indent, depth int) string {
	var b strings.Builder
	for range 1 + a.Intn(3) {
		b.WriteString(a.above(indent) + strings.Repeat(" ", indent) + "- ")
		if depth > 0 && a.Intn(2) == 0 {
			b.WriteString(a.mapping(indent+2, depth-1, true))
		} else {
			b.WriteString(a.scalar() + a.comment() + "\n")
		}
	}
	return b.String()
}

// change wants something else of a value, without that anything is to go.
func (a *author) change(v any) any {
	switch x := v.(type) {
	case source.Object:
		out := source.Object{}
		for _, m := range x {
			switch a.Intn(8) {
			case 0:
				out = append(out, source.Member{Key: m.Key + "x", Value: edit.From{Key: m.Key, Value: a.change(m.Value)}})
			case 1:
				out = append(out, m, source.Member{Key: fmt.Sprintf("new%d", len(out)), Value: source.Object{{Key: "a", Value: []any{"b", source.Object{{Key: "c", Value: "d"}}}}}})
			default:
				out = append(out, source.Member{Key: m.Key, Value: a.change(m.Value)})
			}
		}
		return out
	case []any:
		var out []any
		for i, e := range x {
			out = append(out, edit.From{Index: i, Value: a.change(e)})
		}
		if a.Intn(4) == 0 {
			a.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
		}
		if a.Intn(3) == 0 {
			out = slices.Insert(out, a.Intn(len(out)+1), any("new"))
		}
		return out
	case string:
		if a.Intn(3) == 0 {
			return []any{"other", "a: b", "it's", "", "x # y", "true"}[a.Intn(6)]
		}
		if a.Intn(6) == 0 {
			return []any{x}
		}
	}
	return v
}

var commentMark = regexp.MustCompile(`# c\d+\.`)

// TestRewriteOfGeneratedDocuments rewrites documents into others that have all
// that they had: no comment is lost, and a second time nothing changes.
func TestRewriteOfGeneratedDocuments(t *testing.T) {
	refused, changed := 0, 0
	for seed := range 3000 {
		r := rand.New(rand.NewSource(int64(seed)))
		a := &author{Rand: r, step: 2 + 2*r.Intn(2), dash: 2 * r.Intn(2)}
		text := "k: v\n" + strings.ReplaceAll(a.mapping(0, 3, false), "k", "z")
		if r.Intn(4) == 0 {
			text = strings.ReplaceAll(text, "\n", "\r\n")
		}
		if r.Intn(4) == 0 && !strings.HasSuffix(strings.TrimSpace(text), "no comment") {
			text = strings.TrimRight(text, "\r\n")
		}
		d := document(t, text)
		root, _ := d.Parse()
		want := a.change(source.Value(root))
		changes, err := edit.Rewrite(d, want)
		if err != nil {
			refused++
			continue
		}
		out, err := edit.Apply(d.File.Data, changes)
		if err != nil {
			t.Fatal(err)
		}
		if len(changes) > 0 {
			changed++
		}
		for _, c := range commentMark.FindAllString(text, -1) {
			if strings.Count(string(out), c) != 1 {
				t.Fatalf("seed %d: comment %s is lost\n%s\nbecomes\n%s", seed, c, text, out)
			}
		}
		if strings.Contains(text, "\r\n") && strings.Contains(strings.ReplaceAll(string(out), "\r\n", ""), "\n") {
			t.Fatalf("seed %d: a line ends otherwise\n%q", seed, out)
		}
		if more, err := edit.Rewrite(document(t, string(out)), edit.Plain(want)); err != nil || len(more) > 0 {
			t.Fatalf("seed %d: a second time: %v %v", seed, more, err)
		}
	}
	if changed < 2000 || refused > 3 {
		t.Errorf("%d changed, %d refused", changed, refused)
	}
}

func FuzzRewrite(f *testing.F) {
	f.Add("spec:\n  host: x # y\n  rules:\n  - path: /a\n    s: [{a: b}]\n", int64(1))
	f.Add("a: &x {b: 1}\nc:\n  <<: *x\n  d: [*x]\n", int64(2))
	f.Add("{\n  \"a\": [1, {\"b\": null}]\n}", int64(3))
	f.Fuzz(func(t *testing.T, text string, seed int64) {
		file, problem := source.NewFile("x.yaml", []byte(text))
		if problem != nil {
			return
		}
		docs, problems := source.Split(file)
		if len(problems) > 0 || len(docs) == 0 {
			return
		}
		root, found := docs[0].Parse()
		if root == nil || len(found) > 0 {
			return
		}
		a := &author{Rand: rand.New(rand.NewSource(seed))}
		want := a.change(source.Value(root))
		changes, err := edit.Rewrite(docs[0], want)
		if err != nil {
			return
		}
		out, err := edit.Apply(file.Data, changes)
		if err != nil {
			t.Fatal(err)
		}
		after, problem := source.NewFile("x.yaml", out)
		if problem != nil {
			t.Fatal(problem)
		}
		again, problems := source.Split(after)
		if len(problems) > 0 || len(again) != len(docs) {
			t.Fatalf("%d documents became %d: %q", len(docs), len(again), out)
		}
		if root, _ := again[0].Parse(); root == nil || !edit.Equal(source.Value(root), edit.Plain(want)) {
			t.Fatalf("%q became %q", text, out)
		}
	})
}
