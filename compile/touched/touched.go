// Package touched finds the part of the inputs that changes of files can touch, so that
// only that has to be compiled.
package touched

import (
	"bytes"
	"maps"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/parallel"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/validate"
)

// Change is a file that changed: what it is now and what it was before. Either is
// nil where there is none.
type Change struct{ Now, Before *source.File }

// Inputs are the part of an input that a change can touch.
type Inputs struct {
	// Input is what has to be read for it. Files are those of the whole input, in
	// its order, less what has nothing to do with the change.
	Input compile.Input
	// files are the names of the files that are touched, and others of those that hold
	// anything else.
	files, others map[string]bool
	namespaces    map[string]bool // that are read as a whole, in lower case
}

// Find returns what changes can touch: the files that changed and, transitively, every
// file that shares a namespace or a host with one of them. A run over Inputs.Input
// finds in these files what a run over the whole input finds in them. It returns nil,
// which means everything, if a change is not limited to APIRules, FabricGateways,
// Services and workloads, or if it is not certain what the change can touch.
//
// Files that hold anything else, such as Gateways and policies, are read; what is found
// there counts where it names a file that is touched. Resources also meet at an issuer
// of tokens, where each is held against the first that names it, and at the name of a
// Service that is missing: those are read too. Limits of a whole run, on what is
// written and on what the analysis of overlap may cost, are those of what is read.
func Find(in compile.Input, o compile.Options, changes []Change) *Inputs {
	o = o.WithDefaults()
	if len(in.Documents) > 0 || len(o.APIs) > 0 || o.MayWriteHTTPRoutes() || slices.ContainsFunc(in.Problems, func(p source.Problem) bool { return p.Kind.Fatal() }) {
		return nil
	}
	t := &toucher{in: in, options: &o, keys: newMeetings(), files: make([]touchFile, len(in.Files)), known: map[*source.File]*meetings{}}
	parallel.Each(len(in.Files), func(i int) { t.files[i] = t.lookAt(in.Files[i]) })
	if !t.begin(changes) || !t.close() || !t.addFirstOfIssuers(changes) {
		return nil
	}
	t.addNamesakes()
	return t.result()
}

// Names returns the names of the files that the change can touch.
func (t *Inputs) Names() []string { return slices.Sorted(maps.Keys(t.files)) }

// Restrict removes from the result of a run over t.Input what is not about the files
// that the change can touch.
func (t *Inputs) Restrict(r *compile.Result) {
	r.Findings = t.Findings(r.Findings)
	r.Fatal = slices.ContainsFunc(r.Findings, func(f diag.Finding) bool { return f.Code.Unreadable() })
	r.Summary.Count(r.Findings)
}

// Findings returns those findings that are in a file that the change can touch, are
// about a resource of one, or are about another object and name one. Findings about a
// whole run are left out, except for those about undecided questions.
func (t *Inputs) Findings(l diag.List) diag.List {
	var out diag.List
	for _, f := range l {
		d := f.Document()
		switch {
		case f.Code == diag.InsideRefused:
		case f.Code == diag.BudgetUsed, t.files[f.Span.File] || d != nil && d.File != nil && t.files[d.File.Name],
			t.isAboutOther(&f) && slices.ContainsFunc(f.Related, func(r diag.Related) bool { return t.files[r.Span.File] }):
			out = append(out, f)
		}
	}
	return out
}

// isAboutOther reports whether a finding is about an object that is not one of
// the resources compared with others, so that it depends only on the documents.
// Whether the keys of an issuer differ also depends on what else is on the
// pods.
func (t *Inputs) isAboutOther(f *diag.Finding) bool {
	d := f.At.Doc
	return t.others[f.Span.File] && (d == nil || !meetsByName(d.Kind) && (f.Code != diag.IssuerTwoKeySets || t.namespaces[strings.ToLower(d.Namespace)]))
}

// toucher is one call of Find.
type toucher struct {
	in      compile.Input
	options *compile.Options
	files   []touchFile // those of in
	keys    *meetings   // of all files that are touched
	asked   *meetings   // those of keys for which all files were looked through
	known   map[*source.File]*meetings
}

