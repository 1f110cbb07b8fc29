package pathlang

import "strings"

// PolicyPath reads a path of an AuthorizationPolicy as Istio does: a text with
// a template, one that begins or ends with "*", or a literal. In any other
// place "*" is literal
// (https://istio.io/latest/docs/reference/config/security/authorization-policy/#Operation).
func PolicyPath(text string) Path {
	switch {
	case text == "*":
		return Path{Lang: Prefix, Text: "/"}
	case strings.Contains(text, "{*}") || strings.Contains(text, "{**}"):
		return Path{Lang: Regex, Text: policyTemplate(text)}
	case strings.HasPrefix(text, "*"):
		return Path{Lang: Regex, Text: ".*" + QuoteRegex(text[1:])}
	case strings.HasSuffix(text, "*"):
		return Path{Lang: Prefix, Text: text[:len(text)-1]}
	}
	return Path{Lang: Exact, Text: text}
}

// PolicyText reports whether a value of an AuthorizationPolicy matches a text: it
// is equal to it, begins or ends with it where it has a "*" at the other end, or
// is "*" and the text is not empty.
func PolicyText(pattern, text string) bool {
	switch {
	case pattern == "*":
		return text != ""
	case strings.HasPrefix(pattern, "*"):
		return strings.HasSuffix(text, pattern[1:])
	case strings.HasSuffix(pattern, "*"):
		return strings.HasPrefix(text, pattern[:len(pattern)-1])
	}
	return text == pattern
}

// policyTemplate is a template as Envoy's matcher of URI templates reads it
// (source/extensions/path/uri_template_lib): text that is not an operator is
// literal, and segments have the characters of RFC 3986 except for "*".
func policyTemplate(text string) string {
	const segment = `[a-zA-Z0-9-._~%!$&'()+,;:@=]`
	parts := strings.Split(text, "{**}")
	for i, part := range parts {
		pieces := strings.Split(part, "{*}")
		for j := range pieces {
			pieces[j] = QuoteRegex(pieces[j])
		}
		parts[i] = strings.Join(pieces, segment+"+")
	}
	return strings.Join(parts, "("+segment+"|/)*")
}

// QuoteRegex escapes a literal text for a regular expression of any engine.
func QuoteRegex(text string) string {
	var b strings.Builder
	for _, c := range text {
		if strings.ContainsRune(`\.+*?()|[]{}^$`, c) {
			b.WriteByte('\\')
		}
		b.WriteRune(c)
	}
	return b.String()
}

const (
	templateSegment = `([A-Za-z0-9-._~!$&'()*+,;=:@]|%[0-9a-fA-F]{2})+`
	templateRest    = `([A-Za-z0-9-._~!$&'()*+,;=:@/]|%[0-9a-fA-F]{2})*`
)

// TemplateMeaning returns what an APIRule v2 path is defined to match: text that
// is not an operator is literal, and "{**}" is zero or more segments, also
// between two others, where the controller's expression needs one
// (https://kyma-project.io/external-content/api-gateway/docs/user/custom-resources/apirule/04-10-apirule-custom-resource.html).
// A path that means what the expression says is returned as it is.
func TemplateMeaning(p Path) Path {
	before, after, rest := strings.Cut(p.Text, "{**}")
	if p.Lang != Template || p.Text == "/*" || strings.Contains(after, "{*") {
		return p // no operator may be behind {**}
	}
	middle := rest && strings.HasPrefix(after, "/")
	if !middle && !strings.ContainsAny(operatorless.Replace(p.Text), `\.+*?()|[]^$`) {
		return p
	}
	text := "^" + quoteTemplate(before)
	switch {
	case middle:
		text += "(" + templateRest + "/)?" + quoteTemplate(after[1:])
	case rest:
		text += templateRest + quoteTemplate(after)
	}
	return Path{Lang: Regex, Text: text + "$"}
}

func quoteTemplate(text string) string {
	parts := strings.Split(text, "{*}")
	for i := range parts {
		parts[i] = QuoteRegex(parts[i])
	}
	return strings.Join(parts, templateSegment)
}
