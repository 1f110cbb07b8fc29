// Package compile is the line from bytes to manifests, as one pure function:
// read, decode, lift, link, validate, lower.
//
// It takes files in memory and options and returns manifests with findings. It
// reads no file, no clock and no environment. Commands stop along the line at
// different places and do different things with the result.
package compile

import (
	"time"

	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/lock"
	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/schema"
	"github.com/kgw-dev/kgw/validate"
)

// Input is what Run compiles: files, documents of files that are split already,
// and the problems of reading them.
type Input struct {
	Files     []*source.File
	Documents []*source.Document
	Problems  []source.Problem
	// PassedOver is how many files were passed over, and Charts are the Helm charts
	// that were found and not rendered.
	PassedOver int
	Charts     []source.Chart
	// Patched are the kustomizations whose patches change gateway resources: the
	// patches are not applied to what is read.
	Patched []Patched
}

// Patched is a kustomization that has patches for gateway resources.
type Patched struct {
	Dir string
	// Count is how many patches there are, and At is the first.
	Count int
	At    source.Ref
}

// Options are what a command or a configuration decides.
type Options struct {
	Config *config.Config
	// Scopes are configurations that replace Config for single files, by the files'
	// names.
	Scopes map[string]*config.Config
	// Namespace of documents that name none; "" means the configuration's.
	Namespace string
	// Outer is the namespace that the caller of kgw sets on documents without
	// one, where no configuration names one; "" for none.
	Outer string
	// Memory holds results of earlier runs over nearly the same files; nil for none.
	Memory *Memory
	// Observer, if not nil, receives the progress of the run.
	Observer Observer
	// Later are the namespaces that something sets on the documents of a file
	// after kgw, by the names of files; "" is for all others.
	Later     map[string]Later
	defaulted bool // Namespace is the configuration's
	// Target overrides the target of every gateway; "" leaves it.
	Target string
	// IstioAPI is the version of Istio's objects, "v1beta1" or "v1"; "" means the
	// configuration's.
	IstioAPI string
	// RouteAPI is what the routes of Istio's gateway are written as:
	// "virtualservice" or "gateway-api"; "" leaves it to the configuration.
	RouteAPI string
	// SkipperAPI is what is written for Skipper, "ingress" or "routegroup"; "" means
	// the configuration's.
	SkipperAPI string
	// Accept are losses that the user accepts: their findings are warnings.
	Accept []diag.Code
	// Levels are levels of findings from the command line.
	Levels map[diag.Code]diag.Severity
	// Schema chooses which documents are also checked against their JSON Schema.
	Schema SchemaCheck
	// NoInfos leaves out findings that are for the record only.
	NoInfos bool
	// Model keeps Resource.Gateway.
	Model bool
	// Origins keeps what Result.Explain needs.
	Origins bool
	// Status also computes the statuses of Result.Resources.
	Status bool
	// Lock holds the names that live objects keep; nil keeps none.
	Lock *lock.Lock
	// Old is what an earlier run wrote; its routes that cannot be removed yet
	// are kept among Others. Nil keeps nothing.
	Old *Input
	// Beside also writes objects that belong to no gateway: bindings of roles.
	Beside bool
	// Emit names what is written in addition to the manifests, or instead of
	// some: see CheckEmit.
	Emit []string
	// EmitFile is the name of what is written as a file, instead of the
	// manifests: see FileOf. "" is none.
	EmitFile string
	// Passthrough keeps documents of other kinds.
	Passthrough bool
	// RulesAside does not check the rules that others wrote for Oathkeeper.
	RulesAside bool
	// Earlier reports whether an earlier run wrote a document that this one replaces;
	// nil means none. Any other document that has the name of a written object and
	// differs from it is an error.
	Earlier func(*source.Document) bool
	// APIs are descriptions that the gateways are compared with, and APIFaults what is
	// wrong with those that could not be read.
	APIs      []*ir.API
	APIFaults diag.List
	// At is the date at which certificates must be valid; the zero time demands nothing.
	At time.Time
	// Supposed makes warnings of all findings about policy: see prove.Suppose.
	Supposed bool
}

// Later is a namespace that is set after kgw has run.
type Later struct {
	// Namespace is "" where it is not known; By names what sets it, and Help
	// where to write the namespace for kgw.
	Namespace, By, Help string
}

