package rule

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/crossing"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/handlers"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/lazyregexp"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
	"github.com/kgw-dev/kgw/internal/shape"
	"github.com/kgw-dev/kgw/internal/source"
)

// Check reports faults of the Rules that Lower would write: Rules that the
// Maester or Oathkeeper would refuse, and Rules that would answer 500. It also
// returns which requests the Rules match.
func Check(g *ir.Gateway, t *ir.Target) (diag.List, ir.Written) {
	var found diag.List
	checkStrategy(g, t, &found)
	purse := match.NewPurse(t.Steps)
	for _, r := range g.Routes {
		checkEnforced(r, t, &found)
		if !t.Plan.Delegated(r) {
			continue
		}
		checkPath(r, t.Judge, purse, &found)
		checkUpstream(r, &found)
		if !hasRule(r, t) {
			checkRuleless(r, &found)
			continue
		}
		checkBrackets(g, r, t, purse, &found)
		checkLeftOut(r, t, &found)
		for i := range r.Access.Grants {
			if h := r.Access.Grants[i].Verbatim; h != nil && (t.Plan.Ruled == nil || t.Plan.Ruled[h.Name]) {
				checkHandler(h, handlers.Authenticators, t, &found)
			}
		}
		checkPipeline(g, r, t, purse, &found)
		for _, f := range r.Filters {
			if m, ok := f.(ir.Mutate); ok {
				checkHandler(&m.Handler, handlers.Mutators, t, &found)
				checkCosts(&m.Handler, &found)
			}
		}
	}
	return found, ir.Written{Rules: entries(g, t)}
}

// checkPath reports an expression that poisons every request with one of the
// rule's methods, and one that Istio and Oathkeeper read differently.
func checkPath(r *ir.Route, judge *match.Judge, purse *match.Purse, found *diag.List) {
	at := r.Origin.At("path")
	if reason, refused := judge.RefusedBy(r.Match.Path, pathlang.Oathkeeper); refused {
		found.Add(diag.Finding{
			Code: diag.RegexPoison, At: at,
			Message: fmt.Sprintf("Oathkeeper cannot compile the path %q: %s", r.Match.Path.Text, reason),
			Help:    "one such rule makes Oathkeeper answer 500 to every request with one of its methods, on every host: rewrite the path",
		})
		return
	}
	if judge.Exponential(r.Match.Path.Text) {
		found.Add(diag.Finding{
			Code: diag.SlowRegex, At: at,
			Message: fmt.Sprintf("matching the path %q can take exponential time: Oathkeeper gives up after 250 ms, and all its requests wait that long", r.Match.Path.Text),
			Help:    "write the path without a repetition inside a repetition, such as (a+)+",
		})
	}
	checkReading(r.Match.Path.Text, at, judge, purse, found)
}

// checkBrackets reports angle brackets of a path that end Oathkeeper's
// expression, and begin another one, where their author wrote text.
func checkBrackets(g *ir.Gateway, r *ir.Route, t *ir.Target, purse *match.Purse, found *diag.List) {
	path := rulePath(r)
	if len(g.Hosts) == 0 || !strings.ContainsAny(path, "<>") {
		return
	}
	pieces, err := pathlang.SplitBraces(matchURL(g, r))
	if err != nil || len(pieces) == 3 && pieces[2].Text == path {
		return // refused, or one expression after all
	}
	written, ok := match.RuleSet(matchURL(g, r), r.Match.Methods, t.OathkeeperVersion)
	means := match.Set{Schemes: []string{"http", "https"}, Hosts: []string{g.Hosts[0].Name}, Path: pathlang.Path{Lang: pathlang.Regexp2, Text: path}}
	match.CompleteRule(&means, r.Match.Methods, t.OathkeeperVersion)
	at, before := r.Origin.At("path"), len(*found)
	if ok {
		crossing.Check(crossing.Path{At: at, Text: r.Match.Path.Text, Into: "the Rule", Purse: purse, Means: means, Written: written}, found)
	}
	for i := before; i < len(*found); i++ {
		if (*found)[i].Code == diag.TextWidens {
			return
		}
	}
	found.Add(diag.Finding{
		Code: diag.TextWidens, At: at, Message: fmt.Sprintf("the path %q has angle brackets that end Oathkeeper's expression, or begin another", r.Match.Path.Text),
		Help: "write < and > as %3C and %3E, as they are in a request",
	})
}

func checkReading(text string, at source.Ref, judge *match.Judge, purse *match.Purse, found *diag.List) {
	reasons := judge.ReadDifferently(text)
	if len(reasons) == 0 {
		return
	}
	alike, left := readAlike(text, purse)
	for _, why := range reasons {
		f := diag.Finding{
			Code: diag.RegexAmbiguous, At: at,
			Message: fmt.Sprintf("Istio and Oathkeeper read the path %q differently: %s", text, why),
			Help:    "write what both read alike, such as [0-9] for \\d",
		}
		if !slices.Contains(left, why) {
			f.Fix = diag.Rewrite{Text: alike}
		}
		found.Add(f)
	}
}

