package lsp

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"github.com/kgw-dev/kgw/compile/fix"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/migrate"
	"github.com/kgw-dev/kgw/schema/apirule"
)

// codeAction offers the fixes of validate --fix for the findings of a range, their
// suppression, and the migration of the APIRule there.
func (s *Server) codeAction(ctx context.Context, p *protocol.CodeActionParams) ([]protocol.CommandOrCodeAction, error) {
	v, err := s.view(ctx, p.TextDocument.URI)
	if err != nil || v == nil || v.Result == nil {
		return nil, err
	}
	wanted := func(kind protocol.CodeActionKind) bool {
		return len(p.Context.Only) == 0 || slices.ContainsFunc(p.Context.Only, func(k protocol.CodeActionKind) bool {
			return kind == k || strings.HasPrefix(string(kind), string(k)+".")
		})
	}
	out := []protocol.CommandOrCodeAction{}
	if found := v.findingsIn(p.Range); wanted(protocol.CodeActionKindQuickFix) {
		out = append(out, v.offerFixes(ctx, found)...)
		out = append(out, v.offerSuppressions(found)...)
	}
	if wanted(protocol.CodeActionKindRefactorRewrite) && ctx.Err() == nil {
		out = append(out, v.offerMigrations(p.Range)...)
	}
	if len(p.Context.Only) > 0 && wanted(protocol.CodeActionKindSourceFixAll) && ctx.Err() == nil {
		out = append(out, v.offerFixAll()...)
	}
	return out, nil
}

// newAction is a code action that edits files.
func newAction(title string, kind protocol.CodeActionKind, edits map[uri.URI][]protocol.TextEdit, found ...protocol.Diagnostic) *protocol.CodeAction {
	return &protocol.CodeAction{Title: title, Kind: &kind, Diagnostics: found, Edit: &protocol.WorkspaceEdit{Changes: edits}}
}

// editsOf are the edits of one file.
func (v *view) editsOf(f *source.File, list ...protocol.TextEdit) map[uri.URI][]protocol.TextEdit {
	return map[uri.URI][]protocol.TextEdit{v.state.uriOf(v.scope.file(f.Name)): list}
}

// diagnosticOf is a finding as it is published.
func (v *view) diagnosticOf(f *diag.Finding) protocol.Diagnostic {
	masked := diag.List{*f}.Masked(v.Secrets)
	return v.diagnostic(v.scope, &masked[0], v.files(masked))
}

func (v *view) offerFixes(ctx context.Context, found []*diag.Finding) []protocol.CommandOrCodeAction {
	var out []protocol.CommandOrCodeAction
	for _, f := range found {
		if ctx.Err() != nil {
			return out
		}
		change, ok := fix.One(v.Input, v.Options, v.Result, f)
		if !ok {
			continue
		}
		edit := protocol.TextEdit{Range: rangeOfBytes(string(f.At.Doc.File.Data), change.Start, change.End), NewText: change.Text}
		a := newAction(fixTitle(f), protocol.CodeActionKindQuickFix, v.editsOf(f.At.Doc.File, edit), v.diagnosticOf(f))
		yes := true
		a.IsPreferred = &yes
		out = append(out, a)
	}
	return out
}

// fixTitle describes what a fix does.
func fixTitle(f *diag.Finding) string {
	switch fix := f.Fix.(type) {
	case diag.Rewrite:
		return fmt.Sprintf("Write %q (%s)", fix.Text, f.Code)
	case diag.Move:
		return fmt.Sprintf("Move it in front (%s)", f.Code)
	case diag.DropComment:
		return fmt.Sprintf("Remove the suppression (%s)", f.Code)
	}
	return fmt.Sprintf("Fix %s", f.Code)
}

