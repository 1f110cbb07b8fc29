package why

import (
	"fmt"
	"strings"

	"github.com/kgw-dev/kgw/compile"
)

// Page is the page of the rules of translation.
const Page = "docs/translation.md"

// Anchor is the place of a rule on the page.
func Anchor(kind, pattern string) string {
	return strings.Trim(strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '-':
			return r
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		case r == '.', r == ' ':
			return '-'
		case r == '*':
			return 'x'
		}
		return -1
	}, kind+"-"+pattern), "-")
}

const pageHead = `# Rules of translation

<!-- Written by "make generate" from the tables of the emitters. -->

What each field of a manifest is made of, as ` + "`kgw why`" + ` says it ([why.md](why.md)). Of a path, ` + "`[]` is any element, `{}` any key and `**`" + `
everything below.
`

// Reference is the page of the rules of translation in Markdown.
func Reference() []byte {
	var b strings.Builder
	b.WriteString(pageHead)
	for _, k := range compile.Translations() {
		fmt.Fprintf(&b, "\n## %s\n\n| field | rule |\n|---|---|\n", k.Kind)
		for _, l := range k.Lines {
			fmt.Fprintf(&b, "| <a id=\"%s\"></a>`%s` | %s |\n", Anchor(k.Kind, l.Pattern), l.Pattern, l.Rule)
		}
	}
	return []byte(b.String())
}
