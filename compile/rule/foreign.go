package rule

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"text/template/parse"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/handlers"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
	"github.com/kgw-dev/kgw/internal/shape"
	"github.com/kgw-dev/kgw/internal/source"
)

// Foreign is a rule that somebody else wrote: the spec of a Rule, or the element
// of a list that Oathkeeper itself reads.
type Foreign struct {
	ID     string
	Node   *source.Node
	Native bool
	// URL is the URL of the match, and Unmatched reports that there is no
	// match.
	URL       string
	Unmatched bool
	// At is the place of a field of the node.
	At func(path ...string) source.Ref
}

// CheckForeign reports what makes Oathkeeper answer 500 to the requests of a
// rule.
func CheckForeign(r *Foreign, t *ir.Target) diag.List {
	var found diag.List
	for _, section := range sections {
		checkSection(r, section, t, &found)
	}
	if r.Native {
		checkFields(r, &found)
	}
	return found
}

// CheckMatch reports a URL that keeps Oathkeeper from matching other rules. The
// strategy is how the cluster reads URLs: "" where that is not said.
func CheckMatch(r *Foreign, strategy string) diag.List {
	found := &diag.List{}
	url, at := r.URL, r.At("match", "url")
	broken := func(at source.Ref, help, format string, args ...any) {
		found.Add(diag.Finding{Code: diag.RuleBroken, At: at, Help: help, Message: fmt.Sprintf("rule %q ", r.ID) + fmt.Sprintf(format, args...)})
	}
	if r.Unmatched {
		broken(r.At(), "say what it matches, or remove it", "does not say what it matches: Oathkeeper answers 500 to every request because of it")
		return *found
	}
	if url == "" {
		broken(at, "write the URL, or remove the rule", "has an empty URL: Oathkeeper closes the connection of every request with one of its methods, on every host")
		return *found
	}
	s := pathlang.RegexpStrategy
	if strategy == "glob" {
		s = pathlang.GlobStrategy
	}
	_, err := match.ParseRuleURL(url, s)
	switch {
	case err != nil:
		help := "one such rule makes Oathkeeper answer 500 to every request with one of its methods, on every host: rewrite the URL"
		if strategy != "glob" && match.MaybeGlob(url) {
			help = "it looks like a glob: if the cluster's Oathkeeper has access_rules.matching_strategy: glob, say so with oathkeeper.matchingStrategy: glob in kgw.yaml; else rewrite the URL, because every request with one of its methods is answered with 500"
		}
		found.Add(diag.Finding{Code: diag.RegexPoison, At: at, Message: fmt.Sprintf("Oathkeeper cannot compile the URL %q: %v", url, err), Help: help})
	case strategy == "glob" && looksLikeRegexp(url):
		found.Add(diag.Finding{
			Code: diag.RegexpInGlob, At: at, Message: fmt.Sprintf("the URL %q reads like a regular expression, and this Oathkeeper reads globs: a dot is a dot there, and + a plus", url),
			Help: "write * for what is within a segment and ** for any rest",
		})
	}
	return *found
}

// looksLikeRegexp reports whether a URL has within its brackets what no glob is
// written for.
func looksLikeRegexp(url string) bool {
	for rest := url; ; {
		_, after, ok := strings.Cut(rest, "<")
		if !ok {
			return false
		}
		inside, behind, _ := strings.Cut(after, ">")
		if strings.Contains(inside, ".*") || strings.Contains(inside, ".+") || strings.Contains(inside, "]+") || strings.Contains(inside, `\d`) || strings.Contains(inside, `\w`) || strings.Contains(inside, "(?") {
			return true
		}
		rest = behind
	}
}

// section is a part of a rule that names handlers.
type section struct {
	name string
	kind *handlers.Kind
	list bool
	// needed: Oathkeeper refuses a rule of its own files without it, and an
	// empty list everywhere.
	needed bool
}

