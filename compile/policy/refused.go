package policy

import (
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
)

// checkRefused reports what Istio's webhook refuses of the policies of a route
// (pkg/config/validation, ValidateAuthorizationPolicy and
// ValidateRequestAuthentication).
func checkRefused(r *ir.Route, found *diag.List) {
	if why := pathFault(policyPath(r.Match.Path)); why != "" && why != notLast {
		found.Add(diag.Finding{
			Code: diag.PolicyRefused, At: r.Origin.At("path"), Help: "write braces only for {*} and {**}, each a whole segment",
			Message: fmt.Sprintf("Istio refuses the policy for the path %q: %s", r.Match.Path.Text, why),
		})
	}
	for _, issuer := range issuersOf(r) {
		checkIssuer(&issuer, found)
	}
	forward, _ := r.Action.(ir.Forward)
	for i := range forward.To {
		checkLabels(&forward.To[i], found)
	}
}

// checkLabels reports a selector that no policy can have.
func checkLabels(u *ir.Upstream, found *diag.List) {
	if u.Selector == nil {
		return
	}
	for k, v := range *u.Selector {
		if k != "" && !strings.Contains(k+v, "*") {
			continue
		}
		found.Add(diag.Finding{
			Code: diag.PolicyRefused, At: u.Origin.At("name"), Help: "write labels without wildcards",
			Message: fmt.Sprintf("Istio refuses the selector of Service %q: a label is empty or has a wildcard", u.Name),
		})
		return
	}
}

// segment is what may be between the slashes of a path with a template.
var segment = regexp.MustCompile("^[a-zA-Z0-9-._~%!$&'()+,;:@=]+$")

// notLast is what the dialect that has templates says itself.
const notLast = "{**} is not its last operator"

// pathFault returns why a policy cannot have a path: braces that are not a
// template, templates after {**}, or, in a path with a template, characters that
// URLs do not have.
func pathFault(path string) string {
	templates := strings.Contains(path, "{*}") || strings.Contains(path, "{**}")
	rest := false
	for part := range strings.SplitSeq(strings.Trim(path, "/"), "/") {
		operator := part == "{*}" || part == "{**}"
		switch {
		case operator && rest:
			return notLast
		case !operator && strings.ContainsAny(part, "{}"):
			return fmt.Sprintf("the braces in %q are not a template", part)
		case !operator && templates && !segment.MatchString(part):
			return fmt.Sprintf("the segment %q cannot be in a path with a template", part)
		}
		rest = rest || part == "{**}"
	}
	return ""
}

func checkIssuer(issuer *ir.Issuer, found *diag.List) {
	refuse := func(at, help, format string, args ...any) {
		found.Add(diag.Finding{Code: diag.PolicyRefused, At: issuer.Origin.At(at), Help: help, Message: "Istio refuses " + fmt.Sprintf(format, args...)})
	}
	if why := keysFault(issuer.JWKS); issuer.JWKS != "" && why != "" {
		refuse("jwksUri", "write the full address of the key set", "the address %q of a key set: %s", issuer.JWKS, why)
	}
	for _, h := range issuer.FromHeaders {
		if h.Name == "" {
			refuse("fromHeaders", "write the name of the header", "a header without a name as the place of a token")
		}
	}
	for _, p := range issuer.FromParams {
		if p == "" {
			refuse("fromParams", "write the name of the parameter", "a parameter without a name as the place of a token")
		}
	}
}

func keysFault(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "it is not a URL"
	}
	if u.Scheme != "http" && u.Scheme != "https" {
		return fmt.Sprintf("its scheme %q is not http or https", u.Scheme)
	}
	if _, err := strconv.Atoi(u.Port()); u.Port() != "" && err != nil {
		return fmt.Sprintf("its port %q is too large", u.Port())
	}
	return ""
}
