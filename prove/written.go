package prove

import (
	"cmp"
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

// written is a document that was not parsed yet, with what was read of it at
// little cost; the zero values where it has to be parsed.
type written struct {
	doc                        *source.Document
	read                       bool
	kind                       string
	name                       identity
	labels                     map[string]string
	version, url, host, oldest string // of a Rule its match URL; of an APIRule its host, by version
	hosts                      []string
	more                       bool // of a Rule that its match has other fields than those
}

// skim reads what decides whether a document may matter.
func (d *written) skim(namespace string) {
	d.doc.Glance(func(root *source.Node) { d.readHead(root, namespace) })
}

func (d *written) readHead(root *source.Node, namespace string) {
	version, kind, in, name := source.Head(root)
	if strings.HasSuffix(kind, "List") {
		return // its items count, which only a parser finds
	}
	d.read = true
	d.version, d.kind, d.name = version, kind, identity{kind, cmp.Or(in, namespace), name}
	d.labels = source.TextMap(source.Lookup(root, "metadata.labels"))
	d.more = slices.ContainsFunc(source.Keys(source.Lookup(root, "spec.match")), func(key string) bool { return key != "url" && key != "methods" })
	d.url, d.hosts = source.Text(source.Lookup(root, "spec.match.url")), source.Texts(source.Lookup(root, "spec.hosts"))
	d.host, d.oldest = source.Text(source.Lookup(root, "spec.host")), source.Text(source.Lookup(root, "spec.service.host"))
}

// unfold splits the files into documents, and Lists into their items where
// that needs no parsing.
func unfold(in compile.Input, namespace string) (docs []written, rest compile.Input) {
	rest.Problems = slices.Clone(in.Problems)
	lists, problems := make([][]written, len(in.Files)), make([][]source.Problem, len(in.Files))
	parallel.Each(len(in.Files), func(i int) { lists[i], problems[i] = unfoldFile(in.Files[i]) })
	for i := range lists {
		docs = append(docs, lists[i]...)
		rest.Problems = append(rest.Problems, problems[i]...)
	}
	parallel.Each(len(docs), func(i int) { docs[i].skim(namespace) })
	return docs, rest
}

// unfoldFile splits one file so.
func unfoldFile(f *source.File) (docs []written, problems []source.Problem) {
	all, problems := source.Split(f)
	for _, d := range all {
		docs = append(docs, unfoldDocument(d)...)
	}
	return docs, problems
}

func unfoldDocument(d *source.Document) []written {
	items, ok := d.Unfold()
	if !ok {
		items = []*source.Document{d}
	}
	docs := make([]written, len(items))
	for i, item := range items {
		docs[i].doc = item
	}
	return docs
}

// leaveOut drops documents that are certain to have nothing to do with the
// URLs, except for one Rule and one VirtualService, or APIRule: that there are any
// matters too.
func leaveOut(docs []written, urls []string, o *compile.Options) (kept, left []written) {
	drop := make([]bool, len(docs))
	host, _, _ := strings.Cut(urls[0], "/")
	apart := rulesAreApart(o)
	parallel.Each(len(docs), func(i int) {
		switch d := &docs[i]; d.kind {
		case "Rule":
			drop[i] = !d.more && o.Config.Oathkeeper.MatchingStrategy != "glob" && oathkeeper.CannotMatch(d.url, urls)
		case "VirtualService":
			drop[i] = envoy.CannotServe(d.hosts, host)
		case "APIRule":
			drop[i] = apart && apirule.CannotServe(d.version, d.host, d.oldest, host)
		}
	})
	have := map[bool]bool{} // by whether they are Rules
	for i, d := range docs {
		have[d.kind == "Rule"] = have[d.kind == "Rule"] || !drop[i] && slices.Contains([]string{"Rule", "VirtualService", "APIRule"}, d.kind)
	}
	for i, d := range docs {
		switch rule := d.kind == "Rule"; {
		case !drop[i]:
			kept = append(kept, d)
		case !have[rule]:
			kept, have[rule] = append(kept, d), true
		default:
			left = append(left, d)
		}
	}
	return kept, left
}

// rulesAreApart reports whether APIRules have nothing to do with each other
// except for their hosts: those whose routes Oathkeeper guards. In the other
// mode a rule may be written that is in the way of all others.
func rulesAreApart(o *compile.Options) bool {
	c := o.Config
	return (o.Target == "" || o.Target == "oathkeeper") && len(c.Targets) == 0 && c.JWTHandler != "istio" && c.Mode() == diag.Strict
}
