package main

import (
	"net/url"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/prove/classes"
)

// settle makes of what a comparison found what is to be said of a migration:
// what an external authorizer decides is not known to be open or closed, and
// losses of requests that no client sends are counted apart. What such requests
// open is never left out.
func (m *moves) settle() {
	for _, one := range m.Resources {
		one.Changes = m.settled(one.Changes)
	}
	m.General = m.settled(m.General)
}

func (m *moves) settled(list []semanticChange) []semanticChange {
	out := []semanticChange{}
	said := map[string]bool{}
	for _, c := range list {
		if spelledOddly(c.Witness.URL) && slices.Contains([]classes.Kind{classes.Removed, classes.Tightened, classes.Status}, c.Kind) {
			m.Spellings++
			continue
		}
		if c.decide(); c.Kind == classes.Unknown && c.decided {
			if said[c.line] {
				continue
			}
			said[c.line] = true
		}
		out = append(out, c)
	}
	return out
}

// decide makes of a change of who gets in one that is not known, where an
// external authorizer decides on one side only.
func (c *semanticChange) decide() {
	was, is := authorizersOf(c.Before), authorizersOf(c.After)
	if was == is || c.Kind != classes.Exposed && c.Kind != classes.Tightened && c.Kind != classes.Added {
		return
	}
	text := "decided by " + is + " now"
	if is == "" {
		text = "no longer decided by " + was
	}
	if c.Before != "" && was == "" {
		text += ", in the place of " + strings.TrimSpace(c.Before)
	}
	c.Kind, c.decided = classes.Unknown, true
	c.After = text
	c.line = string(classes.Unknown) + " " + c.requests + ": " + text
	c.Witness.Was, c.Witness.Is, c.Witness.Token = 0, 0, ""
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

// spelledOddly reports whether the path of a URL spells a plain character as %XX.
func spelledOddly(address string) bool {
	u, err := url.Parse(address)
	return err == nil && classes.NeedlesslyEncoded(u.EscapedPath())
}
