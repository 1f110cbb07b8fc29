package migrate

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/source"
)

// checkWorkloads looks at all resources together: which of them expose one
// workload, and who else calls it.
func (m *migration) checkWorkloads(parts []*fileMigration) {
	if m.To != "v2" {
		return
	}
	w := m.knownWorkloads(parts)
	for _, p := range parts {
		for i := range p.documents {
			w.add(&p.documents[i])
		}
	}
	for _, p := range parts {
		for i := range p.documents {
			if d := &p.documents[i]; d.changesHands() {
				w.letInternalIn(d)
			}
		}
	}
	w.warnShared()
}

// workloads are the Services that resources expose, by the pods behind them.
type workloads struct {
	*migration
	selectors map[ir.Name]map[string]string
	policies  map[ir.Name]bool
	exposed   map[string][]exposure
	order     []string
}

// exposure is a resource that exposes a workload.
type exposure struct {
	document *Document
	service  reference
}

// reference is a Service that a document names, and where.
type reference struct {
	ir.Name
	at       string
	explicit bool // its namespace is written in the document
}

func (m *migration) knownWorkloads(parts []*fileMigration) *workloads {
	w := &workloads{migration: m, selectors: map[ir.Name]map[string]string{}, policies: map[ir.Name]bool{}, exposed: map[string][]exposure{}}
	for _, s := range m.Config.Known.Services {
		namespace := s.Namespace
		if namespace == "" {
			namespace = m.Namespace
		}
		w.selectors[ir.Name{Namespace: namespace, Name: s.Name}] = s.Selector
	}
	for _, p := range parts {
		for _, s := range p.services {
			w.selectors[s.Name] = s.Selector
		}
		for _, name := range p.policies {
			w.policies[name] = true
		}
	}
	return w
}

// key identifies a workload: by its labels where they are known.
func (w *workloads) key(service ir.Name) string {
	selector := w.selectors[service]
	if len(selector) == 0 {
		return service.Namespace + "/" + service.Name
	}
	var b strings.Builder
	b.WriteString(service.Namespace)
	for _, k := range slices.Sorted(maps.Keys(selector)) {
		fmt.Fprintf(&b, "|%s=%s", k, selector[k])
	}
	return b.String()
}

func (w *workloads) add(d *Document) {
	for _, s := range d.services() {
		key := w.key(s.Name)
		if len(w.exposed[key]) == 0 {
			w.order = append(w.order, key)
		}
		if !slices.ContainsFunc(w.exposed[key], func(e exposure) bool { return e.document == d }) {
			w.exposed[key] = append(w.exposed[key], exposure{d, s})
		}
	}
}

// services lists the Services that a document exposes, each once.
func (d *Document) services() []reference {
	value := d.Before
	if d.Outcome == Moved {
		value = d.After
	}
	v, _ := value.Get("spec")
	spec, _ := v.(source.Object)
	meta, _ := value.Get("metadata")
	m, _ := meta.(source.Object)
	own := reference{Name: ir.Name{Namespace: d.Doc.Namespace}, explicit: has(m, "namespace")}
	main, _ := spec.Get("service")
	all := []reference{namedService(main, own, "spec.service")}
	within := own
	if main, ok := main.(source.Object); ok && has(main, "namespace") {
		within = all[0]
	}
	rules, _ := spec.Get("rules")
	for i, r := range elements(rules) {
		o, _ := r.(source.Object)
		service, _ := o.Get("service")
		all = append(all, namedService(service, within, fmt.Sprintf("spec.rules[%d].service", i)))
	}
	var out []reference
	for _, s := range all {
		if s.Name.Name != "" && !slices.ContainsFunc(out, func(o reference) bool { return o.Name == s.Name }) {
			out = append(out, s)
		}
	}
	return out
}

func namedService(v any, within reference, at string) reference {
	o, _ := v.(source.Object)
	name, _ := o.Get("name")
	namespace, _ := o.Get("namespace")
	out := reference{Name: within.Name, explicit: within.explicit, at: at}
	out.Name.Name, _ = name.(string)
	if text, ok := namespace.(string); ok && text != "" {
		out.Namespace, out.explicit = text, true
	}
	return out
}

// changesHands reports whether a document is moved to where Istio's policies
// decide: versions 2 do not differ in that.
func (d *Document) changesHands() bool {
	return d.Outcome == Moved && d.From != "v2alpha1" && d.From != "v2"
}

// warnShared warns about workloads that several resources expose, of which one is
// moved.
func (w *workloads) warnShared() {
	for _, key := range w.order {
		all := w.exposed[key]
		moved := slices.ContainsFunc(all, func(e exposure) bool { return e.document.changesHands() })
		old := slices.ContainsFunc(all, func(e exposure) bool { return e.document.Outcome == Decide || e.document.Outcome == Broken })
		count := 0
		for _, e := range all {
			if e.document.changesHands() || e.document.Outcome == Decide || e.document.Outcome == Broken {
				count++
			}
		}
		if !moved || count < 2 {
			continue
		}
		for i, e := range all {
			if e.document.changesHands() {
				e.document.Findings.Add(sharedFinding(all, i, old))
			}
		}
	}
}

