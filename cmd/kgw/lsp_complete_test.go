package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/rogpeppe/go-internal/txtar"
)

// mark is where the caret is in the text of a case.
const mark = "‸"

// proposal is an item of a completion.
type proposal struct {
	Label    string
	Detail   string
	TextEdit struct {
		Range   struct{ Start, End caret }
		NewText string
	}
	FilterText string
}

// proposed opens a text with a mark as a file that is not saved, and returns what is
// proposed there, and for each item the text after it was chosen.
func (e *editor) proposed(name, marked string) (items []proposal, chosen []string) {
	e.t.Helper()
	at := strings.Index(marked, mark)
	if at < 0 {
		e.t.Fatalf("%s has no caret", name)
	}
	text := marked[:at] + marked[at+len(mark):]
	e.open(name, text)
	defer e.Notify(e.t, "textDocument/didClose", map[string]any{"textDocument": e.document(name)})
	answer := e.ask("textDocument/completion", name, map[string]any{"position": caretAt(text, at)})
	var list struct{ Items []proposal }
	if err := json.Unmarshal(answer.Result, &list); err != nil || answer.Error != nil {
		e.t.Fatalf("%v: %s%s", err, answer.Result, answer.Error)
	}
	for _, i := range list.Items {
		start, end := offsetAt(text, i.TextEdit.Range.Start), offsetAt(text, i.TextEdit.Range.End)
		if start > at || end < at || strings.Contains(text[start:end], "\n") {
			e.t.Errorf("%s: %q replaces %q, which is not around the caret", name, i.Label, text[start:end])
		}
		chosen = append(chosen, text[:start]+i.TextEdit.NewText+text[end:])
	}
	return list.Items, chosen
}

// caretAt returns the position of a byte as an editor counts; offsetAt is its inverse.
func caretAt(text string, at int) caret {
	line := strings.LastIndex(text[:at], "\n") + 1
	return caret{strings.Count(text[:at], "\n"), len(utf16.Encode([]rune(text[line:at])))}
}

func offsetAt(text string, c caret) int {
	start := 0
	for range c.Line {
		start += strings.Index(text[start:], "\n") + 1
	}
	units := utf16.Encode([]rune(text[start:]))
	return start + len(string(utf16.Decode(units[:c.Character])))
}

// lineAt returns the line that a caret is in.
func lineAt(text string, at int) string { return strings.Split(text, "\n")[at] }

// TestCompletions plays the cases of testdata/lsp/completion: a workspace, and texts
// as people type them, with the caret. The golden file has for each what is proposed
// and what its line is after that was chosen.
func TestCompletions(t *testing.T) {
	playAll(t, "testdata/lsp/completion/*.txtar", func(t *testing.T, dir string, cases *txtar.Archive) []byte {
		t.Helper()
		e := startEditor(t, dir, []string{"."})
		var out bytes.Buffer
		for _, f := range cases.Files {
			name, title, ok := strings.Cut(strings.TrimPrefix(f.Name, "@"), " ")
			if !ok {
				continue
			}
			items, chosen := e.proposed(name, string(f.Data))
			line := strings.Count(string(f.Data[:bytes.Index(f.Data, []byte(mark))]), "\n")
			fmt.Fprintf(&out, "%s: %s\n  %s\n", name, title, lineAt(string(f.Data), line))
			for i, item := range items {
				fmt.Fprintf(&out, "%s\n", strings.TrimRight(fmt.Sprintf("    %-34s %-8s |%s|", item.Label, item.Detail, lineAt(chosen[i], line)), " "))
			}
			out.WriteString("\n")
		}
		if code := e.end(); code != 0 {
			t.Errorf("kgw lsp ends with %d: %s", code, e.errs)
		}
		return out.Bytes()
	})
}
