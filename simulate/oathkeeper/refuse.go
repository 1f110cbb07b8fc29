package oathkeeper

import (
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/handlers"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/simulate"
)

// refuse answers a request that does not get through with the rule's error handler
// whose conditions hold, else with the first fallback whose conditions hold
// (proxy/request_handler.go, HandleError). After a panic nothing answers.
func (x *exchange) refuse(r *accessRule, f *failure) simulate.Decision {
	d := f.decision(x.in)
	if r != nil {
		d.Rule = r.id
	}
	if f.status == 0 {
		return d
	}
	h, broken := x.chooseErrorHandler(r, f.status)
	if broken != nil {
		x.fail(broken)
		d.Status = broken.status
		return d
	}
	x.answerStatus(h, &d)
	return d
}

func (x *exchange) chooseErrorHandler(r *accessRule, status int) (*handler, *failure) {
	var chosen *handler
	if r != nil {
		for i := range r.errors {
			h := &r.errors[i]
			holds, f := x.conditionHolds(h, status)
			switch {
			case f != nil:
				return nil, f
			case holds && chosen != nil:
				return nil, newFailure(500, simulate.Misconfigured, h.at, "two error handlers of rule %s feel responsible", r.id)
			case holds:
				chosen = h
			}
		}
	}
	if chosen == nil {
		var f *failure
		if chosen, f = x.chooseFallback(status); f != nil {
			return nil, f
		}
	}
	if chosen.invalid != "" {
		return nil, newFailure(500, simulate.Misconfigured, chosen.at, "%s", chosen.invalid)
	}
	return chosen, nil
}

func (x *exchange) chooseFallback(status int) (*handler, *failure) {
	names := x.e.options.Fallback
	if len(names) == 0 {
		names = []string{"json"}
	}
	for _, name := range names {
		h := &handler{name: name}
		if x.e.completeHandler(h, handlers.ErrorHandlers); h.invalid != "" {
			return nil, newFailure(500, simulate.Misconfigured, source.Ref{}, "%s", h.invalid)
		}
		holds, f := x.conditionHolds(h, status)
		if f != nil {
			return nil, f
		}
		if holds {
			return h, nil
		}
	}
	return nil, newFailure(500, simulate.Misconfigured, source.Ref{}, "no error handler feels responsible")
}

// conditionHolds reports whether one of a handler's conditions holds, or it has
// none. A configuration that violates the schema fails at once. A handler that is
// not enabled fails only when it has to answer.
func (x *exchange) conditionHolds(h *handler, status int) (bool, *failure) {
	if _, known := handlers.ErrorHandlers.Handlers[h.name]; !known || strings.HasPrefix(h.invalid, "the configuration") {
		return false, newFailure(500, simulate.Misconfigured, h.at, "%s", h.invalid)
	}
	v, _ := h.config.Get("when")
	list, _ := v.([]any)
	if len(list) == 0 {
		return true, nil
	}
	for _, e := range list {
		when, _ := e.(source.Object)
		if codes := when.Texts("error"); len(codes) > 0 && !slices.Contains(codes, statusName(status)) {
			continue
		}
		ok, malformed := x.requestHolds(h, when)
		if malformed {
			return false, newFailure(500, simulate.Misconfigured, h.at, "the Content-Type of the request cannot be read")
		}
		if ok {
			return true, nil
		}
	}
	return false, nil
}

// statusName spells a status as conditions do: "internal_server_error".
func statusName(status int) string {
	return strings.ReplaceAll(strings.ReplaceAll(strings.ToLower(http.StatusText(status)), " ", "_"), "'", "")
}

func (x *exchange) requestHolds(h *handler, when source.Object) (ok, malformed bool) {
	request, _ := objectAt(when, "request")
	header, _ := objectAt(request, "header")
	if types := header.Texts("content_type"); len(types) > 0 && x.leavesOpen("Content-Type") {
		if !x.mayAccept(h, "Content-Type", types) {
			return false, false
		}
	} else if len(types) > 0 {
		have := strings.Split(orElse(x.http.Header.Get("Content-Type"), "application/octet-stream"), ",")
		for i := range have {
			t, _, err := mime.ParseMediaType(strings.TrimSpace(have[i]))
			if err != nil {
				return false, true
			}
			have[i] = t
		}
		if !isAcceptable(have, types) {
			return false, false
		}
	}
	if types := header.Texts("accept"); len(types) > 0 {
		if x.leavesOpen("Accept") {
			return x.mayAccept(h, "Accept", types), false
		}
		return isAcceptable(strings.Split(orElse(x.http.Header.Get("Accept"), "application/octet-stream"), ","), types), false
	}
	return true, false
}

// leavesOpen reports whether the request leaves the value of a header to the caller.
func (x *exchange) leavesOpen(header string) bool {
	return x.in.Free > simulate.Concrete && x.in.Header(header) == ""
}

// mayAccept asks whether the caller names one of the media types in a header.
func (x *exchange) mayAccept(h *handler, header string, types []string) bool {
	return slices.ContainsFunc(types, func(t string) bool {
		return t == "*/*" || x.in.Holds(simulate.Unknown{
			Why: simulate.Chosen, At: h.at, What: fmt.Sprintf("the request has the %s %s", header, t), Key: strings.ToLower(header) + " " + t,
			Example: []simulate.Header{{Name: header, Value: strings.Replace(t, "/*", "/any", 1)}},
		})
	})
}

// isAcceptable compares media types; a wildcard in the request is only a text.
func isAcceptable(have, want []string) bool {
	for _, a := range have {
		a, _, _ = strings.Cut(strings.TrimSpace(a), ";")
		a = strings.TrimSpace(a)
		for _, m := range want {
			kind, _, _ := strings.Cut(a, "/")
			if m == "*/*" || a == m || strings.HasSuffix(m, "/*") && strings.TrimSuffix(m, "/*") == kind {
				return true
			}
		}
	}
	return false
}

// answerStatus sets the status that an error handler answers with: json keeps that
// of the failure, the others set their own.
func (x *exchange) answerStatus(h *handler, d *simulate.Decision) {
	switch h.name {
	case "redirect":
		d.Status = http.StatusFound
		if code, _ := h.config.Get("code"); code == source.Number("301") {
			d.Status = http.StatusMovedPermanently
		}
	case "www_authenticate":
		d.Status = http.StatusUnauthorized
	default:
		return
	}
	x.trail.Say(name, h.at, "the error handler %s answers with %d", h.name, d.Status)
}
