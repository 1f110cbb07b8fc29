package workbench

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/compile/fix"
	"github.com/kgw-dev/kgw/exposure"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/edit"
	"github.com/kgw-dev/kgw/internal/report"
	"github.com/kgw-dev/kgw/internal/secret"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/migrate"
	"github.com/kgw-dev/kgw/prove"
	"github.com/kgw-dev/kgw/prove/moves"
	"github.com/kgw-dev/kgw/prove/trace"
	"github.com/kgw-dev/kgw/simulate"
)

// Report is what is found: the report of kgw validate --format json, and how its text
// shows each finding of it, with carets below the place, and the whole.
type Report struct {
	Report json.RawMessage `json:"report"`
	Shown  []string        `json:"shown"`
	Text   string          `json:"text"`
}

func newReport(r *diag.Report) *Report {
	var form, text bytes.Buffer
	r.Findings = r.Findings.Join()
	r.Summary.Count(r.Findings)
	// A buffer returns no error.
	_ = diag.JSON{}.Render(&form, r)
	_ = diag.Text{}.Render(&text, r)
	return &Report{Report: form.Bytes(), Shown: diag.Text{}.Each(r), Text: text.String()}
}

func (b *Bench) report(result *compile.Result) *Report {
	r := &diag.Report{Findings: result.Findings, Summary: result.Summary, Secrets: b.secrets}
	for i := range result.Resources {
		r.Resources = append(r.Resources, result.Resources[i].Doc)
	}
	return newReport(r)
}

// Validate returns what kgw validate reports.
func (b *Bench) Validate() *Report {
	o := b.options
	o.Schema = compile.SchemaAll
	result := prove.Validate(b.in, o)
	fix.Mark(result)
	return b.report(result)
}

// Built is what kgw build writes.
type Built struct {
	// Manifests are what is printed, "" where nothing is written because of an error
	// or because there is nothing to write.
	Manifests string `json:"manifests"`
	Objects   int    `json:"objects"`
	// Faulty reports that nothing is written because of an error.
	Faulty bool `json:"faulty"`
}

// Build returns the manifests that kgw build prints. Its findings are among those of
// Validate.
func (b *Bench) Build() *Built {
	o := b.options
	o.Beside, o.NoInfos, o.Emit = true, true, slices.Clone(o.Config.Emit)
	result := compile.Run(b.in, o)
	if result.Faulty() {
		return &Built{Faulty: true}
	}
	var text strings.Builder
	_ = result.WriteYAML(&text) // a Builder returns no error
	return &Built{Manifests: text.String(), Objects: len(result.Objects)}
}

// Request is a request to be traced.
type Request struct {
	Method  string   `json:"method"`
	URL     string   `json:"url"`
	Headers []string `json:"headers"` // "Name: value"
	// Token is "jwt", "opaque" or "" for none; Claims are those of a JWT, a JSON
	// object, and Scopes those of either, with commas or blanks between.
	Token  string `json:"token"`
	Claims string `json:"claims"`
	Scopes string `json:"scopes"`
	// From is "outside", or NAMESPACE/SERVICEACCOUNT of a workload in the mesh.
	From string `json:"from"`
}

// Traced is what becomes of a request: what kgw trace prints, and the objects that
// are assumed to exist because they are not among the files.
type Traced struct {
	*trace.Trace
	Text     string   `json:"text"`
	Supposed []string `json:"supposed,omitempty"`
}

// Trace returns what kgw trace prints of a request. The cluster is made once, however
// many requests are asked about.
func (b *Bench) Trace(q Request) (*Traced, error) {
	r, err := q.request()
	if err != nil {
		return nil, err
	}
	b.completeCluster()
	t := trace.Run(b.asked.cluster, r, q.URL, 1, b.secrets)
	return traced(t, b.asked.supposed, b.secrets), nil
}

func traced(t *trace.Trace, supposed []string, book *secret.Book) *Traced {
	out := &Traced{Trace: t, Text: t.Text()}
	for _, what := range supposed {
		out.Supposed = append(out.Supposed, book.Text(what))
	}
	return out
}

// completeCluster makes the cluster.
func (b *Bench) completeCluster() {
	if b.asked == nil {
		cluster, compiled, supposed := prove.Complete(b.in, b.options, nil)
		b.asked = &asked{cluster, compiled, supposed}
	}
}

// Expose returns what kgw report --format json prints.
func (b *Bench) Expose() *exposure.Report {
	b.completeCluster()
	o := b.options
	o.Schema = compile.SchemaAll
	result := prove.Validate(b.in, o)
	result.Resources = b.asked.compiled.Resources
	return exposure.New(b.asked.cluster.Side(b.asked.compiled), result, o.Config, b.asked.supposed, b.secrets)
}

// request is the request as engines see it.
func (q *Request) request() (*simulate.Request, error) {
	r, err := trace.Request(q.Method, q.URL, q.Headers)
	if err != nil {
		return nil, err
	}
	if r.Token, err = q.token(); err != nil {
		return nil, err
	}
	if !r.From(q.From) {
		return nil, fmt.Errorf("the caller must be outside or NAMESPACE/SERVICEACCOUNT, not %q", q.From)
	}
	return r, nil
}

// token is what the caller brings.
func (q *Request) token() (simulate.Token, error) {
	switch q.Token {
	case "":
		return simulate.Token{}, nil
	case "opaque":
		return trace.Opaque(q.Scopes, ""), nil
	case "jwt":
		t, err := trace.JWT([]byte(cmp.Or(strings.TrimSpace(q.Claims), "{}")), q.Scopes)
		if err != nil {
			return t, fmt.Errorf("the claims are not a JSON object: %w", err)
		}
		return t, nil
	}
	return simulate.Token{}, fmt.Errorf("the token must be jwt, opaque or none, not %q", q.Token)
}

// Moved is what kgw migrate makes of the files.
type Moved struct {
	// Files are those that change.
	Files []MovedFile `json:"files"`
	// Report is the report about it, and Changes are the changes for callers;
	// nil if nothing moves. Text is the report for people.
	Report  *Report      `json:"report"`
	Changes *moves.Moves `json:"changes,omitempty"`
	Text    string       `json:"text"`
}

// MovedFile is a file that changes: its new text, and the changes as a patch without
// secrets.
type MovedFile struct {
	Name  string `json:"name"`
	After string `json:"after"`
	Patch string `json:"patch"`
}

// Migrate returns what kgw migrate prints: to is a version, or "gateway-api".
func (b *Bench) Migrate(to string) (*Moved, error) {
	if to != "v1beta1" && to != "v2" && to != migrate.ToGatewayAPI {
		return nil, fmt.Errorf("the version must be v1beta1, v2 or gateway-api, not %q", to)
	}
	result := migrate.Run(b.in.Files, moves.Options(to, &b.options))
	about := moves.Report(b.in, &b.options, result)
	proof := moves.Compare(b.in, b.options, result, b.secrets)
	out := &Moved{Files: []MovedFile{}, Report: b.report(about), Changes: proof}
	var text strings.Builder
	_ = proof.Write(&text)
	out.Text = text.String()
	for _, f := range result.Files {
		if f.After != nil {
			out.Files = append(out.Files, MovedFile{f.Name, string(f.After), b.patch(f.File, f.After)})
		}
	}
	return out, nil
}

// patch is the change of a file without its secrets.
func (b *Bench) patch(before *source.File, data []byte) string {
	after := &source.File{Name: before.Name, Data: data}
	return report.Patch(edit.Diff(before.Name, b.secrets.File(before), b.secrets.File(after)))
}
