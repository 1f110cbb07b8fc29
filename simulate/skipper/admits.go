package skipper

import (
	"maps"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/eskip"
	"github.com/kgw-dev/kgw/internal/pathlang"
	"github.com/kgw-dev/kgw/simulate"
)

// Again is the destination of entries that route their requests a second time.
const Again = "<loopback>"

func isOpaque(c eskip.Call) bool { return filterOf(c.Name).class == opaque }

// destination returns the address that the route sends requests or copies of them to,
// "" where it answers itself or its limit allows no requests.
func (r *route) destination() string {
	to := ""
	switch b := &r.backend; {
	case b.isBehind():
		to = b.to
	case b.kind == loopback:
		to = Again
	case b.kind == forward:
		to = "<forward>"
	}
	if r.backend.kind == dynamic {
		to = "<dynamic>"
	}
	for i := range r.filters {
		c := &r.filters[i]
		if copied, ok := textArg(c.Args, 0); ok && sendsCopy(c) {
			return copied
		}
		if most, ok := number(c.Args, limitArgs[c.Name].most); ok && filterOf(c.Name).limits && most <= 0 {
			return ""
		}
		if filterOf(c.Name).answers {
			return ""
		}
	}
	return to
}

// sendsCopy reports whether the filter sends a copy of the request elsewhere.
func sendsCopy(c *eskip.Call) bool {
	return slices.Contains([]string{"tee", "Tee", "teenf", "teeLoopback"}, c.Name)
}

// loopPath returns the path with which a route routes requests again, where its
// filters set one and keep the caller's token.
func (r *route) loopPath() *pathlang.Path {
	var out *pathlang.Path
	given := givenHeaders{}
	for i := range r.filters {
		c := &r.filters[i]
		given.note(c)
		switch c.Name {
		case "setPath":
			text, _ := textArg(c.Args, 0)
			if out = nil; !strings.Contains(text, "${") {
				out = &pathlang.Path{Lang: pathlang.Exact, Text: cleanPath(text)}
			}
		case "modPath":
			out = nil
		}
	}
	if given[authorization] {
		return nil
	}
	return out
}

const authorization = "authorization"

// givenHeaders are the headers, by lower-case name, whose values filters may have
// set. Verifying such a value proves nothing about the caller.
type givenHeaders map[string]bool

// note notes the changes of headers by a filter.
func (g givenHeaders) note(c *eskip.Call) {
	args := append(textsOf(c.Args), "", "", "")
	key := strings.ToLower(args[0])
	switch c.Name {
	case "setRequestHeader", "appendRequestHeader", "requestHeader", "setContextRequestHeader", "appendContextRequestHeader", "setRequestHeaderFromSecret", "forwardTokenField", "forwardToken":
		g[key] = true
	case "modRequestHeader":
		g[key] = g[key] || !keepsToken(args[2])
	case "copyRequestHeader", "requestCopyHeader":
		g[strings.ToLower(args[1])] = g[strings.ToLower(args[1])] || g[key]
	case "queryToHeader":
		form := args[2]
		g[strings.ToLower(args[1])] = g[strings.ToLower(args[1])] || form != "" && !strings.Contains(form, "%s")
	case "bearerinjector":
		g[authorization] = true
	}
	if filterOf(c.Name).class == opaque {
		g[authorization] = true // it may set a token
	}
}

// keepsToken reports whether a replacement keeps the token that the caller sent: it
// writes only the scheme, or uses a group of the expression.
func keepsToken(replacement string) bool {
	return replacement == "Bearer " || replacement == "" || strings.Contains(replacement, "$")
}

// maxWays is the maximal number of tokens that one route asks for.
const maxWays = 16