// offerSuppressions offers to suppress findings. The reason is left to the author:
// until it is written, nothing is suppressed and its absence is a finding.
func (v *view) offerSuppressions(found []*diag.Finding) []protocol.CommandOrCodeAction {
	var out []protocol.CommandOrCodeAction
	seen := map[string]bool{}
	for _, f := range found {
		key := fmt.Sprint(f.Code, f.Span.Line)
		if f.At.Doc == nil || f.Code == diag.UnusedSuppression || seen[key] || !v.Options.Hidable(f) || strings.HasPrefix(strings.TrimSpace(string(f.At.Doc.Text())), "{") {
			continue
		}
		seen[key] = true
		line := v.file.Line(f.Span.Line)
		indent := line[:len(line)-len(strings.TrimLeft(line, " "))]
		at := positionOf(v.file, f.Span.Line, 1)
		edit := protocol.TextEdit{Range: protocol.Range{Start: at, End: at}, NewText: fmt.Sprintf("%s# kgw:ignore %s \n", indent, f.Code)}
		out = append(out, newAction(fmt.Sprintf("Suppress %s here: write the reason after the code", f.Code), protocol.CodeActionKindQuickFix, v.editsOf(v.file, edit), v.diagnosticOf(f)))
	}
	return out
}

// offerMigrations offers to move the APIRules of older versions in a range to v2.
func (v *view) offerMigrations(r protocol.Range) []protocol.CommandOrCodeAction {
	var out []protocol.CommandOrCodeAction
	for _, d := range v.documents() {
		root := d.root
		if d.doc.Kind != "APIRule" || !strings.HasPrefix(d.doc.APIVersion, apirule.Group+"/") || strings.HasSuffix(d.doc.APIVersion, "/v2") {
			continue
		}
		s := v.symbol("", protocol.SymbolKindClass, d.ref(""), root, nil)
		if isBefore(s.Range.End, r.Start) || isBefore(r.End, s.Range.Start) {
			continue
		}
		after := v.migratedText(d.doc)
		if after == nil {
			continue
		}
		title := fmt.Sprintf("Migrate APIRule %q to v2 (kgw migrate shows which requests are answered differently)", d.doc.Name)
		out = append(out, newAction(title, protocol.CodeActionKindRefactorRewrite, v.editsOf(v.file, replacementEdit(v.file, after))))
	}
	return out
}

// migratedText is the text of the file after one of its documents was moved to
// v2; nil where that needs a decision.
func (v *view) migratedText(doc *source.Document) []byte {
	only := func(d *source.Document) bool {
		return d.File == v.file && d.Index == doc.Index && d.Item() == doc.Item()
	}
	result := migrate.Run(v.Input.Files, migrate.Options{To: "v2", Config: v.Options.Config, Namespace: v.Options.Namespace, Only: only})
	for i := range result.Files {
		if result.Files[i].File == v.file {
			return result.Files[i].After
		}
	}
	return nil
}

// replacementEdit replaces what differs between a file and a new text: all
// between the beginning and the end that they share.
func replacementEdit(f *source.File, after []byte) protocol.TextEdit {
	start, end := 0, 0
	for start < len(f.Data) && start < len(after) && f.Data[start] == after[start] {
		start++
	}
	for start > 0 && f.Data[start-1] != '\n' { // whole lines: no character is cut
		start--
	}
	for end < len(f.Data)-start && end < len(after)-start && f.Data[len(f.Data)-1-end] == after[len(after)-1-end] {
		end++
	}
	for end > 0 && f.Data[len(f.Data)-end-1] != '\n' {
		end--
	}
	return protocol.TextEdit{Range: rangeOfBytes(string(f.Data), start, len(f.Data)-end), NewText: string(after[start : len(after)-end])}
}

// offerFixAll is validate --fix: all fixes that can be made together, in all
// files.
func (v *view) offerFixAll() []protocol.CommandOrCodeAction {
	patch := fix.Apply(v.Input, v.Options, v.Result)
	if len(patch.Files) == 0 {
		return nil
	}
	all := map[uri.URI][]protocol.TextEdit{}
	for _, p := range patch.Files {
		for u, list := range v.editsOf(p.File, replacementEdit(p.File, p.Data)) {
			all[u] = list
		}
	}
	return []protocol.CommandOrCodeAction{newAction("Fix all that kgw validate --fix repairs", protocol.CodeActionKindSourceFixAll, all)}
}
