package migrate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/schema"
	"github.com/kgw-dev/kgw/schema/apirule"
)

// Annotations of the controller's own converter: the version that an object
// was written in, and its spec of that version.
const (
	originalVersion = schema.OriginalVersion
	originalSpec    = schema.OriginalSpec
	lastApplied     = "kubectl.kubernetes.io/last-applied-configuration"
)

var order = []string{"v1alpha1", "v1beta1", "v2alpha1", "v2"}

// convertDocument decides what one APIRule or Api becomes.
func (f *fileMigration) convertDocument(d *source.Document, root *source.Node) Document {
	old, _ := source.Value(root).(source.Object)
	_, version, _ := strings.Cut(d.APIVersion, "/")
	c := &conversion{migration: f.migration, purse: match.Share(len(d.Verbatim(nil)), f.bytes, stepsPerByte), doc: f.inNamespace(d), old: old, result: Document{Doc: d, Kind: d.Kind, From: version}}
	c.shown, c.bare = schema.ShownAs(d, root)
	c.convert()
	return c.result
}

// stepsPerByte is what the analysis of a resource may cost in any case.
const stepsPerByte = 4000

// conversion is one resource on its way.
type conversion struct {
	*migration
	// purse is what the analysis of the resource's paths may cost.
	purse *match.Purse
	doc   *source.Document
	old   source.Object
	spec  source.Object // the spec that the document truly has
	from  string        // the annotation that holds the spec, or ""
	// shown is how the document is shown, bare that its spec is not there.
	shown schema.Shown
	bare  bool
	// filled is the annotation that was written out as issuers and keys, or none.
	filled []string
	// hosted: the host is in a list already.
	hosted bool
	// delegates: a rule is sent to Oathkeeper.
	delegates bool
	// origins are the old rules that the new ones are made from.
	origins []int
	result  Document
	done    diag.List // what was done
	left    diag.List // why it is left
}

// convert finds the whole new value of the document, if it gets one.
func (c *conversion) convert() {
	if c.result.Kind == "Api" {
		c.result.Before = c.old
		c.finish(c.fromAPI())
		return
	}
	if !c.findSpec() {
		c.finish(nil)
		return
	}
	if c.restoreSpec() {
		return
	}
	c.correctVersion()
	c.pruneFields()
	have, want := slices.Index(order, c.result.From), slices.Index(order, c.To)
	c.result.Before = withoutNotes(c.before())
	c.result.restored = c.result.restored || c.from != "" || c.result.Before[slices.IndexFunc(c.old, isVersion)].Value != c.doc.APIVersion
	switch {
	case have < 0:
		c.finish(nil)
	case have > want, have == want && c.from == "" && c.doc.APIVersion == c.apiVersion():
	case have >= slices.Index(order, "v2alpha1") || have == want:
		c.finish(c.withVersion(c.spec))
	case c.To == "v1beta1":
		c.finish(c.withVersion(c.toV1beta1()))
	default:
		c.fillIn()
		c.finish(c.withVersion(c.toV2()))
	}
}

// restoreSpec deals with a document whose spec is that of another version, or is
// not there; done is true where nothing can be moved.
func (c *conversion) restoreSpec() (done bool) {
	said := c.shown.Finding(c.doc, c.bare)
	switch {
	case c.shown == schema.NotMigrated && c.from == "":
		said.Severity = diag.Error
		said.Help = "fetch it with the annotation " + originalSpec + ", or as apirules.v1beta1." + apirule.Group
		c.left.Add(said)
		c.finish(nil)
		return true
	case c.shown == schema.AsOlder:
		said.Severity = diag.Warning
		c.result.Before, c.result.Outcome, c.result.Findings = c.old, Current, diag.List{said}
		return true
	case c.shown == schema.OlderBody:
		said.Severity, said.Help = diag.Info, "nothing, if that is what it is"
		said.Message = "the rules are those of v1beta1, and are read as such"
		c.done.Add(said)
		c.result.From = "v1beta1"
		c.replaceHosts()
	}
	return false
}

// replaceHosts replaces the hosts of a newer version in a spec by the host of
// v1beta1.
func (c *conversion) replaceHosts() {
	hosts, _ := c.spec.Get("hosts")
	if list := elements(hosts); len(list) == 1 && !has(c.spec, "host") {
		c.spec = slices.Clone(c.spec)
		for i := range c.spec {
			if c.spec[i].Key == "hosts" {
				c.spec[i] = source.Member{Key: "host", Value: list[0]}
			}
		}
		c.hosted = true
	}
}

func isVersion(m source.Member) bool { return m.Key == "apiVersion" }

func (c *conversion) apiVersion() string { return apirule.Group + "/" + c.To }

func (c *conversion) annotations() source.Object {
	meta, _ := c.old.Get("metadata")
	m, _ := meta.(source.Object)
	annotations, _ := m.Get("annotations")
	out, _ := annotations.(source.Object)
	return out
}