var sections = []section{
	{"authenticators", handlers.Authenticators, true, true},
	{"authorizer", handlers.Authorizers, false, true},
	{"mutators", handlers.Mutators, true, true},
	{"errors", handlers.ErrorHandlers, true, false},
}

func checkSection(r *Foreign, s section, t *ir.Target, found *diag.List) {
	n := source.Field(r.Node, s.name)
	absent := n == nil || n.Tag == "!!null"
	list := source.Elements(n)
	if !s.list && !absent {
		list = []*source.Node{n}
	}
	if s.needed && len(list) == 0 && (r.Native || !absent) {
		at, what := r.At(s.name), "has an empty list of"
		if absent {
			at, what = r.At(), "has no"
		}
		found.Add(diag.Finding{
			Code: diag.RuleBroken, At: at, Message: fmt.Sprintf("rule %q %s %s: Oathkeeper answers 500 to its requests", r.ID, what, s.name),
			Help: "name a handler, such as " + s.kind.Names()[0],
		})
		return
	}
	for i, el := range list {
		at := r.At(s.name)
		if s.list {
			at = at.Elem(i)
		}
		h := &ir.Handler{Origin: at, Name: source.Text(source.Field(el, "handler"))}
		if c := source.Field(el, "config"); c != nil && c.Tag != "!!null" {
			h.Config, _ = source.Value(c).(source.Object)
		}
		checkHandler(h, s.kind, t, found)
		checkTemplates(h, found)
		checkCosts(h, found)
	}
}

// checkTemplates reports templates of mutators that do not parse: Oathkeeper
// finds that out with the first request.
func checkTemplates(h *ir.Handler, found *diag.List) {
	for _, m := range templatesOf(h) {
		text, _ := m.Value.(string)
		tree := parse.New(m.Key)
		tree.Mode = parse.SkipFuncCheck
		if _, err := tree.Parse(text, "", "", map[string]*parse.Tree{}); err != nil {
			_, why, _ := strings.Cut(err.Error(), ": ")
			found.Add(diag.Finding{
				Code: diag.HandlerConfig, At: h.Origin.At("config"), Message: fmt.Sprintf("the template of %s for %q does not parse: %s", h.Name, m.Key, cmp.Or(why, err.Error())),
				Help: "requests of this rule are answered with 500; close every {{ with }}",
			})
		}
	}
}

// ruleFields are what Oathkeeper reads of a rule in its own files.
var ruleFields = []string{"id", "version", "description", "match", "authenticators", "authorizer", "mutators", "errors", "upstream", "configMapName"}

// checkFields reports fields that Oathkeeper passes over in silence.
func checkFields(r *Foreign, found *diag.List) {
	for _, key := range source.Keys(r.Node) {
		if slices.Contains(ruleFields, key) {
			continue
		}
		help := "remove it: Oathkeeper passes over it"
		if near := shape.Nearest(key, ruleFields); near != "" {
			help = fmt.Sprintf("did you mean %q? Oathkeeper passes over it in silence", near)
		}
		found.Add(diag.Finding{Code: diag.RuleField, At: r.At(key), Message: fmt.Sprintf("Oathkeeper reads no field %q of a rule", key), Help: help})
	}
}

// checkStrategy reports rules that kgw would write for an Oathkeeper that reads
// globs.
func checkStrategy(g *ir.Gateway, t *ir.Target, found *diag.List) {
	if t.OathkeeperStrategy != "glob" || !slices.ContainsFunc(g.Routes, func(r *ir.Route) bool { return t.Plan.Delegated(r) && hasRule(r, t) }) {
		return
	}
	found.Add(diag.Finding{
		Code: diag.GlobCluster, At: g.Origin, Message: "kgw writes rules whose URLs are regular expressions, and the cluster's Oathkeeper reads them as globs",
		Help: "set access_rules.matching_strategy of the cluster to regexp, or compile for the target istio",
	})
}
