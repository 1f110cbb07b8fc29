package cluster

import (
	"context"
	"encoding/json"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/rest"
)

// DryRun returns each object as it is and as a server-side apply of the field manager would leave it,
// conflicts forced and unknown fields refused, in the order of the objects. Fields that somebody else
// added to an object are left out. An object that already is as wanted, or is but for the defaults of
// its schema, needs no dry run. Nothing is written: the server answers a dry run
// (https://kubernetes.io/docs/reference/using-api/api-concepts/#dry-run).
func (c *Client) DryRun(ctx context.Context, objects []map[string]any) []Result {
	return c.results(ctx, objects, true)
}

// Get returns each object as it is, in the order of the objects.
func (c *Client) Get(ctx context.Context, objects []map[string]any) []Result {
	return c.results(ctx, objects, false)
}

// results asks for all live objects first, and then for a dry run of those
// that are not already what is wanted.
func (c *Client) results(ctx context.Context, objects []map[string]any, dryRun bool) []Result {
	results := make([]Result, len(objects))
	places := make([]location, len(objects))
	c.each(len(objects), func(i int) { places[i], results[i].Problem = c.locate(ctx, objects[i]) })
	c.getLive(ctx, places, objects, results)
	if !dryRun {
		return results
	}
	c.each(len(objects), func(i int) {
		r := &results[i]
		switch {
		case r.Problem != nil:
		case isAlready(objects[i], r.Live), c.isDefaulted(ctx, places[i], objects[i], r.Live):
			r.Merged = r.Live
		default:
			r.Merged, r.Problem = c.askMerged(ctx, places[i], objects[i], r.Live)
		}
	})
	return results
}

// location is where an object is found.
type location struct {
	resource
	kind            Kind
	namespace, name string
}

func (c *Client) locate(ctx context.Context, object map[string]any) (location, *Problem) {
	kind := Kind{field(object, "apiVersion"), field(object, "kind")}
	metadata, _ := object["metadata"].(map[string]any)
	at := location{kind: kind, namespace: orElse(field(metadata, "namespace"), c.namespace), name: field(metadata, "name")}
	if kind.APIVersion == "" || kind.Kind == "" || at.name == "" {
		return at, &Problem{Refused, "the object has no apiVersion, no kind or no name"}
	}
	var p *Problem
	at.resource, p = c.resource(ctx, kind)
	return at, p
}

func field(object map[string]any, key string) string {
	s, _ := object[key].(string)
	return s
}

// aim aims a request at the object.
func (at location) aim(r *rest.Request) *rest.Request {
	return r.Prefix(at.prefix...).NamespaceIfScoped(at.namespace, at.namespaced).Resource(at.plural).Name(at.name)
}

// readLive reads the object; nil without a problem is an absent one.
func (c *Client) readLive(ctx context.Context, at location, object map[string]any) (map[string]any, *Problem) {
	found, err := c.ask(ctx, func() *rest.Request { return at.aim(c.rest.Get()) })
	switch {
	case err == nil:
		return found, nil
	case isAbsent(err):
		return nil, nil
	}
	return nil, c.problem(err, object)
}

// isAbsent distinguishes a missing object from a missing path: the server names
// what it missed only for an object.
func isAbsent(err error) bool {
	return apierrors.IsNotFound(err) && !apierrors.IsUnexpectedServerError(err)
}

func (c *Client) askMerged(ctx context.Context, at location, object, live map[string]any) (map[string]any, *Problem) {
	body, err := json.Marshal(object)
	if err != nil {
		return nil, &Problem{Refused, fmt.Sprintf("the object is not JSON: %v", err)}
	}
	merged, err := c.ask(ctx, func() *rest.Request {
		return at.aim(c.rest.Patch(types.ApplyPatchType)).Body(body).
			Param("dryRun", "All").Param("fieldManager", c.manager).Param("force", "true").Param("fieldValidation", "Strict")
	})
	if err != nil {
		return nil, c.problem(err, object)
	}
	return c.withoutForeign(ctx, at, object, live, merged), nil
}
