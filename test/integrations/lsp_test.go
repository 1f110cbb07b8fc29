package integrations_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/textproto"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// languageServer speaks the Language Server Protocol with a process:
// https://microsoft.github.io/language-server-protocol/
type languageServer struct {
	in      io.Writer
	next    int
	replies chan message
	folder  string
}

type message struct {
	ID     *int            `json:"id,omitempty"`
	Method string          `json:"method,omitempty"`
	Params json.RawMessage `json:"params,omitempty"`
	Result json.RawMessage `json:"result,omitempty"`
}

type position struct {
	Line      int `json:"line"`
	Character int `json:"character"`
}

type diagnostic struct {
	Message string
	Range   struct{ Start position }
}

// patience is how long the server may take for an answer on a busy machine.
const patience = 2 * time.Minute

// startYAMLServer starts yaml-language-server for the files of a folder.
func startYAMLServer(t *testing.T, folder string) *languageServer {
	t.Helper()
	node := onPath(t, "node")
	module := program(t, "KGW_TEST_YAML_LANGUAGE_SERVER")
	if _, err := os.Stat(module); err != nil {
		t.Skip("SKIPPED: yaml-language-server is not installed: npm was absent when make test-integrations ran")
	}
	cmd := exec.Command(node, filepath.Join(module, "node_modules", "yaml-language-server", "bin", "yaml-language-server"), "--stdio")
	cmd.Dir, cmd.Stderr = folder, os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	s := &languageServer{in: in, replies: make(chan message, 100), folder: folder}
	incoming := make(chan message, 1000)
	go receive(bufio.NewReader(out), incoming)
	go s.sort(incoming)
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	s.call(t, "initialize", map[string]any{
		"processId": nil, "rootUri": "file://" + folder,
		"capabilities": map[string]any{"textDocument": map[string]any{"completion": map[string]any{}}},
	})
	s.notify(t, "initialized", map[string]any{})
	// What is asked of the network otherwise: the schema store.
	s.notify(t, "workspace/didChangeConfiguration", map[string]any{"settings": map[string]any{"yaml": map[string]any{
		"validate": true, "completion": true, "hover": true, "schemaStore": map[string]any{"enable": false}, "kubernetesCRDStore": map[string]any{"enable": false},
	}}})
	return s
}

// receive reads messages until the stream ends.
func receive(r *bufio.Reader, to chan<- message) {
	defer close(to)
	for {
		header, err := textproto.NewReader(r).ReadMIMEHeader()
		if err != nil {
			return
		}
		n, _ := strconv.Atoi(header.Get("Content-Length"))
		body := make([]byte, n)
		if _, err := io.ReadFull(r, body); err != nil {
			return
		}
		var m message
		if json.Unmarshal(body, &m) == nil {
			to <- m
		}
	}
}

// sort answers what the server asks and passes on the rest.
func (s *languageServer) sort(incoming <-chan message) {
	for m := range incoming {
		if m.Method != "" && m.ID != nil {
			// A question of the server, such as for its configuration: no answer
			// but that there is none.
			_ = s.send(map[string]any{"jsonrpc": "2.0", "id": *m.ID, "result": []any{}})
			continue
		}
		s.replies <- m
	}
	close(s.replies)
}

func (s *languageServer) send(v any) error {
	body, err := json.Marshal(v)
	if err == nil {
		_, err = fmt.Fprintf(s.in, "Content-Length: %d\r\n\r\n%s", len(body), body)
	}
	return err
}

func (s *languageServer) notify(t *testing.T, method string, params any) {
	t.Helper()
	if err := s.send(map[string]any{"jsonrpc": "2.0", "method": method, "params": params}); err != nil {
		t.Fatal(err)
	}
}

// call asks and waits for the answer.
func (s *languageServer) call(t *testing.T, method string, params any) json.RawMessage {
	t.Helper()
	s.next++
	id := s.next
	if err := s.send(map[string]any{"jsonrpc": "2.0", "id": id, "method": method, "params": params}); err != nil {
		t.Fatal(err)
	}
	return s.wait(t, func(m message) bool { return m.Method == "" && m.ID != nil && *m.ID == id }).Result
}

// wait drops messages until one is the one.
func (s *languageServer) wait(t *testing.T, is func(message) bool) message {
	t.Helper()
	deadline := time.After(patience)
	for {
		select {
		case m, ok := <-s.replies:
			if !ok {
				t.Fatal("the language server ended")
			}
			if is(m) {
				return m
			}
		case <-deadline:
			t.Fatal("the language server does not answer")
		}
	}
}

// open gives the server a file with a text and returns what it finds wrong.
func (s *languageServer) open(t *testing.T, name, text string) []diagnostic {
	t.Helper()
	return s.openAll(t, map[string]string{name: text})[name]
}

// openAll gives the server files with their texts and returns what it finds
// wrong in each.
func (s *languageServer) openAll(t *testing.T, files map[string]string) map[string][]diagnostic {
	t.Helper()
	write(t, s.folder, files)
	names := map[string]string{}
	for name, text := range files {
		names[s.uri(name)] = name
		s.notify(t, "textDocument/didOpen", map[string]any{"textDocument": map[string]any{"uri": s.uri(name), "languageId": "yaml", "version": 1, "text": text}})
	}
	found := map[string][]diagnostic{}
	for len(found) < len(files) {
		var pushed struct {
			URI         string
			Diagnostics []diagnostic
		}
		s.wait(t, func(m message) bool {
			return m.Method == "textDocument/publishDiagnostics" && json.Unmarshal(m.Params, &pushed) == nil && names[pushed.URI] != ""
		})
		found[names[pushed.URI]] = pushed.Diagnostics
	}
	return found
}

func (s *languageServer) uri(name string) string {
	return "file://" + filepath.ToSlash(filepath.Join(s.folder, name))
}

// complete returns the labels that are offered at a place of an open file.
func (s *languageServer) complete(t *testing.T, name string, at position) []string {
	t.Helper()
	result := s.call(t, "textDocument/completion", map[string]any{"textDocument": map[string]any{"uri": s.uri(name)}, "position": at})
	var list struct{ Items []struct{ Label string } }
	if err := json.Unmarshal(result, &list); err != nil {
		t.Fatalf("%v: %s", err, result)
	}
	var out []string
	for _, item := range list.Items {
		out = append(out, item.Label)
	}
	return out
}
