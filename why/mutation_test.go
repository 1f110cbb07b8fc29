package why_test

import (
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/why"
)

// place is a scalar of the inputs that leaves are said to come from.
type place struct {
	file         string
	line, column int
	end          int
	name         bool // of a field
}

// named is a leaf that a place is said to be the origin of.
type named struct{ object, path string }

// TestNamedInputsChangeTheirLeaves changes each scalar of the goldens and the examples
// that a leaf is said to come from. Then the leaf must change or disappear, or the
// resource must be refused.
func TestNamedInputsChangeTheirLeaves(t *testing.T) {
	var names []string
	all := archives(t)
	for name := range all {
		names = append(names, name)
	}
	sort.Strings(names)
	m := &mutations{}
	for _, name := range names {
		m.archive(t, name, all[name])
	}
	t.Logf("%d places of %d leaves, %d edits: %d refused, %d places that no edit was compiled of", m.places, m.leaves, m.edits, m.refused, m.hidden)
	if m.places == 0 || m.hidden*6 > m.places {
		t.Error("too few places were tried")
	}
}

// together are fields of objects that two places decide, either of which is enough: two
// rules of one path share an entry, and it leads to Oathkeeper if one of them does.
var together = []string{
	"envoy/testdata/lost.txtar rules.yaml:89 VirtualService/library/lost-nothing-cstsuynv spec.http[0].route[0].destination.",
	"rule/testdata/shared.txtar rules.yaml:11 VirtualService/library/shared-d6rfalzr spec.http[0].route[0].destination.",
}

type mutations struct{ places, leaves, edits, refused, hidden int }

func (m *mutations) archive(t *testing.T, name string, archive *txtar.Archive) {
	t.Helper()
	r := compiled(t, archive)
	before := r.values()
	by := placesOf(r)
	var order []place
	for p := range by {
		order = append(order, p)
	}
	sort.Slice(order, func(i, j int) bool {
		a, b := order[i], order[j]
		return a.file < b.file || a.file == b.file && (a.line < b.line || a.line == b.line && a.column < b.column)
	})
	for i, p := range order {
		if testing.Short() && i%4 != 0 {
			continue
		}
		m.places++
		m.leaves += len(by[p])
		left, written := by[p], false
		values := edits(archive, p)
		for _, value := range values {
			m.edits++
			after := compiled(t, edited(archive, p, value)).values()
			if len(after) == 0 {
				m.refused++
				continue
			}
			written = true
			left = slices.DeleteFunc(left, func(l named) bool { return after[l.object][l.path] != before[l.object][l.path] })
		}
		if !written {
			m.hidden++
			continue
		}
		for _, l := range left {
			what := fmt.Sprintf("%s %s:%d %s %s", name, p.file, p.line, l.object, l.path)
			if slices.ContainsFunc(together, func(known string) bool { return strings.HasPrefix(what, known) }) {
				continue
			}
			t.Errorf("%s: %s:%d:%d becomes %q, and %s %s is what it was", name, p.file, p.line, p.column, values, l.object, l.path)
		}
	}
}

// placesOf are the scalars that leaves of a run are said to come from.
func placesOf(r *run) map[place][]named {
	out := map[place][]named{}
	for i := range r.objects {
		o := &r.objects[i]
		for _, l := range o.Leaves {
			for _, s := range l.From {
				if s.Kind == why.Default || s.Span.File == "" || s.Kind == why.Input && !s.Ref.Key && !scalar(s) {
					continue
				}
				p := place{s.Span.File, s.Span.Line, s.Span.Column, s.Span.EndColumn, s.Ref.Key}
				if n := (named{o.ID(), l.Path}); !slices.Contains(out[p], n) {
					out[p] = append(out[p], n)
				}
			}
		}
	}
	return out
}

func scalar(s why.Source) bool {
	root, _ := s.Ref.Doc.Parse()
	n := source.Lookup(root, s.Ref.Path)
	return n != nil && n.Content == nil && n.Value != ""
}

// edits are texts to put in a place: other values of the same type.
func edits(archive *txtar.Archive, p place) []string {
	old := strings.Trim(textAt(archive, p), `"'`)
	quoted := func(list ...string) []string {
		var out []string
		for _, text := range list {
			if text != old {
				out = append(out, strconv.Quote(text))
			}
		}
		return out
	}
	if n, err := strconv.ParseFloat(old, 64); err == nil {
		return []string{strconv.FormatFloat(n+1, 'f', -1, 64), strconv.FormatFloat(n*2+7, 'f', -1, 64)}
	}
	switch old {
	case "true":
		return []string{"false"}
	case "false":
		return []string{"true"}
	case "GET", "PUT", "POST", "DELETE", "PATCH", "HEAD", "OPTIONS":
		return quoted("TRACE", "CONNECT")
	case "get", "put", "post", "delete", "patch", "head", "options":
		return quoted("get", "put", "post", "delete", "patch", "head")
	case "jwt", "noop", "oauth2_introspection":
		return quoted("unauthorized", "noop", "allow")
	}
	return quoted(old+"x", "x"+old, strings.ReplaceAll(old, ".", "x."), "https://x.example.com", "/x")
}

func textAt(archive *txtar.Archive, p place) string {
	for _, f := range archive.Files {
		if f.Name == p.file {
			line := []rune(strings.Split(string(f.Data), "\n")[p.line-1])
			return string(line[p.column-1 : p.end-1])
		}
	}
	return ""
}

// edited is the archive with another text in a place.
func edited(archive *txtar.Archive, p place, value string) *txtar.Archive {
	out := &txtar.Archive{Comment: archive.Comment}
	for _, f := range archive.Files {
		if f.Name == p.file {
			lines := strings.Split(string(f.Data), "\n")
			line := []rune(lines[p.line-1])
			lines[p.line-1] = string(line[:p.column-1]) + value + string(line[p.end-1:])
			f.Data = []byte(strings.Join(lines, "\n"))
		}
		out.Files = append(out.Files, f)
	}
	return out
}
