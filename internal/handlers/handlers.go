// Package handlers is the table of Oathkeeper's handlers: what a Rule may name in
// each of its sections, and the schema of each one's configuration.
//
// It takes names and configurations and returns schemas. It must not know the
// model nor any manifest.
package handlers

import (
	"maps"
	"slices"
	"sync"

	"github.com/kgw-dev/kgw/internal/shape"
	"github.com/kgw-dev/kgw/internal/source"
)

// Kind is one of the sections of a Rule and the handlers it may name,
// with the schema of each one's configuration; nil where Oathkeeper checks
// none. The schemas are those of Oathkeeper v0.40.9
// (spec/config.schema.json), unchanged since.
type Kind struct {
	Name, Group string
	Handlers    map[string]*shape.Type
}

// Names lists the handlers, sorted.
func (k *Kind) Names() []string { return slices.Sorted(maps.Keys(k.Handlers)) }

// Defaults is what the cluster configures for one handler.
type Defaults struct {
	Disabled bool
	Config   source.Object
}

// Authenticators are the handlers that say who sends a request.
var Authenticators = &Kind{Name: "authenticator", Group: "authenticators", Handlers: map[string]*shape.Type{
	"noop":         nil,
	"unauthorized": nil,
	"anonymous":    closed(field("subject", text)),
	"jwt": hinting(map[string]string{
		"issuer":          "Oathkeeper's handler has trusted_issuers: [URL]",
		"issuers":         "Oathkeeper's handler has trusted_issuers",
		"jwksUri":         "Oathkeeper's handler has jwks_urls: [URL]",
		"jwks_uri":        "Oathkeeper's handler has jwks_urls: [URL]",
		"jwks_url":        "Oathkeeper's handler has jwks_urls: [URL]",
		"requiredScopes":  "Oathkeeper's handler has required_scope",
		"required_scopes": "Oathkeeper's handler has required_scope",
		"audiences":       "Oathkeeper's handler has target_audience",
	},
		required("jwks_urls", uris), field("required_scope", texts), field("target_audience", texts), field("trusted_issuers", texts),
		field("allowed_algorithms", texts), field("jwks_max_wait", text), field("jwks_ttl", text),
		field("scope_strategy", scopeStrategy), field("token_from", tokenFrom)),
	"oauth2_introspection": closed(
		required("introspection_url", uri), field("scope_strategy", scopeStrategy), field("required_scope", texts),
		field("target_audience", texts), field("trusted_issuers", texts), field("prefix", text), field("preserve_host", boolean),
		field("introspection_request_headers", secretMap), field("token_from", tokenFrom), field("retry", retry),
		field("cache", closed(field("enabled", boolean), field("ttl", duration), field("max_cost", integer))),
		field("pre_authorization", closed(field("enabled", boolean), field("client_id", text), field("client_secret", secret),
			field("token_url", uri), field("audience", text), field("scope", texts)))),
	"oauth2_client_credentials": closed(
		required("token_url", uri), field("required_scope", texts), field("retry", retry),
		field("cache", closed(field("enabled", boolean), field("ttl", duration), field("max_tokens", integer)))),
	"bearer_token": closed(
		required("check_session_url", uri), field("token_from", tokenFrom), field("prefix", text), field("preserve_query", boolean),
		field("preserve_path", boolean), field("preserve_host", boolean), field("force_method", text),
		field("forward_http_headers", texts), field("additional_headers", textMap), field("extra_from", text), field("subject_from", text)),
	"cookie_session": closed(
		required("check_session_url", uri), field("only", texts), field("preserve_query", boolean), field("preserve_path", boolean),
		field("preserve_host", boolean), field("force_method", text), field("forward_http_headers", texts),
		field("additional_headers", textMap), field("extra_from", text), field("subject_from", text)),
}}

// Mutators are the handlers that change a request on its way.
var Mutators = &Kind{Name: "mutator", Group: "mutators", Handlers: map[string]*shape.Type{
	"noop":     nil,
	"header":   closed(required("headers", textMap)),
	"cookie":   closed(required("cookies", secretMap)),
	"id_token": closed(required("jwks_url", uri), required("issuer_url", text), field("claims", text), field("ttl", duration)),
	"hydrator": closed(
		required("api", closed(required("url", uri), field("auth", closed(field("basic", closed(required("username", text), required("password", secret))))),
			field("retry", retry))),
		field("cache", closed(field("enabled", boolean), field("ttl", duration)))),
}}

