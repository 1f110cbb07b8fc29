package cluster

import (
	"context"
	"strings"
	"sync"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/client-go/rest"
)

// resource is where the objects of a kind are found.
type resource struct {
	prefix     []string // "api", "v1" or "apis", group, version
	plural     string
	namespaced bool
}

// groupVersion is what the server says about one group and version, asked for
// once. The kinds of one run are few and known: a question for each group is
// cheaper than the discovery of all.
type groupVersion struct {
	once      sync.Once
	resources map[string]resource
	problem   *Problem
}

// resource finds the resource of a kind.
func (c *Client) resource(ctx context.Context, kind Kind) (resource, *Problem) {
	c.mu.Lock()
	gv, ok := c.asked[kind.APIVersion]
	if !ok {
		gv = &groupVersion{}
		c.asked[kind.APIVersion] = gv
	}
	c.mu.Unlock()
	gv.once.Do(func() { gv.resources, gv.problem = c.discover(ctx, kind.APIVersion) })
	if gv.problem != nil {
		return resource{}, gv.problem
	}
	found, ok := gv.resources[kind.Kind]
	if !ok {
		return resource{}, notInstalled(kind.Kind + " of " + kind.APIVersion)
	}
	return found, nil
}

func notInstalled(what string) *Problem {
	return &Problem{NotInstalled, "the cluster does not know " + what + ", its CRD is not installed"}
}

// discover lists the resources of a group and version by kind.
func (c *Client) discover(ctx context.Context, apiVersion string) (map[string]resource, *Problem) {
	prefix := append([]string{"apis"}, strings.Split(apiVersion, "/")...)
	if len(prefix) == 2 {
		prefix[0] = "api"
	}
	list, err := c.ask(ctx, func() *rest.Request { return c.rest.Get().Prefix(prefix...) })
	if apierrors.IsNotFound(err) {
		return nil, notInstalled(apiVersion)
	}
	if err != nil {
		return nil, c.problem(err, nil)
	}
	found := map[string]resource{}
	items, _ := list["resources"].([]any)
	for _, item := range items {
		r, _ := item.(map[string]any)
		name, _ := r["name"].(string)
		kind, _ := r["kind"].(string)
		namespaced, _ := r["namespaced"].(bool)
		if !strings.Contains(name, "/") { // a subresource
			found[kind] = resource{prefix, name, namespaced}
		}
	}
	return found, nil
}
