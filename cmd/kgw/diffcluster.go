package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/kgw-dev/kgw/internal/cluster"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/diff"
	"github.com/kgw-dev/kgw/internal/source"
)

// problemCodes are what problems of a cluster are reported as.
var problemCodes = map[cluster.Reason]diag.Code{
	cluster.Misconfigured: diag.NoCluster,
	cluster.Unreachable:   diag.ClusterUnreachable,
	cluster.Unauthorized:  diag.ClusterUnauthorized,
	cluster.Forbidden:     diag.ClusterForbidden,
	cluster.NotInstalled:  diag.KindNotInstalled,
	cluster.NoNamespace:   diag.NamespaceNotFound,
	cluster.Refused:       diag.ObjectRefused,
	cluster.Conflict:      diag.ObjectConflict,
	cluster.Timeout:       diag.ClusterTimeout,
	cluster.Broken:        diag.ClusterBrokeOff,
	cluster.Other:         diag.ClusterFailed,
}

var problemHelp = map[cluster.Reason]string{
	cluster.Misconfigured: "name a cluster with --kubeconfig, --context or KUBECONFIG, or compare with a dump (--live) or a git ref (--against)",
	cluster.Unreachable:   "check the address, the network and the certificate, or compare with a dump (--live)",
	cluster.Unauthorized:  "log in again, or name another user with --user or --context",
	cluster.Forbidden:     "kgw diff needs the verbs get and patch (dry run) of these objects, and list with --prune; --server-side=false needs get only",
	cluster.NotInstalled:  "install its CustomResourceDefinition (kgw schema crd Rule prints Oathkeeper's), or choose another target",
	cluster.NoNamespace:   "create the namespace first, or correct it",
	cluster.Refused:       "the schema or an admission webhook of the cluster does not take the object as it is written",
	cluster.Conflict:      "run kgw diff again",
	cluster.Timeout:       "raise --request-timeout, or run kgw diff again",
	cluster.Broken:        "run kgw diff again",
	cluster.Other:         "ask those who run the cluster",
}

// live is the connection to a cluster in one run, with what came of it.
type live struct {
	client *cluster.Client
	side   *side
	after  *side
}

// clusterSide is the cluster: the objects that are wanted as they are now, and
// those that they may be under another name. Where the server is asked, after
// becomes what a server-side apply would make of it.
func (a *app) clusterSide(f *sideFlags, namespace string, after *side) *side {
	s := &side{name: "live", live: true, failed: map[diff.ID]bool{}, withheld: map[diff.Owner]bool{}}
	f.cluster.SetNamespace(namespace)
	client, err := cluster.Connect(f.cluster, cluster.Options{})
	if err != nil {
		problem := &cluster.Problem{Reason: cluster.Misconfigured, Text: err.Error()}
		_ = errors.As(err, &problem)
		for i := range after.objects {
			s.problem(&after.objects[i], problem)
		}
		if len(after.objects) == 0 && f.owned {
			s.found.Add(diag.Finding{Code: problemCodes[problem.Reason], Message: problem.Text, Help: problemHelp[problem.Reason]})
		}
		return s.settled()
	}
	l := &live{client: client, side: s, after: after}
	missing := l.ask(f.serverSide)
	l.others(f, missing)
	return s.settled()
}

// problem reports that an object could not be compared.
func (s *side) problem(o *diff.Object, p *cluster.Problem) {
	s.failed[o.ID()] = true
	if owner, ok := o.Owner(); ok {
		s.withheld[owner] = true
	}
	s.found.Add(diag.Finding{
		Code: problemCodes[p.Reason], At: o.Origin, Help: problemHelp[p.Reason],
		Message: fmt.Sprintf("%s is not compared: %s", o.ID(), p.Text),
	})
}

// settled levels, places and sorts what was found.
func (s *side) settled() *side {
	s.found = diag.Levels{}.Apply(s.found)
	s.found.Resolve()
	s.found.Sort()
	return s
}

// ask asks for every object that is wanted and gives those that do not exist.
func (l *live) ask(dryRun bool) []*diff.Object {
	values := make([]map[string]any, len(l.after.objects))
	for i := range values {
		values[i] = diff.JSON(l.after.objects[i].Value)
	}
	ask := l.client.Get
	if dryRun {
		ask = l.client.DryRun
	}
	l.after.objects = slices.Clone(l.after.objects)
	var missing []*diff.Object
	for i, r := range ask(context.Background(), values) {
		o := &l.after.objects[i]
		switch {
		case r.Problem != nil:
			l.side.problem(o, r.Problem)
			continue
		case r.Live != nil:
			l.side.objects = append(l.side.objects, diff.Object{Value: r.Live})
		default:
			missing = append(missing, o)
		}
		if r.Merged != nil {
			o.Value = r.Merged
		}
	}
	return missing
}

