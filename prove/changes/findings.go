package changes

import (
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/prove/classes"
)

// Findings returns the changes as findings, for the formats of findings.
func (r *Report) Findings() diag.List {
	var out diag.List
	for i := range r.Changes {
		code := diag.AnswerChanges
		switch r.Changes[i].Kind {
		case classes.Exposed, classes.Removed, classes.Unknown:
			code = diag.CallersChange
		default:
		}
		out.Add(r.Changes[i].Finding(code, r.Before))
	}
	return out
}

// Finding returns the change as a finding with a code. Its place is the one that
// decides on the after side, and the place on the before side is related. If only
// the before side has a place, the finding is there.
func (c *Change) Finding(code diag.Code, before string) diag.Finding {
	f := diag.Finding{Code: code, ID: c.ID, Message: c.Line + c.shown()}
	if c.Witness.URL != "" {
		f.Witness = &diag.Witness{Method: c.Witness.Method, URL: c.Witness.URL}
	}
	switch {
	case c.Is != nil:
		f.At, f.Span = c.IsAt, c.Is.span
		if c.Was != nil {
			f.Related = []diag.Related{{Message: "decided here before", Span: c.Was.span.On(before)}}
		}
	case c.Was != nil:
		f.Message += "; the line is that of the before side"
		f.At, f.Span = c.WasAt, c.Was.span.On(before)
	}
	return f
}

// shown returns, in parentheses, the credential that the witness request carries
// and its status on both sides; "" where there is neither.
func (c *Change) shown() string {
	text := strings.TrimPrefix(c.Witness.String(), c.Witness.Method+" "+c.Witness.URL)
	if text = strings.TrimPrefix(strings.TrimPrefix(text, ": "), " "); text == "" {
		return ""
	}
	return " (" + text + ")"
}
