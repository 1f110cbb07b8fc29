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
	fmt.Fprintf(out, "| kgw lsp, an edit among %d files | median ms | 95 in 100 ms | CPU ms, with the opening |\n|---|---:|---:|---:|\n", editedFiles)
	for _, c := range []struct {
		name  string
		write func(string, int) error
	}{
		{"APIRules v1beta1", func(dir string, n int) error { return writeFiles(dir, n, apiRule) }},
		{"APIRules v2 with Services", writeMesh},
	} {
		folder := filepath.Join(dir, "editor-"+strings.ReplaceAll(strings.ToLower(c.name), " ", "-"))
		if err := c.write(folder, editedFiles); err != nil {
			return err
		}
		times, cpu, err := editFiles(o.kgw, folder, editsARun*o.runs)
		if err != nil {
			return fmt.Errorf("kgw lsp, %s: %w", c.name, err)
		}
		ms := func(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
		fmt.Fprintf(out, "| %s | %.0f | %.0f | %.0f |\n", c.name, ms(times[len(times)/2]), ms(times[len(times)*95/100]), ms(cpu)/float64(len(times)))
	}
	return nil
}

// editor is a client of a language server that runs as a process.
type editor struct {
	in   io.WriteCloser
	out  *bufio.Reader
	next int
}

// editFiles opens files of a folder in kgw lsp and changes a path in each: it returns how long each edit took until its diagnostics came, sorted, and
// the processor time of all.
func editFiles(kgw, folder string, edits int) (times []time.Duration, cpu time.Duration, err error) {
	cmd := exec.Command(kgw, "lsp")
	cmd.Dir = folder
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, 0, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, 0, err
	}
	if err := cmd.Start(); err != nil {
		return nil, 0, err
	}
	e := &editor{in: in, out: bufio.NewReaderSize(out, 1<<20)}
	times, cpu, err = e.run(cmd.Process.Pid, folder, edits)
	in.Close()
	return times, cpu, errors.Join(err, cmd.Wait())
}

func (e *editor) run(pid int, folder string, edits int) (times []time.Duration, cpu time.Duration, err error) {
	root := "file://" + filepath.ToSlash(folder)
	if err := e.call("initialize", map[string]any{"processId": nil, "rootUri": nil, "capabilities": map[string]any{}, "workspaceFolders": []any{map[string]any{"uri": root, "name": "w"}}}); err != nil {
		return nil, 0, err
	}
	if err := e.notify("initialized", map[string]any{}); err != nil {
		return nil, 0, err
	}
	files, err := filepath.Glob(filepath.Join(folder, "*", "*.yaml"))
	if err != nil || len(files) == 0 {
		return nil, 0, errors.Join(err, errors.New("no files"))
	}
	var before time.Duration
	for i := range warmUp + edits {
		if i == warmUp {
			before = processorTime(pid)
		}
		took, err := e.edit(files[i*37%len(files)])
		if err != nil {
			return nil, 0, err
		}
		if i >= warmUp {
			times = append(times, took)
		}
	}
	cpu = processorTime(pid) - before
	slices.Sort(times)
	return times, cpu, errors.Join(e.call("shutdown", nil), e.notify("exit", nil))
}

// edit opens a file, types one letter into a path, and waits for the diagnostics of
// this version: a server publishes them even where they are the same.
func (e *editor) edit(file string) (time.Duration, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return 0, err
	}
	uri := "file://" + filepath.ToSlash(file)
	lines := strings.Split(string(text), "\n")
	line := slices.IndexFunc(lines, func(l string) bool { return strings.Contains(l, "path: /") })
	if line < 0 {
		return 0, fmt.Errorf("%s has no path", file)
	}
	at := map[string]any{"line": line, "character": strings.Index(lines[line], "path: /") + len("path: /")}
	if err := e.notify("textDocument/didOpen", map[string]any{"textDocument": map[string]any{"uri": uri, "languageId": "yaml", "version": 1, "text": string(text)}}); err != nil {
		return 0, err
	}
	if err := e.published(uri, 1); err != nil {
		return 0, err
	}
	start := time.Now()
	if err := e.notify("textDocument/didChange", map[string]any{
		"textDocument":   map[string]any{"uri": uri, "version": 2},
		"contentChanges": []any{map[string]any{"range": map[string]any{"start": at, "end": at}, "text": "x"}},
	}); err != nil {
		return 0, err
	}
	if err := e.published(uri, 2); err != nil {
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

// message is what of a message of the protocol is looked at.
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

// processorTime is what a process that still runs has used, as Linux counts it in
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
