package diag

import (
	"fmt"

	"github.com/kgw-dev/kgw/internal/source"
)

var problemCodes = map[source.ProblemKind]Code{
	source.Unreadable:       Unreadable,
	source.NotUTF8:          NotUTF8,
	source.Syntax:           Syntax,
	source.Tab:              Tab,
	source.DuplicateKey:     DuplicateKey,
	source.Ambiguous:        AmbiguousScalar,
	source.AliasCycle:       Alias,
	source.AliasBomb:        Alias,
	source.DocumentTooLarge: TooLarge,
	source.TooManyDocuments: TooLarge,
	source.BadKey:           BadKey,
	source.SymlinkLoop:      SymlinkLoop,
	source.LeavesTree:       LeavesTree,
}

// Unreadable marks a code for an input that cannot be read or parsed.
func (c Code) Unreadable() bool {
	for kind, code := range problemCodes {
		if code == c && kind.Fatal() {
			return true
		}
	}
	return false
}

// FromProblem turns what is wrong with an input's text into a finding.
func FromProblem(p source.Problem) Finding {
	f := Finding{Code: problemCodes[p.Kind], Message: p.Message, Help: p.Help, At: source.Ref{Doc: p.Doc, Path: p.Path}}
	f.Span = source.Span{File: p.File.Name, Line: p.Line, Column: max(p.Column, 1), EndLine: p.EndLine, EndColumn: p.EndColumn}
	if f.Span.EndLine == 0 {
		f.Span.EndLine, f.Span.EndColumn = f.Span.Line, f.Span.Column+1
	}
	if p.OtherLine > 0 {
		other := source.Span{File: p.File.Name, Line: p.OtherLine, Column: p.OtherColumn, EndLine: p.OtherLine, EndColumn: p.OtherColumn + 1}
		f.Related = []Related{{Message: "the first one", At: source.Ref{Doc: p.Doc}, Span: other}}
	}
	return f
}

// CheckLevel returns why the level of a code cannot be changed, or nil.
func CheckLevel(code Code) error {
	if _, ok := Lookup(code); !ok {
		return fmt.Errorf("there is no code %q", code)
	}
	if code.OfPolicy() && !code.Adjustable() {
		return fmt.Errorf("the level of %s cannot be changed: no correct manifest can be written with it", code)
	}
	if !code.Adjustable() {
		return fmt.Errorf("the level of %s cannot be changed: only KGW3xx and KGW4xx can", code)
	}
	return nil
}
