// Package oathkeeper decides requests over Rules, as Ory Oathkeeper does.
//
// It reads manifests, whoever wrote them. It must not know the model, nor how
// kgw writes a Rule.
package oathkeeper

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/kgw-dev/kgw/internal/handlers"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/shape"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/simulate"
)

// Group is the API group of Rule.
const Group = "oathkeeper.ory.sh"

// Options are the configuration of a cluster's Oathkeeper.
type Options struct {
	// Version is the version whose rules of matching apply: "0.40" (default) or "26.2".
	Version string
	// Handlers is the global configuration by group and name. Nil means that it is
	// not known: every handler then is enabled and has the fields that it needs.
	Handlers map[string]map[string]handlers.Defaults
	// Strategy is how the URLs of rules are read: "regexp", the default of "",
	// or "glob". Any other text makes Oathkeeper answer 500.
	Strategy string
	// Remote are repositories of rules that are not among the inputs.
	Remote []string
	// Fallback lists the error handlers that answer where a rule has none. Nil
	// means json alone.
	Fallback []string
}

// accessRule is an access rule as Oathkeeper holds it.
type accessRule struct {
	id       string
	manifest *simulate.Manifest
	url      string
	methods  []string

	// The fields below are set by prepare.
	upstreamURL    string
	preserveHost   bool
	stripPath      string
	authenticators []handler
	authorizer     handler
	mutators       []handler
	errors         []handler

	once sync.Once
	// unread are the unread fields, except for those of the match, which the engine
	// keeps.
	unread []simulate.Unknown
	// unmatched reports that a native rule does not have the field match.
	unmatched bool
	// refusal is the reason why Oathkeeper cannot compile the URL, "" if it can.
	refusal string
	set     func() *match.Matcher
	groups  func() *regexp.Regexp // nil where Go refuses the expression
}

// handler is one handler of a rule with its configuration merged over the
// global one.
type handler struct {
	name   string
	at     source.Ref
	config source.Object
	// invalid is the reason why Oathkeeper refuses to use it, "" if it does not.
	invalid string
}

// Load reads the Rules among the manifests as oathkeeper-maester v0.1.10 does, and
// rules of Oathkeeper's own files as Oathkeeper does, and returns Oathkeeper with
// the rules it gets. A Rule with a handler that the Maester does not know is
// dropped. A rule in a file with the id of a Rule was written by the Maester for
// that Rule, and is not counted again.
func Load(manifests []simulate.Manifest, o Options) *Engine {
	e := &Engine{options: o}
	made := map[string]bool{}
	for i := range manifests {
		if m := &manifests[i]; m.Is(Group, "Rule") && !m.Native {
			made[m.Name+"."+m.Namespace] = true
		}
	}
	for i := range manifests {
		m := &manifests[i]
		if !m.Is(Group, "Rule") {
			continue
		}
		if m.Native && made[m.Name] {
			continue
		}
		if why, dropped := refusedByMaester(m.Spec()); dropped && !m.Native {
			e.Dropped = append(e.Dropped, Dropped{Manifest: m, Reason: why})
			continue
		}
		r := e.read(m)
		e.rules = append(e.rules, r)
		e.keepUnread(r)
	}
	slices.SortStableFunc(e.rules, func(a, b *accessRule) int { return strings.Compare(a.id, b.id) })
	e.index()
	i := slices.IndexFunc(e.rules, func(r *accessRule) bool { return r.refusal != "" && match.MaybeGlob(r.url) })
	if o.Strategy == "" && i >= 0 {
		o.Strategy = "glob"
		e.maybeGlob, e.globs = e.rules[i], Load(manifests, o)
	}
	return e
}

// keepUnread keeps the unread fields of a rule. A field next to the URL and the
// methods may make the rule match anything; other fields matter once it matches.
func (e *Engine) keepUnread(r *accessRule) {
	if doubt := r.manifest.Doubt; doubt != "" {
		e.unread = append(e.unread, simulate.Unknown{Why: simulate.Opaque, At: r.manifest.At("spec"), What: doubt, Key: doubt + r.manifest.Text})
	}
	table := simulate.TableOf(r.manifest)
	if table == nil {
		return
	}
	for _, f := range table.Unread(r.manifest.Root) {
		u := r.manifest.UnreadUnknown(table, f, "Oathkeeper")
		if strings.HasPrefix(f.Path, "spec.match") {
			e.unread = append(e.unread, u)
		} else {
			r.unread = append(r.unread, u)
		}
	}
}

