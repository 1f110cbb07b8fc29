package apirule

import (
	"fmt"
	"strings"

	"github.com/kgw-dev/kgw/internal/lazyregexp"
)

// legacyHostRemedy is that of versions that have no wildcard hosts.
func legacyHostRemedy(text string) string {
	if strings.Contains(text, "*") {
		return "write one host: v1alpha1 and v1beta1 have no wildcards, which are of v2"
	}
	return HostRemedy(text)
}

// HostRemedy returns how to correct a text that is not a host.
func HostRemedy(text string) string {
	host := text
	if _, rest, ok := strings.Cut(text, "://"); ok {
		host = rest
	}
	host, _, _ = strings.Cut(host, "/")
	host, _, _ = strings.Cut(host, ":")
	host = strings.ToLower(strings.Trim(host, ". \r\n"))
	switch {
	case strings.HasSuffix(text, "\n") && !strings.ContainsAny(host, " _*\n"):
		return "write it on one line, without \"|\" or \">\": " + host
	case host == "" || host == text || strings.ContainsAny(host, " _*"):
		return "write the name of a host, such as shop.example.com"
	case strings.Contains(text, "://"):
		return "write the host alone, without the scheme and without a path: " + host
	case strings.ContainsAny(text, "/:"):
		return "write the host alone, without a port and without a path: " + host
	}
	return "write " + host
}

// GatewayRemedy returns how to correct a text that does not name a Gateway as
// namespace/name: older versions wrote the name of its Service.
func GatewayRemedy(text string) string {
	name, rest, dotted := strings.Cut(text, ".")
	namespace, _, _ := strings.Cut(rest, ".")
	switch {
	case strings.Contains(text, "/"):
		return "write namespace and name of the Gateway, in lower case: kyma-system/kyma-gateway"
	case dotted && name != "" && namespace != "":
		return fmt.Sprintf("write %s/%s: dotted names are of v1alpha1 and v1beta1", namespace, name)
	}
	return "write the namespace too: kyma-system/kyma-gateway"
}

var (
	parameter  = lazyregexp.New(`\{[A-Za-z_][^{}/*]*\}|/:[A-Za-z_][A-Za-z0-9_]*`)
	loneStar   = lazyregexp.New(`/\*(/|$)`)
	expression = lazyregexp.New(`[|()\[\]\\^+?]|\.\*`)
)

// TemplateRemedy returns how to correct a text that is not a path of v2.
func TemplateRemedy(text string) string {
	const operators = "{*} is one segment, {**} is any rest"
	switch {
	case expression().MatchString(text):
		return "regular expressions are of v1alpha1 and v1beta1: in v2 " + operators + ", as in /orders/{**}; kgw migrate rewrites them"
	case parameter().MatchString(text):
		return fmt.Sprintf("a parameter is written {*}: %s", parameter().ReplaceAllStringFunc(text, func(s string) string {
			if s[0] == '/' {
				return "/{*}"
			}
			return "{*}"
		}))
	case !strings.HasPrefix(text, "/"):
		return "begin the path with a slash: " + operators + ", /* is every path"
	case loneStar().MatchString(text):
		mended := text
		for loneStar().MatchString(mended) {
			mended = loneStar().ReplaceAllString(mended, "/{*}$1")
		}
		return fmt.Sprintf("write the star in braces: %s (%s)", mended, operators)
	case strings.Contains(text, "*"):
		return "a star is a whole segment: " + operators
	}
	return "write a path: " + operators + "; other characters than letters, digits and -._~!$&'()+,;=:@ are written as %XX"
}
