package migrate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/edit"
	"github.com/kgw-dev/kgw/internal/source"
)

// strategy is one access strategy of a rule.
type strategy struct {
	name   string
	config source.Object
	at     string
}

func strategiesOf(r *rule) []strategy {
	v, _ := r.old.Get("accessStrategies")
	var out []strategy
	for i, e := range elements(v) {
		o, _ := e.(source.Object)
		name, _ := o.Get("handler")
		config, _ := o.Get("config")
		s := strategy{at: fmt.Sprintf("%s.accessStrategies[%d]", r.at, i)}
		s.name, _ = name.(string)
		s.config, _ = config.(source.Object)
		out = append(out, s)
	}
	return out
}

// moveAccess finds who may send the rule's requests.
func (c *conversion) moveAccess(r *rule) {
	all := strategiesOf(r)
	r.direct = !slices.ContainsFunc(all, func(s strategy) bool { return s.name != "allow" && s.name != "no_auth" })
	r.anyMethod = slices.ContainsFunc(all, func(s strategy) bool { return s.name == "allow" }) && len(r.methods) > 0
	switch {
	case len(all) == 0:
		c.leave(diag.NotValid, r.at, "say who may send its requests", "the rule has no access strategy")
	case len(all) == 1:
		c.moveSingle(r, &all[0])
	case !slices.ContainsFunc(all, func(s strategy) bool { return s.name != "jwt" }):
		c.moveSeveral(r, all)
	default:
		c.leave(diag.StrategyNotMoved, r.at+".accessStrategies", "choose one of them, or let an external authorizer decide",
			"%s: any of them lets a request in, and a rule of v2 has one", names(all))
	}
}

func names(all []strategy) string {
	var out []string
	for _, s := range all {
		out = append(out, fmt.Sprintf("%q", s.name))
	}
	return strings.Join(out, " and ")
}

// moveSingle moves a rule with one access strategy.
func (c *conversion) moveSingle(r *rule, s *strategy) {
	switch s.name {
	case "no_auth":
		r.access = source.Member{Key: "noAuth", Value: true}
	case "allow", "noop":
		r.access = source.Member{Key: "noAuth", Value: true}
		path, _ := r.old.Get("path")
		c.tell(diag.MadePublic, s.at+".handler", "if that is not meant, write jwt or extAuth instead of noAuth",
			"%q becomes noAuth: anybody may send requests to %q", s.name, fmt.Sprint(path))
	case "jwt":
		if jwt, ok := c.moveJWT(s); ok {
			r.access = source.Member{Key: "jwt", Value: jwt}
		}
	case "oauth2_introspection", "oauth2_client_credentials":
		c.moveAuthorizer(r, s)
	case "cookie_session":
		c.leave(diag.StrategyNotMoved, s.at, "let an external authorizer check sessions, and write extAuth by hand", "%q has no counterpart in v2: nothing there asks a session server", s.name)
	case "unauthorized":
		c.leave(diag.StrategyNotMoved, s.at, "remove the rule if nothing else would match its requests", "%q has no counterpart in v2: it refuses every request", s.name)
	case "anonymous":
		c.leave(diag.StrategyNotMoved, s.at, "write noop if requests with credentials may pass too, or jwt", "%q has no counterpart in v2: it lets in callers without credentials only", s.name)
	default:
		c.leave(diag.StrategyNotMoved, s.at+".handler", "use one that APIRule has", "%q is not an access strategy", s.name)
	}
}

// moveAuthorizer replaces Oathkeeper's introspection by an external authorizer.
func (c *conversion) moveAuthorizer(r *rule, s *strategy) {
	if c.ExtAuthorizer == "" {
		c.leave(diag.StrategyNotMoved, s.at, "name an authorizer of the mesh configuration with --ext-authorizer, or use tokens that are JWTs",
			"%q asks a server about opaque tokens, which in v2 an external authorizer does", s.name)
		return
	}
	r.access = source.Member{Key: "extAuth", Value: source.Object{{Key: "authorizers", Value: []any{c.ExtAuthorizer}}}}
	help := "let the authorizer check what Oathkeeper checked"
	if scopes := strings.Join(texts(s.config, "required_scope"), ", "); scopes != "" {
		help = "let the authorizer demand the scopes " + scopes
	}
	c.tell(diag.AuthorizerTakesOver, s.at, help, "external authorizer %q takes over %q, with everything that it demands", c.ExtAuthorizer, s.name)
}

