package migrate_test

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/migrate"
)

// writer writes APIRules as different people do, with a comment at most lines:
// "# key.n" is about the line with the key.
type writer struct {
	*rand.Rand
	strings.Builder
	n          int
	step, dash int
}

func (w *writer) pick(list ...string) string { return list[w.IntN(len(list))] }

func (w *writer) mark(key string) string {
	w.n++
	return fmt.Sprintf("# %s.%d.", key, w.n)
}

// line writes an entry, perhaps below a comment and in front of one.
func (w *writer) line(indent int, lead, key, value string) {
	if w.IntN(8) == 0 && lead == "" {
		w.WriteString("\n")
	}
	if w.IntN(4) == 0 && !strings.HasSuffix(lead, "-") {
		fmt.Fprintf(w, "%s%s\n", strings.Repeat(" ", indent), w.mark(key))
	}
	before := strings.Repeat(" ", indent)
	if lead != "" {
		before = strings.Repeat(" ", indent-2) + "- "
	}
	text := before + key + ":"
	if value != "" {
		text += w.pick(" ", " ", "  ") + value
	}
	if w.IntN(3) == 0 {
		text += w.pick(" ", "  ", "\t") + w.mark(key)
	}
	w.WriteString(text + "\n")
}

func (w *writer) text(s string) string {
	switch w.IntN(4) {
	case 0:
		return "'" + s + "'"
	case 1:
		return `"` + s + `"`
	}
	return s
}

func (w *writer) methods(indent int, list []string) {
	if w.IntN(2) == 0 {
		w.line(indent, "", "methods", "["+strings.Join(list, w.pick(",", ", "))+"]")
		return
	}
	w.line(indent, "", "methods", "")
	for _, m := range list {
		fmt.Fprintf(w, "%s- %s\n", strings.Repeat(" ", indent+w.dash), w.text(m))
	}
}

// strategy writes who may send requests.
func (w *writer) strategy(indent int) {
	handler := w.pick("noop", "allow", "jwt")
	config := ""
	if handler == "jwt" {
		config = "{trusted_issuers: ['https://i.test'], jwks_urls: ['https://i.test/k']}"
	}
	if w.IntN(3) == 0 {
		value := "[{handler: " + handler + "}]"
		if config != "" {
			value = "[{handler: jwt, config: " + config + "}]"
		}
		w.line(indent, "", "accessStrategies", value)
		return
	}
	w.line(indent, "", "accessStrategies", "")
	w.line(indent+w.dash+2, "-", "handler", w.text(handler))
	switch {
	case config != "" && w.IntN(2) == 0:
		w.line(indent+w.dash+2, "", "config", config)
	case config != "":
		w.line(indent+w.dash+2, "", "config", "")
		for _, key := range []string{"trusted_issuers", "jwks_urls"} {
			w.line(indent+w.dash+2+w.step, "", key, "")
			fmt.Fprintf(w, "%s- https://i.test/%s %s\n", strings.Repeat(" ", indent+w.dash+2+w.step+w.dash), key, w.mark("item"))
		}
	}
}

// rule writes a rule; the order of its entries is any.
func (w *writer) rule(indent int, version, path string) {
	fmt.Fprintf(w, "%s%s\n", strings.Repeat(" ", indent), w.mark("path"))
	w.line(indent+2, "-", "path", w.text(path))
	entries := []func(){
		func() { w.methods(indent+2, []string{"GET", "POST"}[:1+w.IntN(2)]) },
		func() { w.strategy(indent + 2) },
	}
	if version == "v1beta1" && w.IntN(3) == 0 {
		entries = append(entries, func() { w.line(indent+2, "", "service", "{name: other, port: 80}") })
	}
	w.Shuffle(len(entries), func(i, j int) { entries[i], entries[j] = entries[j], entries[i] })
	for _, e := range entries {
		e()
	}
}

// apiRule writes an APIRule of v1alpha1 or v1beta1.
func (w *writer) apiRule(version string) string {
	w.WriteString("# license.0.\n")
	w.line(0, "", "apiVersion", "gateway.kyma-project.io/"+version)
	w.line(0, "", "kind", "APIRule")
	w.WriteString("metadata: {name: shop, namespace: shop}\n")
	w.line(0, "", "spec", "")
	entries := []func(){
		func() { w.line(w.step, "", "gateway", w.text("kyma-gateway.kyma-system.svc.cluster.local")) },
		func() { w.service(version) },
		func() {
			w.line(w.step, "", "rules", "")
			for _, path := range [][]string{{"/.*"}, {"/orders/.*", "/.*"}, {"/up", "/orders/[^/]+"}}[w.IntN(3)] {
				w.rule(w.step+w.dash, version, path)
			}
		},
	}
	if version == "v1beta1" {
		entries = append(entries, func() { w.line(w.step, "", "host", w.text("shop.example.com")) })
	}
	w.Shuffle(len(entries), func(i, j int) { entries[i], entries[j] = entries[j], entries[i] })
	for _, e := range entries {
		e()
	}
	text := w.String()
	if w.IntN(4) == 0 {
		text = strings.ReplaceAll(text, "\n", "\r\n")
	}
	return text
}

