package compile

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/lock"
	"github.com/kgw-dev/kgw/internal/parallel"
	"github.com/kgw-dev/kgw/internal/report"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/schema"
	"github.com/kgw-dev/kgw/schema/apirule"
	"github.com/kgw-dev/kgw/schema/gone"
	"github.com/kgw-dev/kgw/schema/kube"
)

// unit is one document on its way down the line.
type unit struct {
	doc       *source.Document
	kind      *schema.Kind // nil if it is not one of ours
	gateway   *ir.Gateway
	meant     *ir.Gateway // gateway before it was put into the terms of its target
	companion kube.Object
	rules     []kube.AccessRule    // that Oathkeeper reads
	faults    diag.List            // of the rules, if they are nobody's
	file      *kube.OathkeeperFile // its configuration
	beside    ir.Companion         // what a companion of our own kinds says; nil where it is at fault
	gone      *gone.Kind           // settings that nothing reads any more
	awaits    []string             // names of presets that its rules are completed with
	found     diag.List
	other     bool // of another kind, to be passed through
	target    *boundTarget
	written   ir.Written   // what its target would write, between check and validate
	said      *checkMemory // with a Memory: what its emitters said
	withheld  bool
	copy      bool // of a resource that an earlier unit defines
	unread    bool // its spec is not there
	disagreed string
	items     []*unit // of a List
	ignores   []ignore
	malformed []string // field paths that the kind's description refuses
	mistyped  []string // those of values of another type: what is read there is empty
	fatal     bool
	foreign   bool // it cannot be parsed, and nothing shows that it is meant for kgw
	// resource is what gateway is lifted from, kept for a Memory only: it may hold
	// on to the tree.
	resource schema.Resource
	links    *links  // what linking makes of the gateway
	linked   *linked // the gateway, once it is in the terms of its target
}

// read splits the files and brings every document to the model, on every core.
// Trees are dropped on the way: findings parse again for their places.
func (r *run) read(in Input) {
	for _, p := range in.Problems {
		r.found.Add(diag.FromProblem(p))
		r.result.Fatal = r.result.Fatal || p.Kind.Fatal()
	}
	files := r.recallFiles(in.Files)
	parallel.Each(len(files), func(i int) {
		if f := files[i]; f.docs == nil {
			f.docs, f.problems = source.Split(in.Files[i])
		}
	})
	all := slices.Clone(in.Documents)
	for i := range files {
		all = append(all, files[i].docs...)
		if len(files[i].problems) > 0 && !schema.Sieve.Names(in.Files[i].Data) && r.passOverFile(in.Files[i]) {
			continue
		}
		for _, p := range files[i].problems {
			r.found.Add(diag.FromProblem(p))
			r.result.Fatal = true
		}
	}
	r.documents = len(all)
	r.result.Summary.PassedOver += in.PassedOver
	r.found = append(r.found, in.Unread()...)
	r.fillSettings()
	units := make([]*unit, len(all))
	known := r.recallUnits(in.Documents, files)
	parallel.Each(len(all), func(i int) {
		if known != nil && known[i] != nil {
			units[i] = known[i].revive(r)
		} else {
			units[i] = r.readDocument(all[i])
		}
		if r.options.Observer != nil {
			r.options.Observer.Read(1)
		}
	})
	r.keepUnits(in.Documents, files, units)
	r.readWithPresets(units)
	for _, u := range units {
		r.collect(u)
	}
	r.configureOathkeeper()
}

// passOverFile reports whether a file that cannot be parsed may be passed over,
// and counts it once.
func (r *run) passOverFile(f *source.File) bool {
	if !f.Walked {
		return false
	}
	if !r.passed[f] {
		if r.passed == nil {
			r.passed = map[*source.File]bool{}
		}
		r.passed[f] = true
		r.result.Summary.PassedOver++
	}
	return true
}

// Unread returns findings about gateway resources that the inputs hold and that are
// not read as they reach a cluster: those of Helm charts that are not rendered,
// and those that patches of kustomizations change.
func (in *Input) Unread() diag.List {
	var found diag.List
	for _, c := range in.Charts {
		if c.Resources == 0 {
			continue
		}
		found.Add(diag.Finding{
			Code: diag.ChartNotRendered, Span: source.Span{File: c.File, Line: 1, Column: 1, EndLine: 1, EndColumn: 2},
			Message: fmt.Sprintf("the templates of this Helm chart hold %s, which are not compiled", report.Counted(c.Resources, "gateway resource")),
			Help:    "compile what it renders: kgw build " + c.Dir + " --helm",
		})
	}
	for _, p := range in.Patched {
		found.Add(diag.Finding{
			Code: diag.PatchNotApplied, At: p.At,
			Message: report.Plural(p.Count, "patch of this kustomization changes gateway resources and is not applied", "patches of this kustomization change gateway resources and are not applied"),
			Help:    "compile what it builds: kgw build " + p.Dir + " --kustomize",
		})
	}
	return found
}

