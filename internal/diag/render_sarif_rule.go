package diag

import (
	"cmp"
	"fmt"
	"strings"
	"unicode/utf8"
)

// newSarifRule describes a code. A code outside the table, which only a newer
// or broken caller has, is described by itself.
func newSarifRule(c Code) sarifRule {
	r, ok := Lookup(c)
	if !ok {
		r = Rule{Code: c, Summary: "a finding with the code " + string(c), Levels: [2]Severity{Error, Error}}
	}
	summary := clip(r.Summary, maxDescription)
	command := "kgw explain " + string(c)
	return sarifRule{
		ID: string(c), Name: clip(r.Name, maxName),
		ShortDescription: sarifText{Text: summary},
		FullDescription:  sarifText{Text: summary},
		Help: sarifText{
			Text:     fmt.Sprintf("%s\n\nRun %q for the details, with a bad and a good example.", summary, command),
			Markdown: fmt.Sprintf("%s\n\nRun `%s` for the details, with a bad and a good example.", summary, command),
		},
		DefaultConfiguration: sarifConfiguration{Level: sarifLevel(r.Levels[Strict])},
		Properties:           ruleProperties(c, r.Levels[Strict]),
	}
}

// ruleProperties are the properties that GitHub reads. Findings about policy
// and exposure count as security: security-severity is a score on CVSS's
// scale, on which 7 and more is high and 4 and more is medium.
func ruleProperties(c Code, level Severity) map[string]any {
	p := map[string]any{"precision": "very-high", "tags": ruleTags(c)}
	if !c.OfPolicy() {
		p["problem.severity"] = cmp.Or(map[Severity]string{Warning: "warning", Info: "recommendation"}[level], "error")
		return p
	}
	p["security-severity"] = cmp.Or(map[Severity]string{Warning: "5.0", Info: "2.0"}[level], "8.0")
	return p
}

// ruleTags names the class of a code.
func ruleTags(c Code) []string {
	for _, class := range []struct {
		prefix string
		tags   []string
	}{
		{"KGW1", []string{"reading"}},
		{"KGW2", []string{"structure"}},
		{"KGW3", []string{"policy", "security"}},
		{"KGW4", []string{"exposure", "security"}},
		{"KGW5", []string{"target"}},
		{"KGW6", []string{"cluster"}},
		{"KGW7", []string{"migration"}},
	} {
		if strings.HasPrefix(string(c), class.prefix) {
			return class.tags
		}
	}
	return []string{}
}

// clip shortens a text to at most limit code points.
func clip(s string, limit int) string {
	if utf8.RuneCountInString(s) <= limit {
		return s
	}
	return string([]rune(s)[:limit-1]) + ellipsis
}
