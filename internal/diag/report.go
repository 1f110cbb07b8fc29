package diag

import (
	"io"

	"github.com/kgw-dev/kgw/internal/secret"
	"github.com/kgw-dev/kgw/internal/source"
)

// Summary counts what a run found and made.
type Summary struct {
	Errors     int `json:"errors"`
	Warnings   int `json:"warnings"`
	Infos      int `json:"infos"`
	Suppressed int `json:"suppressed"`
	Resources  int `json:"resources"`
	Objects    int `json:"objects"`
	// Known counts the findings that are hidden because they are not new.
	Known int `json:"known,omitempty"`
	// PassedOver counts the files of directories that have nothing to do with
	// gateways.
	PassedOver int `json:"passedOver,omitempty"`
	// Fixable counts the findings that kgw validate --fix would try to repair.
	Fixable int `json:"fixable,omitempty"`
}

// Count fills Errors, Warnings and Infos from the findings.
func (s *Summary) Count(l List) {
	s.Errors, s.Warnings, s.Infos = 0, 0, 0
	for i := range l {
		switch l[i].Severity {
		case Error:
			s.Errors++
		case Warning:
			s.Warnings++
		case Info:
			s.Infos++
		}
	}
}

// Report is one run's findings, resolved and sorted, with what the renderers
// show around them.
type Report struct {
	Findings List
	Summary  Summary
	// Resources are the resources that were looked at, in input order; those
	// without a finding passed.
	Resources []*source.Document
	// Version is kgw's own, for formats that name the tool.
	Version string
	// Root is the working directory as a slash path, for formats that resolve
	// relative files against a base; "" leaves it out.
	Root string
	// Limit bounds the findings of one code that text shows; 0 shows all.
	// Quiet leaves out the summary when there is nothing to show.
	Limit int
	Quiet bool
	// Changes, if not nil, is shown by the JSON form under that key.
	Changes any
	// Secrets knows the secrets of the inputs, which are masked in every form;
	// without it only those of the files that the findings are about are known.
	Secrets *secret.Book
}

// Renderer prints a report in one format.
type Renderer interface {
	Render(w io.Writer, r *Report) error
}
