// Package migrate moves APIRules, and the Api that came before them, to a newer
// version, and VirtualServices to the Gateway API: the text of the files, and
// the findings about it.
//
// It takes loaded files and options and returns, for each resource, the
// document as it was and as it becomes, the changed files, and findings: what
// was done, what needs somebody's decision, and why. It reads and writes no
// file, and must not know what the proxies make of either side.
package migrate

import (
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/edit"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/parallel"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/schema/kube"
)

// Options are what a user decides.
type Options struct {
	// To is the version to move to: "v1beta1" or "v2", or ToGatewayAPI.
	To string
	// Config is the configuration of the run; nil is the default one.
	Config *config.Config
	// Namespace of documents that name none; "" for the configuration's.
	Namespace string
	// DropCORS drops the default CORS policy of older versions instead of writing it
	// out.
	DropCORS bool
	// ExtAuthorizer replaces Oathkeeper's introspection; "" leaves such rules
	// as they are.
	ExtAuthorizer string
	// AllowInternal writes policies that let callers inside the cluster in,
	// in this version of Istio's API: "v1beta1" (default) or "v1".
	AllowInternal bool
	IstioAPI      string
	// Issuer verifies the tokens of an Api that names no issuer; nil leaves
	// such documents as they are.
	Issuer *Issuer
	// Accept are losses of a move to the Gateway API that the user accepts.
	Accept []diag.Code
	// Only reports whether the text of a document may change; nil is all. The findings
	// about a document are the same with and without it.
	Only func(*source.Document) bool
	// Identity returns the identity of the proxy of a Gateway of the Gateway API,
	// which has a service account where its document is among the inputs; nil is
	// what istiod makes of it.
	Identity func(gateway ir.Name, account string) string
}

// Issuer is a token issuer and its keys.
type Issuer struct{ Issuer, JWKS string }

// Outcome is what became of one document.
type Outcome uint8

// The outcomes.
const (
	Current Outcome = iota // is at the version or a newer one; nothing to do
	Moved                  // was moved
	Decide                 // needs a decision and is left as it was
	Broken                 // is in a file that cannot be read, and is left
)

var outcomeNames = [...]string{Current: "current", Moved: "moved", Decide: "decide", Broken: "broken"}

// String returns "current", "moved", "decide" or "broken".
func (o Outcome) String() string { return outcomeNames[o] }

// Document is one APIRule, Api or VirtualService.
type Document struct {
	// Doc is the document as it was read.
	Doc     *source.Document
	Outcome Outcome
	// Kind and From are its original kind and version, with misspelt versions corrected.
	Kind, From string
	// Before is the value of the document before, with the spec that it truly
	// has; After that of a Moved one.
	Before, After source.Object
	// Findings are those of this document alone.
	Findings diag.List
	// Rival is an Api that is left and has the host of the document, nil for none:
	// the controllers serve only one of the two.
	Rival *source.Document

	wanted   source.Object // After, with the notes for edit about its origin
	restored bool          // Before differs from the text
	appended string        // documents that go behind those of the file
}

// File is one input with what became of it.
type File struct {
	*source.File
	// After is the new content; nil where nothing changes.
	After []byte
}

// Result is the output of a run.
type Result struct {
	// To is the target of the move.
	To string
	// Files are all inputs, in their order.
	Files []File
	// Documents are the resources in them that can be moved, in input order.
	Documents []Document
	// Findings are those of all documents and of the files; they have no
	// levels and no places yet.
	Findings diag.List
	// Fatal reports that an input could not be read or parsed.
	Fatal bool

	parts []*fileMigration
}

// Run moves what is in the files.
func Run(files []*source.File, o Options) *Result {
	m := newMigration(o)
	m.presets = namedPresets(files)
	for _, f := range files {
		m.bytes += len(f.Data)
	}
	parts := make([]*fileMigration, len(files))
	parallel.Each(len(files), func(i int) { parts[i] = m.read(files[i]) })
	if m.To == ToGatewayAPI {
		m.makeRoutes(parts)
		for _, p := range parts {
			p.refuseJSON()
		}
	} else {
		m.leaveSecond(parts)
		m.checkWorkloads(parts)
	}
	parallel.Each(len(files), func(i int) { parts[i].write() })
	r := &Result{To: m.To, parts: parts}
	for _, p := range parts {
		r.Files = append(r.Files, File{File: p.file, After: p.after})
		r.Documents = append(r.Documents, p.documents...)
		r.Findings = append(append(r.Findings, p.found...), p.notes...)
		r.Fatal = r.Fatal || p.fatal
	}
	for i := range r.Documents {
		r.Findings = append(r.Findings, r.Documents[i].Findings...)
	}
	return r
}

