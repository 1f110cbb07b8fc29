package compile

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/lazyregexp"
	"github.com/kgw-dev/kgw/internal/source"
)

// ignore is one suppression: codes and the lines it covers; first is 0 for the
// whole document.
type ignore struct {
	doc         *source.Document
	codes       []diag.Code
	first, last int
	span        source.Span
	used        bool
}

// Annotation suppresses findings of the whole document.
const Annotation = "kgw.dev/ignore"

var ignoreComment = lazyregexp.New(`(?:^|\s)#\s*kgw:ignore(?:\s+(.*))?$`)

// readIgnores reads the suppressions of a document: comments and the
// annotation. Their faults are added to found.
//
// Codes that are locked cannot be suppressed.
func readIgnores(doc *source.Document, root *source.Node, locked []diag.Code, found *diag.List) []ignore {
	var out []ignore
	if doc.Item() == "" {
		out = commentIgnores(doc, root, locked, found)
	}
	meta := source.Field(root, "metadata")
	text := source.Text(source.Field(source.Field(meta, "annotations"), Annotation))
	if text == "" {
		return out
	}
	at := source.Ref{Doc: doc, Path: source.JoinKey("metadata.annotations", Annotation)}
	span := doc.Locator().Span(at.Path, false)
	for _, part := range strings.Split(text, ";") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		codes, err := parseIgnore(part, locked)
		if err != nil {
			found.Add(diag.Finding{Code: diag.BadSuppression, At: at, Message: err.Error(), Help: ignoreHelp})
			continue
		}
		out = append(out, ignore{doc: doc, codes: codes, span: span})
	}
	return out
}

const ignoreHelp = "write the code and a reason: # kgw:ignore KGW305 both hosts are meant"

func parseIgnore(text string, locked []diag.Code) ([]diag.Code, error) {
	list, reason, _ := strings.Cut(strings.TrimSpace(text), " ")
	if strings.TrimSpace(reason) == "" {
		return nil, fmt.Errorf("a suppression needs a code and a reason")
	}
	var codes []diag.Code
	for _, c := range strings.Split(list, ",") {
		code := diag.Code(c)
		if _, ok := diag.Lookup(code); !ok {
			return nil, fmt.Errorf("there is no code %q to suppress", c)
		}
		if !code.Adjustable() {
			return nil, fmt.Errorf("%s cannot be suppressed: only KGW3xx and KGW4xx can, except the codes without which no correct manifest can be written", c)
		}
		if slices.Contains(locked, code) {
			return nil, fmt.Errorf("%s cannot be suppressed: policy.locked of kgw.yaml keeps authors from it", c)
		}
		codes = append(codes, code)
	}
	return codes, nil
}

// commentIgnores reads the comments of a document. A comment covers its own
// line, or the next line with content when it is alone, and the node that
// starts there. Those of a List cover its items.
func commentIgnores(doc *source.Document, root *source.Node, locked []diag.Code, found *diag.List) []ignore {
	if !bytes.Contains(doc.Text(), []byte("kgw:ignore")) {
		return nil
	}
	lines := doc.CommentLines(root, "kgw:ignore")
	next := nextContents(lines)
	ends := map[int]int{} // of nodes, by their first lines: many comments may cover one node
	var out []ignore
	for i, line := range lines {
		m := ignoreComment().FindStringSubmatchIndex(line)
		if m == nil {
			continue
		}
		column := len([]rune(line[:m[0]+strings.IndexByte(line[m[0]:], '#')])) + 1
		span := source.Span{File: doc.File.Name, Line: doc.Line() + i, Column: column, EndLine: doc.Line() + i, EndColumn: len([]rune(line)) + 1}
		text := ""
		if m[2] >= 0 {
			text = line[m[2]:m[3]]
		}
		codes, err := parseIgnore(text, locked)
		if err != nil {
			found.Add(diag.Finding{Code: diag.BadSuppression, At: source.Ref{Doc: doc}, Span: span, Message: err.Error(), Help: ignoreHelp})
			continue
		}
		first := i
		if strings.HasPrefix(strings.TrimSpace(line), "#") {
			first = next[i+1]
		}
		end, known := ends[first]
		if !known {
			end = nodeEnd(lines, first)
			ends[first] = end
		}
		out = append(out, ignore{doc: doc, codes: codes, span: span, first: doc.Line() + first, last: doc.Line() + end})
	}
	return out
}

func hasContent(line string) bool {
	t := strings.TrimSpace(line)
	return t != "" && t[0] != '#' && t != "---"
}

// nextContents returns, for each line and for the end, the next line with
// content from it on.
func nextContents(lines []string) []int {
	next := make([]int, len(lines)+1)
	next[len(lines)] = len(lines)
	for i := len(lines) - 1; i >= 0; i-- {
		if next[i] = next[i+1]; hasContent(lines[i]) {
			next[i] = i
		}
	}
	return next
}

// nodeEnd returns the last line of the node that starts at line i: it includes
// all lines with a deeper indent, and the elements of a list with the same
// indent as its key.
func nodeEnd(lines []string, i int) int {
	if i >= len(lines) {
		return i
	}
	depth := func(l string) int { return len(l) - len(strings.TrimLeft(l, " ")) }
	top, isElement := depth(lines[i]), strings.HasPrefix(strings.TrimSpace(lines[i]), "-")
	end := i
	for j := i + 1; j < len(lines); j++ {
		if !hasContent(lines[j]) {
			continue
		}
		d, dash := depth(lines[j]), strings.HasPrefix(strings.TrimSpace(lines[j]), "- ")
		if d < top || d == top && (isElement || !dash) {
			break
		}
		end = j
	}
	return end
}

// hasSuppressions reports whether there are suppressions, for which findings must
// know their places.
func (r *run) hasSuppressions() bool {
	return slices.ContainsFunc(r.units, func(u *unit) bool { return len(u.ignores) > 0 })
}

// suppress removes suppressed findings and returns findings about suppressions that
// removed nothing.
func (r *run) suppress() diag.List {
	var all []*ignore
	for _, u := range r.units {
		for i := range u.ignores {
			all = append(all, &u.ignores[i])
		}
	}
	index := indexIgnores(all)
	kept := r.found[:0]
	for i := range r.found {
		if index.covers(&r.found[i]) {
			r.result.Summary.Suppressed++
		} else {
			kept = append(kept, r.found[i])
		}
	}
	index.mark()
	r.found = kept
	var unused diag.List
	for _, ig := range all {
		if !ig.used {
			f := diag.Finding{
				Code: diag.UnusedSuppression, At: source.Ref{Doc: ig.doc}, Span: ig.span,
				Message: fmt.Sprintf("nothing is suppressed here: there is no %s", join(ig.codes)), Help: "remove the suppression",
			}
			if ig.first > 0 {
				f.Fix = diag.DropComment{}
			}
			unused.Add(f)
		}
	}
	return unused
}

func join(codes []diag.Code) string {
	var out []string
	for _, c := range codes {
		out = append(out, string(c))
	}
	return strings.Join(out, ", ")
}
