package oathkeeper

import (
	"maps"
	"strings"

	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/simulate"
)

// Entries lists the rules with the requests that each matches and the callers that it lets in.
func (e *Engine) Entries() []simulate.Entry {
	var out []simulate.Entry
	for _, r := range e.rules {
		if r.url == "" || r.refusal != "" {
			continue
		}
		e.prepare(r)
		set, ok := match.RuleSetOf(r.url, r.methods, e.options.Version, e.strategy())
		if !ok {
			set = e.setOf(r)
		}
		out = append(out, simulate.Entry{Name: r.id, At: r.manifest.At("spec.match.url"), Set: set, Exact: len(r.unread) == 0, To: r.upstreamURL, Admits: r.admits()})
	}
	for _, u := range e.unread {
		out = append(out, simulate.Entry{At: u.At, Set: match.Set{Path: pathlang.Path{Lang: pathlang.Prefix, Text: "/"}, View: match.RawPath}})
	}
	return out
}

// GlobEntries lists the requests that the rules match if their URLs are globs,
// where that is not known. They are the same rules as those of Entries and have no
// names.
func (e *Engine) GlobEntries() []simulate.Entry {
	if e.globs == nil {
		return nil
	}
	out := e.globs.Entries()
	for i := range out {
		out[i].Name, out[i].At = "", source.Ref{}
	}
	return out
}

// admits lists the ways through the rule's authenticators that can be reached, none
// where the rule refuses everybody in the end.
func (r *accessRule) admits() []simulate.Admission {
	if r.authorizer.name == "deny" || r.authorizer.invalid != "" || len(r.mutators) == 0 || r.upstreamURL == "" {
		return nil
	}
	var out []simulate.Admission
	for i := range r.authenticators {
		h := &r.authenticators[i]
		if h.invalid != "" || h.name == "unauthorized" {
			break
		}
		token := acceptedToken(h)
		out = append(out, simulate.Admission{Proof: h.name, Token: token})
		for _, issuer := range withoutFirst(h.config.Texts("trusted_issuers")) {
			other := token
			other.Claims = maps.Clone(token.Claims)
			if other.Claims != nil {
				other.Claims["iss"] = issuer
				out = append(out, simulate.Admission{Proof: h.name, Token: other})
			}
		}
		if h.name == "noop" {
			break
		}
	}
	return out
}

// withoutFirst returns all but the first.
func withoutFirst(texts []string) []string {
	if len(texts) == 0 {
		return nil
	}
	return texts[1:]
}

// acceptedToken returns a token that the handler accepts.
func acceptedToken(h *handler) simulate.Token {
	t := simulate.Token{Via: simulate.Via{In: "bearer"}}
	from, _ := objectAt(h.config, "token_from")
	for _, m := range from {
		name, _ := m.Value.(string)
		switch {
		case m.Key == "header" && name != "Authorization":
			t.Via = simulate.Via{In: "header", Name: name}
		case m.Key == "query_parameter":
			t.Via = simulate.Via{In: "query", Name: name}
		case m.Key == "cookie":
			t.Via = simulate.Via{In: "cookie", Name: name}
		}
	}
	facts := map[string]any{"sub": "someone"}
	if trusted := h.config.Texts("trusted_issuers"); len(trusted) > 0 {
		facts["iss"] = trusted[0]
	}
	if audience := h.config.Texts("target_audience"); len(audience) > 0 {
		facts["aud"] = source.ListOf(audience)
	}
	if scope := h.config.Texts("required_scope"); len(scope) > 0 {
		facts["scope"] = strings.Join(scope, " ")
	}
	switch h.name {
	case "jwt":
		t.Kind, t.Claims = "jwt", facts
	case "oauth2_introspection":
		t.Kind, t.Introspection, t.Prefix = "opaque", facts, textAt(h.config, "prefix")
	case "bearer_token":
		t.Kind, t.Prefix = "opaque", textAt(h.config, "prefix")
	case "cookie_session":
		t.Kind, t.Via = "opaque", simulate.Via{In: "cookie", Name: append(h.config.Texts("only"), "session")[0]}
	default:
		return simulate.Token{}
	}
	return t
}
