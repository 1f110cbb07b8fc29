package gate

import (
	"io/fs"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/secret"
	"github.com/kgw-dev/kgw/prove/classes"
)

// line is a line of an access log.
func line(request string) string {
	return `10.0.0.1 - - [01/Jan/2026:00:00:00 +0000] "` + request + ` HTTP/1.1" 200 12 "-" "-"` + "\n"
}

// TestReport holds what a report says of changes: the kinds that the gate forbids,
// the entry that would let a change through, and the result in one line.
func TestReport(t *testing.T) {
	found := &classes.Report{Changes: []classes.Change{
		{Kind: "MOVED", Methods: []string{"GET"}, Host: "a.example.com", Path: "/b"},
		{Kind: "REMOVED", Methods: []string{"GET"}, Host: "a.example.com", Path: "/a"},
	}, Unchanged: 3}
	judge := func(after string) *Report {
		g := New(nil, configured(t, after), "main", day(t, "2026-01-01"))
		return g.Report(&Compared{Before: "main", After: "here", Found: found, Calls: &Recorded{}}, "2026-01-01", &secret.Book{})
	}
	r := judge("")
	if got, want := r.Count(), "gate: 1 change forbidden; 1 change passed; 3 request classes unchanged"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if len(r.Findings) != 1 || !strings.Contains(r.Findings[0].Help, "{id: "+r.Changes[1].ID+", reason: WHY, until: \"2026-01-31\"}") || !r.Failed() {
		t.Errorf("the forbidden change fails: %v, found %v", r.Failed(), r.Findings)
	}
	if text := r.Document().Markdown(1 << 16); !strings.Contains(text, "kgw gate fails") || !strings.Contains(text, "REMOVED **forbidden**") || strings.Index(text, "/a") > strings.Index(text, "/b") {
		t.Errorf("the document:\n%s", text)
	}
	r = judge("gate: {allowed: [" + entry(r.Changes[1].ID) + "]}")
	if r.Failed() || r.Changes[1].Verdict != Allowed || len(r.Findings) != 1 || r.Findings[0].Code != diag.ChangeAllowed || !strings.Contains(r.Findings[0].Message, "allowed until 2026-06-30: meant") {
		t.Errorf("an allowed change: failed %v, %s, found %v", r.Failed(), r.Changes[1].Verdict, r.Findings)
	}
	r.Faults = 1
	if !r.Failed() || !strings.Contains(r.Count(), "1 error in the inputs: not all is compared") {
		t.Errorf("faults of the inputs: failed %v, %s", r.Failed(), r.Count())
	}
}

// TestRecorded holds that calls of both sides count, each once, and that a file that
// cannot be read is a finding, once.
func TestRecorded(t *testing.T) {
	configs := configured(t, "gate: {consumers: [a.example.com=app.log, gone.log]}")
	var cs Recorded
	reader := func(text string) func(string) ([]byte, error) {
		return func(name string) ([]byte, error) {
			if strings.HasSuffix(name, "gone.log") {
				return nil, fs.ErrNotExist
			}
			return []byte(text), nil
		}
	}
	cs.Read(configs, "", reader(line("GET /one")))
	cs.Read(configs, "git:main:", reader(line("GET /one")+line("GET /two")))
	if len(cs.list) != 1 || len(cs.list[0].calls) != 2 {
		t.Fatalf("the consumers: %+v", cs.list)
	}
	if file := cs.list[0].calls[1].file; !strings.HasPrefix(file, "git:main:") {
		t.Errorf("a call that only the before side has is of %s", file)
	}
	if len(cs.found) != 1 || !strings.Contains(cs.found[0].Message, "the calls of gone are not judged") {
		t.Errorf("found %v", cs.found)
	}
}

// TestJoinBroken holds that calls which break alike are one, and that those that break
// come before those that may.
func TestJoinBroken(t *testing.T) {
	var cs Recorded
	cs.Read(configured(t, "gate: {consumers: [a.example.com=app.log]}"), "", func(string) ([]byte, error) {
		return []byte(line("GET /0") + line("GET /2") + line("GET /1") + line("GET /3")), nil
	})
	got := cs.list[0].joinBroken([]classes.Called{
		{Fate: classes.MayBreak, Path: "/{n}"}, {Fate: classes.Breaks, Path: "/{n}"}, {Fate: classes.Breaks, Path: "/{n}"}, {Fate: classes.Stays},
	}, &secret.Book{})
	if len(got) != 2 || got[0].Fate != classes.Breaks || got[0].More != 1 || got[0].Path != "/2" || strings.Join(got[0].paths, " ") != "/1 /2" || got[1].More != 0 {
		t.Errorf("joined: %+v", got)
	}
	if f := got[0].finding(nil, &Report{}); !strings.Contains(f.Message, "and 1 more call") || !strings.Contains(f.Help, "2026-01-31") {
		t.Errorf("the finding: %s (%s)", f.Message, f.Help)
	}
}
