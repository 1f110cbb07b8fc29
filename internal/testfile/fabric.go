package testfile

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/shape"
	"github.com/kgw-dev/kgw/simulate"
)

// fabricRow is one element of a list of requests for Skipper.
type fabricRow struct {
	Sequence any            `json:"sequence"`
	Step     any            `json:"step"`
	Request  *fabricRequest `json:"request"`
	Observed any            `json:"observed"`
	Extra    any            `json:"extra"`
}

type fabricRequest struct {
	Method        string         `json:"method"`
	Host          string         `json:"host"`
	Path          *string        `json:"path"`
	Forwarded     *string        `json:"xForwardedProto"`
	JWT           map[string]any `json:"jwt"`
	Token         string         `json:"token"`
	Tokeninfo     map[string]any `json:"tokeninfo"`
	Authorization *string        `json:"authorization"`
	Origin        string         `json:"origin"`
}

// IsFabric reports whether a list is one of requests for Skipper: they say what
// X-Forwarded-Proto replaces a scheme.
func IsFabric(data []byte) bool { return bytes.Contains(data, []byte(`"xForwardedProto"`)) }

// ReadFabric reads a list of requests for Skipper. Equal tokens are one token:
// what one request spends of a rate limit is spent for the next.
func ReadFabric(name string, data []byte) ([]simulate.Request, diag.List) {
	var rows []fabricRow
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	err := dec.Decode(&rows)
	if _, end := dec.Token(); err != nil || !errors.Is(end, io.EOF) || rows == nil || !plainKeys(data, fabricKeys) {
		return nil, check(name, data, FabricType)
	}
	out := make([]simulate.Request, len(rows))
	for i, r := range rows {
		if r.Request == nil || r.Request.Path == nil || r.Request.Method == "" || r.Request.Host == "" {
			return nil, check(name, data, FabricType)
		}
		out[i] = r.Request.request()
	}
	return out, nil
}

func (q *fabricRequest) request() simulate.Request {
	r := simulate.Request{Method: q.Method, Host: q.Host, Target: *q.Path}
	add := func(name string, value *string) {
		if value != nil {
			r.Headers = append(r.Headers, simulate.Header{Name: name, Value: *value})
		}
	}
	add("X-Forwarded-Proto", q.Forwarded)
	if q.Origin != "" {
		add("Origin", &q.Origin)
	}
	switch {
	case q.Authorization != nil:
		add("Authorization", q.Authorization)
	case q.JWT != nil:
		r.Token = simulate.Token{Kind: "jwt", Claims: q.JWT, Introspection: q.Tokeninfo, ID: identity(q.JWT)}
	case q.Token != "":
		r.Token = simulate.Token{Kind: "opaque", Introspection: q.Tokeninfo, ID: q.Token}
	}
	if r.Token.Kind != "" && q.Tokeninfo == nil {
		r.Token.Introspection = map[string]any{"status": 401.0}
	}
	return r
}

// identity is the same for equal payloads.
func identity(claims map[string]any) string {
	data, _ := json.Marshal(claims)
	return string(data)
}

func orNull(t *shape.Type) *shape.Type {
	out := *t
	out.Nullable = true
	return &out
}

var anyMap = &shape.Type{Kind: shape.Map, Elem: &shape.Type{Kind: shape.Any}, Nullable: true}

// FabricType describes a list of requests for Skipper.
var FabricType = &shape.Type{Kind: shape.List, Doc: "Requests to be decided by Skipper.", Elem: object("A request.",
	field("sequence", anything), field("step", anything),
	required("request", object("The request.",
		required("method", &shape.Type{Kind: shape.String, MinLen: 1, Doc: "Method."}),
		required("host", &shape.Type{Kind: shape.String, MinLen: 1, Doc: "Host."}),
		required("path", text("Path as it is sent, with the query.")),
		field("xForwardedProto", orNull(text("Header X-Forwarded-Proto; null: there is none."))),
		field("jwt", anyMap), field("token", text("An opaque token.")),
		field("tokeninfo", anyMap),
		field("authorization", orNull(text("The whole header Authorization, instead of a token."))),
		field("origin", text("Header Origin.")))),
	field("observed", anything), field("extra", anything))}
