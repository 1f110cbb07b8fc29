package trace

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/simulate"
)

// Request returns the request of a method, an absolute URL and header lines. The
// path stays as it is written. An error says what to write instead.
func Request(method, address string, headers []string) (*simulate.Request, error) {
	scheme, rest, ok := strings.Cut(address, "://")
	if !ok || scheme != "http" && scheme != "https" {
		if strings.Contains(method, "://") {
			return nil, fmt.Errorf("say the method first: kgw trace GET %s PATH", method)
		}
		return nil, fmt.Errorf("the URL must begin with http:// or https://, such as https://shop.example.com/orders, not %q", address)
	}
	host, target := rest, "/"
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		host, target = rest[:i], rest[i:]
	}
	if !strings.HasPrefix(target, "/") {
		target = "/" + target
	}
	target, _, _ = strings.Cut(target, "#")
	if host == "" {
		return nil, fmt.Errorf("the URL %q has no host", address)
	}
	r := &simulate.Request{Method: method, Scheme: scheme, Host: host, Target: target}
	for _, line := range headers {
		name, value, ok := strings.Cut(line, ":")
		if !ok {
			return nil, fmt.Errorf("a header must be \"Name: value\", not %q", line)
		}
		r.Headers = append(r.Headers, simulate.Header{Name: strings.TrimSpace(name), Value: strings.TrimSpace(value)})
	}
	return r, nil
}

// SeenAs returns the forms in which some engine may see the URL of a request,
// without its scheme.
func SeenAs(r *simulate.Request) []string {
	var out []string
	for _, raw := range []string{r.RawPath(), normalised(r.RawPath())} {
		for _, view := range []match.View{match.DecodedPath, match.CleanedPath} {
			path, _ := view.See(raw)
			out = append(out, r.Host+path)
		}
	}
	return out
}

func normalised(raw string) string {
	path, _ := match.RawPath.See(raw)
	return path
}

// Opaque returns a valid opaque token with scopes, which commas or blanks part, and a
// realm; "" is none of either.
func Opaque(scopes, realm string) simulate.Token {
	t := simulate.Token{Kind: "opaque", Partial: true, Introspection: map[string]any{"sub": "someone"}}
	if scopes = joinScopes(scopes); scopes != "" {
		t.Introspection["scope"] = scopes
	}
	if realm != "" {
		t.Introspection["realm"] = "/" + strings.TrimPrefix(realm, "/")
	}
	return t
}

// Introspected returns a valid opaque token for which an introspection
// endpoint, or a token information service, answers with a JSON object: nothing
// else is known about it.
func Introspected(data []byte) (simulate.Token, error) {
	t := simulate.Token{Kind: "opaque"}
	if err := json.Unmarshal(data, &t.Introspection); err != nil {
		return t, err
	}
	if t.Introspection == nil {
		return t, errors.New("it holds no object")
	}
	return t, nil
}

// JWT returns a valid JWT with the claims of a JSON object, and with scopes in place
// of those among the claims; "" leaves them.
func JWT(claims []byte, scopes string) (simulate.Token, error) {
	t := simulate.Token{Kind: "jwt", Claims: map[string]any{}}
	if err := json.Unmarshal(claims, &t.Claims); err != nil {
		return simulate.Token{}, err
	}
	if t.Claims == nil {
		return simulate.Token{}, errors.New("null is not a JSON object")
	}
	if scopes = joinScopes(scopes); scopes != "" {
		t.Claims["scope"] = scopes
	}
	return t, nil
}

// joinScopes returns scopes with one blank between them.
func joinScopes(scopes string) string {
	return strings.Join(strings.FieldsFunc(scopes, func(r rune) bool { return r == ',' || r == ' ' }), " ")
}
