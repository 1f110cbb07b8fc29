package testfile

import (
	"maps"
	"slices"

	"github.com/kgw-dev/kgw/internal/shape"
)

func keys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

func object(doc string, fields ...shape.Field) *shape.Type {
	return &shape.Type{Kind: shape.Object, Doc: doc, Fields: fields}
}

func text(doc string) *shape.Type { return &shape.Type{Kind: shape.String, Doc: doc} }

func choice(doc string, values ...string) *shape.Type {
	return &shape.Type{Kind: shape.String, Doc: doc, Enum: values}
}

func textMap(doc string) *shape.Type {
	return &shape.Type{Kind: shape.Map, Doc: doc, Elem: &shape.Type{Kind: shape.String}}
}

func field(name string, t *shape.Type) shape.Field { return shape.Field{Name: name, Type: t} }

func required(name string, t *shape.Type) shape.Field {
	return shape.Field{Name: name, Type: t, Required: true}
}

var (
	jwtValid    = []string{"true", "expired", "not_yet_valid", "future_iat", "no_exp", "bad_signature", "no_kid", "unknown_kid", "alg_none"}
	opaqueValid = []string{"true", "inactive", "expired", "refresh_token", "access_token", "no_exp", "endpoint_error"}
	tokenPlaces = []string{"bearer", "header", "query", "cookie"}
	anything    = &shape.Type{Kind: shape.Any}
)

var valid = choice("\"true\", or what is wrong with the token. A JWT may be expired, not_yet_valid, future_iat, no_exp, bad_signature, no_kid, unknown_kid or alg_none; an opaque token inactive, expired, refresh_token, access_token, no_exp or endpoint_error.",
	append(slices.Clone(jwtValid), "inactive", "refresh_token", "access_token", "endpoint_error")...)

var tokenType = object("The token that the caller brings.",
	required("kind", choice("What it is.", "none", "malformed", "jwt", "opaque")),
	field("value", text("Text of a malformed token.")),
	field("valid", valid),
	field("key", text("Key that signed a JWT: main is in the key sets of the global configuration, any other key is in key sets whose host begins with its name. Absent: every key set has it.")),
	field("claims", &shape.Type{Kind: shape.Map, Elem: anything, Doc: "Claims of a JWT."}),
	field("introspection", &shape.Type{Kind: shape.Map, Elem: anything, Doc: "The answer of the introspection endpoint for an opaque token."}),
	field("tokeninfo", &shape.Type{Kind: shape.Map, Elem: anything, Doc: "What a token information service replies to Skipper about the token, as it is: realm, uid, scope as a list; status for another status than 200."}),
	field("session", object("What a session store replies to Oathkeeper's cookie_session and bearer_token. Absent: it is not known.",
		field("status", &shape.Type{Kind: shape.Integer, Min: shape.Int(100), Max: shape.Int(599), Doc: "Status; any but 200 refuses the caller."}),
		field("subject", text("Subject of the session.")),
		field("extra", &shape.Type{Kind: shape.Map, Elem: anything, Doc: "What else the session holds."}))),
	field("prefix", text("Beginning of an opaque token.")),
	field("via", object("Where the token is. Absent: in the Authorization header.",
		required("in", choice("The kind of place.", tokenPlaces...)),
		field("name", text("Name of the header, parameter or cookie.")),
		field("scheme", text("Scheme in the Authorization header, by default Bearer.")))))

// answersType is what services reply.
var answersType = &shape.Type{
	Kind: shape.Map, Elem: &shape.Type{Kind: shape.Integer, Min: shape.Int(100), Max: shape.Int(599)},
	Doc: "Statuses that services reply, by the name of the handler or filter that asks them: remote, remote_json, keto_engine_acp_ory, hydrator, cookie_session, webhook, basicAuth and so on. Absent: it allows the request.",
}

var scheme = choice("Scheme.", "http", "https")

// RequestsType describes a list of requests.
var RequestsType = &shape.Type{Kind: shape.List, Doc: "Requests to be decided.", Elem: object("A request.",
	required("request", object("The request.",
		required("method", &shape.Type{Kind: shape.String, MinLen: 1, Doc: "Method."}),
		required("scheme", scheme),
		required("host", &shape.Type{Kind: shape.String, MinLen: 1, Doc: "Host, with its port if the client sends one."}),
		required("path", text("Path as it is sent, with the query.")),
		field("headers", textMap("Headers.")),
		field("token", tokenType))),
	field("observed", anything),
	field("extra", anything))}
