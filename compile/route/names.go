package route

import (
	"fmt"
	"strings"
	"time"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/match"
)

const (
	maxDomain = 255 // characters of a host, as Istio's webhook bounds them
	maxLabel  = 63
)

// checkNames reports hosts and a gateway reference that Istio's webhook
// refuses (pkg/config/validation: labels of letters, digits and "-", at most
// 63 characters each; a wildcard only as the first label).
func checkNames(g *ir.Gateway, found *diag.List) {
	for i := range g.Hosts {
		h := &g.Hosts[i]
		if h.Name == "" || h.Short {
			continue
		}
		if why := domainFault(strings.TrimPrefix(h.Name, "*.")); why != "" {
			found.Add(diag.Finding{
				Code: diag.BadHost, At: h.Origin,
				Message: fmt.Sprintf("Istio refuses the host %q: %s", h.Name, why),
				Help:    "use letters, digits and \"-\" in labels of at most 63 characters",
			})
		}
	}
	for _, part := range strings.Split(g.Ingress.Text, "/") {
		if why := domainFault(part); g.Ingress.Text != "" && why != "" {
			found.Add(diag.Finding{
				Code: diag.BadHost, At: g.Ingress.Origin,
				Message: fmt.Sprintf("Istio refuses the gateway %q: %s", g.Ingress.Text, why),
				Help:    "write the gateway as namespace/name",
			})
			return
		}
	}
}

func domainFault(name string) string {
	if len(name) > maxDomain {
		return fmt.Sprintf("it has more than %d characters", maxDomain)
	}
	for _, label := range strings.Split(strings.TrimSuffix(name, "."), ".") {
		switch {
		case len(label) > maxLabel:
			return fmt.Sprintf("label %q has more than %d characters", label, maxLabel)
		case !isLabel(label):
			return fmt.Sprintf("%q is no DNS label", label)
		}
	}
	return ""
}

func isLabel(s string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i]
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
		if !letter && (c != '-' || i == 0 || i == len(s)-1) {
			return false
		}
	}
	return s != ""
}

// checkCORS reports what Istio's webhook refuses in a CORS policy: expressions
// that do not compile, and ages below a second or with parts of one.
func checkCORS(g *ir.Gateway, judge *match.Judge, found *diag.List) {
	if len(g.Routes) == 0 || g.Routes[0].CORS == nil {
		return
	}
	at, c := g.Origin.At("spec", "corsPolicy"), g.Routes[0].CORS
	for _, o := range c.Origins {
		if o.Kind != "regex" {
			continue
		}
		if reason, refused := judge.RefusedBy(match.Path{Lang: match.Regex, Text: o.Value}, match.RE2Istio); refused {
			found.Add(diag.Finding{
				Code: diag.RegexRefused, At: at.At("allowOrigins"),
				Message: fmt.Sprintf("Istio refuses the allowed origin %q: %s", o.Value, reason),
				Help:    "write it in the syntax of RE2 (https://github.com/google/re2/wiki/Syntax)",
			})
		}
	}
	if c.MaxAge != nil && (*c.MaxAge < time.Second || *c.MaxAge%time.Second != 0) {
		found.Add(diag.Finding{
			Code: diag.BadDuration, At: at.At("maxAge"),
			Message: fmt.Sprintf("Istio refuses the age %s: it must be whole seconds, and at least one", c.MaxAge),
			Help:    "write it in seconds, such as 600s",
		})
	}
}
