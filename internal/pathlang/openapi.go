package pathlang

import "strings"

// OpenAPI returns the paths of a template of OpenAPI: a name in braces matches
// one or more characters without a slash
// (https://spec.openapis.org/oas/v3.1.1.html#path-templating).
func OpenAPI(template string) Path {
	if !strings.Contains(template, "{") {
		return Path{Lang: Exact, Text: template}
	}
	var b strings.Builder
	for rest := template; rest != ""; {
		literal, after, braces := strings.Cut(rest, "{")
		b.WriteString(QuoteRegex(literal))
		if !braces {
			break
		}
		if _, rest, braces = strings.Cut(after, "}"); !braces {
			return Path{Lang: Exact, Text: template}
		}
		b.WriteString("[^/]+")
	}
	return Path{Lang: Regex, Text: b.String()}
}
