package skipper

import (
	"strings"

	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/sim"
)

// Entries lists the routes with what each takes and a token that it lets
// through. Predicates on tokens and headers are left out of the sets, and
// which route of several Skipper takes is not their order.
func (e *Engine) Entries() []sim.Entry {
	out := make([]sim.Entry, 0, len(e.routes))
	for _, r := range e.routes {
		entry := sim.Entry{Name: r.name, At: r.at, Group: r.host, To: r.upstream}
		entry.Set = match.Set{Hosts: []string{r.host}, Path: match.Path{Lang: match.Prefix, Text: "/"}, View: match.SlashedPath}
		if r.path != nil {
			lang := match.Skipper
			if r.subtree {
				lang = match.Subtree
			}
			entry.Set.Path = match.Path{Lang: lang, Text: "/" + strings.Join(r.path, "/")}
		}
		for _, c := range r.predicates {
			if c.name == "Method" || c.name == "Methods" {
				entry.Set.Methods = c.texts()
			}
		}
		entry.Admits = r.admits()
		out = append(out, entry)
	}
	return out
}

// admits gives a token that has what the filters and predicates demand.
func (r *liveRoute) admits() []sim.Admission {
	info, claims := map[string]any{}, map[string]any{}
	for _, c := range r.filters {
		args := c.texts()
		switch {
		case c.name == "oauthTokeninfoAllScope":
			info["scope"] = anyTexts(args)
		case strings.HasPrefix(c.name, "oauthTokeninfoA") && strings.HasSuffix(c.name, "KV") && len(args) > 1:
			info[args[0]] = args[1]
		}
	}
	if len(info) == 0 {
		return nil
	}
	info["uid"] = "someone"
	for _, c := range r.predicates {
		if args := c.texts(); strings.HasPrefix(c.name, "JWTPayload") && len(args) > 1 {
			claims[args[0]] = args[1]
			if args[0] == realmClaim && args[1] == "users" {
				info["realm"] = "/employees"
			}
		}
	}
	t := sim.Token{Kind: "opaque", Introspection: info, Via: sim.Via{In: "bearer"}}
	if len(claims) > 0 {
		t.Kind, t.Claims = "jwt", claims
	}
	return []sim.Admission{{Proof: "tokeninfo", Token: t}}
}

func anyTexts(list []string) []any {
	out := make([]any, len(list))
	for i, s := range list {
		out[i] = s
	}
	return out
}