// collect flattens Lists and gathers what the units found.
func (r *run) collect(u *unit) {
	if u.foreign {
		r.passOverFile(u.doc.File)
		return
	}
	r.result.Fatal = r.result.Fatal || u.fatal
	r.found = append(r.found, u.found...)
	if u.kind != nil || u.companion != nil || u.beside != nil || u.rules != nil || u.file != nil || len(u.found) > 0 {
		r.result.Read++
	}
	u.found = nil
	if u.disagreed != "" {
		r.result.Disagreements = append(r.result.Disagreements, u.disagreed)
	}
	if u.items != nil {
		for _, item := range u.items {
			r.collect(item)
		}
		if len(u.ignores) > 0 {
			r.units = append(r.units, u)
		}
		return
	}
	r.units = append(r.units, u)
	if u.kind != nil {
		r.result.Summary.Resources++
	}
	if u.gateway != nil {
		r.compiled = append(r.compiled, u)
	}
	if u.other && r.options.Passthrough {
		r.result.Others = append(r.result.Others, u.doc)
	}
}

func (r *run) readDocument(doc *source.Document) *unit {
	u := &unit{doc: doc}
	doc.Visit(func(root *source.Node, problem *source.Problem) (keeps bool) {
		switch {
		case problem != nil:
			r.addUnparsed(u, problem)
		case root != nil:
			r.addRooted(u, root)
		}
		return u.keepsTree()
	})
	return u
}

// keepsTree reports whether something holds nodes of the document: items of a
// List, what a Memory lifts anew, and what is read later as Istio and Oathkeeper
// read it.
func (u *unit) keepsTree() bool {
	switch u.companion.(type) {
	case *kube.AuthorizationPolicy, *kube.Rule, *kube.ParentGateway:
		return true
	case *kube.ConfigMap, *kube.Exposure, *kube.ExternalGateway, *kube.Gateway, *kube.Namespace, *kube.Pod, *kube.RequestAuthentication,
		*kube.Route, *kube.Service, *kube.ServiceEntry, *kube.StackSet, *kube.VirtualService, nil:
	}
	return u.items != nil || u.resource != nil || u.rules != nil || u.file != nil
}

// addUnparsed adds a document that cannot be parsed.
func (r *run) addUnparsed(u *unit, problem *source.Problem) {
	if u.foreign = u.doc.File.Walked && !schema.Sieve.Names(u.doc.Text()); !u.foreign {
		u.fatal = true
		u.found.Add(diag.FromProblem(*problem))
	}
}

// addRooted adds a document with a root.
func (r *run) addRooted(u *unit, root *source.Node) {
	doc := u.doc
	doc.APIVersion, doc.Kind, doc.Namespace, doc.Name = source.Head(root)
	if doc.Kind == "" && bytes.Contains(doc.Text(), []byte("<<")) {
		// What is merged may have the head, or be without end.
		_, problems := doc.Expand(root)
		u.add(slices.DeleteFunc(problems, func(p source.Problem) bool { return !p.Kind.Fatal() }))
	}
	r.readHead(u, root)
}

// testKind is the kind of documents that kgw test reads.
const testKind = "Test"

// readHead decides by a document's head how it is read.
func (r *run) readHead(u *unit, root *source.Node) {
	doc := u.doc
	if doc.APIVersion == config.APIVersion && (doc.Kind == config.Kind || doc.Kind == testKind || doc.Kind == lock.Kind) {
		return
	}
	if k := schema.Find(doc.APIVersion, doc.Kind); k != nil {
		u.kind = k
		r.readOwn(u, root)
		return
	}
	if isList(root, doc) {
		r.list(u, root)
		return
	}
	if r.oathkeepers(u, root); doc.Kind == "" && (u.rules != nil || u.file != nil) {
		return
	}
	if f, ok := schema.Suspect(doc, root); ok {
		u.found.Add(f)
	}
	if doc.Namespace == "" {
		doc.Namespace = r.options.NamespaceOf(doc.File)
	}
	u.other, u.gone = isObject(doc), gone.Find(doc, root)
	if readers := schema.ReadersOf(schema.Group(doc.APIVersion), doc.Kind); len(readers) > 0 {
		r.readCompanion(u, readers, root)
	}
	if group := schema.Group(doc.APIVersion); kube.Reads(group, doc.Kind) || kube.Protects(group, doc.Kind) || kube.MakesPods(group, doc.Kind) {
		if root, _ = doc.Expand(root); root != nil {
			u.companion = kube.Decode(doc, group, root)
			u.ignores = readIgnores(doc, root, r.configOf(doc).Locked(), &u.found)
		}
	}
}

// readCompanion reads a document that gateways are checked against.
func (r *run) readCompanion(u *unit, readers []schema.Reader, root *source.Node) {
	root, _ = u.doc.Expand(root)
	if root == nil {
		return
	}
	var found diag.List
	for i := 0; i < len(readers) && u.beside == nil; i++ {
		u.beside, found = readers[i](u.doc, root)
	}
	u.found = append(u.found, found...)
	if len(found) > 0 {
		u.ignores = readIgnores(u.doc, root, r.configOf(u.doc).Locked(), &u.found)
	}
}

