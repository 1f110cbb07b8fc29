package integrations_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/kgw-dev/kgw/lsp/lsptest"
)

// languageServer speaks the Language Server Protocol with a process:
// https://microsoft.github.io/language-server-protocol/
type languageServer struct {
	*lsptest.Client
	folder string
}

type position struct {
	Line      int `json:"line"`
	Character int `json:"character"`
}

type diagnostic struct {
	Message string
	Range   struct{ Start position }
}

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
	s := &languageServer{lsptest.New(in, out), folder}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	s.Call(t, "initialize", map[string]any{
		"processId": nil, "rootUri": "file://" + folder,
		"capabilities": map[string]any{"textDocument": map[string]any{"completion": map[string]any{}}},
	}, nil)
	s.Notify(t, "initialized", map[string]any{})
	// What is asked of the network otherwise: the schema store.
	s.Notify(t, "workspace/didChangeConfiguration", map[string]any{"settings": map[string]any{"yaml": map[string]any{
		"validate": true, "completion": true, "hover": true, "schemaStore": map[string]any{"enable": false}, "kubernetesCRDStore": map[string]any{"enable": false},
	}}})
	return s
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
		s.Notify(t, "textDocument/didOpen", map[string]any{"textDocument": map[string]any{"uri": s.uri(name), "languageId": "yaml", "version": 1, "text": text}})
	}
	found := map[string][]diagnostic{}
	for len(found) < len(files) {
		var pushed struct {
			URI         string
			Diagnostics []diagnostic
		}
		s.Wait(t, func(m lsptest.Message) bool {
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
	result := s.Call(t, "textDocument/completion", map[string]any{"textDocument": map[string]any{"uri": s.uri(name)}, "position": at}, nil).Result
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