// moveSeveral joins jwt strategies that demand the same.
func (c *conversion) moveSeveral(r *rule, all []strategy) {
	var issuers []any
	var demands any
	for i := range all {
		jwt, ok := c.moveJWT(&all[i])
		if !ok {
			return
		}
		list, _ := jwt.Get("authentications")
		issuers = append(issuers, elements(list)...)
		d, _ := jwt.Get("authorizations")
		if i > 0 && !edit.Equal(d, demands) {
			c.leave(diag.StrategyNotMoved, r.at+".accessStrategies", "make the strategies demand the same, or split the rule",
				"%s demand different scopes or audiences, and v2 demands the same of every issuer", names(all))
			return
		}
		demands = d
	}
	jwt := source.Object{{Key: "authentications", Value: issuers}}
	if demands != nil {
		jwt = append(jwt, source.Member{Key: "authorizations", Value: demands})
	}
	r.access = source.Member{Key: "jwt", Value: jwt}
}

func texts(o source.Object, key string) []string {
	v, _ := o.Get(key)
	var out []string
	for _, e := range elements(v) {
		if s, ok := e.(string); ok {
			out = append(out, s)
		}
	}
	return out
}

// moveJWT moves the configuration of a jwt strategy, written for either handler.
func (c *conversion) moveJWT(s *strategy) (source.Object, bool) {
	if has(s.config, "authentications") || has(s.config, "authorizations") {
		if mixed := without(s.config, "authentications", "authorizations"); len(mixed) > 0 {
			c.leave(diag.TokensNotMoved, s.at+".config", "remove what is not meant", "the configuration is written for two handlers at once: %q is beside authentications", mixed[0].Key)
			return nil, false
		}
		if list, _ := s.config.Get("authentications"); len(elements(list)) == 0 {
			c.leave(diag.TokensNotMoved, s.at+".config", "add authentications with issuer and jwksUri", "a jwt strategy names no issuer")
			return nil, false
		}
		return s.config, true
	}
	before := len(c.left)
	issuers := c.pairIssuers(s)
	c.checkKeys(s)
	if len(c.left) > before {
		return nil, false
	}
	out := source.Object{{Key: "authentications", Value: issuers}}
	if d := tokenDemands(s.config); len(d) > 0 {
		out = append(out, source.Member{Key: "authorizations", Value: []any{d}})
	}
	return out, true
}

// pairIssuers pairs issuers with their keys.
func (c *conversion) pairIssuers(s *strategy) []any {
	issuers, keys := texts(s.config, "trusted_issuers"), texts(s.config, "jwks_urls")
	at := s.at + ".config"
	switch {
	case len(issuers) == 0:
		c.leave(diag.TokensNotMoved, at, "add trusted_issuers with the issuer of the tokens", "a jwt strategy names no issuer, and v2 demands one")
	case len(keys) == 0:
		c.leave(diag.TokensNotMoved, at, "add jwks_urls with the key set of each issuer", "a jwt strategy names no key set, and v2 demands one for each issuer")
	case len(issuers) != len(keys):
		c.leave(diag.TokensNotMoved, at, "list one key set for each issuer, in the same order",
			"a jwt strategy has %d issuers and %d key sets: v2 wants to know which belong together", len(issuers), len(keys))
	case len(issuers) > 1:
		c.tell(diag.IssuersPaired, at+".trusted_issuers", "check that the lists have the same order", "%d issuers and key sets are paired in the order in which they are listed", len(issuers))
	}
	var out []any
	for i := range min(len(issuers), len(keys)) {
		issuer := source.Object{{Key: "issuer", Value: issuers[i]}, {Key: "jwksUri", Value: keys[i]}}
		out = append(out, append(issuer, c.tokenPlaces(s)...))
	}
	return out
}

// tokenPlaces returns where tokens are read from, if not from the usual header.
func (c *conversion) tokenPlaces(s *strategy) source.Object {
	v, _ := s.config.Get("token_from")
	o, _ := v.(source.Object)
	header, _ := o.Get("header")
	param, _ := o.Get("query_parameter")
	switch {
	case header != nil && header != "":
		from := source.Object{{Key: "name", Value: header}}
		if name, _ := header.(string); strings.EqualFold(name, "Authorization") {
			from = append(from, source.Member{Key: "prefix", Value: "Bearer "})
		}
		return source.Object{{Key: "fromHeaders", Value: []any{from}}}
	case param != nil && param != "":
		return source.Object{{Key: "fromParams", Value: []any{param}}}
	}
	return nil
}

