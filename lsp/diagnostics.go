package lsp

import (
	"context"
	"maps"
	"reflect"
	"slices"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/source"
)

// published is what was sent to the client last about a file.
type published struct {
	uri         uri.URI
	version     int32
	diagnostics []protocol.Diagnostic
}

// publish sends the client the findings of an analysis, for each file where they
// changed.
func (s *Server) publish(ctx context.Context, a *analysis) {
	found := map[string][]protocol.Diagnostic{}
	for _, sc := range a.state.scopes() {
		c := a.checked[sc]
		s.showError(ctx, sc, c.Err)
		for path, list := range a.diagnostics(sc) {
			for _, d := range list {
				if !slices.ContainsFunc(found[path], func(o protocol.Diagnostic) bool { return reflect.DeepEqual(o, d) }) {
					found[path] = append(found[path], d)
				}
			}
		}
	}
	for _, path := range slices.AppendSeq(slices.Collect(maps.Keys(a.state.documents)), maps.Keys(s.published)) {
		if found[path] == nil {
			found[path] = []protocol.Diagnostic{}
		}
	}
	for _, path := range slices.Sorted(maps.Keys(found)) {
		s.publishFile(ctx, a.state, path, found[path])
	}
}

func (s *Server) publishFile(ctx context.Context, st *state, path string, found []protocol.Diagnostic) {
	now := published{uri: st.uriOf(path), version: -1, diagnostics: found}
	if d := st.opened(path); d != nil {
		now.version = d.version
	}
	before, known := s.published[path]
	if known && before.uri == now.uri && before.version == now.version && reflect.DeepEqual(before.diagnostics, found) {
		return
	}
	if s.published[path] = now; len(found) == 0 && now.version < 0 {
		delete(s.published, path)
	}
	if now.version < 0 && len(found) == 0 && len(before.diagnostics) == 0 {
		return
	}
	p := &protocol.PublishDiagnosticsParams{URI: now.uri, Diagnostics: found}
	if now.version >= 0 {
		p.Version = protocol.NewOptional(now.version)
	}
	_ = s.conn.Notify(ctx, protocol.MethodTextDocumentPublishDiagnostics, p)
}

// showError shows why a folder could not be compiled, once.
func (s *Server) showError(ctx context.Context, sc scope, err error) {
	text := ""
	if err != nil {
		text = err.Error()
	}
	if text == s.said[sc] {
		return
	}
	s.said[sc] = text
	if err != nil {
		_ = s.conn.Notify(ctx, protocol.MethodWindowShowMessage, &protocol.ShowMessageParams{Type: protocol.MessageTypeError, Message: "kgw: " + sc.dir + ": " + text})
	}
}

// diagnostics are the findings of a scope, by the paths of their files.
func (a *analysis) diagnostics(sc scope) map[string][]protocol.Diagnostic {
	c := a.checked[sc]
	found := c.allFindings()
	files := c.files(found)
	out := map[string][]protocol.Diagnostic{}
	for i := range found {
		f := &found[i]
		path := sc.file(f.Span.File)
		if d := a.state.opened(path); d != nil {
			path = d.path
		}
		out[path] = append(out[path], a.diagnostic(sc, f, files))
	}
	return out
}

// files are the files that findings are in, by their names.
func (c *Checked) files(found diag.List) map[string]*source.File {
	out := map[string]*source.File{}
	add := func(at source.Ref) {
		if at.Doc != nil {
			out[at.Doc.File.Name] = at.Doc.File
		}
	}
	for _, f := range c.Input.Files {
		out[f.Name] = f
	}
	for i := range found {
		add(found[i].At)
		for _, r := range found[i].Related {
			add(r.At)
		}
	}
	return out
}

var severities = map[diag.Severity]protocol.DiagnosticSeverity{
	diag.Error: protocol.DiagnosticSeverityError, diag.Warning: protocol.DiagnosticSeverityWarning, diag.Info: protocol.DiagnosticSeverityInformation,
}

func (a *analysis) diagnostic(sc scope, f *diag.Finding, files map[string]*source.File) protocol.Diagnostic {
	message := f.Message
	if f.Help != "" {
		message += "\n" + f.Help
	}
	d := protocol.Diagnostic{
		Range: spanOf(files, f.Span), Severity: severities[f.Severity], Code: protocol.String(f.Code),
		Source: protocol.NewOptional("kgw"), Message: protocol.String(message),
	}
	for _, r := range f.Related {
		d.RelatedInformation = append(d.RelatedInformation, protocol.DiagnosticRelatedInformation{
			Location: protocol.Location{URI: a.state.uriOf(sc.file(r.Span.File)), Range: spanOf(files, r.Span)}, Message: r.Message,
		})
	}
	return d
}

// spanOf returns the range of a span; of a file that is not known, as if each
// character before it were one unit.
func spanOf(files map[string]*source.File, s source.Span) protocol.Range {
	if f := files[s.File]; f != nil {
		return rangeOf(f, s)
	}
	at := func(line, column int) protocol.Position {
		return protocol.Position{Line: uint32(max(line-1, 0)), Character: uint32(max(column-1, 0))}
	}
	return protocol.Range{Start: at(s.Line, s.Column), End: at(s.EndLine, s.EndColumn)}
}
