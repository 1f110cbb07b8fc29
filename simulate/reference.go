package simulate

import (
	"bytes"
	"fmt"
)

// Reference writes the tables of all kinds as the page docs/fields.md.
func Reference() []byte {
	var b bytes.Buffer
	b.WriteString("# Fields that are read\n\nWhat `kgw trace`, `kgw test`, `never` and `kgw diff --semantic` do with every field. A field that is not listed is unknown, and so is what it\n" +
		"touches. Of a path, `[]` is any element, `{}` any key and `**` everything below. `make generate` writes this page from the code.\n\n" +
		"- **decided**: it is part of every decision\n- **asked**: the request says it, or it is unknown\n- **inert**: it changes nothing about who reaches what\n- **unknown**: its effect is not known\n")
	for _, t := range Tables() {
		group := t.Group
		if group == "" {
			group = "v1"
		}
		fmt.Fprintf(&b, "\n## %s (%s)\n\n| field | | why |\n|---|---|---|\n", t.Kind, group)
		for i := range t.Rules() {
			r := &t.Rules()[i]
			fmt.Fprintf(&b, "| `%s` | %s | %s |\n", r.Path, r.Reading, r.Why)
		}
	}
	return b.Bytes()
}
