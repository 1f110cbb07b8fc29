package envoy

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/lazyregexp"
	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/source"
)

const maxHeader = 16384 // bytes of a name or a value (envoy/config/core/v3, HeaderValue)

// HeaderName is a token of RFC 7230.
var HeaderName = lazyregexp.New("^[!#$%&'*+.^_`|~A-Za-z0-9-]+$")

// headerValue matches what Istio accepts as the value of a header: text without
// control characters, in which Envoy replaces %NAME% and %NAME(arguments)%, and
// %% is a percent sign (pkg/config/validation, ValidateHTTPHeaderValue).
var headerValue = lazyregexp.New(`^(?s)(?:[^%\x00-\x08\x0A-\x1F\x7F]|%%|%[^%(]+%|%[^%(]*\( *(?:\[ *"|[^ [])` + argument + `(?:" *, *"` + argument + `)*(?:\)|" *\] *\)) *%)*$`)

const argument = `(?:\\.|[^\\)"])*`

var control = lazyregexp.New(`[\x00-\x08\x0A-\x1F\x7F]`)

// CheckRequest is CheckSet for what a route does to requests. What is wrong with the
// gateway's own host is reported at the host.
func CheckRequest(g *ir.Gateway, ops *manifest.HeaderOperations, at source.Ref, found *diag.List) {
	if ops != nil && len(g.Hosts) > 0 && ops.Set[forwarded] == g.Hosts[0].Name {
		own := *ops
		own.Set = maps.Clone(ops.Set)
		delete(own.Set, forwarded)
		ops = &own
	}
	CheckSet(ops, at, manifest.IsAuthority, found)
}

// CheckSet reports names and values of one direction, also those that the webhook lets pass
// and Envoy refuses with the whole configuration; beyond holds the allowed names that are
// not names of headers.
func CheckSet(ops *manifest.HeaderOperations, at source.Ref, beyond func(string) bool, found *diag.List) {
	if ops == nil {
		return
	}
	host := ""
	for _, name := range slices.Sorted(maps.Keys(ops.Set)) {
		value, who, why := ops.Set[name], "Istio", ""
		switch {
		case name == "":
			why = "it has no name"
		case (strings.HasPrefix(name, ":") || manifest.IsAuthority(name)) && !beyond(name):
			why = "it is a header that cannot be set"
		case manifest.IsAuthority(name) && host != "":
			why = fmt.Sprintf("the host is set by %q already", host)
		case control().MatchString(value):
			why = fmt.Sprintf("its value %q has a control character", value)
		case !headerValue().MatchString(value):
			why = fmt.Sprintf("its value %q has a percent sign that does not begin %%NAME%%", value)
		case strings.ContainsAny(name, "\x00\n\r"):
			who, why = "Envoy", "a line ends in its name, and no VirtualService takes effect any more"
		case len(name) > maxHeader || len(value) > maxHeader:
			who, why = "Envoy", fmt.Sprintf("it has more than %d bytes, and no VirtualService takes effect any more", maxHeader)
		}
		if manifest.IsAuthority(name) {
			host = name
		}
		if why != "" {
			found.Add(diag.Finding{
				Code: diag.RouteRefused, At: at, Help: "use letters, digits and \"-\" in names, and write %% for a percent sign",
				Message: fmt.Sprintf("%s refuses the header %q: %s", who, name, why),
			})
		}
	}
}
