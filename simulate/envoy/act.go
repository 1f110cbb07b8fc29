package envoy

import (
	"fmt"
	"net/http"
	"strconv"

	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/simulate"
)

// act does what the route says with the request: it redirects, responds, injects a
// fault, or sends the request on to a destination. Preflights are answered before
// that (Envoy's fault and cors filters skip routes that end here).
func (r *route) act(q *simulate.Request, t *simulate.Trail) simulate.Decision {
	d := simulate.Decision{Route: r.effects().id, At: r.at}
	if n := source.Field(r.entry, "redirect"); n != nil {
		d.Status, d.Cause, d.Reason = int(source.Int(source.Field(n, "redirectCode"))), simulate.Answered, "the route redirects"
		if d.Status == 0 {
			d.Status = http.StatusMovedPermanently
		}
		d.Answer = redirectText(n)
		if to := location(n, q); to != "" {
			d.Reason, d.Response = "the route redirects to "+to, map[string]string{"location": to}
		}
		t.Say(r.manifest.ShownKind(), r.at, "%s", d.Reason)
		return d
	}
	if n := source.Field(r.entry, "directResponse"); n != nil {
		d.Status, d.Cause, d.Reason = int(source.Int(source.Field(n, "status"))), simulate.Answered, "the route answers itself"
		d.Answer = simulate.Canonical(n)
		t.Say(r.manifest.ShownKind(), r.at, "%s with %d", d.Reason, d.Status)
		return d
	}
	if status := r.abortStatus(q); status > 0 {
		d.Status, d.Cause, d.At, d.Reason = status, simulate.Answered, r.manifest.At(r.path+".fault.abort"), "the route injects a fault"
		t.Say(r.manifest.ShownKind(), d.At, "%s: %d", d.Reason, status)
		return d
	}
	if answered := r.answerPreflight(q, &d); answered {
		t.Say(r.manifest.ShownKind(), r.manifest.At(r.path+".corsPolicy"), "%s", d.Reason)
		return d
	}
	return r.forward(q, d, t)
}

// abortStatus returns the status of an injected fault, 0 without one. A fault for a
// share of the requests is left to chance.
func (r *route) abortStatus(q *simulate.Request) int {
	n := source.Field(source.Field(r.entry, "fault"), "abort")
	status := int(source.Int(source.Field(n, "httpStatus")))
	if source.Field(n, "grpcStatus") != nil {
		status = http.StatusOK
	}
	share := number(source.Field(source.Field(n, "percentage"), "value"))
	if status == 0 || share <= 0 {
		return 0
	}
	if share < 100 && !q.Holds(simulate.Unknown{Why: simulate.Chosen, At: r.manifest.At(r.path + ".fault.abort"), What: fmt.Sprintf("it is one of the %g%% that the route answers with a fault", share)}) {
		return 0
	}
	return status
}

func number(n *source.Node) float64 {
	text, ok := scalarOf(n).(source.Number)
	if !ok {
		return 0
	}
	f, err := strconv.ParseFloat(string(text), 64)
	if err != nil {
		return 0
	}
	return f
}

// answerPreflight answers a CORS preflight of an allowed origin, as Envoy's cors
// filter does. A preflight of another origin goes on, unless the policy says
// otherwise.
func (r *route) answerPreflight(q *simulate.Request, d *simulate.Decision) bool {
	cors := source.Field(r.entry, "corsPolicy")
	origin := q.Header("Origin")
	if cors == nil || origin == "" || q.Method != http.MethodOptions || q.Header("Access-Control-Request-Method") == "" {
		return false
	}
	d.Status, d.Cause = http.StatusOK, simulate.Preflight
	if isAllowed(cors, origin) {
		d.Reason = q.Because("the gateway answers the preflight of origin %q", origin)
		d.Response = corsHeaders(cors, origin, true)
		return true
	}
	if source.Text(source.Field(cors, "unmatchedPreflights")) == "IGNORE" {
		d.Reason = q.Because("the origin %q is not allowed, and unmatched preflights are answered here", origin)
		return true
	}
	d.Status, d.Cause = 0, simulate.Passed
	return false
}

func scalarOf(n *source.Node) any {
	if n == nil {
		return nil
	}
	return source.Scalar(n)
}
