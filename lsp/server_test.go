package lsp_test

import (
	"context"
	"encoding/json"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/secret"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/lsp"
	"github.com/kgw-dev/kgw/lsp/lsptest"
)

// slow is a checker that waits until it may go on.
type slow struct{ run chan struct{} }

func (s slow) Check(unsaved map[string][]byte) *lsp.Checked {
	<-s.run
	c := &lsp.Checked{Secrets: &secret.Book{}, Result: &compile.Result{}}
	for path, text := range unsaved {
		f, _ := source.NewFile(filepath.Base(path), text)
		c.Input.Files = append(c.Input.Files, f)
	}
	c.Options = compile.Options{Model: true}.WithDefaults()
	c.Result = compile.Run(c.Input, c.Options)
	return c
}

// serve starts a server over pipes.
func serve(t *testing.T, checker lsp.Checker) (*lsptest.Client, io.Writer, chan error) {
	t.Helper()
	in, toServer := io.Pipe()
	fromServer, out := io.Pipe()
	done := make(chan error, 1)
	go func() {
		done <- lsp.Serve(context.Background(), in, out, lsp.Options{Version: "test", Open: func(string, string) lsp.Checker { return checker }})
		out.Close()
	}()
	return lsptest.New(toServer, fromServer), toServer, done
}

func open(t *testing.T, c *lsptest.Client) {
	t.Helper()
	c.Call(t, "initialize", map[string]any{"processId": nil, "rootUri": "file:///w", "capabilities": map[string]any{}}, nil)
	c.Notify(t, "initialized", map[string]any{})
}

var nowhere = map[string]any{"textDocument": map[string]any{"uri": "file:///w/a.yaml"}, "position": map[string]any{"line": 0, "character": 0}}

// quick is a checker that does not wait.
func quick() lsp.Checker {
	run := make(chan struct{})
	close(run)
	return slow{run}
}

