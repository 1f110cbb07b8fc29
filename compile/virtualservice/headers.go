package virtualservice

import (
	"fmt"

	"github.com/kgw-dev/kgw/compile/envoy"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/source"
)

// checkRefused reports headers that Istio's webhook refuses to set, and answers
// that it refuses to send.
func checkRefused(g *ir.Gateway, r *ir.Route, found *diag.List) {
	if answer, ok := r.Action.(ir.Respond); ok {
		checkAnswer(&answer, r.Origin, found)
	}
	h := envoy.Headers(g, r)
	if h == nil {
		return
	}
	envoy.CheckRequest(g, h.Request, r.Origin.At("request"), found)
	envoy.CheckSet(h.Response, r.Origin, func(string) bool { return false }, found)
}

const (
	firstStatus = 200
	maxBody     = 1 << 20
)

func checkAnswer(a *ir.Respond, at source.Ref, found *diag.List) {
	if a.Status < firstStatus {
		found.Add(diag.Finding{
			Code: diag.RouteRefused, At: at, Help: "answer with a status that ends the request",
			Message: fmt.Sprintf("Istio refuses the answer %d: the status must be at least %d", a.Status, firstStatus),
		})
	}
	if len(a.Body) > maxBody {
		found.Add(diag.Finding{
			Code: diag.RouteRefused, At: at, Help: "let a Service answer",
			Message: fmt.Sprintf("Istio refuses an answer of %d bytes: at most %d are allowed", len(a.Body), maxBody),
		})
	}
}
