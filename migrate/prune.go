package migrate

import (
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/edit"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/schema"
	"github.com/kgw-dev/kgw/schema/apirule"
)

// pruneFields removes fields from the document that the API server would have
// dropped: they have no effect today, and need no decision.
func (c *conversion) pruneFields() {
	k := schema.Find(apirule.Group+"/"+c.result.From, "APIRule")
	if k == nil {
		return
	}
	c.convertFirstHost()
	c.convertFirstGateway()
	for _, f := range k.Type.Check(source.NodeOf(withoutNotes(c.before())), source.Ref{Doc: c.doc}) {
		switch {
		case f.Code != diag.UnknownField:
		case f.Hides != nil:
			c.leave(diag.NotValid, f.At.Path, f.Help, "%s: the API server refuses the document, because %s", f.Message, f.Hides.Message)
		default:
			if path, ok := strings.CutPrefix(f.At.Path, "spec."); ok {
				c.spec, _ = source.WithoutPath(c.spec, path).(source.Object)
			} else {
				c.old, _ = source.WithoutPath(c.old, f.At.Path).(source.Object)
			}
			c.tell(diag.SettingDropped, f.At.Path, f.Help, "%s of %s: the API server drops it, and it is left out", f.Message, c.result.From)
		}
	}
}

// convertFirstHost converts the first form of v2alpha1, with one host, to the
// later one with a list of hosts (Kyma's API Gateway 2.6).
func (c *conversion) convertFirstHost() {
	host, written := c.spec.Get("host")
	if c.result.From != "v2alpha1" && c.result.From != "v2" || !written || has(c.spec, "hosts") {
		return
	}
	out := append(source.Object(nil), c.spec...)
	for i := range out {
		if out[i].Key == "host" {
			out[i] = source.Member{Key: "hosts", Value: edit.From{Key: "host", Value: []any{host}}}
		}
	}
	c.spec, c.result.restored = out, true
}

// convertFirstGateway converts the first form of v2alpha1, with any spelling of
// a Gateway, to the one with namespace and name.
func (c *conversion) convertFirstGateway() {
	written, _ := c.spec.Get("gateway")
	text, ok := written.(string)
	if c.result.From != "v2alpha1" || !ok || strings.Contains(text, "/") {
		return
	}
	c.spec, c.result.restored = withValue(c.spec, "gateway", c.moveGateway(written)), true
}
