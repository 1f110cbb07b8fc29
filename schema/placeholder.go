package schema

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/lazyregexp"
	"github.com/kgw-dev/kgw/internal/source"
)

// filledIn are the fields in which a placeholder cannot be meant: names,
// addresses, numbers. Fields that an engine reads as templates are not
// included.
var filledIn = []string{
	"name", "namespace", "host", "hosts", "gateway", "externalGateway", "port", "path", "methods", "timeout",
	"issuer", "jwksUri", "trusted_issuers", "jwks_urls", "introspection_url", "token_url", "handler",
	"serviceName", "servicePort", "authorizers",
}

var (
	template    = lazyregexp.New(`\{\{.*?\}\}`)
	environment = lazyregexp.New(`\$\{[A-Za-z_][^{}]*\}|\$[A-Z_][A-Z0-9_]+`)
	angle       = lazyregexp.New(`<[A-Za-z][^<>/]*>`)
	braces      = lazyregexp.New(`\{[A-Za-z][^{}]*\}`)
)

// Placeholders reports values that a template, an environment or a reader of
// documentation was to fill in, each once.
func Placeholders(doc *source.Document, root *source.Node) diag.List {
	p := placeholders{doc: doc}
	p.visit(root, source.Ref{Doc: doc}, "")
	return p.found
}

type placeholders struct {
	doc   *source.Document
	found diag.List
}

// visit looks at the value of a field and what is below it.
func (p *placeholders) visit(n *source.Node, at source.Ref, field string) {
	switch {
	case source.Elements(n) != nil:
		for i, e := range source.Elements(n) {
			p.visit(e, at.Elem(i), field)
		}
	case source.Keys(n) == nil:
		if text := placeholder(field, n.Value); text != "" {
			p.add(at, text)
		}
	default:
		if text := p.flowPlaceholder(n, field); text != "" {
			p.add(at, text)
			return
		}
		for i := 0; i+1 < len(n.Content); i += 2 {
			key := n.Content[i].Value
			p.visit(n.Content[i+1], at.At(key), key)
		}
	}
}

// flowPlaceholder is a placeholder in braces that YAML reads as a mapping, such
// as {Your issuer} or {{ .Values.host }}, where a field wants a plain value.
func (p *placeholders) flowPlaceholder(n *source.Node, field string) string {
	if !source.InBrackets(n) || !slices.Contains(filledIn, field) {
		return ""
	}
	switch {
	case len(n.Content) == 0: // its key was no plain value, and was left out
		return template().FindString(p.doc.File.Line(p.doc.NodeSpan(n).Line))
	case len(n.Content) == 2 && n.Content[1].ShortTag() == "!!null" && n.Content[1].Value == "":
		return "{" + n.Content[0].Value + "}"
	}
	return ""
}

// placeholder returns what of a field's value is a placeholder, or "". Braces
// and angle brackets mean something in a path.
func placeholder(field, text string) string {
	if !strings.ContainsAny(text, "{$<") || !slices.Contains(filledIn, field) {
		return ""
	}
	forms := []*regexp.Regexp{template(), environment()}
	if field != "path" {
		forms = append(forms, angle(), braces())
	}
	for _, form := range forms {
		if found := form.FindString(text); found != "" {
			return found
		}
	}
	return ""
}

func (p *placeholders) add(at source.Ref, text string) {
	f := diag.Finding{Code: diag.Placeholder, At: at, Message: fmt.Sprintf("%s is a placeholder: nothing has filled it in", text)}
	switch {
	case strings.HasPrefix(text, "{{"):
		f.Help = source.TemplateHelp
	case strings.HasPrefix(text, "$"):
		f.Help = "fill it in before, as envsubst does, or pass --set-env, which fills it in from the environment"
	default:
		f.Help = "replace it with the value that is meant"
	}
	p.found.Add(f)
}
