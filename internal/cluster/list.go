package cluster

import (
	"context"
	"fmt"
	"strconv"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/client-go/rest"
)

// List returns all objects of the kinds in the namespaces (nil: all of them)
// that a label selector matches ("": every one), in the order of kinds,
// namespaces and the server's answers. A kind that cannot be listed is a
// problem and leaves the others alone; one the server does not know is
// NotInstalled, once a kind.
func (c *Client) List(ctx context.Context, kinds []Kind, namespaces []string, labelSelector string) ([]map[string]any, []Problem) {
	if namespaces == nil {
		namespaces = []string{""}
	}
	type answer struct {
		objects []map[string]any
		problem *Problem
	}
	answers := make([]answer, len(kinds)*len(namespaces))
	c.each(len(answers), func(i int) {
		kind, namespace := kinds[i/len(namespaces)], namespaces[i%len(namespaces)]
		answers[i].objects, answers[i].problem = c.list(ctx, kind, namespace, labelSelector)
	})
	var objects []map[string]any
	var problems []Problem
	for i, a := range answers {
		objects = append(objects, a.objects...)
		once := i%len(namespaces) == 0 || a.problem != answers[i-1].problem
		if a.problem != nil && once {
			problems = append(problems, *a.problem)
		}
	}
	return objects, problems
}

// list reads the pages of one list. If the server forgets the state at the
// beginning of the list meanwhile, the whole list is read again.
func (c *Client) list(ctx context.Context, kind Kind, namespace, labelSelector string) ([]map[string]any, *Problem) {
	at, p := c.resource(ctx, kind)
	if p != nil {
		return nil, p
	}
	var objects []map[string]any
	keep := func(items []map[string]any) bool {
		objects = append(objects, items...)
		return true
	}
	err := c.readPages(ctx, at, kind, namespace, labelSelector, pageSize, keep)
	if apierrors.IsResourceExpired(err) {
		objects = nil
		err = c.readPages(ctx, at, kind, namespace, labelSelector, 0, keep)
	}
	if err != nil {
		p := c.problem(err, nil)
		return nil, &Problem{p.Reason, fmt.Sprintf("%s of %s cannot be listed: %s", kind.Kind, kind.APIVersion, p.Text)}
	}
	return objects, nil
}

// readPages reads a list by pages of a size (0: as a whole) while more wants
// more.
func (c *Client) readPages(ctx context.Context, r resource, kind Kind, namespace, labelSelector string, size int, more func(items []map[string]any) bool) error {
	for next := ""; ; {
		page, err := c.ask(ctx, func() *rest.Request {
			return r.aimAtList(c.rest.Get(), namespace).Param("labelSelector", labelSelector).
				Param("limit", strconv.Itoa(size)).Param("continue", next)
		})
		if err != nil {
			return err
		}
		metadata, _ := page["metadata"].(map[string]any)
		if next = field(metadata, "continue"); !more(itemsOf(page, kind)) || next == "" {
			return nil
		}
	}
}

// aimAtList aims a request at a list. Objects of a kind without namespaces are
// listed whatever the namespace is.
func (r resource) aimAtList(request *rest.Request, namespace string) *rest.Request {
	return request.Prefix(r.prefix...).NamespaceIfScoped(namespace, r.namespaced && namespace != "").Resource(r.plural)
}

// itemsOf returns the objects of a list. The server leaves out the kind of
// objects that it has compiled in; they get it back.
func itemsOf(list map[string]any, kind Kind) []map[string]any {
	items, _ := list["items"].([]any)
	objects := make([]map[string]any, 0, len(items))
	for _, item := range items {
		if object, ok := item.(map[string]any); ok {
			object["apiVersion"], object["kind"] = kind.APIVersion, kind.Kind
			objects = append(objects, object)
		}
	}
	return objects
}