// Doubt returns what is not known about Oathkeeper as a whole: how it reads URLs, or
// which other rules it has. It returns nil where both are known.
func (e *Engine) Doubt() *simulate.Unknown {
	switch {
	case len(e.unread) > 0:
		return &e.unread[0]
	case e.globs != nil:
		return e.globDoubt()
	case len(e.options.Remote) > 0:
		return &simulate.Unknown{Why: simulate.Absent, What: "the rules of " + e.options.Remote[0] + " let requests through", Needs: "the rules among the inputs"}
	}
	return nil
}

// globDoubt returns the condition that URLs of rules are globs.
func (e *Engine) globDoubt() *simulate.Unknown {
	return &simulate.Unknown{
		Why: simulate.Absent, At: e.maybeGlob.manifest.At("spec.match.url"), What: "the cluster's Oathkeeper reads the URLs of rules as globs (access_rules.matching_strategy)",
		Needs: "oathkeeper.matchingStrategy in kgw.yaml", Key: "matching_strategy",
	}
}

// Dropped is a Rule that Oathkeeper never sees.
type Dropped struct {
	Manifest *simulate.Manifest
	Reason   string
}

// NoteDropped adds to the trail the dropped Rules that may be meant for one of
// the URLs, which are without "scheme://".
func (e *Engine) NoteDropped(urls []string, t *simulate.Trail) {
	for _, d := range e.Dropped {
		prefix := literalPrefix(source.Text(source.Field(source.Field(d.Manifest.Spec(), "match"), "url")))
		if slices.ContainsFunc(urls, func(u string) bool { return strings.HasPrefix(u, prefix) }) {
			t.Say(name, d.Manifest.At("spec"), "Oathkeeper never sees rule %s.%s: %s", d.Manifest.Name, d.Manifest.Namespace, d.Reason)
		}
	}
}

// maesterHandlers are the handlers that the Maester lets pass by default
// (api/v1alpha1/defaults.go). The Maester does not check error handlers.
var maesterHandlers = map[string][]string{
	"authenticators": {"noop", "unauthorized", "anonymous", "oauth2_client_credentials", "oauth2_introspection", "jwt", "cookie_session", "bearer_token"},
	"authorizer":     {"allow", "deny", "keto_engine_acp_ory", "remote", "remote_json"},
	"mutators":       {"noop", "id_token", "header", "cookie", "hydrator"},
}

func refusedByMaester(spec *source.Node) (reason string, dropped bool) {
	for _, section := range slices.Sorted(maps.Keys(maesterHandlers)) {
		n := source.Field(spec, section)
		list := source.Elements(n)
		if section == "authorizer" && !isNull(n) {
			list = []*source.Node{n}
		}
		for _, h := range list {
			if name := source.Text(source.Field(h, "handler")); !slices.Contains(maesterHandlers[section], name) {
				return "the Maester knows no handler \"" + name + "\" for " + section, true
			}
		}
	}
	return "", false
}

// ruleID returns the id of a rule in Oathkeeper.
func ruleID(m *simulate.Manifest) string {
	if m.Native {
		return m.Name
	}
	return m.Name + "." + m.Namespace
}

// read reads the parts of a Rule that matching needs.
func (e *Engine) read(m *simulate.Manifest) *accessRule {
	on := source.Field(m.Spec(), "match")
	r := &accessRule{id: ruleID(m), manifest: m, unmatched: m.Native && on == nil, url: source.Text(source.Field(on, "url")), methods: source.Texts(source.Field(on, "methods"))}
	r.set = sync.OnceValue(func() *match.Matcher { return match.Compile(e.setOf(r)) })
	r.groups = sync.OnceValue(func() *regexp.Regexp { re, _ := regexp.Compile(wholeExpression(r.url)); return re })
	return r
}

// prepare reads the rest, once. The Maester fills in absent sections so that
// nothing is let through. Empty sections stay empty, and so do absent ones in files
// that Oathkeeper reads itself.
func (e *Engine) prepare(r *accessRule) {
	r.once.Do(func() {
		m, spec := r.manifest, r.manifest.Spec()
		up := source.Field(spec, "upstream")
		words := [...]string{"stripPath", "preserveHost", "unauthorized", "noop", "deny"}
		if m.Native {
			words = [...]string{"strip_path", "preserve_host", "", "", ""}
		}
		r.upstreamURL, r.stripPath = source.Text(source.Field(up, "url")), source.Text(source.Field(up, words[0]))
		r.preserveHost, _ = source.Bool(source.Field(up, words[1]))
		r.authenticators = e.handlers(m, spec, "authenticators", handlers.Authenticators, words[2])
		r.mutators = e.handlers(m, spec, "mutators", handlers.Mutators, words[3])
		r.errors = e.handlers(m, spec, "errors", handlers.ErrorHandlers, "")
		r.authorizer = handler{name: words[4], at: m.At("spec")}
		if n := source.Field(spec, "authorizer"); !isNull(n) {
			r.authorizer = handler{name: source.Text(source.Field(n, "handler")), at: m.At("spec.authorizer"), config: configOf(n)}
		}
		e.completeHandler(&r.authorizer, handlers.Authorizers)
	})
}