// migration is what all files of a run share.
type migration struct {
	Options
	settings *ir.Settings
	judge    *match.Judge
	covers   covers
	bytes    int // of all files
	presets  map[string]Issuer
}

func newMigration(o Options) *migration {
	if o.Config == nil {
		o.Config = config.Default()
	}
	if o.Namespace == "" {
		o.Namespace = o.Config.Namespace
	}
	if o.Identity == nil {
		o.Identity = (&ir.GatewayAPI{}).Identity
	}
	m := &migration{Options: o, judge: match.NewJudge()}
	m.settings = &ir.Settings{DefaultDomain: o.Config.Domains.Default, IstioJWT: o.Config.JWTHandler == "istio", Strict: o.Config.Mode() == diag.Strict}
	m.covers.judge = m.judge
	return m
}

// fileMigration is one file on its way.
type fileMigration struct {
	*migration
	file      *source.File
	after     []byte
	tops      []top
	documents []Document
	waiting   []*source.Node // the trees of the documents that are not converted yet
	services  []kube.Service
	gateways  []istioGateway
	parents   []*kube.ParentGateway // Gateways of the Gateway API
	spaces    []*kube.Namespace
	kyma      *kube.Gateway // that of Kyma, whose domain hosts without a dot get
	appended  string        // documents that go behind those of the file
	policies  []ir.Name     // AuthorizationPolicies that are there
	found     diag.List     // what keeps the file from being moved
	notes     diag.List     // about documents that are not resources
	fatal     bool
}

// top is a whole YAML document in which resources to be moved are: those
// from first on. root is the tree of a List.
type top struct {
	doc   *source.Document
	root  *source.Node
	first int
}

// write makes the new text of the file. A document that cannot be rewritten in
// place is left as it was.
func (f *fileMigration) write() {
	made, behind := make([][]edit.Change, len(f.tops)), make([]string, len(f.tops))
	parallel.Each(len(f.tops), func(i int) { made[i], behind[i] = f.rewrite(f.tops[i]) })
	changes, appended := slices.Concat(made...), f.appended+strings.Join(behind, "")
	if len(changes) == 0 && appended == "" {
		return
	}
	after, err := edit.Apply(f.file.Data, changes)
	if err != nil {
		panic(err) // every document's changes were made against the same text
	}
	f.after = edit.Append(after, appended)
}

// rewrite returns the changes that make the text of a document what its resources
// become, and the documents that go behind those of the file.
func (f *fileMigration) rewrite(t top) (changes []edit.Change, appended string) {
	w := composer{ours: f.isOwn, documents: f.documents[t.first:], head: f.listHead, pick: func(d *Document) any {
		if !f.isMoved(d) {
			return nil
		}
		return d.wanted
	}}
	want := w.compose(t.doc, t.root)
	if want == nil {
		return nil, ""
	}
	changes, err := edit.Rewrite(t.doc, want)
	for i := range w.next {
		if d := &w.documents[i]; err != nil && d.Outcome == Moved {
			d.leave(diag.Finding{
				Code: diag.NotRewritten, Message: "the document cannot be moved in place: " + err.Error(),
				Help: "write it more plainly, or move it by hand",
			})
		} else if err == nil && f.isMoved(d) {
			appended += d.appended
		}
	}
	return changes, appended
}

// isMoved reports whether the text of a document changes.
func (m *migration) isMoved(d *Document) bool {
	return d.Outcome == Moved && (m.Only == nil || m.Only(d.Doc))
}

// leave marks a document as one that needs a decision, because of the finding.
func (d *Document) leave(f diag.Finding) {
	if d.Outcome != Decide {
		d.Findings = nil
	}
	if f.At.Doc == nil {
		f.At = source.Ref{Doc: d.Doc}
	}
	d.Outcome, d.After, d.wanted, d.appended = Decide, nil, nil, ""
	d.Findings.Add(f)
}
