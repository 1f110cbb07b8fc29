package explain

import (
	"fmt"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
)

// groups are the hundreds of the codes.
var groups = []struct{ prefix, title string }{
	{"KGW1", "Reading"},
	{"KGW2", "Structure of one resource"},
	{"KGW3", "Policy and references"},
	{"KGW4", "Overlap and exposure"},
	{"KGW5", "What a target cannot express"},
	{"KGW6", "Cluster"},
	{"KGW7", "Migration"},
}

const rulesHead = `# Findings

<!-- Written by "make generate" from the pages that kgw explain prints. -->

Every finding has a code. "kgw explain" lists the codes and "kgw explain KGW305" prints the page of one.
The level depends on compat (kgw.yaml, or --compat): strict is kgw's own judgement, controller is what the
resource's own controller would have done. Only KGW3xx and KGW4xx can be given another level or be suppressed.
`

const pagesHead = `# Findings: %s

<!-- Written by "make generate" from the pages that kgw explain prints. -->

All codes are listed in [rules.md](../rules.md).
`

// Rules returns the reference of all codes as file names below docs, without
// the suffix, and their Markdown: "rules" lists the codes, and "rules/4xx" and
// the like hold the pages of one hundred of codes each.
func Rules() (map[string][]byte, error) {
	var list strings.Builder
	list.WriteString(rulesHead)
	out := map[string][]byte{}
	for _, g := range groups {
		file := "rules/" + strings.TrimPrefix(g.prefix, "KGW") + "xx"
		fmt.Fprintf(&list, "\n## %s\n\n| code | strict | controller | finds |\n|---|---|---|---|\n", g.title)
		pages := strings.Builder{}
		fmt.Fprintf(&pages, pagesHead, strings.ToLower(g.title))
		for _, r := range rulesOf(g.prefix) {
			p, err := Lookup(r.Code)
			if err != nil {
				return nil, err
			}
			fmt.Fprintf(&list, "| [%s](%s.md#%s) | %s | %s | %s |\n", Title(r), file, anchor(Title(r)), r.Levels[diag.Strict], r.Levels[diag.Controller], r.Summary)
			pages.WriteString("\n" + demote(p.Text))
		}
		out[file] = []byte(pages.String())
	}
	out["rules"] = []byte(list.String())
	return out, nil
}

func rulesOf(prefix string) []diag.Rule {
	var out []diag.Rule
	for _, r := range diag.Rules {
		if strings.HasPrefix(string(r.Code), prefix) {
			out = append(out, r)
		}
	}
	return out
}

// anchor is the fragment of a heading on GitHub.
func anchor(title string) string {
	return strings.ReplaceAll(strings.ToLower(title), " ", "-")
}

// demote puts the headings of a page one level deeper.
func demote(page string) string {
	lines := strings.SplitAfter(page, "\n")
	fenced := false
	for i, l := range lines {
		if strings.HasPrefix(l, "```") {
			fenced = !fenced
		}
		if !fenced && strings.HasPrefix(l, "#") {
			lines[i] = "#" + l
		}
	}
	return strings.Join(lines, "")
}
