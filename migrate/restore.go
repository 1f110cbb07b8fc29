package migrate

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/source"
)

// findSpec finds the spec that the document truly has: its own, or that which
// the controller's converter has kept as JSON. ok is false where that cannot
// be read, or where the document has rules that no converter made of it.
func (c *conversion) findSpec() (ok bool) {
	spec, _ := c.old.Get("spec")
	c.spec, _ = spec.(source.Object)
	annotations := c.annotations()
	original, _ := annotations.Get(originalVersion)
	text, kept := annotations.Get(originalSpec)
	rules, _ := c.spec.Get("rules")
	written := elements(rules)
	newer := slices.Index(order, c.result.From) >= slices.Index(order, "v2alpha1")
	if !kept || !newer && len(written) > 0 || original != "v1beta1" && (original != nil || len(written) > 0) {
		return true
	}
	c.from, c.result.From = originalSpec, "v1beta1"
	if c.spec = parsedSpec(fmt.Sprint(text)); c.spec == nil {
		c.leave(diag.NotValid, "spec", "restore the object with kubectl, or remove the annotation", "the annotation %s does not hold a spec", originalSpec)
		return false
	}
	if len(written) > 0 && !c.converted(written) {
		c.leave(diag.NotMigrated, "spec", "remove the annotations "+originalVersion+" and "+originalSpec+" if the rules of the document are meant, or else the rules",
			"the rules of the document are not what the cluster makes of the spec in the annotation %s", originalSpec)
		return false
	}
	return true
}

// parsedSpec reads a spec in JSON, nil where the text is something else.
func parsedSpec(text string) source.Object {
	f, problem := source.NewFile("annotation", []byte(text))
	if problem != nil || !json.Valid(f.Data) {
		return nil
	}
	docs, _ := source.Split(f)
	if len(docs) != 1 {
		return nil
	}
	root, _ := docs[0].Parse()
	if root == nil {
		return nil
	}
	spec, _ := source.Value(root).(source.Object)
	return spec
}

// converted reports whether rules of a newer version are those that the controller's
// converter makes of the rules of the spec: it converts no_auth and jwt, and writes the
// same texts.
func (c *conversion) converted(newer []any) bool {
	rules, _ := c.spec.Get("rules")
	older := elements(rules)
	if len(older) != len(newer) {
		return false
	}
	for i := range older {
		was, _ := older[i].(source.Object)
		is, _ := newer[i].(source.Object)
		if !slices.Equal(textsBelow(was, "path", "methods"), textsBelow(is, "path", "methods")) {
			return false
		}
		v, _ := was.Get("accessStrategies")
		strategies := elements(v)
		if len(strategies) != 1 {
			return false
		}
		strategy, _ := strategies[0].(source.Object)
		handler, _ := strategy.Get("handler")
		open, _ := is.Get("noAuth")
		public := open == true
		if public != (handler == "no_auth") || !public && handler != "jwt" || !slices.Equal(textsBelow(strategy, "config"), textsBelow(is, "jwt")) {
			return false
		}
	}
	return true
}

// textsBelow lists the values below some keys of an object, sorted.
func textsBelow(o source.Object, keys ...string) []string {
	var out []string
	var add func(v any)
	add = func(v any) {
		switch v := v.(type) {
		case source.Object:
			for _, m := range v {
				add(m.Value)
			}
		case []any:
			for _, e := range v {
				add(e)
			}
		case nil:
		default:
			out = append(out, fmt.Sprint(v))
		}
	}
	for _, key := range keys {
		v, _ := o.Get(key)
		add(v)
	}
	slices.Sort(out)
	return out
}
