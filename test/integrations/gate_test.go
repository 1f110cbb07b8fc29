package integrations_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"go.yaml.in/yaml/v3"
)

// forge has the comments of one pull request as GitHub and GitLab do.
type forge struct {
	mu      sync.Mutex
	bodies  []string
	authors []string
	refuse  bool // the token may only read
	faults  []string
}

func (f *forge) fault(format string, args ...any) {
	f.faults = append(f.faults, fmt.Sprintf(format, args...))
}

// number returns the index of the comment that a path ends with.
func (f *forge) number(path string) int {
	n := 0
	if _, err := fmt.Sscanf(path[strings.LastIndex(path, "/")+1:], "%d", &n); err != nil || n < 1 || n > len(f.bodies) {
		f.fault("no comment at %s", path)
		return 0
	}
	return n - 1
}

func (f *forge) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if r.Header.Get("Authorization") != "Bearer t0ken" && r.Header.Get("PRIVATE-TOKEN") != "t0ken" {
		f.fault("%s %s without the token", r.Method, r.URL)
	}
	body, _ := io.ReadAll(r.Body)
	if r.Method != http.MethodGet && f.refuse {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	switch {
	case strings.HasSuffix(r.URL.Path, "/user"):
		fmt.Fprint(w, `{"id": 7}`)
	case r.Method == http.MethodGet:
		list := []map[string]any{}
		if r.URL.Query().Get("page") == "1" {
			for i, text := range f.bodies {
				id := map[string]int{"Bot": 7, "User": 8}[f.authors[i]]
				list = append(list, map[string]any{"id": i + 1, "body": text, "user": map[string]any{"type": f.authors[i]}, "author": map[string]any{"id": id}})
			}
		}
		_ = json.NewEncoder(w).Encode(list)
	default:
		text := struct{ Body string }{}
		if json.Unmarshal(body, &text) != nil {
			r.Body = io.NopCloser(strings.NewReader(string(body)))
			text.Body = r.PostFormValue("body")
		}
		if r.Method == http.MethodPost {
			f.bodies, f.authors = append(f.bodies, text.Body), append(f.authors, "Bot")
		} else {
			f.bodies[f.number(r.URL.Path)] = text.Body
		}
		w.WriteHeader(http.StatusCreated)
	}
}

// keepsOne checks that runs write one comment and keep it: run runs the gate and
// returns its exit code.
func keepsOne(t *testing.T, dir string, f *forge, run func() (int, string)) {
	t.Helper()
	write(t, dir, map[string]string{"apis/shop.yaml": apiRule("shop", "shop.example.com", "noop", closed)})
	f.bodies, f.authors = []string{"<!-- kgw gate apis -->\nfake"}, []string{"User"}
	code, log := run()
	if code != 1 || len(f.bodies) != 2 || !strings.HasPrefix(f.bodies[1], "<!-- kgw gate apis -->\n### kgw gate fails\n") || !strings.Contains(f.bodies[1], "artifact") {
		t.Fatalf("exit %d, comments %q, %v\n%s", code, f.bodies, f.faults, log)
	}
	write(t, dir, map[string]string{"apis/shop.yaml": apiRule("shop", "shop.example.com", closed, closed)})
	if code, log := run(); code != 0 || len(f.bodies) != 2 || !strings.Contains(f.bodies[1], "### kgw gate passes\n") || f.bodies[0] != "<!-- kgw gate apis -->\nfake" {
		t.Errorf("exit %d, comments %q, %v\n%s", code, f.bodies, f.faults, log)
	}
	f.refuse = true
	if code, log := run(); code != 0 || !strings.Contains(log, "could not be written") {
		t.Errorf("a token that may only read: exit %d\n%s", code, log)
	}
	if len(f.faults) > 0 {
		t.Error(f.faults)
	}
}

func TestActionGate(t *testing.T) {
	t.Parallel()
	onPath(t, "jq")
	url, dir, f := releases(t), t.TempDir(), &forge{}
	server := httptest.NewServer(f)
	defer server.Close()
	write(t, dir, map[string]string{"apis/shop.yaml": apiRule("shop", "shop.example.com", closed, closed)})
	names := map[string]string{
		"inputs.releases": url, "inputs.version": "latest", "inputs.paths": "apis", "inputs.gate": "true", "inputs.validate": "false", "inputs.token": "t0ken",
		"github.event.pull_request.base.sha": commit(t, dir), "github.event.pull_request.number": "5",
		"github.api_url": server.URL, "github.repository": "o/r", "github.server_url": "https://github.test", "github.run_id": "9",
	}
	keepsOne(t, dir, f, func() (int, string) {
		j := runAction(t, dir, names)
		if j.outputs["gate-exit-code"] != fmt.Sprint(j.code) || j.outputs["gate-sarif"] == "" || !strings.Contains(j.summary, "### kgw gate") || strings.Contains(j.log, "t0ken") {
			t.Errorf("outputs %v\n%s%s", j.outputs, j.log, j.summary)
		}
		return j.code, j.log
	})
	names["github.event.pull_request.number"], names["github.event.pull_request.base.sha"] = "", strings.Repeat("0", 40)
	if j := runAction(t, dir, names); j.code != 0 || !strings.Contains(j.log, "there is no commit to hold the change against") {
		t.Errorf("exit %d\n%s", j.code, j.log)
	}
}

func TestGitLabGate(t *testing.T) {
	t.Parallel()
	onPath(t, "jq")
	var jobs map[string]yaml.Node
	if err := yaml.Unmarshal([]byte(read(t, filepath.Join(root, "ci", "gitlab.yml"))), &jobs); err != nil {
		t.Fatal(err)
	}
	var before, job gitlab
	first, second := jobs[".kgw"], jobs["kgw-gate"]
	if first.Decode(&before) != nil || second.Decode(&job) != nil {
		t.Fatal("the template has no such jobs")
	}
	url, dir, f := releases(t), t.TempDir(), &forge{}
	server := httptest.NewServer(f)
	defer server.Close()
	write(t, dir, map[string]string{"apis/shop.yaml": apiRule("shop", "shop.example.com", closed, closed)})
	env := []string{
		"KGW_CI_VERSION=latest", "KGW_CI_PATHS=apis", "KGW_CI_RELEASES=" + url, "KGW_CI_TOKEN=t0ken", "CI_MERGE_REQUEST_DIFF_BASE_SHA=" + commit(t, dir),
		"CI_API_V4_URL=" + server.URL, "CI_PROJECT_ID=3", "CI_MERGE_REQUEST_IID=4", "CI_JOB_URL=https://gitlab.test/job",
	}
	keepsOne(t, dir, f, func() (int, string) {
		r := run(t, dir, env, "sh", "-e", "-c", strings.Join(append(before.BeforeScript, job.Script...), "\n"))
		return r.code, r.stdout + r.stderr
	})
}
