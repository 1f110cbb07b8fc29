package diag

import (
	"fmt"
	"io"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/lazyregexp"
	"github.com/kgw-dev/kgw/internal/report"
	"github.com/kgw-dev/kgw/internal/source"
)

// SARIF renders a report as a SARIF 2.1.0 log that GitHub code scanning
// accepts: see
// https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
type SARIF struct{}

// GitHub's limits on one run.
const (
	maxResults     = 25_000
	maxName        = 255
	maxDescription = 1024
)

const (
	sarifSchema = "https://json.schemastore.org/sarif-2.1.0.json"
	sarifRoot   = "%SRCROOT%"
	homepage    = "https://github.com/kgw-dev/kgw"
)

// Render implements Renderer.
func (SARIF) Render(w io.Writer, r *Report) error {
	r = r.masked()
	s := sarifPrinter{root: r.Root, rules: map[Code]int{}}
	run := sarifRun{ColumnKind: "unicodeCodePoints"}
	kept := keepGravest(r.Findings, maxResults)
	s.prints = fingerprints(kept)
	run.Tool.Driver = sarifDriver{Name: "kgw", InformationURI: homepage, Version: r.Version, SemanticVersion: semanticVersion(r.Version)}
	run.Tool.Driver.Rules = s.addRules(kept)
	run.Results = make([]sarifResult, 0, len(kept))
	for _, f := range kept {
		run.Results = append(run.Results, s.result(f))
	}
	if r.Root != "" {
		run.OriginalURIBaseIDs = map[string]sarifArtifact{sarifRoot: {URI: fileURI(strings.TrimSuffix(r.Root, "/") + "/")}}
	}
	if left := len(r.Findings) - len(kept); left > 0 {
		run.Invocations = truncationNote(left)
	}
	return report.JSON(w, sarifLog{Schema: sarifSchema, Version: "2.1.0", Runs: []sarifRun{run}})
}

// keepGravest returns at most limit findings in their order, the mildest left
// out.
func keepGravest(l List, limit int) []*Finding {
	all := gravestFirst(l)
	if len(all) <= limit {
		limit = len(all)
	}
	keep := make(map[*Finding]bool, limit)
	for _, f := range all[:limit] {
		keep[f] = true
	}
	kept := make([]*Finding, 0, limit)
	for i := range l {
		if keep[&l[i]] {
			kept = append(kept, &l[i])
		}
	}
	return kept
}

func truncationNote(left int) []sarifInvocation {
	text := fmt.Sprintf("%d findings are left out: a run holds at most %d", left, maxResults)
	return []sarifInvocation{{
		ExecutionSuccessful:        true,
		ToolExecutionNotifications: []sarifNotification{{Level: "warning", Message: sarifText{Text: text}}},
	}}
}

var semver = lazyregexp.New(`^v?(\d+\.\d+\.\d+([-+][0-9A-Za-z.+-]+)?)$`)

// semanticVersion returns the version as Semantic Versioning spells it, or "".
func semanticVersion(version string) string {
	if m := semver().FindStringSubmatch(version); m != nil {
		return m[1]
	}
	return ""
}

type sarifPrinter struct {
	root   string
	rules  map[Code]int // index among the driver's rules
	prints map[*Finding]string
}

// addRules returns the rules of the findings in the order of their codes.
func (s *sarifPrinter) addRules(findings []*Finding) []sarifRule {
	var codes []Code
	for _, f := range findings {
		if _, ok := s.rules[f.Code]; !ok {
			s.rules[f.Code] = 0
			codes = append(codes, f.Code)
		}
	}
	slices.Sort(codes)
	rules := make([]sarifRule, 0, len(codes))
	for i, c := range codes {
		s.rules[c] = i
		rules = append(rules, newSarifRule(c))
	}
	return rules
}

func (s *sarifPrinter) result(f *Finding) sarifResult {
	r := sarifResult{
		RuleID: string(f.Code), RuleIndex: s.rules[f.Code], Level: sarifLevel(f.Severity),
		Message:      sarifText{Text: escapeLinks(strings.Join(messageLines(f, false), "\n"))},
		Locations:    []sarifLocation{s.location(f.Span)},
		Fingerprints: map[string]string{"primaryLocationLineHash": s.prints[f]},
	}
	if f.ID != "" {
		r.Fingerprints["kgwId/v1"] = f.ID
	}
	for i, rel := range f.Related {
		at := s.location(rel.Span)
		at.ID = i + 1
		at.Message = &sarifText{Text: escapeLinks(report.Visible(rel.Message))}
		r.RelatedLocations = append(r.RelatedLocations, at)
	}
	if f.Witness != nil {
		r.Properties = map[string]any{"witness": f.Witness}
	}
	return r
}

func (s *sarifPrinter) location(span source.Span) sarifLocation {
	span = wholeSpan(span)
	return sarifLocation{PhysicalLocation: sarifPhysical{
		ArtifactLocation: s.artifact(span.File),
		Region: sarifRegion{
			StartLine: span.Line, StartColumn: span.Column, EndLine: span.EndLine, EndColumn: span.EndColumn,
		},
	}}
}

// artifact names a file relative to the root where it can, else absolutely. A
// finding about no file is about the root.
func (s *sarifPrinter) artifact(name string) sarifArtifact {
	if name == "" {
		name = "."
	}
	if !isAbsolute(name) && s.root != "" && strings.HasPrefix(path.Clean(name)+"/", "../") {
		name = path.Join(s.root, name)
	}
	if isAbsolute(name) {
		return sarifArtifact{URI: fileURI(name)}
	}
	u := url.URL{Path: name}
	return sarifArtifact{URI: u.String(), URIBaseID: sarifRoot}
}

var drive = lazyregexp.New(`^[A-Za-z]:/`)

func isAbsolute(name string) bool { return path.IsAbs(name) || drive().MatchString(name) }

// fileURI is the URI of an absolute slash path (RFC 8089).
func fileURI(name string) string {
	u := url.URL{Scheme: "file", Path: "/" + strings.TrimLeft(name, "/")}
	return u.String()
}

// escapeLinks escapes what SARIF would read as a link in a message: "[text](1)"
// (SARIF 2.1.0, 3.11.6).
func escapeLinks(s string) string {
	if !strings.Contains(s, "](") {
		return s
	}
	return strings.NewReplacer(`\`, `\\`, `[`, `\[`, `]`, `\]`).Replace(s)
}

func sarifLevel(s Severity) string {
	switch s {
	case Warning:
		return "warning"
	case Info:
		return "note"
	case Off:
		return "none"
	}
	return "error"
}
