package prove

import (
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/parallel"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/schema/apirule"
	"github.com/kgw-dev/kgw/simulate/envoy"
	"github.com/kgw-dev/kgw/simulate/oathkeeper"
)

// written is a document that was not parsed yet, with the kind that its lines
// show; "" where they do not.
type written struct {
	doc  *source.Document
	kind string
}

// unfold splits the files into documents, and Lists into their items where
// that needs no parsing.
func unfold(in compile.Input) (docs []written, rest compile.Input) {
	rest.Problems = slices.Clone(in.Problems)
	lists, problems := make([][]written, len(in.Files)), make([][]source.Problem, len(in.Files))
	parallel.Each(len(in.Files), func(i int) {
		var all []*source.Document
		all, problems[i] = source.Split(in.Files[i])
		for _, d := range all {
			items, ok := d.Unfold()
			if !ok {
				items = []*source.Document{d}
			}
			for _, item := range items {
				lists[i] = append(lists[i], written{doc: item})
			}
		}
	})
	for i := range lists {
		docs = append(docs, lists[i]...)
		rest.Problems = append(rest.Problems, problems[i]...)
	}
	parallel.Each(len(docs), func(i int) { docs[i].kind = writtenKind(docs[i].doc.Text()) })
	return docs, rest
}

// writtenKind finds the kind of a document in block style, or in JSON.
func writtenKind(text []byte) string {
	if source.IsJSON(text) {
		var head struct {
			Kind string `json:"kind"`
		}
		source.JSONValue(text, &head)
		return head.Kind
	}
	return source.LineValue(text, "kind")
}

// leaveOut drops documents that have nothing to do with the URLs, but for one
// Rule and one VirtualService, or APIRule: that there are any matters too.
func leaveOut(docs []written, urls []string, o *compile.Options) (kept, left []written) {
	drop := make([]bool, len(docs))
	host, _, _ := strings.Cut(urls[0], "/")
	apart := apart(o)
	parallel.Each(len(docs), func(i int) {
		switch text := docs[i].doc.Text(); docs[i].kind {
		case "Rule":
			drop[i] = oathkeeper.CannotTake(text, urls)
		case "VirtualService":
			drop[i] = envoy.CannotServe(text, host)
		case "APIRule":
			drop[i] = apart && apirule.CannotServe(text, host)
		}
	})
	have := map[bool]bool{} // by whether they are Rules
	for i, d := range docs {
		have[d.kind == "Rule"] = have[d.kind == "Rule"] || !drop[i] && slices.Contains([]string{"Rule", "VirtualService", "APIRule"}, d.kind)
	}
	for i, d := range docs {
		if rule := d.kind == "Rule"; !drop[i] || !have[rule] {
			kept, have[rule] = append(kept, d), true
		} else if d.kind != "APIRule" {
			left = append(left, d)
		}
	}
	return kept, left
}

// apart tells whether APIRules have nothing to do with each other but for their
// hosts: those whose routes Oathkeeper guards. In the other mode a rule may be
// written that is in the way of all others.
func apart(o *compile.Options) bool {
	c := o.Config
	return (o.Target == "" || o.Target == "oathkeeper") && len(c.Targets) == 0 && c.JWTHandler != "istio" && c.Mode() == diag.Strict
}