// others lists what has an owner label: to recognise what is missing under
// another name, and to find what is no longer wanted.
func (l *live) others(f *sideFlags, missing []*diff.Object) {
	kinds := l.kinds(missing, f.owned)
	if len(kinds) == 0 {
		return
	}
	namespaces := l.after.namespaces
	switch {
	case f.all:
		namespaces = nil
	case f.scope != "" && f.owned:
		namespaces = append(slices.Clone(namespaces), f.scope)
	}
	for _, kind := range kinds {
		objects, problems := l.client.List(context.Background(), []cluster.Kind{kind}, namespaces, "")
		for _, o := range objects {
			if object := (diff.Object{Value: o}); isOwned(&object) && !l.known(object.ID()) {
				l.side.objects = append(l.side.objects, object)
			}
		}
		for i := range problems {
			l.unlisted(kind, &problems[i], missing, f.owned)
		}
	}
}

func isOwned(o *diff.Object) bool {
	_, owned := o.Owner()
	return owned
}

// known tells whether a live object was read already.
func (l *live) known(id diff.ID) bool {
	if l.side.read == nil {
		l.side.read = map[diff.ID]bool{}
		for i := range l.side.objects {
			l.side.read[l.side.objects[i].ID()] = true
		}
	}
	return l.side.read[id]
}

// kinds are those of which objects are looked for: those that are missing, or
// every one that kgw writes. What the inputs are now does not tell: of the last
// FabricGateway an Ingress may be left.
func (l *live) kinds(missing []*diff.Object, every bool) []cluster.Kind {
	versions := map[string]string{}
	for i := range l.after.objects {
		o := &l.after.objects[i]
		versions[o.ID().Kind], _ = o.Value["apiVersion"].(string)
	}
	var out []cluster.Kind
	for _, kind := range diff.Kinds() {
		wanted := slices.ContainsFunc(missing, func(o *diff.Object) bool { return o.ID().Kind == kind })
		switch {
		case versions[kind] != "" && (every || wanted):
			out = append(out, cluster.Kind{APIVersion: versions[kind], Kind: kind})
		case every:
			out = append(out, cluster.Kind{APIVersion: writtenGroups[kind] + "/" + defaultVersions[kind], Kind: kind})
		}
	}
	return out
}

// defaultVersions are asked for where the inputs give no object of a kind.
var defaultVersions = map[string]string{
	"AuthorizationPolicy": "v1beta1", "RequestAuthentication": "v1beta1", "VirtualService": "v1beta1", "Ingress": "v1", "RouteGroup": "v1", "Rule": "v1alpha1",
}

// unlisted reports that objects of a kind could not be listed. To prune that
// is an error, but for a kind of which nothing is wanted and that the user has
// no right to list: few who write no Ingress have it. Otherwise each missing
// object may be there under another name.
func (l *live) unlisted(kind cluster.Kind, p *cluster.Problem, missing []*diff.Object, prune bool) {
	if p.Reason == cluster.NotInstalled {
		return // what is wanted of it was reported, and there is nothing to delete
	}
	if prune {
		g := diag.Finding{Code: problemCodes[p.Reason], At: l.after.someOrigin(), Message: p.Text, Help: problemHelp[p.Reason]}
		if p.Reason == cluster.Forbidden && !l.after.wants(kind.Kind) {
			g.Severity = diag.Warning
			g.Message = fmt.Sprintf("none is wanted, but it cannot be told whether objects of kind %s are left over: %s", kind.Kind, p.Text)
			g.Help = "grant the verb list of this kind, if kgw may have written such objects before"
		}
		l.side.found.Add(g)
		return
	}
	for _, o := range missing {
		if o.ID().Kind == kind.Kind {
			l.side.found.Add(diag.Finding{
				Code: problemCodes[p.Reason], Severity: diag.Warning, At: o.Origin, Help: problemHelp[p.Reason],
				Message: fmt.Sprintf("it cannot be told whether %s exists under another name: %s", o.ID(), p.Text),
			})
		}
	}
}

// wants tells whether an object of a kind is among those of the side.
func (s *side) wants(kind string) bool {
	return slices.ContainsFunc(s.objects, func(o diff.Object) bool { return o.ID().Kind == kind })
}

// someOrigin is a place for what concerns all inputs.
func (s *side) someOrigin() source.Ref {
	if len(s.objects) == 0 {
		return source.Ref{}
	}
	return source.Ref{Doc: s.objects[0].Origin.Doc}
}
