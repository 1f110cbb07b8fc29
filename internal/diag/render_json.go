package diag

import (
	"cmp"
	"io"

	"github.com/kgw-dev/kgw/internal/report"
)

// JSON renders a report as {"findings": [...], "summary": {...}}. The shape is
// public: keys are only ever added, and absent ones are left out.
type JSON struct{}

// JSONReport is a report as JSON, with public keys.
type JSONReport struct {
	Findings []jsonFinding `json:"findings"`
	Summary  Summary       `json:"summary"`
	Changes  any           `json:"changes,omitempty"`
}

type jsonFinding struct {
	Code      Code          `json:"code"`
	Severity  string        `json:"severity"`
	Message   string        `json:"message"`
	Help      string        `json:"help,omitempty"`
	File      string        `json:"file,omitempty"`
	Line      int           `json:"line,omitempty"`
	Column    int           `json:"column,omitempty"`
	EndLine   int           `json:"endLine,omitempty"`
	EndColumn int           `json:"endColumn,omitempty"`
	Path      string        `json:"path,omitempty"`
	Resource  *jsonResource `json:"resource,omitempty"`
	Related   []jsonRelated `json:"related,omitempty"`
	Witness   *Witness      `json:"witness,omitempty"`
	Fixable   bool          `json:"fixable,omitempty"`
	ID        string        `json:"id,omitempty"`
}

type jsonResource struct {
	APIVersion string `json:"apiVersion,omitempty"`
	Kind       string `json:"kind,omitempty"`
	Namespace  string `json:"namespace,omitempty"`
	Name       string `json:"name,omitempty"`
}

type jsonRelated struct {
	Message string `json:"message"`
	File    string `json:"file,omitempty"`
	Line    int    `json:"line,omitempty"`
	Column  int    `json:"column,omitempty"`
}

// Render implements Renderer.
func (JSON) Render(w io.Writer, r *Report) error { return report.JSON(w, r.JSON()) }

// JSON returns what the JSON form of the report has, for reports that have more.
func (r *Report) JSON() *JSONReport {
	r = r.masked()
	out := &JSONReport{Findings: make([]jsonFinding, 0, len(r.Findings)), Summary: r.Summary, Changes: r.Changes}
	for i := range r.Findings {
		out.Findings = append(out.Findings, newJSONFinding(&r.Findings[i]))
	}
	return out
}

func newJSONFinding(f *Finding) jsonFinding {
	out := jsonFinding{
		Code: f.Code, Severity: f.Severity.String(), Message: f.Message, Help: f.Help,
		File: f.Span.File, Line: f.Span.Line, Column: f.Span.Column, EndLine: f.Span.EndLine, EndColumn: f.Span.EndColumn,
		Path: f.At.Path, Resource: newJSONResource(f), Witness: f.Witness, Fixable: f.Fixable, ID: f.ID,
	}
	for _, rel := range f.Related {
		out.Related = append(out.Related, jsonRelated{
			Message: rel.Message, File: rel.Span.File, Line: rel.Span.Line, Column: rel.Span.Column,
		})
	}
	return out
}

// newJSONResource is the resource that the finding's path is in, or else the
// one it counts against.
func newJSONResource(f *Finding) *jsonResource {
	d := cmp.Or(f.At.Doc, f.Owner)
	if d == nil {
		return nil
	}
	out := jsonResource{APIVersion: d.APIVersion, Kind: d.Kind, Namespace: d.Namespace, Name: d.Name}
	if out == (jsonResource{}) {
		return nil
	}
	return &out
}
