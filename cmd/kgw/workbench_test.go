package main

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/exposure"
	"github.com/kgw-dev/kgw/internal/secret"
	"github.com/kgw-dev/kgw/prove"
	"github.com/kgw-dev/kgw/workbench"
)

// TestWorkbench holds what the page in a browser answers to what the commands print,
// for every example: manifests, findings, traces of a request for each row of the
// report, and the move to v2.
func TestWorkbench(t *testing.T) {
	dirs, err := filepath.Glob("../../examples/*/kgw.yaml")
	if err != nil || len(dirs) < 20 {
		t.Fatalf("%d examples: %v", len(dirs), err)
	}
	for _, file := range dirs {
		dir, err := filepath.Abs(filepath.Dir(file))
		if err != nil {
			t.Fatal(err)
		}
		t.Run(filepath.Base(dir), func(t *testing.T) {
			b, report, err := workbench.Open(texts(t, dir), "")
			if err != nil || report != nil {
				t.Fatal(err, report)
			}
			matches(t, "build", execute(dir, "", "build", ".").Stdout, b.Build().Manifests)
			matches(t, "validate", execute(dir, "", "validate", ".").Stdout, b.Validate().Text)
			moved, err := b.Migrate("v2")
			if err != nil {
				t.Fatal(err)
			}
			patch := ""
			for _, f := range moved.Files {
				patch += f.Patch
			}
			got := execute(dir, "", "migrate", ".", "--diff")
			matches(t, "migrate: the patch", got.Stdout, patch)
			matches(t, "migrate: the report", got.Stderr, moved.Report.Text+moved.Text)
			var exposed bytes.Buffer
			if err := b.Expose().Write(&exposed, "json"); err != nil {
				t.Fatal(err)
			}
			matches(t, "report", execute(dir, "", "report", ".", "--format", "json").Stdout, exposed.String())
			replay := replayOf(t, dir)
			for _, url := range witnesses(t, dir) {
				traced, err := b.Trace(workbench.Request{Method: "GET", URL: url, Token: "jwt", Scopes: "read"})
				if err != nil {
					t.Fatal(err)
				}
				matches(t, url, execute(dir, "{}", "trace", "GET", url, ".", "--jwt", "-", "--scopes", "read").Stdout, traced.Text)
				replayed, err := replay.Trace(workbench.Request{Method: "GET", URL: url, Token: "jwt", Scopes: "read"})
				if err != nil {
					t.Fatal(err)
				}
				matches(t, "recorded: "+url, traced.Text, replayed.Text)
			}
		})
	}
}

// replayOf records what a directory has, and reads it back from its JSON.
func replayOf(t *testing.T, dir string) *workbench.Replay {
	t.Helper()
	a := &app{stdin: strings.NewReader(""), stdout: io.Discard, stderr: io.Discard, getenv: func(string) string { return "" }, dir: dir, secrets: &secret.Book{}}
	in, o, err := a.load(&inputFlags{failOn: "error", color: "never"}, []string{"."})
	if err != nil {
		t.Fatal(err)
	}
	r, err := prove.Record(in, *o, a.secrets)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	out := &workbench.Replay{}
	if got := string(out.Open(string(text))); !strings.HasPrefix(got, `{"masked":`) {
		t.Fatal(got)
	}
	return out
}

func matches(t *testing.T, what, want, got string) {
	t.Helper()
	if want != got {
		t.Errorf("%s: the command prints\n%s\nand the workbench\n%s", what, want, got)
	}
}

// texts reads a directory as a page holds it.
func texts(t *testing.T, dir string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, e := range entries {
		if e.IsDir() {
			continue
		}
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		out[e.Name()] = string(data)
	}
	return out
}

// witnesses returns the URLs of the requests that kgw report shows for its rows.
func witnesses(t *testing.T, dir string) []string {
	t.Helper()
	var r exposure.Report
	got := execute(dir, "", "report", ".", "--format", "json")
	if err := json.Unmarshal([]byte(got.Stdout), &r); err != nil {
		t.Fatalf("%v\n%s", err, got.Stderr)
	}
	out := []string{"https://nobody.example.com/"}
	for _, h := range r.Hosts {
		for i := range h.Rows {
			if w := h.Rows[i].Witness; w != nil {
				out = append(out, w.URL)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// TestBoxMustAgree: a page gets its request box only where that answers like kgw trace.
func TestBoxMustAgree(t *testing.T) {
	dir, other := "../../examples/jwt", "../../examples/httpbin"
	a := &app{stdin: strings.NewReader(""), stdout: io.Discard, stderr: io.Discard, getenv: func(string) string { return "" }, dir: dir, secrets: &secret.Book{}}
	e, err := a.expose(&inputFlags{failOn: "error", color: "never"}, []string{"."})
	if err != nil {
		t.Fatal(err)
	}
	w := &exposure.Witness{Method: "GET", URL: "https://invoices.example.com/healthz"}
	if !a.checkWitness(e.cluster, replayOf(t, dir), w) {
		t.Error("what was recorded does not agree with the cluster")
	}
	if a.checkWitness(e.cluster, replayOf(t, other), w) {
		t.Error("another cluster agrees")
	}
}