// admits lists the ways through the filters: the proofs that they demand, or none,
// and a token that satisfies filters and predicates for each alternative. Demands
// on a token that a filter sets prove nothing about the caller.
func (r *route) admits() []simulate.Admission {
	if r.forwarded != nil {
		return []simulate.Admission{{}}
	}
	var proofs []string
	var out []simulate.Admission
	infos, given := []map[string]any{{}}, givenHeaders{}
	for i := range r.filters {
		c := &r.filters[i]
		if sendsCopy(c) {
			out = append(out, r.waysThrough(proofs, infos)...)
		}
		given.note(c)
		if p := filterOf(c.Name).proof; p != "" && !given[authorization] && !slices.Contains(proofs, p) {
			proofs = append(proofs, p)
		}
		infos = addDemand(c, infos)
	}
	return append(out, r.waysThrough(proofs, infos)...)
}

// waysThrough returns the ways through filters that demand the proofs: tokens for
// which the service returns the infos.
func (r *route) waysThrough(proofs []string, infos []map[string]any) []simulate.Admission {
	claims := r.claims()
	var out []simulate.Admission
	for _, info := range infos {
		a := simulate.Admission{}
		if len(proofs) > 0 {
			a.Proof, a.Also = proofs[0], proofs[1:]
		}
		a.Token = bearer(proofs, info, maps.Clone(claims))
		out = append(out, a)
		if !slices.Contains(proofs, tokeninfo) {
			break
		}
	}
	return out
}

// claims returns the claims of a token for which the route's predicates hold.
func (r *route) claims() map[string]any {
	claims := map[string]any{}
	for i := range r.tests {
		t := &r.tests[i]
		pairs := textsOf(t.Args)
		if strings.HasPrefix(t.Name, "JWTPayloadAny") && len(pairs) > 2 {
			pairs = pairs[:2]
		}
		for i := 0; strings.HasPrefix(t.Name, "JWTPayload") && i+1 < len(pairs); i += 2 {
			if claims[pairs[i]] = pairs[i+1]; strings.HasSuffix(t.Name, "Regexp") {
				claims[pairs[i]] = exampleText(pairs[i+1])
			}
		}
	}
	return claims
}

// bearer returns a token with the claims, for which the token information service
// returns info.
func bearer(proofs []string, info, claims map[string]any) simulate.Token {
	if len(proofs) == 0 && len(claims) == 0 {
		return simulate.Token{}
	}
	t := simulate.Token{Kind: "opaque", Via: simulate.Via{In: "bearer"}}
	if len(claims) > 0 || slices.Contains(proofs, "jwt") {
		t.Kind, t.Claims = "jwt", claims
	}
	if _, has := claims["sub"]; !has && slices.Contains(proofs, "jwt") {
		claims["sub"] = "someone"
	}
	if slices.Contains(proofs, tokeninfo) {
		info["uid"] = "someone"
		if _, named := info["realm"]; named && claims[realmClaim] == "users" {
			info["realm"] = "/employees"
		}
		t.Introspection = info
	}
	return t
}

// addDemand adds the facts that a filter demands to the information about tokens.
// Each of several alternatives makes a token of its own.
func addDemand(c *eskip.Call, infos []map[string]any) []map[string]any {
	args := textsOf(c.Args)
	var out []map[string]any
	with := func(info map[string]any, scopes []string, pairs ...string) {
		if len(out) == maxWays {
			return
		}
		own := maps.Clone(info)
		have, _ := own["scope"].([]any)
		have = slices.Clone(have)
		for _, s := range scopes {
			have = append(have, s)
		}
		if have != nil {
			own["scope"] = have
		}
		for i := 0; i+1 < len(pairs); i += 2 {
			own[pairs[i]] = pairs[i+1]
		}
		out = append(out, own)
	}
	for _, info := range infos {
		switch c.Name {
		case "oauthTokeninfoAllScope":
			with(info, args)
		case "oauthTokeninfoAnyScope":
			for _, s := range args {
				with(info, []string{s})
			}
		case "oauthTokeninfoAllKV":
			with(info, nil, args...)
		case "oauthTokeninfoAnyKV":
			for i := 0; i+1 < len(args); i += 2 {
				with(info, nil, args[i:i+2]...)
			}
		default:
			with(info, nil)
		}
	}
	return out
}
