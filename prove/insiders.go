package prove

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/kinds"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/simulate"
)

// reportInsideRefused says once of all APIRules v2 of a run that callers inside
// the cluster are refused, and how to let them in. Those that were read from a
// cluster, and those in whose namespace an ALLOW policy of somebody else is,
// are passed over: whoever wrote them knows.
func (mem *Memory) reportInsideRefused(manifests []simulate.Manifest, result *compile.Result, o compile.Options, found *diag.List) {
	var fresh []*source.Document
	letsIn := namespacesLettingIn(manifests)
	for i := range result.Resources {
		if r := &result.Resources[i]; !r.Withheld && r.Doc.Kind == "APIRule" && slices.Contains(meshVersions, r.Doc.APIVersion) && !letsIn[r.Doc.Namespace] {
			fresh = append(fresh, r.Doc)
		}
	}
	live := mem.areLive(fresh)
	fresh = slices.DeleteFunc(fresh, func(d *source.Document) bool { return live[d] })
	if len(fresh) == 0 || o.NoInfos {
		return
	}
	name := fresh[0].Namespace + "/" + fresh[0].Name
	if n := len(fresh) - 1; n > 0 {
		name += fmt.Sprintf(" and of %d more", n)
	}
	found.Add(diag.Finding{
		Code: diag.InsideRefused, At: source.Ref{Doc: fresh[0], Path: "spec.rules"},
		Message: fmt.Sprintf("the policies of APIRule %s refuse callers inside the cluster: only what comes by the ingress gateway gets through", name),
		Help:    "if other workloads call the Service directly, add an AuthorizationPolicy with action ALLOW for its pods that names their namespaces or service accounts",
	})
}

// meshVersions are those of APIRule whose policies name the ingress gateway.
var meshVersions = []string{"gateway.kyma-project.io/v2", "gateway.kyma-project.io/v2alpha1"}

// isLive reports whether an object was read from a cluster.
func isLive(d *source.Document) (live bool) {
	if !mayHave(d.Text(), "status", "resourceVersion", "uid") {
		return false
	}
	d.Visit(func(root *source.Node, _ *source.Problem) (keeps bool) {
		root, _ = d.Expand(root)
		meta := source.Field(root, "metadata")
		live = source.Field(root, "status") != nil || source.Field(meta, "resourceVersion") != nil || source.Field(meta, "uid") != nil
		return false
	})
	return live
}

// namespacesLettingIn returns the namespaces in which there is an ALLOW policy that
// no controller wrote for an APIRule.
func namespacesLettingIn(manifests []simulate.Manifest) map[string]bool {
	out := map[string]bool{}
	for i := range manifests {
		m := &manifests[i]
		if !m.Is(simulate.Security, "AuthorizationPolicy") {
			continue
		}
		action := source.Text(source.Field(m.Spec(), "action"))
		owned := slices.ContainsFunc(slices.Collect(maps.Keys(m.Labels)), func(key string) bool {
			return strings.HasPrefix(key, kinds.KymaLabels)
		})
		if !owned && (action == "" || action == "ALLOW") {
			out[m.Origin.Doc.Namespace] = true
		}
	}
	return out
}
