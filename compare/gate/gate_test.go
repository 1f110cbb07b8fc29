package gate

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/source"
)

// configured reads kgw.yaml files with the texts, the further ones below the first.
func configured(t *testing.T, texts ...string) []*config.Config {
	t.Helper()
	dir := t.TempDir()
	var c *config.Config
	for _, text := range texts {
		dir = filepath.Join(dir, "d")
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, config.FileName), []byte("apiVersion: kgw.dev/v1alpha1\nkind: Config\n"+text), 0o600); err != nil {
			t.Fatal(err)
		}
		c, _ = config.ReadNearest(dir, filepath.Base, source.Bounds{})
	}
	return []*config.Config{c}
}

const (
	one = "0000000000000001"
	two = "0000000000000002"
)

func entry(id string) string {
	return "{id: \"" + id + "\", reason: meant, until: \"2026-06-30\"}"
}

func day(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.DateOnly, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// TestForbidden holds that a side which asks for less does not weaken the gate.
func TestForbidden(t *testing.T) {
	for name, c := range map[string]struct {
		before, after string
		kind          string
		want          Verdict
	}{
		"the defaults":               {"", "", "REMOVED", Forbidden},
		"not by default":             {"", "", "MOVED", Passed},
		"the change weakens":         {"gate: {fail: [exposed, moved]}", "gate: {fail: [exposed]}", "MOVED", Forbidden},
		"the change takes it out":    {"gate: {fail: [moved]}", "", "MOVED", Forbidden},
		"the change strengthens":     {"gate: {fail: [exposed]}", "gate: {fail: [exposed, moved]}", "MOVED", Forbidden},
		"the change writes a weak":   {"", "gate: {fail: [exposed]}", "REMOVED", Forbidden},
		"a weak one on both sides":   {"gate: {fail: [exposed]}", "gate: {fail: [exposed]}", "REMOVED", Passed},
		"what is not known, anyway":  {"gate: {fail: [exposed]}", "gate: {fail: [exposed]}", "UNKNOWN", Forbidden},
		"what no kind lets through":  {"gate: {fail: [exposed]}", "gate: {fail: [exposed]}", "", Forbidden},
		"further up, on both sides":  {"gate: {fail: [exposed]}\n", "gate: {fail: [exposed]}\n", "CORS", Passed},
		"a gate without kinds":       {"gate: {allowed: []}", "gate: {allowed: []}", "TIGHTENED", Forbidden},
		"kinds of an empty document": {"gate: {}", "gate: {}", "EXPOSED", Forbidden},
	} {
		g := New(configured(t, c.before), configured(t, c.after), "git:main", day(t, "2026-01-01"))
		if got, _ := g.Judge(c.kind, one); got != c.want {
			t.Errorf("%s: %s is %s, want %s", name, c.kind, got, c.want)
		}
	}
	if got, _ := New(nil, configured(t, "gate: {fail: [exposed]}"), "git:main", time.Time{}).Judge("REMOVED", one); got != Forbidden {
		t.Errorf("a state without a configuration has no defaults: %s", got)
	}
}

// TestAllowed holds that an entry lets one change through once, until its date.
func TestAllowed(t *testing.T) {
	with := func(ids ...string) string {
		for i := range ids {
			ids[i] = entry(ids[i])
		}
		return "gate: {allowed: [" + strings.Join(ids, ", ") + "]}"
	}
	for name, c := range map[string]struct {
		before, after string
		at            string
		want          Verdict
		found         string
	}{
		"no entry":             {"", "", "2026-06-30", Forbidden, ""},
		"added":                {"", with(one), "2026-06-30", Allowed, ""},
		"taken out":            {with(one), "", "2026-06-30", Allowed, ""},
		"there before":         {with(one), with(one), "2026-06-30", Forbidden, "KGW625"},
		"of another change":    {"", with(two), "2026-06-30", Forbidden, "KGW625"},
		"past":                 {"", with(one), "2026-07-01", Forbidden, "KGW626"},
		"past, of another one": {"", with(two), "2026-07-01", Forbidden, "KGW626"},
		"past and taken out":   {with(one), "", "2026-07-01", Forbidden, "KGW626"},
		"two":                  {"", with(one, two), "2026-06-01", Allowed, "KGW625"},
		"of no day":            {"", `gate: {allowed: [{id: "` + one + `", reason: x, until: "2026-02-31"}]}`, "2026-01-01", Forbidden, "KGW626"},
	} {
		g := New(configured(t, c.before), configured(t, c.after), "git:main", day(t, c.at))
		got, e := g.Judge("EXPOSED", one)
		if got != c.want || (e != nil) != (c.want == Allowed) {
			t.Errorf("%s: %s %v, want %s", name, got, e, c.want)
		}
		var found []string
		for _, f := range g.Findings() {
			found = append(found, string(f.Code))
			if f.Message == "" || f.Help == "" || f.Span.Line == 0 || f.Span.File == "" {
				t.Errorf("%s: %+v lacks something", name, f)
			}
		}
		if strings.Join(found, " ") != c.found {
			t.Errorf("%s: findings %v, want %q", name, found, c.found)
		}
	}
}

// TestNearer holds that a kgw.yaml below one with a gate allows nothing.
func TestNearer(t *testing.T) {
	allow := "gate: {fail: [exposed], allowed: [" + entry(one) + "]}"
	g := New(nil, configured(t, "gate: {fail: [moved]}", allow), "git:main", day(t, "2026-01-01"))
	if got, _ := g.Judge("EXPOSED", one); got != Forbidden {
		t.Errorf("the nearer one allows a change: %s", got)
	}
	if got, _ := g.Judge("MOVED", two); got != Forbidden {
		t.Errorf("the nearer one drops a kind: %s", got)
	}
	g = New(nil, configured(t, "namespace: web", allow), "git:main", day(t, "2026-01-01"))
	if got, _ := g.Judge("EXPOSED", one); got != Allowed {
		t.Errorf("one below another without a gate has none: %s", got)
	}
	g = New(nil, configured(t, allow, "namespace: web"), "git:main", day(t, "2026-01-01"))
	if got, _ := g.Judge("EXPOSED", one); got != Allowed {
		t.Errorf("the one further up allows nothing: %s", got)
	}
}

// TestOneFile holds that a kgw.yaml of both states is not the one of before.
func TestOneFile(t *testing.T) {
	both := configured(t, "gate: {allowed: ["+entry(one)+"]}")
	if got, _ := New(both, both, "old", day(t, "2026-01-01")).Judge("EXPOSED", one); got != Allowed {
		t.Errorf("the entry does not count: %s", got)
	}
}

func TestWeakened(t *testing.T) {
	found := New(configured(t, ""), configured(t, "gate: {fail: [exposed]}"), "git:main", time.Time{}).Findings()
	if len(found) != 1 || found[0].Code != "KGW627" || found[0].Span.Line != 3 || !strings.Contains(found[0].Message, "removed, tightened, unknown") {
		t.Errorf("%+v", found)
	}
}