// upstreamPattern is the pattern of spec.upstream.url in the CRD of Rule.
var upstreamPattern = lazyregexp.New(`^(?:https?:\/\/)?(?:[^@\/\n]+@)?(?:www\.)?([^:\/\n]+)`)

const maxUpstream = 256 // spec.upstream.url

func checkUpstream(r *ir.Route, found *diag.List) {
	forward, ok := r.Action.(ir.Forward)
	if !ok || len(forward.To) == 0 {
		return
	}
	if url := upstreamURL(&forward.To[0]); len(url) > maxUpstream || !upstreamPattern().MatchString(url) {
		found.Add(diag.Finding{
			Code: diag.BadUpstream, At: forward.To[0].Origin.At("name"),
			Message: fmt.Sprintf("the upstream %q is not allowed in a Rule (at most %d characters)", url, maxUpstream),
		})
	}
}

// checkRuleless reports a route that goes to Oathkeeper though no handler of
// it gets a Rule: Oathkeeper answers 404. A handler without a name is reported
// as that.
func checkRuleless(r *ir.Route, found *diag.List) {
	var names []string
	for i := range r.Access.Grants {
		h := r.Access.Grants[i].Verbatim
		if h == nil {
			continue
		}
		if h.Name == "" {
			return
		}
		names = append(names, h.Name)
	}
	found.Add(diag.Finding{
		Code: diag.DeadRule, At: r.Origin.At("accessStrategies"),
		Message: fmt.Sprintf("requests for %q go to Oathkeeper, and %s gets no Rule there: all are answered with 404", r.Match.Path.Text, strings.Join(names, ", ")),
		Help:    "use noop, oauth2_introspection, jwt, no_auth or allow",
	})
}

// checkHandler checks one handler of a Rule: that Oathkeeper has it, that the
// cluster enables it, and that its configuration, merged over the cluster's,
// satisfies Oathkeeper's schema.
func checkHandler(h *ir.Handler, kind *handlers.Kind, t *ir.Target, found *diag.List) {
	schema, known := kind.Handlers[h.Name]
	if !known {
		help := "use one of " + strings.Join(kind.Names(), ", ")
		if near := shape.Nearest(h.Name, kind.Names()); near != "" {
			help = fmt.Sprintf("did you mean %q?", near)
		}
		found.Add(diag.Finding{
			Code: diag.NoSuchHandler, At: h.Origin.At("handler"), Help: help,
			Message: fmt.Sprintf("Oathkeeper has no %s %q", kind.Name, h.Name),
		})
		return
	}
	defaults, configured := t.Handlers[kind.Group][h.Name]
	if t.Handlers != nil && (!configured || defaults.Disabled) {
		found.Add(diag.Finding{
			Code: diag.HandlerDisabled, At: h.Origin.At("handler"),
			Message: fmt.Sprintf("%s %q is not enabled in oathkeeper.handlers", kind.Name, h.Name),
			Help:    "requests are answered with 500; enable it in the cluster, or use another handler",
		})
	}
	if schema != nil {
		checkConfig(h, schema, defaults.Config, t.Handlers != nil, found)
	}
	if kind == handlers.Authenticators {
		checkDemands(h, defaults.Config, found)
	}
}

// checkConfig checks a configuration as Oathkeeper does: after merging it over
// the global one. Where the global one is not known, kgw assumes that it
// supplies absent fields.
func checkConfig(h *ir.Handler, schema *shape.Type, defaults source.Object, complete bool, found *diag.List) {
	merged := handlers.MergeConfig(defaults, h.Config)
	if !complete {
		schema = handlers.Optional(schema)
	}
	wrong := schema.Check(source.NodeOf(merged), h.Origin.At("config"))
	if complete && h.Name == "oauth2_introspection" {
		checkPreAuthorization(merged, h.Origin.At("config", "pre_authorization"), &wrong)
	}
	for _, f := range wrong {
		f.Code = diag.HandlerConfig
		f.Message = fmt.Sprintf("Oathkeeper refuses the configuration of %s: %s", h.Name, f.Message)
		if f.Help == "" {
			f.Help = "requests of this rule are answered with 500"
		}
		found.Add(f)
	}
}

// checkPreAuthorization checks what the schema of oauth2_introspection demands
// besides types (configAuthenticatorsOauth2Introspection, oneOf): credentials
// where pre-authorization is enabled, and the word enabled with them.
func checkPreAuthorization(config source.Object, at source.Ref, found *diag.List) {
	v, _ := config.Get("pre_authorization")
	settings, _ := v.(source.Object)
	enabled, said := settings.Get("enabled")
	var missing []string
	for _, key := range []string{"client_id", "client_secret", "token_url"} {
		if _, have := settings.Get(key); !have {
			missing = append(missing, key)
		}
	}
	switch {
	case enabled == true && len(missing) > 0:
		found.Add(diag.Finding{At: at.At(missing[0]), Message: fmt.Sprintf("pre_authorization is enabled without %s", strings.Join(missing, ", "))})
	case !said && len(missing) == 0:
		found.Add(diag.Finding{At: at.At("enabled"), Message: "pre_authorization has credentials and does not say whether it is enabled"})
	}
}
