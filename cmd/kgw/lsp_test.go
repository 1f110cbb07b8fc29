package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/kgw-dev/kgw/lsp/lsptest"
)

// editor is a client of kgw lsp, with the texts that it has open.
type editor struct {
	*lsptest.Client
	t       testing.TB
	dir     string
	texts   map[string]string
	version map[string]int
	told    []lsptest.Message // notifications that came since they were looked at
	in      io.WriteCloser
	done    chan int
	errs    *shared
	last    string // the last edit at random
}

// startEditor starts kgw lsp for folders of a directory.
func startEditor(t testing.TB, dir string, folders []string, args ...string) *editor {
	t.Helper()
	in, toServer := io.Pipe()
	fromServer, out := io.Pipe()
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	e := &editor{Client: lsptest.New(toServer, fromServer), t: t, dir: dir, texts: map[string]string{}, version: map[string]int{}, in: toServer, done: make(chan int, 1), errs: &shared{}}
	a := &app{stdin: in, stdout: out, stderr: e.errs, getenv: func(string) string { return "" }, dir: dir, ctx: ctx}
	go func() {
		e.done <- a.run(append([]string{"kgw", "lsp"}, args...))
		out.Close()
	}()
	list := []any{}
	for _, f := range folders {
		list = append(list, map[string]any{"uri": e.uri(f), "name": f})
	}
	e.Call(t, "initialize", map[string]any{"processId": nil, "rootUri": nil, "workspaceFolders": list, "capabilities": map[string]any{
		"textDocument": map[string]any{"publishDiagnostics": map[string]any{"relatedInformation": true}},
	}}, e.note)
	e.Notify(t, "initialized", map[string]any{})
	return e
}

func (e *editor) note(m lsptest.Message) { e.told = append(e.told, m) }

func (e *editor) uri(name string) string {
	return "file://" + filepath.ToSlash(filepath.Join(e.dir, filepath.FromSlash(name)))
}

func (e *editor) document(name string) map[string]any { return map[string]any{"uri": e.uri(name)} }

// ask sends a request about a document and returns the answer.
func (e *editor) ask(method, name string, more map[string]any) lsptest.Message {
	e.t.Helper()
	params := map[string]any{"textDocument": e.document(name)}
	for k, v := range more {
		params[k] = v
	}
	return e.Call(e.t, method, params, e.note)
}

// settle waits until what was told is analysed.
func (e *editor) settle() {
	e.ask("textDocument/hover", "none.yaml", map[string]any{"position": caret{0, 0}})
}

func (e *editor) open(name, text string) {
	e.t.Helper()
	e.texts[name], e.version[name] = text, 1
	e.Notify(e.t, "textDocument/didOpen", map[string]any{"textDocument": map[string]any{"uri": e.uri(name), "languageId": "yaml", "version": 1, "text": text}})
}

// change changes a document: "all" or "LINE:CHARACTER-LINE:CHARACTER", from 0.
func (e *editor) change(name, where, text string) {
	e.t.Helper()
	change := map[string]any{"text": text}
	if where != "all" {
		change["range"] = extentOf(e.t, where)
	}
	e.version[name]++
	e.Notify(e.t, "textDocument/didChange", map[string]any{
		"textDocument": map[string]any{"uri": e.uri(name), "version": e.version[name]}, "contentChanges": []any{change},
	})
}

// end asks the server to end, and returns its exit code.
func (e *editor) end() int {
	e.t.Helper()
	e.Call(e.t, "shutdown", nil, e.note)
	e.Notify(e.t, "exit", nil)
	return <-e.done
}

// caret is a position of the protocol.
type caret struct {
	Line      int `json:"line"`
	Character int `json:"character"`
}

func caretOf(t testing.TB, text string) caret {
	t.Helper()
	line, character, _ := strings.Cut(text, ":")
	l, err := strconv.Atoi(line)
	c, more := strconv.Atoi(character)
	if err = errors.Join(err, more); err != nil {
		t.Fatal(err)
	}
	return caret{l, c}
}

func extentOf(t testing.TB, text string) map[string]any {
	t.Helper()
	start, end, ok := strings.Cut(text, "-")
	if !ok {
		end = start
	}
	return map[string]any{"start": caretOf(t, start), "end": caretOf(t, end)}
}

// methods are the words of a session that ask about a place, or a range.
var methods = map[string]string{
	"hover": "textDocument/hover", "complete": "textDocument/completion", "define": "textDocument/definition",
	"references": "textDocument/references", "symbols": "textDocument/documentSymbol", "hints": "textDocument/inlayHint", "actions": "textDocument/codeAction",
}

// TestEditorSessions plays the sessions of testdata/lsp: files of a workspace, and
// what an editor says, against the recorded answers.
func TestEditorSessions(t *testing.T) {
	playAll(t, "testdata/lsp/*.txtar", func(t *testing.T, dir string, session *txtar.Archive) []byte {
		t.Helper()
		parts := map[string]string{}
		for _, f := range session.Files {
			parts[f.Name] = string(f.Data)
		}
		return play(t, dir, string(session.Comment), parts)
	})
}