func (w *writer) service(version string) {
	w.line(w.step, "", "service", "")
	entries := []func(){
		func() { w.line(2*w.step, "", "name", w.text("shop")) },
		func() { w.line(2*w.step, "", "port", "80") },
	}
	if version == "v1alpha1" {
		entries = append(entries, func() { w.line(2*w.step, "", "host", w.text("shop.example.com")) })
	}
	w.Shuffle(len(entries), func(i, j int) { entries[i], entries[j] = entries[j], entries[i] })
	for _, e := range entries {
		e()
	}
}

var mark = regexp.MustCompile(`# ([A-Za-z_]+)\.\d+\.`)

// becomes are the keys that the lines with a key may have after a migration.
// What accessStrategies had is written above it where nothing of it stays.
func becomes(key string) []string {
	switch key {
	case "host":
		return []string{"host", "hosts"}
	case "accessStrategies", "handler", "config", "trusted_issuers", "jwks_urls", "item":
		return nil
	}
	return []string{key}
}

// TestCommentsStayWhereTheyAre: whatever the style, each comment is there after a
// migration, once, beside or above the entry that it was about; and a line whose
// entry has nothing to change is the line that it was.
func TestCommentsStayWhereTheyAre(t *testing.T) {
	for seed := range 600 {
		w := &writer{Rand: rand.New(rand.NewPCG(uint64(seed), 7))}
		w.step, w.dash = 2+2*w.IntN(2), 2*w.IntN(2)
		text := w.apiRule(w.pick("v1alpha1", "v1beta1"))
		to := w.pick("v2", "v2", "v1beta1")
		result := migrate.Run([]*source.File{file(t, "a.yaml", text)}, migrate.Options{To: to, DropCORS: w.IntN(2) == 0})
		d := &result.Documents[0]
		if d.Outcome == migrate.Current {
			continue
		}
		if d.Outcome != migrate.Moved {
			t.Fatalf("seed %d: %s %v\n%s", seed, d.Outcome, d.Findings, text)
		}
		if fault := displaced(text, string(result.Files[0].After)); fault != "" {
			t.Fatalf("seed %d: %s\n%s\nbecomes\n%s", seed, fault, text, result.Files[0].After)
		}
	}
}

// displaced returns the comment that is not where it was, or the line that is not the
// same.
func displaced(before, after string) string {
	lines := strings.Split(strings.ReplaceAll(after, "\r\n", "\n"), "\n")
	for _, m := range mark.FindAllStringSubmatch(before, -1) {
		at := slices.IndexFunc(lines, func(l string) bool { return strings.Contains(l, m[0]) })
		if strings.Count(after, m[0]) != 1 {
			return "comment " + m[0] + " is lost or doubled"
		}
		want := becomes(m[1])
		if len(want) == 0 || m[1] == "license" {
			continue
		}
		for at < len(lines)-1 && (strings.HasPrefix(strings.TrimSpace(lines[at]), "#") || strings.TrimSpace(lines[at]) == "") {
			at++
		}
		line := strings.TrimLeft(lines[at], " -")
		if at > 0 && line != lines[at] && !strings.Contains(strings.ReplaceAll(line, "://", ""), ":") {
			line = strings.TrimLeft(lines[at-1], " -") // the one element of a list
		}
		if !slices.ContainsFunc(want, func(key string) bool { return strings.HasPrefix(line, key+":") }) {
			return "comment " + m[0] + " is about " + lines[at]
		}
	}
	for _, host := range []string{`"shop.example.com"`, "'shop.example.com'"} {
		if strings.Contains(before, host) != strings.Contains(after, host) {
			return "other quotes: " + host
		}
	}
	for _, l := range strings.Split(strings.ReplaceAll(before, "\r\n", "\n"), "\n") {
		key, _, _ := strings.Cut(strings.TrimLeft(l, " -"), ":")
		if slices.Contains([]string{"kind", "metadata", "spec", "service", "name", "port", "rules"}, key) && !slices.Contains(lines, l) {
			return "changed: " + l
		}
	}
	return ""
}