// touchFile is one file of the input.
type touchFile struct {
	text       []byte // in lower case
	shownKinds        // of its documents
	always     bool   // where it meets others is computed in any case
	linked     bool   // it meets a file that is touched, or changed
	context    bool   // it is read although it is not linked
}

func (t *toucher) lookAt(f *source.File) touchFile {
	l := touchFile{text: bytes.ToLower(f.Data)}
	if l.shownKinds = kindsIn(f.Data); l.plain {
		l.always = mayHaveWildcard(f.Data)
	} else {
		l.always = hasEscape(f.Data) || slices.ContainsFunc(gatewayKinds, func(kind string) bool { return bytes.Contains(f.Data, []byte(kind)) })
	}
	return l
}

// begin adds the files that changed. It returns false if the change can touch everything.
func (t *toucher) begin(changes []Change) bool {
	at := make(map[*source.File]int, len(t.in.Files))
	for i, f := range t.in.Files {
		at[f] = i
	}
	for _, c := range changes {
		for _, f := range []*source.File{c.Now, c.Before} {
			if f == nil {
				continue
			}
			if !kindsIn(f.Data).plain || !t.add(f, f == c.Now) {
				return false
			}
		}
		if c.Now == nil {
			continue
		}
		i, isInput := at[c.Now]
		if !isInput {
			return false
		}
		t.files[i].linked = true
	}
	return true
}

// add records where a file meets others, now or before the change. It returns false if
// the change can touch everything: a host with a wildcard, or a name that can be
// spelled in several ways, cannot be searched for.
func (t *toucher) add(f *source.File, now bool) bool {
	m := *t.meetingsOf(f)
	if !now {
		m.services = nil // there are none any more
	}
	t.keys.add(&m)
	return m.namesSearchable()
}

// meetingsOf returns where the documents of a file meet others.
func (t *toucher) meetingsOf(f *source.File) *meetings {
	m := t.known[f]
	if m == nil {
		m = meetingsOf(f, t.options.NamespaceOf(f))
		t.known[f] = m
	}
	return m
}

// close looks for files that meet those that are touched until there are no more.
func (t *toucher) close() bool {
	t.asked = newMeetings()
	for t.asked.size() < t.keys.size() {
		wanted := t.keys.without(t.asked)
		t.asked.add(wanted)
		needles := wanted.needles()
		everywhere := t.assumed(wanted)
		maybe := make([]bool, len(t.files))
		parallel.Each(len(t.files), func(i int) {
			f := &t.files[i]
			maybe[i] = !f.linked && (f.always || f.plain && (everywhere || mentions(f.text, needles)))
		})
		t.readAll(maybe)
		for i, f := range t.in.Files {
			if maybe[i] && t.meetingsOf(f).meets(t.keys) {
				if t.files[i].linked = true; !t.add(f, true) {
					return false
				}
			}
		}
	}
	return true
}

// assumed reports whether one of the namespaces is that of documents without one.
func (t *toucher) assumed(m *meetings) bool {
	return slices.ContainsFunc(t.in.Files, func(f *source.File) bool { return m.namespaces[t.options.NamespaceOf(f)] })
}

// readAll reads the files that are marked, on every core.
func (t *toucher) readAll(marked []bool) {
	read := make([]*meetings, len(marked))
	parallel.Each(len(marked), func(i int) {
		if _, seen := t.known[t.in.Files[i]]; marked[i] && !seen {
			read[i] = meetingsOf(t.in.Files[i], t.options.NamespaceOf(t.in.Files[i]))
		}
	})
	for i, f := range t.in.Files {
		if _, seen := t.known[f]; marked[i] && !seen {
			t.known[f] = read[i]
		}
	}
}

// addFirstOfIssuers adds, for each issuer of what is touched, the files up to the first
// that says with which keys its tokens are verified: all others are compared with that.
// It returns false, which means everything, if the first one changed: other files would
// not count as touched.
func (t *toucher) addFirstOfIssuers(changes []Change) bool {
	for issuer := range t.keys.issuers {
		if !t.addFirstOf(issuer, changes) {
			return false
		}
	}
	return true
}

