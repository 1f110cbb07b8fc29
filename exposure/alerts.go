package exposure

import (
	"fmt"
	"slices"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/source"
)

// Alerts returns the report as findings, for programs that follow those: the
// findings of the inputs, and one for each line whose routes are open to anyone, or
// of which it is not known who gets through.
func (r *Report) Alerts() diag.List {
	var alerts diag.List
	at := map[alertKey]int{}
	for i := range r.Hosts {
		h := &r.Hosts[i]
		for j := range h.Rows {
			alerts = addAlert(alerts, at, h.Host, &h.Rows[j])
		}
		for _, text := range h.Unknown {
			alerts.Add(diag.Finding{Code: diag.AccessUnknown, Message: "it is not known who gets through to all of " + h.Host + ": " + text, Help: help[diag.AccessUnknown]})
		}
	}
	out := append(slices.Clone(r.found), diag.Levels{}.Apply(alerts)...)
	out.Resolve()
	return out
}

// alertKey identifies the rows that are one alert. Code scanning identifies an
// alert by its line.
type alertKey struct {
	code diag.Code
	at   source.Ref
}

var help = map[diag.Code]string{
	diag.OpenToAnyone:  "if it is intended, dismiss the alert",
	diag.AccessUnknown: "kgw report lists what the inputs leave open",
}

// addAlert adds a row to the alerts, unless it is certainly not open to anyone.
func addAlert(out diag.List, at map[alertKey]int, host string, row *Row) diag.List {
	k, text := alertKey{at: row.at}, ""
	switch row.Access {
	case Public:
		k.code, text = diag.OpenToAnyone, "open to anyone: "
	case Unknown:
		k.code, text = diag.AccessUnknown, "it is not known who gets through: "
	case Restricted, Closed, Unreached:
		return out
	}
	requests := fmt.Sprintf("%s %s%s", row.Verbs(), host, row.Path)
	if i, seen := at[k]; seen {
		out[i].Message += ", " + requests
		return out
	}
	at[k] = len(out)
	f := out.Add(diag.Finding{Code: k.code, At: row.at, Message: text + requests, Help: help[k.code]})
	if w := row.Witness; w != nil {
		f.Witness = &diag.Witness{Method: w.Method, URL: w.URL}
	}
	return out
}
