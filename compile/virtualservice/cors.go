package virtualservice

import (
	"fmt"
	"slices"
	"time"

	"github.com/kgw-dev/kgw/compile/envoy"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
	"github.com/kgw-dev/kgw/internal/source"
)

// checkCORS reports what Istio's webhook refuses in the CORS policies of a
// gateway's routes, each fault once.
func checkCORS(g *ir.Gateway, judge *match.Judge, found *diag.List) {
	checked, said := map[*ir.CORS]bool{nil: true}, map[string]bool{}
	for _, r := range g.Routes {
		if checked[r.CORS] {
			continue
		}
		checked[r.CORS] = true
		var faults diag.List
		checkPolicy(r.CORS, g.Origin.At("spec", "corsPolicy"), judge, &faults)
		for i := range faults {
			if f := &faults[i]; !said[f.Message] {
				said[f.Message] = true
				found.Add(*f)
			}
		}
	}
}

// checkPolicy reports what Istio's webhook refuses in one policy
// (pkg/config/validation, validateCORSPolicy).
func checkPolicy(c *ir.CORS, at source.Ref, judge *match.Judge, found *diag.List) {
	checkOrigins(c.Origins, at.At("allowOrigins"), judge, found)
	for i, m := range c.Methods {
		if m != "*" && !slices.Contains(envoy.Methods, m) {
			refuse(at.At("allowMethods").Elem(i), "write a method in capitals, or *", found, "the allowed method %q: it is none that it knows", m)
		}
	}
	checkNamesOfHeaders(c.Headers, "allowed", at.At("allowHeaders"), found)
	checkNamesOfHeaders(c.ExposeHeaders, "exposed", at.At("exposeHeaders"), found)
	if c.MaxAge != nil && (*c.MaxAge < time.Second || *c.MaxAge%time.Second != 0) {
		found.Add(diag.Finding{
			Code: diag.BadDuration, At: at.At("maxAge"),
			Message: fmt.Sprintf("Istio refuses the age %s: it must be whole seconds, and at least one", c.MaxAge),
			Help:    "write it in seconds, such as 600s",
		})
	}
}

func refuse(at source.Ref, help string, found *diag.List, format string, args ...any) {
	found.Add(diag.Finding{Code: diag.CORSRefused, At: at, Help: help, Message: "Istio refuses " + fmt.Sprintf(format, args...)})
}

// checkOrigins reports allowed origins that are empty, or an expression that
// does not compile.
func checkOrigins(origins []ir.Origin, at source.Ref, judge *match.Judge, found *diag.List) {
	for i, o := range origins {
		if o.Value == "" {
			refuse(at.Elem(i), "write an origin, such as https://www.example.com", found, "an allowed origin that is empty")
			continue
		}
		if o.Kind != "regex" {
			continue
		}
		if reason, refused := judge.RefusedBy(pathlang.Path{Lang: pathlang.Regex, Text: o.Value}, pathlang.RE2Istio); refused {
			found.Add(diag.Finding{
				Code: diag.RegexRefused, At: at,
				Message: fmt.Sprintf("Istio refuses the allowed origin %q: %s", o.Value, reason),
				Help:    "write it in the syntax of RE2 (https://github.com/google/re2/wiki/Syntax)",
			})
		}
	}
}

func checkNamesOfHeaders(names []string, which string, at source.Ref, found *diag.List) {
	for i, name := range names {
		if name != "*" && !envoy.HeaderName().MatchString(name) {
			refuse(at.Elem(i), "write the name of a header, or *", found, "the %s header %q: it is not the name of a header", which, name)
		}
	}
}