// TestBrokenMessages: what is not a message, or none of the protocol, is answered
// with an error or passed over, and the next one is answered.
func TestBrokenMessages(t *testing.T) {
	c, raw, done := serve(t, quick())
	open(t, c)
	for _, body := range []string{
		"{", "[]", "null", "{}", `"text"`, `{"jsonrpc":"2.0"}`, "\xff\xfe", `{"jsonrpc":"2.0","method":5}`,
		`{"jsonrpc":"2.0","method":"textDocument/didOpen","params":7}`,
		`{"jsonrpc":"2.0","method":"textDocument/didChange","params":{"textDocument":{"uri":"file:///w/none.yaml","version":1},"contentChanges":[{"text":"x"}]}}`,
		`{"jsonrpc":"2.0","method":"textDocument/didClose","params":{"textDocument":{"uri":"nonsense"}}}`,
		`{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":{}}}`,
		`{"jsonrpc":"2.0","method":"no/such"}`, `{"jsonrpc":"2.0","id":"s","result":1}`, strings.Repeat("[", 100_000),
	} {
		if err := c.Write([]byte(body)); err != nil {
			t.Fatal(err)
		}
		if m := c.Call(t, "textDocument/hover", nowhere, nil); m.Error != nil {
			t.Fatalf("after %.60q: %s", body, m.Error)
		}
	}
	for _, header := range []string{"Content-Length: -1\r\n\r\n", "Nonsense\r\n\r\n", "Content-Length: x\r\n\r\n", "\r\n"} {
		if _, err := io.WriteString(raw, header); err != nil {
			t.Fatal(err)
		}
		if m := c.Call(t, "textDocument/hover", nowhere, nil); m.Error != nil {
			t.Fatalf("after %q: %s", header, m.Error)
		}
	}
	for method, code := range map[string]float64{"no/such": -32601, "textDocument/hover": -32602} {
		m := c.Call(t, method, "wrong", nil)
		var e struct{ Code float64 }
		if err := json.Unmarshal(m.Error, &e); err != nil || e.Code != code {
			t.Errorf("%s is answered with %s, want %v", method, m.Error, code)
		}
	}
	c.Call(t, "shutdown", nil, nil)
	c.Notify(t, "exit", nil)
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// TestCancel: a request that waits for an analysis is cancelled; the analysis goes
// on.
func TestCancel(t *testing.T) {
	checker := slow{make(chan struct{})}
	c, _, done := serve(t, checker)
	open(t, c)
	id := c.Ask(t, "textDocument/hover", nowhere)
	c.Notify(t, "$/cancelRequest", map[string]any{"id": id})
	m := c.Wait(t, func(m lsptest.Message) bool { return m.ID != nil })
	if !strings.Contains(string(m.Error), "-32800") {
		t.Errorf("the request is answered with %s%s", m.Result, m.Error)
	}
	close(checker.run)
	if m := c.Call(t, "textDocument/hover", nowhere, nil); m.Error != nil {
		t.Errorf("%s", m.Error)
	}
	c.Call(t, "shutdown", nil, nil)
	if m := c.Call(t, "textDocument/hover", nowhere, nil); m.Error == nil {
		t.Error("a request after shutdown is answered")
	}
	c.Notify(t, "exit", nil)
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// gated is a checker that says when it begins, and waits until it may go on.
type gated struct {
	slow
	began chan struct{}
}

func (g gated) Check(unsaved map[string][]byte) *lsp.Checked {
	g.began <- struct{}{}
	return g.slow.Check(unsaved)
}

// TestStaleAnalyses: nothing is published for an edit that another one follows before
// it is analysed, unless nothing was published for the one before either.
func TestStaleAnalyses(t *testing.T) {
	checker := gated{slow{make(chan struct{})}, make(chan struct{})}
	c, _, done := serve(t, checker)
	var told []int
	note := func(m lsptest.Message) {
		var p struct{ Version int }
		if m.Method == "textDocument/publishDiagnostics" && json.Unmarshal(m.Params, &p) == nil {
			told = append(told, p.Version)
		}
	}
	edit := func(version int) {
		c.Notify(t, "textDocument/didChange", map[string]any{
			"textDocument": map[string]any{"uri": "file:///w/a.yaml", "version": version}, "contentChanges": []any{map[string]any{"text": "a: 1"}},
		})
		c.Call(t, "no/such", nil, note) // is answered when the edit was read
	}
	open(t, c)
	<-checker.began
	checker.run <- struct{}{}
	c.Call(t, "textDocument/hover", nowhere, note)
	c.Notify(t, "textDocument/didOpen", map[string]any{"textDocument": map[string]any{"uri": "file:///w/a.yaml", "languageId": "yaml", "version": 1, "text": ""}})
	for version := 2; version <= 6; version++ {
		<-checker.began
		edit(version)
		checker.run <- struct{}{}
	}
	<-checker.began
	checker.run <- struct{}{}
	c.Call(t, "textDocument/hover", nowhere, note)
	if want := []int{2, 4, 6}; !slices.Equal(told, want) {
		t.Errorf("the versions %v were told of, want %v", told, want)
	}
	c.Call(t, "shutdown", nil, nil)
	c.Notify(t, "exit", nil)
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// faulty is a checker that panics once, and not again after that.
type faulty struct {
	slow
	panicked bool
}

func (f *faulty) Check(unsaved map[string][]byte) *lsp.Checked {
	if !f.panicked {
		f.panicked = true
		panic("half done")
	}
	return f.slow.Check(unsaved)
}

// TestBrokenChecker: a checker that panicked is not used again.
func TestBrokenChecker(t *testing.T) {
	in, toServer := io.Pipe()
	fromServer, out := io.Pipe()
	done, opened := make(chan error, 1), 0
	go func() {
		done <- lsp.Serve(context.Background(), in, out, lsp.Options{Version: "test", Open: func(string, string) lsp.Checker {
			if opened++; opened == 1 {
				return &faulty{slow: quick().(slow)}
			}
			return quick()
		}})
		out.Close()
	}()
	c := lsptest.New(toServer, fromServer)
	open(t, c)
	c.Call(t, "textDocument/hover", nowhere, nil)
	c.Notify(t, "textDocument/didSave", map[string]any{"textDocument": map[string]any{"uri": "file:///w/a.yaml"}})
	c.Call(t, "textDocument/hover", nowhere, nil)
	c.Call(t, "shutdown", nil, nil)
	c.Notify(t, "exit", nil)
	if err := <-done; err != nil || opened != 2 {
		t.Errorf("%v; %d checkers were opened, want 2", err, opened)
	}
}

// TestLifecycle: nothing is answered before initialize, and an end without a
// shutdown is an error.
func TestLifecycle(t *testing.T) {
	c, _, done := serve(t, quick())
	if m := c.Call(t, "textDocument/hover", nowhere, nil); !strings.Contains(string(m.Error), "-32002") {
		t.Errorf("before initialize: %s%s", m.Result, m.Error)
	}
	open(t, c)
	if m := c.Call(t, "initialize", map[string]any{"processId": nil, "rootUri": nil, "capabilities": map[string]any{}}, nil); m.Error == nil {
		t.Error("initialize is answered twice")
	}
	c.Notify(t, "exit", nil)
	if err := <-done; err == nil {
		t.Error("an end without a shutdown is no error")
	}
}