// playAll plays each archive of a pattern, in a directory with those of its files whose
// names do not begin with "@", and holds the transcript against the golden file.
func playAll(t *testing.T, pattern string, play func(t *testing.T, dir string, archive *txtar.Archive) []byte) {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatal("no archives", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			dir, err := filepath.EvalSymlinks(t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range archive.Files {
				if !strings.HasPrefix(f.Name, "@") {
					writeFile(t, filepath.Join(dir, filepath.FromSlash(f.Name)), string(f.Data))
				}
			}
			got := play(t, dir, archive)
			golden := strings.TrimSuffix(file, ".txtar") + ".golden"
			if os.Getenv("KGW_UPDATE") != "" {
				if err := os.WriteFile(golden, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil || !bytes.Equal(got, want) {
				t.Errorf("%v; KGW_UPDATE=1 records the answers:\n%s", err, got)
			}
		})
	}
}

// play plays a session and returns its transcript.
func play(t *testing.T, dir, session string, parts map[string]string) []byte {
	t.Helper()
	var out bytes.Buffer
	var e *editor
	for line := range strings.Lines(session) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		words := strings.Fields(line)
		fmt.Fprintf(&out, "> %s\n", line)
		if words[0] == "start" {
			e = startEditor(t, dir, words[1:])
			e.settle()
			e.print(&out, lsptest.Message{})
			continue
		}
		e.print(&out, e.step(words, parts))
	}
	if code := e.end(); code != 0 {
		t.Errorf("kgw lsp ends with %d: %s", code, e.errs)
	}
	return out.Bytes()
}

// step makes one step of a session.
func (e *editor) step(words []string, parts map[string]string) lsptest.Message {
	e.t.Helper()
	text := func(i int) string {
		arg := strings.Join(words[i:], " ")
		if part, ok := parts[arg]; ok {
			return part
		}
		s, err := strconv.Unquote(arg)
		if err != nil {
			e.t.Fatalf("%s: %v", arg, err)
		}
		return s
	}
	switch words[0] {
	case "open":
		e.open(words[1], text(len(words)-1))
	case "change":
		e.change(words[1], words[2], text(3))
	case "close":
		e.Notify(e.t, "textDocument/didClose", map[string]any{"textDocument": e.document(words[1])})
	case "write":
		writeFile(e.t, filepath.Join(e.dir, filepath.FromSlash(words[1])), text(2))
		e.Notify(e.t, "workspace/didChangeWatchedFiles", map[string]any{"changes": []any{map[string]any{"uri": e.uri(words[1]), "type": 2}}})
	case "add", "remove":
		event := map[string]any{"added": []any{}, "removed": []any{}}
		event[map[string]string{"add": "added", "remove": "removed"}[words[0]]] = []any{map[string]any{"uri": e.uri(words[1]), "name": words[1]}}
		e.Notify(e.t, "workspace/didChangeWorkspaceFolders", map[string]any{"event": event})
	default:
		return e.question(words)
	}
	e.settle()
	return lsptest.Message{}
}

func (e *editor) question(words []string) lsptest.Message {
	e.t.Helper()
	method, more := methods[words[0]], map[string]any{}
	switch words[0] {
	case "hints", "actions":
		more["range"] = extentOf(e.t, words[2])
		more["context"] = map[string]any{"diagnostics": []any{}}
		if len(words) > 3 {
			more["context"] = map[string]any{"diagnostics": []any{}, "only": words[3:]}
		}
	case "symbols":
	default:
		more["position"] = caretOf(e.t, words[2])
		more["context"] = map[string]any{"includeDeclaration": true}
	}
	if words[0] == "complete" {
		delete(more, "context")
	}
	if method == "" {
		e.t.Fatalf("no step %q", words[0])
	}
	return e.ask(method, words[1], more)
}

// print prints what the server told since, and its answer.
func (e *editor) print(out *bytes.Buffer, answer lsptest.Message) {
	show := func(head string, raw json.RawMessage) {
		var v any
		if err := json.Unmarshal(raw, &v); err != nil {
			e.t.Fatalf("%v: %s", err, raw)
		}
		var b bytes.Buffer
		enc := json.NewEncoder(&b)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		if err := enc.Encode(short(v)); err != nil {
			e.t.Fatal(err)
		}
		text := strings.ReplaceAll(b.String(), "file://"+filepath.ToSlash(e.dir)+"/", "")
		out.WriteString(head + strings.ReplaceAll(text, e.dir, "/WORK"))
	}
	for _, m := range e.told {
		show(m.Method+" ", m.Params)
	}
	e.told = nil
	switch {
	case answer.Error != nil:
		show("error ", answer.Error)
	case answer.Result != nil:
		show("", answer.Result)
	}
}

// short writes positions and ranges as texts.
func short(v any) any {
	switch x := v.(type) {
	case []any:
		for i := range x {
			x[i] = short(x[i])
		}
	case map[string]any:
		if line, ok := x["line"].(float64); ok {
			return fmt.Sprintf("%v:%v", line, x["character"])
		}
		for k := range x {
			x[k] = short(x[k])
		}
		if start, ok := x["start"].(string); ok && len(x) == 2 {
			return fmt.Sprintf("%s-%s", start, x["end"])
		}
	}
	return v
}
