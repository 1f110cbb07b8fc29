package compare

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/kgw-dev/kgw/compare/diff"
	"github.com/kgw-dev/kgw/internal/cluster"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/kinds"
	"github.com/kgw-dev/kgw/internal/source"
)

// problemCodes are the codes of problems of a cluster.
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
	cluster.Refused:       "the schema or an admission webhook of the cluster refuses the object as it is written",
	cluster.Conflict:      "run kgw diff again",
	cluster.Timeout:       "raise --request-timeout, or run kgw diff again",
	cluster.Broken:        "run kgw diff again",
	cluster.Other:         "ask the people who run the cluster",
}

// live is the connection to a cluster in one run, with its results.
type live struct {
	ctx    context.Context //nolint:containedctx // live is one call of Cluster
	client *cluster.Client
	side   *Side
	after  *Side
	scope  Scope
}

// Unconnected returns the live side of a cluster without a connection: err, for
// each object that is wanted.
func Unconnected(err error, after *Side, scope Scope) *Side {
	s := newLive()
	problem := &cluster.Problem{Reason: cluster.Misconfigured, Text: err.Error()}
	_ = errors.As(err, &problem)
	for i := range after.Objects {
		s.reportProblem(&after.Objects[i], problem)
	}
	if len(after.Objects) == 0 && scope.Prune {
		s.Found.Add(diag.Finding{Code: problemCodes[problem.Reason], Message: problem.Text, Help: problemHelp[problem.Reason]})
	}
	return s.finish()
}

// Cluster returns the live side: the wanted objects as they are now, and objects
// with other names that may be the same. With dryRun it asks the server, and
// changes after to the result of a server-side apply.
func Cluster(ctx context.Context, client *cluster.Client, dryRun bool, after *Side, scope Scope) *Side {
	l := &live{ctx: ctx, client: client, side: newLive(), after: after, scope: scope}
	missing := l.askWanted(dryRun)
	l.listOwned(missing)
	return l.side.finish()
}

func newLive() *Side {
	return &Side{Name: "live", Live: true, failed: map[diff.ID]bool{}, Withheld: map[diff.Owner]bool{}}
}

// reportProblem reports that an object could not be compared.
func (s *Side) reportProblem(o *diff.Object, p *cluster.Problem) {
	s.failed[o.ID()] = true
	if owner, ok := o.Owner(); ok {
		s.Withheld[owner] = true
	}
	s.Found.Add(diag.Finding{
		Code: problemCodes[p.Reason], At: o.Origin, Help: problemHelp[p.Reason],
		Message: fmt.Sprintf("%s is not compared: %s", o.ID(), p.Text),
	})
}

// finish sets the levels and places of the findings, and sorts them.
func (s *Side) finish() *Side {
	s.Found = diag.Levels{}.Apply(s.Found)
	s.Found.Resolve()
	s.Found.Sort()
	return s
}

// askWanted asks for every wanted object and returns those that do not exist.
func (l *live) askWanted(dryRun bool) []*diff.Object {
	values := make([]map[string]any, len(l.after.Objects))
	for i := range values {
		values[i] = diff.JSON(l.after.Objects[i].Value)
	}
	ask := l.client.Get
	if dryRun {
		ask = l.client.DryRun
	}
	l.after.Objects = slices.Clone(l.after.Objects)
	var missing []*diff.Object
	for i, r := range ask(l.ctx, values) {
		o := &l.after.Objects[i]
		switch {
		case r.Problem != nil:
			l.side.reportProblem(o, r.Problem)
			continue
		case r.Live != nil:
			l.side.Objects = append(l.side.Objects, diff.Object{Value: r.Live})
		default:
			missing = append(missing, o)
		}
		if r.Merged != nil {
			o.Value = r.Merged
		}
	}
	return missing
}

