package moves

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/migrate"
	"github.com/kgw-dev/kgw/prove/changes"
	"github.com/kgw-dev/kgw/prove/classes"
)

// settle turns the changes of a comparison into those of a migration: requests that an
// external authorizer decides are neither open nor closed, and losses of requests that
// hardly any client sends are counted separately. An exposure by such requests is never
// left out.
func (m *Moves) settle() {
	for _, one := range m.Resources {
		one.Changes = m.settleChanges(one.Changes)
	}
	m.General = m.settleChanges(m.General)
}

func (m *Moves) settleChanges(list []changes.Change) []changes.Change {
	out := []changes.Change{}
	said := map[string]bool{}
	for _, c := range list {
		if m.byOtherProxy(&c) {
			continue
		}
		switch refused := c.Kind == classes.Tightened || c.Kind == classes.Status; classes.SpellingOf(c.Witness.URL) {
		case classes.Encoded:
			if refused || c.Kind == classes.Removed {
				m.Spellings++
				continue
			}
		case classes.Asterisk:
			if refused && !namesAsterisk(c.Path) {
				m.Asterisks++
				continue
			}
		}
		if makeUnknown(&c) {
			if said[c.Line] {
				continue
			}
			said[c.Line] = true
		}
		out = append(out, c)
	}
	return out
}

// proxies are the gateway and the pods and port that requests come in by, as a
// comparison prints them.
var proxies = regexp.MustCompile(`^through (\S+) map\[(.*)\] port (\d+)$`)

// byOtherProxy reports whether a change is that requests come in by the proxy of
// the Gateway that replaces the one they came in by, at the same port. That is
// the move itself, and is noted once for each Gateway.
func (m *Moves) byOtherProxy(c *changes.Change) bool {
	was, is := proxies.FindStringSubmatch(c.Before), proxies.FindStringSubmatch(c.After)
	if m.to != migrate.ToGatewayAPI || was == nil || is == nil || was[1] != is[1] || was[3] != is[3] {
		return false
	}
	note := fmt.Sprintf("requests to the Gateway %s come in by pods with the labels %s, and not %s: whoever reaches their address reaches the routes", was[1], is[2], was[2])
	if !slices.Contains(m.Notes, note) {
		m.Notes = append(m.Notes, note)
	}
	return true
}

// makeUnknown makes of a change of who gets in one that is not known, where an
// external authorizer decides on one side only, and reports whether it did.
func makeUnknown(c *changes.Change) bool {
	was, is := authorizersOf(c.Before), authorizersOf(c.After)
	if was == is || c.Kind != classes.Exposed && c.Kind != classes.Tightened && c.Kind != classes.Added {
		return false
	}
	text := "decided by " + is + " now"
	if is == "" {
		text = "no longer decided by " + was
	}
	if c.Before != "" && was == "" {
		text += ", instead of " + strings.TrimSpace(c.Before)
	}
	c.Kind = classes.Unknown
	c.After = text
	c.Line = string(classes.Unknown) + " " + c.Requests + ": " + text
	c.Witness.Was, c.Witness.Is, c.Witness.Token = 0, 0, ""
	return true
}

// authorizersOf names the external authorizers in a text that says who gets in.
func authorizersOf(text string) string {
	var out []string
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" ,()+&", r) }) {
		if name, ok := strings.CutPrefix(word, "extAuth:"); ok && !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return strings.Join(out, " and ")
}

// namesAsterisk reports whether the expression of a path wants a "*" in it.
func namesAsterisk(path string) bool {
	return strings.Contains(path, `\*`) || strings.Contains(path, "[*") || strings.Contains(path, "*]")
}
