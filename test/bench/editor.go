package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/textproto"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	editedFiles = 1000 // files of the folder that an editor has open
	editsARun   = 40   // edits that are measured, times the runs of a quick line
	warmUp      = 10   // edits before them
)

// editorLines measure edits in an editor's folder, of each style of resources.
func editorLines(o *options, dir string, out io.Writer) error {
	fmt.Fprintf(out, "| kgw lsp, an edit among %d files | median ms | 95 in 100 ms | CPU ms | first diagnostics s |\n|---|---:|---:|---:|---:|\n", editedFiles)
	for _, f := range editorFolders() {
		folder := filepath.Join(dir, "editor-"+strings.ReplaceAll(strings.ToLower(f.name), " ", "-"))
		if err := f.write(folder, editedFiles); err != nil {
			return err
		}
		s, err := editFiles(o.kgw, folder, editsARun*o.runs)
		if err != nil {
			return fmt.Errorf("kgw lsp, %s: %w", f.name, err)
		}
		ms := func(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
		fmt.Fprintf(out, "| %s | %.0f | %.0f | %.0f | %.2f |\n", f.name, ms(s.edits[len(s.edits)/2]), ms(s.edits[len(s.edits)*95/100]), ms(s.cpu)/float64(len(s.edits)), s.first.Seconds())
	}
	return nil
}

// session is how long an editor waited.
type session struct {
	first time.Duration   // for the first diagnostics of the folder
	edits []time.Duration // for those of each edit, sorted
	cpu   time.Duration   // processor time of all edits
}

// editor is a client of a language server that runs as a process.
type editor struct {
	in   io.WriteCloser
	out  *bufio.Reader
	next int
}

// editFiles opens files of a folder in kgw lsp, and then changes a path in each.
func editFiles(kgw, folder string, edits int) (*session, error) {
	cmd := exec.Command(kgw, "lsp")
	cmd.Dir = folder
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	start := time.Now()
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	e := &editor{in: in, out: bufio.NewReaderSize(out, 1<<20)}
	s, err := e.run(start, cmd.Process.Pid, folder, edits)
	in.Close()
	return s, errors.Join(err, cmd.Wait())
}

func (e *editor) run(start time.Time, pid int, folder string, edits int) (*session, error) {
	root := "file://" + filepath.ToSlash(folder)
	if err := e.call("initialize", map[string]any{"processId": nil, "rootUri": nil, "capabilities": map[string]any{}, "workspaceFolders": []any{map[string]any{"uri": root, "name": "w"}}}); err != nil {
		return nil, err
	}
	if err := e.notify("initialized", map[string]any{}); err != nil {
		return nil, err
	}
	files, err := filepath.Glob(filepath.Join(folder, "*", "*.yaml"))
	if err != nil || len(files) == 0 {
		return nil, errors.Join(err, errors.New("no files"))
	}
	opened, s := make([]*opened, warmUp+edits), &session{}
	for i := range opened {
		if opened[i], err = e.open(files[i*37%len(files)]); err != nil {
			return nil, err
		}
		if i == 0 {
			s.first = time.Since(start)
		}
	}
	var before time.Duration
	for i, file := range opened {
		if i == warmUp {
			before = processorTime(pid)
		}
		took, err := e.edit(file)
		if err != nil {
			return nil, err
		}
		if i >= warmUp {
			s.edits = append(s.edits, took)
		}
	}
	s.cpu = processorTime(pid) - before
	slices.Sort(s.edits)
	return s, errors.Join(e.call("shutdown", nil), e.notify("exit", nil))
}

// opened is a file that the editor shows, and where a path begins in it.
type opened struct {
	uri     string
	version int
	at      map[string]any
}

// open opens a file and waits for its diagnostics: a server publishes them even
// where there are none.
func (e *editor) open(file string) (*opened, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	lines := strings.Split(string(text), "\n")
	place := []int(nil)
	line := slices.IndexFunc(lines, func(l string) bool {
		place = pathStart.FindStringIndex(l)
		return place != nil
	})
	if line < 0 {
		return nil, fmt.Errorf("%s has no path", file)
	}
	o := &opened{uri: "file://" + filepath.ToSlash(file), version: 1, at: map[string]any{"line": line, "character": place[1]}}
	if err := e.notify("textDocument/didOpen", map[string]any{"textDocument": map[string]any{"uri": o.uri, "languageId": "yaml", "version": 1, "text": string(text)}}); err != nil {
		return nil, err
	}
	return o, e.published(o.uri, 1)
}

// pathStart is the beginning of a path in an APIRule, a FabricGateway or a Rule.
var pathStart = regexp.MustCompile(`path: /|^ +/|example\.com</`)

// edit types one letter into a path, and waits for the diagnostics of this version.
func (e *editor) edit(o *opened) (time.Duration, error) {
	start := time.Now()
	o.version++
	if err := e.notify("textDocument/didChange", map[string]any{
		"textDocument":   map[string]any{"uri": o.uri, "version": o.version},
		"contentChanges": []any{map[string]any{"range": map[string]any{"start": o.at, "end": o.at}, "text": "x"}},
	}); err != nil {
		return 0, err
	}
	if err := e.published(o.uri, o.version); err != nil {
		return 0, err
	}
	return time.Since(start), nil
}

func (e *editor) published(uri string, version int) error {
	return e.wait(func(m *message) bool {
		var p struct {
			URI     string
			Version int
		}
		return m.Method == "textDocument/publishDiagnostics" && json.Unmarshal(m.Params, &p) == nil && p.URI == uri && p.Version == version
	})
}

// message has the parts of a message of the protocol that are used.
type message struct {
	ID     *int
	Method string
	Params json.RawMessage
	Error  json.RawMessage
}

func (e *editor) notify(method string, params any) error {
	return e.send(map[string]any{"jsonrpc": "2.0", "method": method, "params": params})
}

func (e *editor) call(method string, params any) error {
	e.next++
	if err := e.send(map[string]any{"jsonrpc": "2.0", "id": e.next, "method": method, "params": params}); err != nil {
		return err
	}
	return e.wait(func(m *message) bool { return m.Method == "" && m.ID != nil && *m.ID == e.next })
}

func (e *editor) send(v any) error {
	body, err := json.Marshal(v)
	if err == nil {
		_, err = fmt.Fprintf(e.in, "Content-Length: %d\r\n\r\n%s", len(body), body)
	}
	return err
}

// wait reads messages until one is the one.
func (e *editor) wait(is func(*message) bool) error {
	for {
		header, err := textproto.NewReader(e.out).ReadMIMEHeader()
		if err != nil {
			return err
		}
		n, err := strconv.Atoi(header.Get("Content-Length"))
		if err != nil {
			return err
		}
		body := make([]byte, n)
		if _, err := io.ReadFull(e.out, body); err != nil {
			return err
		}
		m := message{}
		if err := json.Unmarshal(body, &m); err != nil {
			return err
		}
		if is(&m) {
			return nil
		}
	}
}

// processorTime returns the processor time of a running process, as Linux counts it in
// /proc/PID/stat (fields 14 and 15, in hundredths of a second).
func processorTime(pid int) time.Duration {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(data), ") ")
	fields := strings.Fields(rest)
	if len(fields) < 13 {
		return 0
	}
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return time.Duration(user+system) * 10 * time.Millisecond
}