var (
	text      = &shape.Type{Kind: shape.String}
	secret    = &shape.Type{Kind: shape.String, Secret: true}
	secretMap = &shape.Type{Kind: shape.Map, Elem: secret, Secret: true}
	boolean   = &shape.Type{Kind: shape.Boolean}
	integer   = &shape.Type{Kind: shape.Integer}
	texts     = &shape.Type{Kind: shape.List, Elem: text}
	textMap   = &shape.Type{Kind: shape.Map, Elem: text}
	uri       = &shape.Type{Kind: shape.String, Pattern: &shape.Pattern{Expr: `^[a-zA-Z][a-zA-Z0-9+.-]*:`, Means: "an absolute URI"}}
	uris      = &shape.Type{Kind: shape.List, Elem: uri}
	// A duration has one unit: "1m30s" is refused.
	duration      = &shape.Type{Kind: shape.String, Pattern: &shape.Pattern{Expr: `^[0-9]+(ns|us|ms|s|m|h)$`, Means: "a duration with one unit, such as 30s"}}
	scopeStrategy = &shape.Type{Kind: shape.String, Enum: []string{"hierarchic", "exact", "wildcard", "none"}}
	retry         = closed(field("give_up_after", duration), field("max_delay", duration))
	tokenFrom     = tokenPlace()
)

func tokenPlace() *shape.Type {
	t := closed(field("header", text), field("query_parameter", text), field("cookie", text))
	t.Nullable = true
	t.ExactlyOne = &shape.ExactlyOne{Fields: []string{"header", "query_parameter", "cookie"}, Message: "token_from names exactly one place"}
	return t
}

func closed(fields ...shape.Field) *shape.Type {
	return &shape.Type{Kind: shape.Object, Fields: fields}
}

// hinting is closed with what to write in place of some unknown fields.
func hinting(hints map[string]string, fields ...shape.Field) *shape.Type {
	t := closed(fields...)
	t.Hints = hints
	return t
}

func field(name string, t *shape.Type) shape.Field {
	return shape.Field{Name: name, Type: t.Saying(docs[name])}
}

func required(name string, t *shape.Type) shape.Field {
	f := field(name, t)
	f.Required = true
	return f
}

// Authorizers are the handlers that say whether the caller may.
var Authorizers = &Kind{Name: "authorizer", Group: "authorizers", Handlers: map[string]*shape.Type{
	"allow": nil,
	"deny":  nil,
	"keto_engine_acp_ory": closed(required("base_url", uri), required("required_action", text), required("required_resource", text),
		field("subject", text), field("flavor", text)),
	"remote": closed(required("remote", uri), field("headers", textMap), field("forward_response_headers_to_upstream", texts), field("retry", retry)),
	"remote_json": closed(required("remote", uri), required("payload", text), field("headers", textMap),
		field("forward_response_headers_to_upstream", texts), field("retry", retry)),
}}

// ErrorHandlers are the handlers that answer a refused request.
var ErrorHandlers = &Kind{Name: "error handler", Group: "errors", Handlers: map[string]*shape.Type{
	"json": closed(field("verbose", boolean), field("when", whens)),
	"redirect": closed(required("to", text), field("when", whens),
		field("code", &shape.Type{Kind: shape.Integer, Min: shape.Int(301), Max: shape.Int(302)}),
		field("return_to_query_param", &shape.Type{Kind: shape.String, Pattern: &shape.Pattern{Expr: `^[A-Za-z0-9,._~-]*$`, Means: "the name of a parameter"}})),
	"www_authenticate": closed(field("realm", text), field("when", whens)),
}}

// whens are conditions on which an error handler answers. The schema has cidr,
// which the code never reads; what the code reads, remote_ip, the schema
// refuses.
var whens = &shape.Type{Kind: shape.List, Elem: closed(
	field("error", &shape.Type{Kind: shape.List, Elem: &shape.Type{Kind: shape.String, Enum: []string{"unauthorized", "forbidden", "internal_server_error", "not_found"}}}),
	field("request", closed(field("cidr", texts), field("header", closed(field("content_type", texts), field("accept", texts))))))}

// MergeConfig lays a rule's configuration over the global one: objects are
// merged, everything else is replaced.
func MergeConfig(global, own source.Object) source.Object {
	out := slices.Clone(global)
	for _, m := range own {
		i := slices.IndexFunc(out, func(o source.Member) bool { return o.Key == m.Key })
		if i < 0 {
			out = append(out, m)
			continue
		}
		below, isObject := out[i].Value.(source.Object)
		over, overIs := m.Value.(source.Object)
		if isObject && overIs {
			out[i].Value = MergeConfig(below, over)
		} else {
			out[i].Value = m.Value
		}
	}
	return out
}

// Optional is the schema of a handler with no field required: the cluster can
// supply all of them.
func Optional(t *shape.Type) *shape.Type { return optionals()[t] }

var optionals = sync.OnceValue(func() map[*shape.Type]*shape.Type {
	out := map[*shape.Type]*shape.Type{}
	for _, kind := range []*Kind{Authenticators, Mutators, Authorizers, ErrorHandlers} {
		for _, t := range kind.Handlers {
			if t != nil {
				out[t] = withoutRequired(t)
			}
		}
	}
	return out
})

func withoutRequired(t *shape.Type) *shape.Type {
	out := *t
	out.Fields = slices.Clone(t.Fields)
	for i := range out.Fields {
		f := &out.Fields[i]
		f.Required = false
		if f.Type.Kind == shape.Object {
			f.Type = withoutRequired(f.Type)
		}
	}
	return &out
}