func (t *toucher) addFirstOf(issuer string, changes []Change) bool {
	elsewhere, before := false, map[*source.File]*source.File{}
	for i, f := range t.in.Files {
		elsewhere = elsewhere || t.files[i].plain && !t.files[i].linked && mayMention(f, issuer)
	}
	for _, c := range changes {
		if before[c.Now] = c.Before; elsewhere && c.Now == nil && len(t.verifiers(c.Before, issuer)) > 0 {
			return false
		}
	}
	for i, f := range t.in.Files {
		was, changed := before[f]
		if !mayMention(f, issuer) && !mayMention(was, issuer) {
			continue
		}
		t.files[i].context = true
		in := t.verifiers(f, issuer)
		if elsewhere && changed && (len(in) > 0 || len(t.verifiers(was, issuer)) > 0) {
			return false
		}
		if len(in) > 0 && !t.definedBefore(in, i) {
			return true
		}
	}
	return true
}

// definedBefore reports whether all resources may be defined in a file before
// the one at i too: only the first of such counts. Those files are read.
func (t *toucher) definedBefore(resources []ir.Name, i int) bool {
	all := true
	for _, name := range resources {
		label, namespace, once := map[string]bool{strings.ToLower(name.Name): true}, strings.ToLower(name.Namespace), true
		for j := range i {
			if f := &t.files[j]; (!searchable(strings.ToLower(name.Name)) || mentions(f.text, label)) && t.meetingsOf(t.in.Files[j]).namespaces[namespace] {
				f.context, once = true, false
			}
		}
		all = all && !once
	}
	return all
}

// mayMention reports whether a file may have a text.
func mayMention(f *source.File, text string) bool {
	return f != nil && (bytes.Contains(f.Data, []byte(text)) || hasEscape(f.Data))
}

// addNamesakes adds the files with Services that findings name when a resource refers
// to a missing Service of the same name.
func (t *toucher) addNamesakes() {
	missing, every := map[string]bool{}, false
	for service := range t.keys.uses {
		if name := strings.ToLower(service.Name); !t.keys.services[service] {
			missing[name] = true
			every = every || !searchable(name)
		}
	}
	parallel.Each(len(t.files), func(i int) {
		f := &t.files[i]
		f.context = f.context || f.services && (every || mentions(f.text, missing))
	})
}

// verifiers returns the resources of a file that say with which keys tokens of an
// issuer are verified. A file large enough for a path that no request has is left out:
// a resource with such a path is judged no further.
func (t *toucher) verifiers(f *source.File, issuer string) []ir.Name {
	if !mayMention(f, issuer) || len(f.Data) > compile.MaxPath {
		return nil
	}
	o := *t.options
	o.Model, o.Memory, o.Observer = true, nil, nil
	var out []ir.Name
	for _, r := range compile.Link(compile.Input{Files: []*source.File{f}}, o).Resources {
		if r.Gateway != nil && slices.Contains(validate.IssuersOf(r.Gateway), issuer) {
			out = append(out, r.Gateway.Name)
		}
	}
	return out
}

func (t *toucher) result() *Inputs {
	out := &Inputs{Input: t.in, files: map[string]bool{}, others: map[string]bool{}, namespaces: t.keys.namespaces}
	out.Input.Files = nil
	policies := slices.ContainsFunc(t.in.Files, func(f *source.File) bool {
		return bytes.Contains(f.Data, []byte("AuthorizationPolicy")) || bytes.Contains(f.Data, []byte("RequestAuthentication")) || hasEscape(f.Data)
	})
	for i, f := range t.in.Files {
		l := &t.files[i]
		if !l.plain {
			out.others[f.Name] = true
		} else if l.linked {
			out.files[f.Name] = true
		}
		if l.linked || l.context || !l.plain || l.pods && policies {
			out.Input.Files = append(out.Input.Files, f)
		}
	}
	return out
}
