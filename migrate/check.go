package migrate

import (
	"fmt"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/edit"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/schema"
)

// check checks the new document against its version: a document that its version would
// refuse is not written.
func (c *conversion) check(next source.Object) {
	k := schema.Find(c.apiVersion(), "APIRule")
	node := source.NodeOf(withoutNotes(next))
	at := source.Ref{Doc: c.doc}
	found := k.Type.Check(node, at)
	if len(found) == 0 {
		found = k.Decode(c.doc, node).Check(c.settings)
	}
	for i := range found {
		f := &found[i]
		rule, _ := diag.Lookup(f.Code)
		if f.Severity == diag.Off || rule.Levels[diag.Controller] < diag.Error && f.Severity == 0 && f.Code != diag.UnknownField {
			continue
		}
		c.refuse(f)
	}
}

// refuse leaves the document because its new version would refuse it.
func (c *conversion) refuse(f *diag.Finding) {
	path := f.At.Path
	if i, ok := strings.CutPrefix(path, "spec.rules["); ok {
		path = c.ruleOf(i)
	}
	if f.Code == diag.PathConflict || f.Code == diag.BadPathOperator {
		c.leave(diag.OrderNotMoved, path, "give the two rules different methods or paths, or merge them", "%s", f.Message)
		return
	}
	c.leave(diag.NotValid, path, f.Help, "%s would refuse the document: %s", c.To, f.Message)
}

// ruleOf returns the place of the rule from which a new rule was made; rest is what
// follows "spec.rules[" in the new one's path.
func (c *conversion) ruleOf(rest string) string {
	n := 0
	if _, err := fmt.Sscanf(rest, "%d]", &n); err != nil || n >= len(c.origins) {
		return "spec.rules"
	}
	return fmt.Sprintf("spec.rules[%d]", c.origins[n])
}

// withoutNotes returns a value without the notes for edit about its origin.
func withoutNotes(o source.Object) source.Object {
	v, _ := edit.Plain(o).(source.Object)
	return v
}
