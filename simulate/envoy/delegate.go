package envoy

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/simulate"
)

// filled are the fields of an entry that a delegate's entry gets where it has
// none of its own (pilot/pkg/model, mergeHTTPRoute).
var filled = []string{
	"rewrite", "directResponse", "timeout", "retries", "fault", "mirror", "mirrors", "mirrorPercent", "mirrorPercentage", "corsPolicy", "headers",
}

// delegateRoutes returns the routes of the VirtualService that an entry delegates
// to: one for each pair of matches that do not exclude each other. Where it is
// not in the cluster, the entry is not there either.
func (l *loader) delegateRoutes(m *simulate.Manifest, entry *source.Node, path string, matches []*source.Node, b *binding) []*route {
	n := source.Field(entry, "delegate")
	id := cmp.Or(source.Text(source.Field(n, "namespace")), m.Namespace) + "/" + source.Text(source.Field(n, "name"))
	leaf := l.named[id]
	if leaf == nil {
		return l.missingRoutes(m, entry, path, id+", which is not among the inputs,", matches, b)
	}
	if len(source.Texts(source.Field(leaf.Spec(), "hosts"))) > 0 || !isVisible(leaf, m.Namespace) {
		return nil
	}
	if why, _ := RefusedVirtualService(leaf); why != "" && !leaf.Compiled {
		return l.missingRoutes(m, entry, path, id+", which Istio refuses ("+why+"),", matches, b)
	}
	var unread []simulate.Unknown
	for _, f := range simulate.VirtualServiceFields.Unread(leaf.Root) {
		unread = append(unread, leaf.UnreadUnknown(simulate.VirtualServiceFields, f, "the gateway"))
	}
	var out []*route
	for i, own := range source.Elements(source.Field(leaf.Spec(), "http")) {
		for _, r := range l.mergeRoutes(pair{m, leaf, path, source.JoinIndex("spec.http", i)}, entry, own, matches, b) {
			r.addUnread(unread)
			for i := range unread {
				if !strings.Contains(unread[i].Key, " spec.http[") {
					r.before = append(r.before, unread[i])
				}
			}
			out = append(out, r)
		}
	}
	return out
}

// missingRoutes returns routes for a delegate that is not among the inputs, or that
// Istio refuses: the entry may be absent, or may do anything.
func (l *loader) missingRoutes(m *simulate.Manifest, entry *source.Node, path, shown string, matches []*source.Node, b *binding) []*route {
	id, _, _ := strings.Cut(shown, ",")
	var out []*route
	for j, n := range matches {
		if only, ok := b.concerns(n, m, source.JoinIndex(path+".match", j)); ok {
			u := simulate.Unknown{
				Why: simulate.Absent, At: m.At(path + ".delegate"), Needs: "the VirtualService " + id, Key: "delegate " + shown,
				What: fmt.Sprintf("the VirtualService %s matches the request", shown),
			}
			out = append(out, &route{manifest: m, owner: m, entry: entry, path: path, at: m.At(path), conditions: readConditions(n), missing: &u, only: only, port: source.Int(source.Field(n, "port"))})
		}
	}
	return out
}

// pair is an entry of a VirtualService and one of its delegate: the objects and
// the paths of the entries.
type pair struct {
	root, leaf         *simulate.Manifest
	rootPath, leafPath string
}

// mergeRoutes pairs the matches of an entry with those of a delegate's entry. An
// entry of the delegate is dropped as a whole where one of its matches is in no
// pair.
func (l *loader) mergeRoutes(p pair, entry, own *source.Node, matches []*source.Node, b *binding) []*route {
	root, leaf, path := p.root, p.leaf, p.leafPath
	leaves := source.Elements(source.Field(own, "match"))
	if len(leaves) == 0 {
		leaves = []*source.Node{nil}
	}
	whole := fillEntry(own, entry)
	var out []*route
	for j, inner := range leaves {
		n := 0
		for i, outer := range matches {
			if neverBoth(outer, inner, root.Namespace, leaf.Namespace) {
				continue
			}
			n++
			outerAt, innerAt := source.JoinIndex(p.rootPath+".match", i), source.JoinIndex(path+".match", j)
			only, ok := b.concerns(outer, root, outerAt)
			more, too := b.concerns(inner, leaf, innerAt)
			if !ok || !too {
				continue
			}
			r := &route{manifest: leaf, owner: root, entry: whole, path: path, at: leaf.At(path), conditions: joinConditions(readConditions(outer), readConditions(inner))}
			r.only, r.before = append(only, more...), append(oddMatches(outer, root, outerAt), oddMatches(inner, leaf, innerAt)...)
			r.port = cmp.Or(source.Int(source.Field(inner, "port")), source.Int(source.Field(outer, "port")))
			if inner != nil {
				r.at = leaf.At(innerAt)
			}
			out = append(out, r)
		}
		if n == 0 {
			return nil
		}
	}
	return out
}

// fillEntry returns an entry with the fields of another that it lacks.
func fillEntry(own, root *source.Node) *source.Node {
	for _, key := range filled {
		if v := source.Field(root, key); v != nil && source.Field(own, key) == nil {
			own = source.With(own, key, v)
		}
	}
	return own
}

// joinConditions returns the conditions of both lists, and only the inner one where
// both have one for the same part.
func joinConditions(outer, inner []condition) []condition {
	out := slices.Clone(inner)
	for _, c := range outer {
		if !slices.ContainsFunc(inner, func(o condition) bool { return o.place == c.place && o.part == c.part && o.not == c.not }) {
			out = append(out, c)
		}
	}
	slices.SortStableFunc(out, func(a, b condition) int { return strings.Compare(b.uri(), a.uri()) })
	return out
}

// uri puts conditions on the path first.
func (c *condition) uri() string {
	if c.isAbout("uri") {
		return "uri"
	}
	return ""
}

// neverBoth reports whether no request is matched by both, as istiod has
// it (pilot/pkg/model, hasConflict).
func neverBoth(outer, inner *source.Node, outerSpace, innerSpace string) bool {
	if outer == nil || inner == nil {
		return false
	}
	a, _ := source.Bool(source.Field(outer, "ignoreUriCase"))
	b, _ := source.Bool(source.Field(inner, "ignoreUriCase"))
	if a != b {
		return true
	}
	for _, part := range []string{"uri", "scheme", "method", "authority"} {
		if manifest.Apart(source.Field(outer, part), source.Field(inner, part)) {
			return true
		}
	}
	for _, list := range []string{"headers", "withoutHeaders", "queryParams"} {
		for _, key := range source.Keys(source.Field(outer, list)) {
			if manifest.Apart(source.Field(source.Field(outer, list), key), source.Field(source.Field(inner, list), key)) {
				return true
			}
		}
	}
	p, q := source.Int(source.Field(outer, "port")), source.Int(source.Field(inner, "port"))
	if p != 0 && q != 0 && p != q {
		return true
	}
	if space := source.Text(source.Field(outer, "sourceNamespace")); space != "" && space != source.Text(source.Field(inner, "sourceNamespace")) {
		return true
	}
	have := source.TextMap(source.Field(inner, "sourceLabels"))
	for k, v := range source.TextMap(source.Field(outer, "sourceLabels")) {
		if other, has := have[k]; has && other != v {
			return true
		}
	}
	outside := manifest.GatewayRefs(source.Texts(source.Field(outer, "gateways")), outerSpace)
	return slices.ContainsFunc(manifest.GatewayRefs(source.Texts(source.Field(inner, "gateways")), innerSpace), func(g string) bool { return !slices.Contains(outside, g) })
}
