package openapi

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
)

// issuer returns the issuer of tokens: the named one, or the first of the
// description's OpenID Connect schemes.
func (d *drafter) issuer() string {
	if named := d.namedIssuers(); d.Issuer == "" && len(named) > 0 {
		return named[0]
	}
	return d.Issuer
}

// namedIssuers lists the issuers of the description's OpenID Connect schemes, by the
// names of the schemes.
func (d *drafter) namedIssuers() []string {
	var out []string
	if d.doc.Components == nil {
		return nil
	}
	for _, name := range sortedKeys(d.doc.Components.SecuritySchemes) {
		if s := d.doc.Components.SecuritySchemes[name]; s != nil && s.Value != nil {
			if issuer := issuerOf(s.Value); issuer != "" && !slices.Contains(out, issuer) {
				out = append(out, issuer)
			}
		}
	}
	return out
}

// sameIssuer compares issuers. Those that end with a slash have their discovery
// document below it.
func sameIssuer(a, b string) bool { return strings.TrimSuffix(a, "/") == strings.TrimSuffix(b, "/") }

// replaced reports whether the draft has an issuer that the description does not name,
// instead of those that it names.
func (d *drafter) replaced() bool {
	named := d.namedIssuers()
	return len(named) > 0 && !slices.ContainsFunc(named, func(n string) bool { return sameIssuer(n, d.issuer()) })
}

// ofAnother reports whether a token of another issuer than the resource's is demanded.
func (d *drafter) ofAnother(c *ir.Credentials) bool {
	other := func(issuer string) bool { return !sameIssuer(issuer, d.issuer()) }
	return d.issuers && slices.ContainsFunc(c.Issuers, other) && (len(c.Issuers) > 1 || !d.replaced())
}

// issuersOf describes the issuers of an operation's tokens.
func (d *drafter) issuersOf(o *ir.Operation) string {
	var out []string
	for _, c := range o.Allowed {
		if text := strings.Join(c.Issuers, " and one of "); text != "" && !slices.Contains(out, text) {
			out = append(out, text)
		}
	}
	return strings.Join(out, " or ")
}

// reportIssuer reports an issuer that replaces those of the description.
func (d *drafter) reportIssuer() {
	if d.replaced() {
		d.found.Add(diag.Finding{
			Code: diag.ImportChose, At: d.origin.At("components", "securitySchemes"),
			Message: fmt.Sprintf("the resource is for tokens of %s, and the document names %s", d.issuer(), strings.Join(d.namedIssuers(), ", ")),
			Help:    "leave out --issuer, or correct the document",
		})
	}
}
