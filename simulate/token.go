package simulate

import (
	"net/url"
	"strings"
)

// Token is a caller's token, described by what verifiers learn about it. The zero
// value means no token.
type Token struct {
	// Kind is "none", "malformed", "jwt" or "opaque".
	Kind string `json:"kind"`
	// Value is the text of a malformed token.
	Value string `json:"value,omitempty"`
	// Valid is "true" (or absent), or names what is wrong. A JWT may be expired,
	// not_yet_valid, future_iat, no_exp, bad_signature, no_kid, unknown_kid or
	// alg_none; an opaque token inactive, expired, refresh_token, access_token,
	// no_exp or endpoint_error.
	Valid string `json:"valid,omitempty"`
	// Key names the key that signed a JWT. "main" is in the key sets of the global
	// configuration, any other key is in key sets whose host begins with its name.
	// A token without a key is verified by every key set.
	Key    string         `json:"key,omitempty"`
	Claims map[string]any `json:"claims,omitempty"`
	// Introspection is the answer of the introspection endpoint about an opaque
	// token, besides active and exp.
	Introspection map[string]any `json:"introspection,omitempty"`
	// Partial reports that Introspection is only a part of the endpoint's
	// answer.
	Partial bool `json:"-"`
	// Tokeninfo is the answer of a token information service to Skipper about the
	// token, nil for an answer made of Introspection or the claims.
	Tokeninfo map[string]any `json:"tokeninfo,omitempty"`
	// Session is the answer of a session store to Oathkeeper, nil if it is not known.
	Session *Session `json:"session,omitempty"`
	// ID identifies tokens where they are counted.
	ID string `json:"-"`
	// Prefix begins an opaque token.
	Prefix string `json:"prefix,omitempty"`
	Via    Via    `json:"via,omitempty"`
}

// Knows reports whether the endpoint's answer about a fact is known, even if the
// answer is that there is no such fact.
func (t *Token) Knows(fact string) bool {
	return t.Introspection != nil && (!t.Partial || t.Introspection[fact] != nil)
}

// Session is the reply of a session store.
type Session struct {
	// Status is the HTTP status; 0 is 200. Any other status refuses the caller.
	Status  int            `json:"status,omitempty"`
	Subject string         `json:"subject,omitempty"`
	Extra   map[string]any `json:"extra,omitempty"`
}

// OK reports whether the store knows the session.
func (s *Session) OK() bool { return s.Status == 0 || s.Status == 200 }

// Via is where in the request the token is: in a "bearer" header (the
// default) or the "header" of that name, after the scheme if there is one, the
// "query" parameter, or the "cookie".
type Via struct {
	In     string `json:"in,omitempty"`
	Name   string `json:"name,omitempty"`
	Scheme string `json:"scheme,omitempty"`
}

// Texts of tokens. Their content does not matter, since engines call Is.
const (
	jwtText     = "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.e30.c2ln"
	algNoneText = "eyJhbGciOiJub25lIn0.e30."
)

// Text returns the token as it is in the request.
func (t *Token) Text() string {
	switch t.Kind {
	case "malformed":
		return t.Value
	case "jwt":
		if t.Valid == "alg_none" {
			return algNoneText
		}
		return jwtText
	case "opaque":
		if t.Prefix == "" {
			return "tk~b3BhcXVl"
		}
		return t.Prefix + "~b3BhcXVl"
	}
	return ""
}

// Is reports whether a text in a request is this token and the token is of the kind.
func (t *Token) Is(kind, text string) bool {
	return t.Kind == kind && text == t.Text()
}

// OK reports whether a token has nothing wrong with it.
func (t *Token) OK() bool { return t.Valid == "" || t.Valid == "true" }

// placed marks a token that is already in the request.
const placed = "placed"

// AsSent returns a copy of the request with the token where Via says, and the
// scheme in X-Forwarded-Proto, as the proxy in front writes it. A request over
// plain HTTP keeps the header if it has it. One that is in this form already stays
// as it is.
func (r *Request) AsSent() *Request {
	out := r.Clone()
	out.MakeReal()
	return out
}

// MakeReal changes the request as AsSent changes a copy.
func (r *Request) MakeReal() {
	switch {
	case r.Scheme == "https":
		r.SetHeader("X-Forwarded-Proto", "https")
	case r.Scheme == "http" && r.Header("X-Forwarded-Proto") == "":
		r.SetHeader("X-Forwarded-Proto", "http")
	}
	if r.Token.Kind == "" || r.Token.Kind == "none" || r.Token.Via.In == placed {
		return
	}
	text, via := r.Token.Text(), r.Token.Via
	r.Token.Via.In = placed
	switch via.In {
	case "", "bearer":
		if via.Scheme == "" {
			via.Scheme = "Bearer"
		}
		r.Headers = append(r.Headers, Header{"Authorization", via.Scheme + " " + text})
	case "header":
		if via.Scheme != "" {
			text = via.Scheme + " " + text
		}
		r.Headers = append(r.Headers, Header{via.Name, text})
	case "cookie":
		r.Headers = append(r.Headers, Header{"Cookie", via.Name + "=" + text})
	case "query":
		sep := "?"
		if strings.Contains(r.Target, "?") {
			sep = "&"
		}
		r.Target += sep + via.Name + "=" + url.QueryEscape(text)
	}
}
