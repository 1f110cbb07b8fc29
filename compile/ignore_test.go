package compile_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/config"
)

// TestSuppressions puts suppressions at a document with two errors of KGW304:
// the Services of its two rules must not be exposed.
func TestSuppressions(t *testing.T) {
	text := strings.Replace(strings.Replace(rule("a"), "/.*", "/web", 1), "{name: orders, port: 8080}", "{name: kubernetes, namespace: default, port: 443}", 1) +
		"  - path: /dns\n    methods: [GET]\n    service: {name: kube-dns, namespace: kube-system, port: 53}\n    accessStrategies:\n    - handler: noop\n"
	const first, second = "0.yaml:9:19 KGW304", "0.yaml:17:21 KGW304"
	mark := func(line, comment string) string { return strings.Replace(text, line, line+comment, 1) }
	above := func(line, comment string) string { return strings.Replace(text, line, comment+"\n"+line, 1) }
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"none":                   {text, []string{first, second}},
		"on the line":            {mark("port: 443}", " # kgw:ignore KGW304 meant"), []string{second}},
		"on the line, CR":        {strings.ReplaceAll(mark("port: 443}", " # kgw:ignore KGW304 meant"), "\n", "\r"), []string{second}},
		"on the line, CRLF":      {strings.ReplaceAll(mark("port: 443}", " # kgw:ignore KGW304 meant"), "\n", "\r\n"), []string{second}},
		"above the line":         {above("  service: {name: kubernetes", "  # kgw:ignore KGW304 meant"), []string{"0.yaml:18:21 KGW304"}},
		"above the node":         {above("  - path: /dns", "  # kgw:ignore KGW305,KGW304 meant"), []string{first}},
		"above the document":     {"# kgw:ignore KGW304 meant\n" + text, []string{"0.yaml:10:19 KGW304", "0.yaml:18:21 KGW304"}},
		"the annotation":         {strings.Replace(text, "  namespace: shop", "  namespace: shop\n  annotations: {kgw.dev/ignore: KGW304 meant}", 1), nil},
		"no reason":              {mark("port: 443}", " # kgw:ignore KGW304"), []string{first, "0.yaml:9:62 KGW114", second}},
		"no code":                {mark("port: 443}", " # kgw:ignore"), []string{first, "0.yaml:9:62 KGW114", second}},
		"a code that is none":    {mark("port: 443}", " # kgw:ignore KGW999 meant"), []string{first, "0.yaml:9:62 KGW114", second}},
		"a code that is too bad": {mark("port: 443}", " # kgw:ignore KGW205 meant"), []string{first, "0.yaml:9:62 KGW114", second}},
		"another code":           {mark("port: 443}", " # kgw:ignore KGW305 meant"), []string{first, second}},
	} {
		r := run(t, compile.Options{Config: unlocked()}, c.text)
		if d := cmp.Diff(c.want, errorsOf(r)); d != "" {
			t.Errorf("%s (- want, + got)\n%s", name, d)
		}
	}
}

// unlocked is a configuration under which every code of policy can be
// suppressed.
func unlocked() *config.Config {
	c := config.Default()
	c.Policy.Locked = []string{}
	return c
}

// TestLockedSuppressions checks that authors cannot suppress, by any means, what the
// repository's policy locks.
func TestLockedSuppressions(t *testing.T) {
	text := strings.Replace(rule("a"), "{name: orders, port: 8080}", "{name: kubernetes, namespace: default, port: 443}", 1)
	blocked := strings.Split(text, "\n")
	for name, text := range map[string]string{
		"comment":    strings.Replace(text, blocked[8], blocked[8]+" # kgw:ignore KGW305,KGW304 meant", 1),
		"annotation": strings.Replace(text, "  namespace: shop", "  namespace: shop\n  annotations: {kgw.dev/ignore: KGW304 meant}", 1),
		"list":       "# kgw:ignore KGW304 meant\napiVersion: v1\nkind: List\nitems:\n- " + strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n  ") + "\n",
	} {
		r := run(t, compile.Options{}, text)
		if got := strings.Join(errorsOf(r), "\n"); !strings.Contains(got, "KGW304") || !strings.Contains(got, "KGW114") || len(r.Objects) > 0 {
			t.Errorf("%s: %s; %d objects", name, got, len(r.Objects))
		}
	}
	c := config.Default()
	c.Policy.Locked = []string{"KGW408"}
	if r := run(t, compile.Options{Config: c}, strings.Replace(text, blocked[8], blocked[8]+" # kgw:ignore KGW304 meant", 1)); len(errorsOf(r)) > 0 {
		t.Errorf("a code that policy.locked leaves out: %v", errorsOf(r))
	}
}

// TestEachAuthorSuppressesHisOwn checks that a host that two resources claim is
// an error until both authors say that it is meant.
func TestEachAuthorSuppressesHisOwn(t *testing.T) {
	one := strings.Replace(rule("a"), "/.*", "/[a-j].*", 1)
	two := strings.Replace(strings.Replace(rule("b"), "host: b", "host: a", 1), "/.*", "/[k-z].*", 1)
	suppress := func(text string) string {
		return strings.Replace(text, "  namespace: shop", "  namespace: shop\n  annotations: {kgw.dev/ignore: KGW305 meant}", 1)
	}
	if one == two || len(errorsOf(run(t, compile.Options{}, one, two))) != 2 {
		t.Fatalf("the two do not conflict: %v", errorsOf(run(t, compile.Options{}, one, two)))
	}
	if got := errorsOf(run(t, compile.Options{}, one, suppress(two))); len(got) != 1 || !strings.HasPrefix(got[0], "0.yaml") {
		t.Errorf("one author suppresses for both: %v", got)
	}
	if got := errorsOf(run(t, compile.Options{}, suppress(one), suppress(two))); len(got) != 0 {
		t.Errorf("both say that it is meant: %v", got)
	}
}

func TestUnusedSuppression(t *testing.T) {
	r := run(t, compile.Options{Config: unlocked()}, "# kgw:ignore KGW304 meant\n"+rule("a"))
	n := 0
	for i := range r.Findings {
		if f := &r.Findings[i]; f.Code == "KGW307" {
			n++
			if f.Span.Line != 1 || f.Span.Column != 1 || f.Severity.String() != "warning" {
				t.Errorf("%s %+v", f.Severity, f.Span)
			}
		}
	}
	if n != 1 || len(r.Objects) == 0 {
		t.Errorf("%d findings, %d objects", n, len(r.Objects))
	}
}