// checkKeys finds the parts of a configuration that v2 cannot express.
func (c *conversion) checkKeys(s *strategy) {
	for _, m := range s.config {
		at := s.at + ".config." + m.Key
		switch m.Key {
		case "trusted_issuers", "jwks_urls", "required_scope", "target_audience":
			if _, isList := m.Value.([]any); !isList && m.Value != nil {
				c.leave(diag.NotValid, at, "write it as a list", "%q is not a list", m.Key)
			}
		case "jwks_max_wait", "jwks_ttl":
			c.tell(diag.SettingDropped, at, "", "%q has no counterpart in v2 and is dropped: it does not change who is let in", m.Key)
		case "scope_strategy":
			if m.Value != "none" && m.Value != "exact" {
				c.leave(diag.TokensNotMoved, at, "list the scopes in full and use exact", "v2 compares scopes exactly, and the scope strategy is %q", fmt.Sprint(m.Value))
			}
		case "token_from":
			o, _ := m.Value.(source.Object)
			if rest := without(o, "header", "query_parameter"); len(rest) > 0 {
				c.leave(diag.TokensNotMoved, at, "read the token from a header", "v2 does not read tokens from a %s", rest[0].Key)
			}
		case "allowed_algorithms":
			if !edit.Equal(m.Value, []any{"RS256"}) {
				c.leave(diag.TokensNotMoved, at, "remove it if the key set has no other keys", "v2 cannot restrict the algorithms of tokens")
			}
		default:
			c.leave(diag.TokensNotMoved, at, "remove it if it has no effect", "%q has no counterpart in v2", m.Key)
		}
	}
}

// tokenDemands returns the scopes and audiences that tokens must have.
func tokenDemands(config source.Object) source.Object {
	var out source.Object
	if scopes := texts(config, "required_scope"); len(scopes) > 0 {
		out = append(out, source.Member{Key: "requiredScopes", Value: source.ListOf(scopes)})
	}
	if audiences := texts(config, "target_audience"); len(audiences) > 0 {
		out = append(out, source.Member{Key: "audiences", Value: source.ListOf(audiences)})
	}
	return out
}

// moveMutators moves mutators to the changes of requests.
func (c *conversion) moveMutators(r *rule) {
	v, _ := r.old.Get("mutators")
	if v == nil {
		return
	}
	if r.direct && c.result.From == "v1beta1" && len(elements(v)) > 0 {
		c.tell(diag.SettingDropped, r.at+".mutators", "", "the mutators have no effect on a rule that is not sent to Oathkeeper, and are dropped")
		return
	}
	for i, e := range elements(v) {
		o, _ := e.(source.Object)
		handler, _ := o.Get("handler")
		config, _ := o.Get("config")
		settings, _ := config.(source.Object)
		at := fmt.Sprintf("%s.mutators[%d]", r.at, i)
		switch handler {
		case "noop":
		case "header":
			c.texts(r, at, "headers", settings)
		case "cookie":
			c.texts(r, at, "cookies", settings)
		default:
			c.leave(diag.MutatorNotMoved, at, "let the upstream or an external authorizer do it", "mutator %q has no counterpart in v2", fmt.Sprint(handler))
		}
	}
}

// texts moves the headers or cookies of one mutator.
func (c *conversion) texts(r *rule, at, key string, config source.Object) {
	v, _ := config.Get(key)
	entries, isObject := v.(source.Object)
	if !isObject && v != nil {
		c.leave(diag.NotValid, at, "write names and values", "%s of a mutator are not names and values", key)
		return
	}
	for _, e := range entries {
		text, isText := e.Value.(string)
		switch {
		case !isText:
			c.leave(diag.MutatorNotMoved, at, "write it in quotes", "the value of %q is not text", e.Key)
		case strings.Contains(text, "{{"):
			c.leave(diag.MutatorNotMoved, at, "let the upstream read the token, which v2 forwards",
				"the value of %q is a template that Oathkeeper fills in, %q, and v2 sets fixed values only", e.Key, text)
		}
	}
	if len(entries) == 0 {
		return
	}
	have, _ := r.request.Get(key)
	old, _ := have.(source.Object)
	for _, e := range entries {
		old = append(without(old, e.Key), e)
	}
	r.request = append(without(r.request, key), source.Member{Key: key, Value: old})
}