// maxRelated is how many of the others a warning names.
const maxRelated = 5

func sharedFinding(all []exposure, i int, old bool) diag.Finding {
	e := all[i]
	f := diag.Finding{
		Code: diag.SharedWorkload, At: source.Ref{Doc: e.document.Doc, Path: e.service.at},
		Message: fmt.Sprintf("Service %q is exposed by %d resources: apply all of them at once", e.service.Name.Name, len(all)),
		Help:    "between the first and the last of them, the policies of one refuse the requests of the others",
	}
	for j, o := range all {
		if j == i || len(f.Related) == maxRelated {
			continue
		}
		says := "it is moved too"
		switch o.document.Outcome {
		case Decide, Broken:
			says = "it is left as it is"
		case Current:
			says = "it is in the newer version"
		}
		f.Related = append(f.Related, diag.Related{Message: says, At: source.Ref{Doc: o.document.Doc}})
	}
	if old {
		f.Message = fmt.Sprintf("Service %q is exposed by %d resources, and not all of them can be moved: the policies of this one refuse the requests of the others", e.service.Name.Name, len(all))
		f.Help = "decide about the others first, or allow their requests with an AuthorizationPolicy of your own"
	}
	return f
}

// letInternalIn writes the policies that let callers inside the cluster in, or
// says that they are refused.
func (w *workloads) letInternalIn(d *Document) {
	services := d.services()
	if !w.AllowInternal {
		var list []string
		for _, s := range services {
			list = append(list, fmt.Sprintf("%q", s.Name.Name))
		}
		d.Findings.Add(diag.Finding{
			Code: diag.InternalCallers, At: source.Ref{Doc: d.Doc, Path: "spec"}, Help: "migrate with --allow-internal if other workloads call it directly",
			Message: fmt.Sprintf("after the move, Service %s needs pods with a sidecar, and refuses callers inside the cluster", strings.Join(list, " and ")),
		})
		return
	}
	for _, s := range services {
		selector := w.selectors[s.Name]
		why, help := "", "add the Service to the inputs or to known.services in kgw.yaml"
		switch {
		case len(selector) == 0:
			why = fmt.Sprintf("Service %q is not among the inputs, or has no selector", s.Name.Name)
		case isJSON(d.Doc.File.Data):
			why, help = "a JSON file cannot have a second document", "write the resource as YAML, or the policy by hand"
		}
		if why != "" {
			d.leave(diag.Finding{
				Code: diag.PolicyNotWritten, At: source.Ref{Doc: d.Doc, Path: s.at}, Help: help,
				Message: "the policy for internal callers cannot be written: " + why,
			})
			return
		}
	}
	for _, s := range services {
		d.appended += w.policyFor(s)
	}
}

func isJSON(data []byte) bool {
	text := bytes.TrimLeft(data, " \t\r\n")
	return len(text) > 0 && (text[0] == '{' || text[0] == '[')
}

// policyFor is the policy for internal callers of a workload, or "" where there
// is one.
func (w *workloads) policyFor(s reference) string {
	name := ir.Name{Namespace: s.Namespace, Name: PolicyName(s.Name.Name)}
	key := w.key(s.Name)
	for _, e := range w.exposed[key] {
		if w.policies[ir.Name{Namespace: s.Namespace, Name: PolicyName(e.service.Name.Name)}] {
			return ""
		}
	}
	w.policies[name] = true
	api := w.IstioAPI
	if api == "" {
		api = "v1beta1"
	}
	meta := source.Object{{Key: "name", Value: name.Name}}
	if s.explicit {
		meta = append(meta, source.Member{Key: "namespace", Value: name.Namespace})
	}
	var labels source.Object
	for _, k := range slices.Sorted(maps.Keys(w.selectors[s.Name])) {
		labels = append(labels, source.Member{Key: k, Value: w.selectors[s.Name][k]})
	}
	from := source.Object{{Key: "source", Value: source.Object{{Key: "notPrincipals", Value: source.ListOf(w.Config.Istio.IngressPrincipal)}}}}
	return "---\n" + string(manifest.AppendYAMLValue(nil, source.Object{
		{Key: "apiVersion", Value: "security.istio.io/" + api},
		{Key: "kind", Value: "AuthorizationPolicy"},
		{Key: "metadata", Value: meta},
		{Key: "spec", Value: source.Object{
			{Key: "selector", Value: source.Object{{Key: "matchLabels", Value: labels}}},
			{Key: "action", Value: "ALLOW"},
			{Key: "rules", Value: []any{source.Object{{Key: "from", Value: []any{from}}}}},
		}},
	}))
}

// PolicyName is how the policy for internal callers of a Service is called.
func PolicyName(service string) string {
	const suffix = "-allow-internal"
	return service[:min(len(service), 253-len(suffix))] + suffix
}