// listOwned lists the objects with an owner label, to recognise missing objects
// under another name and to find objects that are no longer wanted.
func (l *live) listOwned(missing []*diff.Object) {
	kinds := l.kindsToList(missing, l.scope.Prune)
	if len(kinds) == 0 {
		return
	}
	namespaces := l.after.Namespaces
	switch {
	case l.scope.All:
		namespaces = nil
	case l.scope.Namespace != "" && l.scope.Prune:
		namespaces = append(slices.Clone(namespaces), l.scope.Namespace)
	}
	for _, kind := range kinds {
		objects, problems := l.client.List(l.ctx, []cluster.Kind{kind}, namespaces, "")
		for _, o := range objects {
			if object := (diff.Object{Value: o}); isOwned(&object) && !l.isRead(object.ID()) {
				l.side.Objects = append(l.side.Objects, object)
			}
		}
		for i := range problems {
			l.reportUnlisted(kind, &problems[i], missing, l.scope.Prune)
		}
	}
}

func isOwned(o *diff.Object) bool {
	_, owned := o.Owner()
	return owned
}

// isRead reports whether a live object was already read.
func (l *live) isRead(id diff.ID) bool {
	if l.side.read == nil {
		l.side.read = map[diff.ID]bool{}
		for i := range l.side.Objects {
			l.side.read[l.side.Objects[i].ID()] = true
		}
	}
	return l.side.read[id]
}

// kindsToList returns the kinds whose objects are looked for: the missing ones, or
// every kind that kgw writes. The present inputs do not decide that: an Ingress may
// be left from a FabricGateway that was deleted.
func (l *live) kindsToList(missing []*diff.Object, every bool) []cluster.Kind {
	versions := map[string]string{}
	for i := range l.after.Objects {
		o := &l.after.Objects[i]
		versions[o.ID().Kind], _ = o.Value["apiVersion"].(string)
	}
	var out []cluster.Kind
	for _, k := range kinds.All() {
		kind := k.Name
		wanted := slices.ContainsFunc(missing, func(o *diff.Object) bool { return o.ID().Kind == kind })
		switch {
		case versions[kind] != "" && (every || wanted):
			out = append(out, cluster.Kind{APIVersion: versions[kind], Kind: kind})
		case every:
			out = append(out, cluster.Kind{APIVersion: k.APIVersion(), Kind: kind})
		}
	}
	return out
}

// reportUnlisted reports that objects of a kind could not be listed. With pruning
// that is an error, except for a kind of which no object is wanted and that the
// user has no right to list, as is usual for Ingress. Otherwise each missing object
// may exist under another name.
func (l *live) reportUnlisted(kind cluster.Kind, p *cluster.Problem, missing []*diff.Object, prune bool) {
	if p.Reason == cluster.NotInstalled {
		return // wanted objects were reported, and there is nothing to delete
	}
	if prune {
		g := diag.Finding{Code: problemCodes[p.Reason], At: l.after.someOrigin(), Message: p.Text, Help: problemHelp[p.Reason]}
		if p.Reason == cluster.Forbidden && !l.after.wants(kind.Kind) {
			g.Severity = diag.Warning
			g.Message = fmt.Sprintf("none is wanted, but kgw cannot tell whether objects of kind %s are left over: %s", kind.Kind, p.Text)
			g.Help = "grant the verb list of this kind, if kgw may have written such objects before"
		}
		l.side.Found.Add(g)
		return
	}
	for _, o := range missing {
		if o.ID().Kind == kind.Kind {
			l.side.Found.Add(diag.Finding{
				Code: problemCodes[p.Reason], Severity: diag.Warning, At: o.Origin, Help: problemHelp[p.Reason],
				Message: fmt.Sprintf("kgw cannot tell whether %s exists under another name: %s", o.ID(), p.Text),
			})
		}
	}
}

// wants reports whether an object of a kind is among those of the side.
func (s *Side) wants(kind string) bool {
	return slices.ContainsFunc(s.Objects, func(o diff.Object) bool { return o.ID().Kind == kind })
}

// someOrigin returns a place for findings about all inputs.
func (s *Side) someOrigin() source.Ref {
	if len(s.Objects) == 0 {
		return source.Ref{}
	}
	return source.Ref{Doc: s.Objects[0].Origin.Doc}
}
