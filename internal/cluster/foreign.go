package cluster

import (
	"context"
	"encoding/json"
	"maps"
	"strings"

	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/rest"
)

// A server-side apply leaves fields alone that another manager has set and the
// object does not name: a field that somebody added with kubectl edit would
// never show. Defaults that the server itself adds look the same. A dry run
// that removes such fields distinguishes them: defaults come back.

// withoutForeign returns what an apply would leave, less the fields that are
// live, that the object does not name and that the server does not add. If the
// server does not answer the question, merged stays as it is.
func (c *Client) withoutForeign(ctx context.Context, at location, object, live, merged map[string]any) map[string]any {
	if live == nil || at.sharedKind() {
		return merged
	}
	unnamed := map[string]any{}
	for key, value := range object {
		if have, ok := merged[key].(map[string]any); ok && key != "metadata" && key != "status" {
			if below := removalPatch(value, have, live[key]); len(below) > 0 {
				unnamed[key] = below
			}
		}
	}
	body, err := json.Marshal(unnamed)
	if len(unnamed) == 0 || err != nil {
		return merged
	}
	without, err := c.ask(ctx, func() *rest.Request {
		return at.aim(c.rest.Patch(types.MergePatchType)).Body(body).Param("dryRun", "All").Param("fieldManager", c.manager)
	})
	if err != nil {
		return merged
	}
	return withFields(merged, unnamed, without)
}

// sharedKind reports whether objects of the kind have other writers by design, such
// as autoscalers and allocators: Kubernetes' own, Ingress excepted.
func (r resource) sharedKind() bool {
	group := r.prefix[len(r.prefix)-2]
	return r.prefix[0] == "api" || !strings.Contains(group, ".") || strings.HasSuffix(group, ".k8s.io") && group != "networking.k8s.io"
}

// removalPatch is the merge patch that removes what have and live hold and want
// does not name. Lists belong to one manager as a whole.
func removalPatch(want any, have map[string]any, live any) map[string]any {
	named, ok := want.(map[string]any)
	was, isMap := live.(map[string]any)
	if !ok || !isMap {
		return nil
	}
	out := map[string]any{}
	for key, value := range have {
		_, isNamed := named[key]
		_, isLive := was[key]
		inner, _ := value.(map[string]any)
		switch below := removalPatch(named[key], inner, was[key]); {
		case !isNamed && isLive:
			out[key] = nil
		case len(below) > 0:
			out[key] = below
		}
	}
	return out
}

// withFields is an object with the fields of a removal as another object has
// them, or without them if it has none.
func withFields(object, fields map[string]any, by map[string]any) map[string]any {
	out := maps.Clone(object)
	for key, below := range fields {
		value, there := by[key]
		inner, _ := value.(map[string]any)
		if deeper, ok := below.(map[string]any); ok {
			out[key] = withFields(out[key].(map[string]any), deeper, inner)
		} else if there {
			out[key] = value
		} else {
			delete(out, key)
		}
	}
	return out
}
