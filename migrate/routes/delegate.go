package routes

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/source"
)

// inherited are the fields that an entry of a delegate gets where it has none of
// its own (istio, pilot/pkg/model, mergeHTTPRoute).
var inherited = []string{"rewrite", "directResponse", "timeout", "retries", "fault", "corsPolicy", "headers"}

// readDelegate reads the entries of the VirtualService that an entry delegates
// to, as istiod merges both.
func (s *service) readDelegate(o *object) {
	n := o.child("delegate")
	id := cmp.Or(n.text("namespace"), s.Namespace) + "/" + n.text("name")
	n.reportUnread()
	leaf := s.all[id]
	if leaf == nil {
		s.reportUnsaid(n.at, "what the VirtualService %s does, which is not among the inputs", id)
		return
	}
	spec := s.object(leaf.Value, source.Ref{Doc: leaf.Doc}).child("spec")
	entries := spec.children("http")
	if len(spec.list("hosts")) > 0 || spec.has("exportTo") {
		s.reportUnsaid(n.at, "that the VirtualService %s goes on, which has hosts or exportTo", id)
		return
	}
	spec.reportUnread()
	o.text("name") // names the entry in metrics
	for _, key := range []string{"mirror", "mirrors", "mirrorPercentage"} {
		if o.has(key) {
			s.reportUnsaid(o.at.At(key), "%s beside a delegate", key)
		}
	}
	matches := o.children("match")
	s.within = leaf.Namespace
	for _, own := range entries {
		if merged, ok := s.mergeEntry(o, own, matches); ok {
			s.entries = append(s.entries, s.readEntry(merged))
		} else {
			s.found.Add(diag.Finding{Code: diag.SettingDropped, At: own.at, Help: "none is needed", Message: "the route is left out: Istio drops it, because its matches exclude those of the entry that delegates to it"})
		}
	}
	s.within = ""
	for _, key := range inherited {
		o.has(key)
	}
	o.reportUnread()
	s.found.Add(diag.Finding{Code: diag.MeshStays, At: n.at, Help: "remove it when none delegates to it any more", Message: fmt.Sprintf("the VirtualService %s, whose routes are written here, stays", id)})
}

// mergeEntry is an entry of a delegate with the matches that both have and what
// it inherits; ok is false where istiod drops it.
func (s *service) mergeEntry(root, own *object, outer []*object) (merged *object, ok bool) {
	out := own.fields
	for _, key := range inherited {
		if v := root.get(key); v != nil && !own.has(key) {
			out = withField(out, key, v)
		}
	}
	inner := own.children("match")
	switch {
	case len(outer) == 0:
		return s.object(out, own.at), true
	case len(inner) == 0:
		return s.object(withField(out, "match", root.get("match")), own.at), true
	}
	var matches []any
	for _, in := range inner {
		n := len(matches)
		for _, o := range outer {
			if both, ok := s.joinMatches(o, in); ok {
				matches = append(matches, both)
			}
		}
		if len(matches) == n {
			return nil, false
		}
	}
	return s.object(withField(out, "match", matches), own.at), true
}

// withField returns a copy of an object in which a key has a value.
func withField(o source.Object, key string, value any) source.Object {
	out := slices.DeleteFunc(slices.Clone(o), func(m source.Member) bool { return m.Key == key })
	return append(out, source.Member{Key: key, Value: value})
}

// joinMatches is a match of a delegate with what it lacks of a match of the
// entry that delegates; ok is false where they exclude each other.
func (s *service) joinMatches(outer, inner *object) (both source.Object, ok bool) {
	for _, key := range []string{"port", "sourceLabels", "sourceNamespace", "gateways"} {
		if outer.has(key) || inner.has(key) {
			s.reportUnsaid(inner.at, "the condition on %s of a delegate, or of the entry that delegates to it", key)
			return nil, true
		}
	}
	if outer.flag("ignoreUriCase") != inner.flag("ignoreUriCase") {
		return nil, false
	}
	both = inner.fields
	for _, m := range outer.fields {
		own := inner.get(m.Key)
		switch m.Key {
		case "uri", "scheme", "method", "authority":
			if own != nil && manifest.Apart(source.NodeOf(m.Value), source.NodeOf(own)) {
				return nil, false
			}
		case "headers", "withoutHeaders", "queryParams":
			list, apart := joinConditions(m.Value, own)
			if apart {
				return nil, false
			}
			if own != nil {
				both = withField(both, m.Key, list)
			}
		}
		if own == nil {
			both = withField(both, m.Key, m.Value)
		}
	}
	return both, true
}

// joinConditions are the conditions of two lists, the inner ones where both
// have one of a name; apart is set where two of a name exclude each other.
func joinConditions(outer, inner any) (list source.Object, apart bool) {
	from, _ := outer.(source.Object)
	own, _ := inner.(source.Object)
	list = slices.Clone(own)
	for _, m := range from {
		v, has := own.Get(m.Key)
		if has && manifest.Apart(source.NodeOf(m.Value), source.NodeOf(v)) {
			return nil, true
		}
		if !has {
			list = append(list, m)
		}
	}
	return list, false
}