// Result is what a run made and found.
type Result struct {
	// Objects are the manifests, sorted.
	Objects []manifest.Object
	// Others are documents of other kinds, in input order (Options.Passthrough),
	// and Kept documents of an earlier run (Options.Old).
	Others []*source.Document
	Kept   int
	// Files are written instead of the manifests (Options.EmitFile).
	Files []File
	// Findings are levelled, resolved and sorted.
	Findings diag.List
	Summary  diag.Summary
	// Resources are the documents of kinds that kgw compiles, in input order.
	Resources []Resource
	// Disagreements are documents that decoder and JSON Schema judge
	// differently: a mistake in kgw.
	Disagreements []string
	// Proof counts what the analysis of overlap decided.
	Proof validate.Proof
	// Read counts the documents of kinds that kgw reads, compiled or not, and those
	// with a misspelt head.
	Read int
	// Domain is appended to hosts without a dot: that of the Gateway
	// kyma-system/kyma-gateway where it is known, else the configured one.
	Domain string
	// Fatal reports that an input could not be read or parsed.
	Fatal bool
	// made is what objects were written from, by gateway (Options.Origins).
	made [][]made
	// aside are the objects that belong to no gateway (Options.Origins).
	aside map[string]Explained
	// presets are the identity providers, by name (Options.Origins).
	presets func(name string) *ir.Preset
}

// Faulty reports whether an error keeps the whole from being written.
func (r *Result) Faulty() bool { return r.Fatal || r.Findings.Max() == diag.Error }

// File is one file that is not a manifest, and the first resource that it is
// written for.
type File struct {
	Name   string
	Data   []byte
	Origin source.Ref
}

// Resource is one compiled document.
type Resource struct {
	Doc *source.Document
	// Gateway is kept with Options.Model.
	Gateway *ir.Gateway
	// Withheld reports that an error keeps it from being written.
	Withheld bool
	// Status is the status that the resource's controller would set
	// (Options.Status), nil for kinds without one and where the API server
	// refuses the resource; Refused says so then. Pruned are the paths of fields
	// that the API server drops.
	Status  source.Object
	Refused string
	// Later is what the controller says about the resource only if it sees another one
	// first.
	Later  string
	Pruned []string
}

// Run compiles the input.
func Run(in Input, o Options) *Result {
	r := link(in, o)
	r.enterStage("check")
	r.checkSizes()
	r.checkOthers()
	r.reportGone()
	r.check()
	r.checkOrder()
	r.enterStage("validate")
	r.validate()
	r.enterStage("level")
	r.level()
	r.enterStage("lower")
	r.lower()
	r.keepNeeded()
	r.emit()
	r.enterStage("places")
	r.finish()
	r.enterStage("")
	return r.result
}

// Link stops the line where the models are complete: nothing is judged or
// written, and no finding is reported.
func Link(in Input, o Options) *Result {
	r := link(in, o)
	r.listResources()
	r.enterStage("")
	return r.result
}

func link(in Input, o Options) *run {
	o = o.WithDefaults()
	r := &run{options: &o, result: &Result{}, judge: match.NewJudge()}
	r.namespaced = !o.defaulted
	r.remember()
	for _, f := range in.Files {
		r.bytesRead += len(f.Data)
	}
	r.enterStage("read")
	r.read(in)
	r.enterStage("link")
	r.reportCopies()
	r.aim()
	r.link()
	return r
}

// WithDefaults returns the options with everything filled in that Run needs.
func (o Options) WithDefaults() Options {
	if o.Config == nil {
		o.Config = config.Default()
	}
	if o.Namespace == "" {
		o.defaulted = true
		o.Namespace = o.Config.Namespace
		if o.Outer != "" && !o.Config.Says("namespace") {
			o.Namespace = o.Outer
		}
	}
	return o
}

// run is the state of one Run; each stage fills in its part.
type run struct {
	options *Options
	result  *Result

	passed   map[*source.File]bool // files that were passed over
	units    []*unit               // every document, in input order
	compiled []*unit               // those with a gateway
	// strayRules are the Rules among the inputs that were not written for one
	// of the gateways.
	strayRules []*unit
	judge      *match.Judge
	contents   map[*config.Config]int  // with a Memory: the contents of each configuration
	presets    map[string][]*ir.Preset // identity providers, by name; nil until all documents are read once
	namespaced bool                    // a namespace of documents that name none was given for the run
	bytesRead  int                     // of all files
	documents  int                     // of all files, Lists as one
	found      diag.List
	targets    map[scoped]*boundTarget
	settings   map[scoped]*ir.Settings
	verdict    map[*source.Document]*verdict
}

// settingsOf returns what lift reads of the configuration. A kind whose handler is
// chosen by the cluster is read as its target reads it.
func (r *run) settingsOf(k *schema.Kind, c *config.Config) *ir.Settings {
	s := &ir.Settings{DefaultDomain: c.Domains.Default, IstioJWT: k.Handler && isMeshTarget(r.targetName(k, c)), Strict: c.Mode() == diag.Strict, Kyma: c.Kyma}
	s.CORS.Methods, s.CORS.Headers = c.CORS.AllowMethods, c.CORS.AllowHeaders
	for _, origin := range c.CORS.AllowOrigins {
		for _, kind := range []string{"exact", "prefix", "regex"} {
			if v, ok := origin[kind]; ok {
				s.CORS.Origins = append(s.CORS.Origins, ir.Origin{Kind: kind, Value: v})
			}
		}
	}
	return s
}