// isObject reports whether a document is meant for a cluster: a kustomization.yaml
// or a file without a head is not.
func isObject(doc *source.Document) bool {
	return doc.APIVersion != "" && doc.Kind != "" && schema.Group(doc.APIVersion) != "kustomize.config.k8s.io"
}

func isList(root *source.Node, doc *source.Document) bool {
	return len(doc.Kind) > 3 && doc.Kind[len(doc.Kind)-4:] == "List" && source.Field(root, "items") != nil
}

func (r *run) list(u *unit, root *source.Node) {
	root, problems := u.doc.Expand(root)
	var items []*source.Document
	if root != nil {
		items, _ = u.doc.Items(root)
	}
	u.add(assignToItems(problems, items))
	if root == nil {
		return
	}
	if u.doc.Item() == "" {
		u.ignores = commentIgnores(u.doc, root, r.configOf(u.doc).Locked(), &u.found)
	}
	u.items = []*unit{}
	for _, item := range items {
		child := &unit{doc: item}
		node, _ := item.Outline()
		r.readHead(child, node)
		u.items = append(u.items, child)
	}
}

// assignToItems assigns each problem of a List to the item that it is in, so
// that the item is withheld and not only the List.
func assignToItems(problems []source.Problem, items []*source.Document) []source.Problem {
	for i := range problems {
		for _, item := range items {
			if item.First() <= problems[i].Line {
				problems[i].Doc = item
			}
		}
	}
	return problems
}

func (u *unit) add(problems []source.Problem) {
	for _, p := range problems {
		u.fatal = u.fatal || p.Kind.Fatal()
		u.found.Add(diag.FromProblem(p))
	}
}

// readOwn reads a document of a kind that kgw compiles. One that names presets is
// decoded when all of them are read.
func (r *run) readOwn(u *unit, root *source.Node) {
	root, problems := u.doc.Expand(root)
	u.add(problems)
	if root == nil {
		return
	}
	if u.doc.Namespace == "" {
		r.assumeNamespace(u)
	}
	if u.awaits = apirule.PresetsOf(root); u.awaits == nil {
		r.decode(u, root)
	}
}

// decode checks, decodes and lifts a document of a kind that kgw compiles.
func (r *run) decode(u *unit, root *source.Node) {
	root = r.fillIn(u, root)
	if how, bare := schema.ShownAs(u.doc, root); how != schema.AsItIs && how != schema.OlderBody {
		u.found.Add(how.Finding(u.doc, bare))
		if u.unread = bare; bare {
			return
		}
	}
	faults := u.kind.Type.Check(root, source.Ref{Doc: u.doc})
	for i := range faults {
		u.malformed = append(u.malformed, faults[i].At.Path)
		if faults[i].Code == diag.WrongType {
			u.mistyped = append(u.mistyped, faults[i].At.Path)
		}
		if faults[i].Code == diag.UnknownField && (!u.kind.Prunes || faults[i].Hides != nil) {
			faults[i].Severity = diag.Error
		}
		if path := faults[i].At.Path; path == "metadata.name" || path == "metadata.namespace" {
			faults[i].Code = diag.BadName
		}
	}
	if len(faults) > 0 || r.needsSchemaCheck(u.doc) {
		u.compareWithSchema(root, len(faults) > 0)
	}
	u.ignores = readIgnores(u.doc, root, r.configOf(u.doc).Locked(), &u.found)
	if u.reportUnreadable(root, faults) {
		return
	}
	u.found = append(u.found, faults...)
	s := r.settingsFor(u.doc, u.kind)
	resource := u.kind.Decode(u.doc, root)
	u.found = append(u.found, slices.DeleteFunc(resource.Check(s), u.aboutMistyped)...)
	u.lift(resource, s)
	if r.options.Memory != nil {
		u.resource = resource
	}
	if c, ok := resource.(schema.Companion); ok && len(faults) == 0 {
		u.beside = c.Companion()
	}
	if u.kind.Uncompiled && kube.Reads(u.kind.Group, u.kind.Kind) {
		u.companion = kube.Decode(u.doc, u.kind.Group, root)
	}
	u.other = u.kind.Uncompiled && !u.kind.Local
}

// reportUnreadable reports a document that cannot be meant as it is written: with
// placeholders, or with its fields in the wrong place. Its other faults on the same
// lines follow from that.
func (u *unit) reportUnreadable(root *source.Node, faults diag.List) bool {
	if f, ok := u.kind.Misplaced(u.doc, root, faults); ok {
		u.found = append(u.found, f)
		return true
	}
	if how, bare := schema.ShownAs(u.doc, root); how == schema.OlderBody {
		u.found.Add(how.Finding(u.doc, bare))
		return true
	}
	left := schema.Placeholders(u.doc, root)
	if len(left) == 0 {
		return false
	}
	lines := map[int]bool{}
	left.Resolve()
	for i := range left {
		lines[left[i].Span.Line] = true
	}
	follows := func(f diag.Finding) bool { return lines[f.Span.Line] }
	faults.Resolve()
	u.found = slices.Concat(left, slices.DeleteFunc(u.found, follows), slices.DeleteFunc(faults, follows))
	return true
}