func isNull(n *source.Node) bool { return n == nil || n.Tag == "!!null" }

func configOf(n *source.Node) source.Object {
	config := source.Field(n, "config")
	if isNull(config) {
		return nil
	}
	o, _ := source.Value(config).(source.Object)
	return o
}

func (e *Engine) handlers(m *simulate.Manifest, spec *source.Node, section string, kind *handlers.Kind, absent string) []handler {
	n := source.Field(spec, section)
	if isNull(n) {
		if absent == "" {
			return nil
		}
		h := handler{name: absent, at: m.At("spec")}
		e.completeHandler(&h, kind)
		return []handler{h}
	}
	out := make([]handler, 0, len(n.Content))
	for i, el := range source.Elements(n) {
		h := handler{name: source.Text(source.Field(el, "handler")), at: m.At(source.JoinIndex("spec."+section, i)), config: configOf(el)}
		e.completeHandler(&h, kind)
		out = append(out, h)
	}
	return out
}

// completeHandler merges the global configuration and notes why Oathkeeper's
// validation refuses the handler: it is unknown, not enabled, or violates its
// schema.
func (e *Engine) completeHandler(h *handler, kind *handlers.Kind) {
	schema, known := kind.Handlers[h.name]
	global, configured := e.options.Handlers[kind.Group][h.name]
	h.config = handlers.MergeConfig(global.Config, h.config)
	if strategy := usualStrategies[h.name]; e.options.Handlers == nil && strategy != "" && textAt(h.config, "scope_strategy") == "" {
		h.config = append(slices.Clone(h.config), source.Member{Key: "scope_strategy", Value: strategy})
	}
	switch {
	case !known:
		h.invalid = "Oathkeeper has no " + kind.Name + " \"" + h.name + "\""
	case e.options.Handlers != nil && (!configured || global.Disabled):
		h.invalid = kind.Name + " \"" + h.name + "\" is not enabled"
	case schema != nil:
		h.invalid = e.reasonInvalid(h, schema)
	}
}

// usualStrategies are those of a Kyma cluster (2.19), used if the global
// configuration is not known.
var usualStrategies = map[string]string{"jwt": "wildcard", "oauth2_introspection": "exact"}

func (e *Engine) reasonInvalid(h *handler, schema *shape.Type) string {
	if len(h.config) == 0 && e.options.Handlers == nil {
		return ""
	}
	if e.options.Handlers == nil {
		schema = handlers.Optional(schema)
	}
	if found := schema.Check(source.NodeOf(h.config), source.Ref{}); len(found) > 0 {
		return "the configuration of " + h.name + " is refused: " + found[0].Message
	}
	return reasonBeyondSchema(h)
}

// reasonBeyondSchema returns why Oathkeeper refuses a handler that the plain schema
// allows: for a pre_authorization that is enabled without the fields it needs, or a
// cache without a time to live.
func reasonBeyondSchema(h *handler) string {
	switch h.name {
	case "oauth2_introspection":
		pre, ok := objectAt(h.config, "pre_authorization")
		if !ok {
			break
		}
		enabled, _ := pre.Get("enabled")
		all := true
		for _, k := range []string{"client_id", "client_secret", "token_url"} {
			_, has := pre.Get(k)
			all = all && has
		}
		if enabled == true && !all {
			return "the configuration of oauth2_introspection is refused: pre_authorization must be disabled, or enabled with client_id, client_secret and token_url"
		}
	case "hydrator":
		cache, _ := objectAt(h.config, "cache")
		if on, _ := cache.Get("enabled"); on == true && textAt(cache, "ttl") == "" {
			return "the configuration of hydrator is refused: a cache needs a ttl"
		}
	}
	return ""
}

func objectAt(o source.Object, key string) (source.Object, bool) {
	v, _ := o.Get(key)
	out, ok := v.(source.Object)
	return out, ok
}

func textAt(o source.Object, key string) string {
	v, _ := o.Get(key)
	s, _ := v.(string)
	return s
}