// correctVersion reads a version that never was one for the version whose
// fields the document has.
func (c *conversion) correctVersion() {
	if slices.Contains(order, c.result.From) {
		return
	}
	spelt := c.result.From
	c.result.From = c.versionOfFields()
	if c.result.From == "" {
		c.leave(diag.NotValid, "apiVersion", "write the version that its fields are of", "APIRule never had a version %q, and the fields do not show which one is meant", spelt)
		return
	}
	c.tell(diag.NeverOfficial, "apiVersion", "nothing, if that is what it is", "APIRule never had a version %q: the document is read as %s", spelt, c.result.From)
}

// versionOfFields is the version whose fields a spec has, or "".
func (c *conversion) versionOfFields() string {
	service, _ := c.spec.Get("service")
	s, _ := service.(source.Object)
	switch {
	case has(c.spec, "host"):
		return "v1beta1"
	case has(s, "host"):
		return "v1alpha1"
	case has(c.spec, "hosts"):
		return "v2alpha1"
	}
	return ""
}

func has(o source.Object, key string) bool {
	_, ok := o.Get(key)
	return ok
}

// before is the document with its version and the spec that it truly has.
func (c *conversion) before() source.Object {
	out := c.withSpec(c.old, c.spec)
	return withValue(out, "apiVersion", apirule.Group+"/"+c.result.From)
}

// withSpec is a document with another spec.
func (c *conversion) withSpec(o, spec source.Object) source.Object {
	if !has(o, "spec") {
		return append(slices.Clone(o), source.Member{Key: "spec", Value: spec})
	}
	return withValue(o, "spec", spec)
}

// withVersion is the document with the new version and spec, and without what
// only a cluster writes.
func (c *conversion) withVersion(spec source.Object) source.Object {
	if len(c.left) > 0 {
		return nil
	}
	out := c.withSpec(c.old, spec)
	out = withValue(out, "apiVersion", c.apiVersion())
	return c.withoutClusterFields(out)
}

// noise are the fields of metadata that only a cluster writes.
var noise = []string{"creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generation", "managedFields", "resourceVersion", "selfLink", "uid"}

// withoutClusterFields removes what only a cluster writes and what would be
// wrong of the new version: it belongs to the object, not to the file.
func (c *conversion) withoutClusterFields(o source.Object) source.Object {
	meta, _ := o.Get("metadata")
	m, isObject := meta.(source.Object)
	o = without(o, "status")
	if !isObject {
		return o
	}
	m = without(m, noise...)
	if annotations, _ := m.Get("annotations"); annotations != nil {
		if a, ok := annotations.(source.Object); ok {
			kept := without(a, append(c.filled, originalVersion, originalSpec, lastApplied)...)
			if len(kept) == 0 && len(a) > 0 {
				m = without(m, "annotations")
			} else {
				m = withValue(m, "annotations", kept)
			}
		}
	}
	if finalizers, _ := m.Get("finalizers"); finalizers != nil {
		m = withoutFinalizer(m, finalizers)
	}
	return withValue(o, "metadata", m)
}

// finalizer is that of the controller.
const finalizer = "gateway.kyma-project.io/subresources"

func withoutFinalizer(m source.Object, v any) source.Object {
	list, _ := v.([]any)
	kept := slices.DeleteFunc(slices.Clone(list), func(e any) bool { return e == finalizer })
	switch {
	case len(kept) == len(list):
		return m
	case len(kept) == 0:
		return without(m, "finalizers")
	}
	return withValue(m, "finalizers", kept)
}

// placeOf is a place in the document: a path below the spec, or the annotation
// that the spec was read from.
func (c *conversion) placeOf(path string) source.Ref {
	if c.from != "" && (path == "spec" || strings.HasPrefix(path, "spec.")) {
		return source.Ref{Doc: c.doc}.At("metadata", "annotations", c.from)
	}
	return source.Ref{Doc: c.doc, Path: path}
}

// leave notes why the document is left as it is.
func (c *conversion) leave(code diag.Code, path, help, format string, args ...any) {
	c.left.Add(diag.Finding{Code: code, At: c.placeOf(path), Help: help, Message: fmt.Sprintf(format, args...)})
}

// tell notes what was done.
func (c *conversion) tell(code diag.Code, path, help, format string, args ...any) *diag.Finding {
	return c.done.Add(diag.Finding{Code: code, At: c.placeOf(path), Help: help, Message: fmt.Sprintf(format, args...)})
}

// finish sets the outcome. next is nil where the document is left.
func (c *conversion) finish(next source.Object) {
	if next != nil {
		c.check(next)
	}
	if c.purse.Spent() {
		c.leave(diag.NotRewritten, "spec.rules", "split the resource, or write simpler paths", "it was not decided how the paths of its rules relate: %s", match.TooMuch)
	}
	if next == nil || len(c.left) > 0 {
		c.result.Outcome, c.result.Findings = Decide, c.left
		return
	}
	c.result.Outcome, c.result.Findings = Moved, c.done
	c.result.After, c.result.wanted = withoutNotes(next), next
}
