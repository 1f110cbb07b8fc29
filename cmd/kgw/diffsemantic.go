package main

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/kgw-dev/kgw/internal/diff"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/prove"
	"github.com/kgw-dev/kgw/prove/classes"
	"github.com/kgw-dev/kgw/simulate"
)

// showSemantic compares both sides by class of requests and prints what is
// answered differently.
func (a *app) showSemantic(f *diffFlags, before, after *side) error {
	a.compareMuch()
	if before.options.Config == nil {
		before.options = after.options
	}
	pairs := f.pairs(before, after, &diff.Report{})
	was := before.compared(before.objects, after.services())
	is := after.compared(append(stays(before.objects, pairs), after.objects...), before.services())
	found := classes.Compare(was, is)
	if err := a.printSemantic(f, newSemanticReport(found), before, after); err != nil {
		return err
	}
	if !f.exitZero && found.Has(f.grave...) {
		a.fail(exitDifferent)
	}
	return nil
}

// stays lists the objects that are on both sides because nothing of the inputs
// is about them: another owner's, and what is withheld.
func stays(objects []diff.Object, pairs []diff.Pair) []diff.Object {
	paired := map[diff.ID]bool{}
	for _, p := range pairs {
		if p.Before != nil {
			paired[p.Before.ID()] = true
		}
	}
	var out []diff.Object
	for i := range objects {
		if !paired[objects[i].ID()] {
			out = append(out, objects[i])
		}
	}
	return out
}

// compared makes objects comparable as those of the side; of two of one
// identity the last counts. Services of the other side tell about pods where it
// has none of its own.
func (s *side) compared(objects []diff.Object, others []simulate.Manifest) classes.Side {
	var entries map[*source.Document][]source.Ref
	if s.result != nil {
		entries = prove.RouteOrigins(s.result)
	}
	manifests := append(others, s.services()...)
	last := map[diff.ID]int{}
	for i := range objects {
		last[objects[i].ID()] = i
	}
	for i := range objects {
		o := &objects[i]
		if last[o.ID()] != i {
			continue
		}
		doc := o.Origin.Doc
		written := doc != nil && doc.Kind != o.ID().Kind
		m := simulate.ReadManifest(source.NodeOf(source.ObjectOf(o.Value)), o.Origin, written, s.options.Namespace)
		if written && m.Kind == "VirtualService" {
			m.Entries = entries[doc]
		}
		manifests = append(manifests, m)
	}
	return prove.Simulate(manifests, s.options).Side(s.result)
}

// services are the Services among the inputs of the side.
func (s *side) services() []simulate.Manifest {
	var out []simulate.Manifest
	for _, file := range s.input.Files {
		docs, _ := source.Split(file)
		for _, doc := range docs {
			if !bytes.Contains(doc.Text(), []byte("Service")) {
				continue
			}
			root, _ := doc.Parse()
			items, isList := doc.Items(root)
			if !isList {
				items = []*source.Document{doc}
			}
			for _, item := range items {
				if isList {
					root, _ = item.Parse()
				}
				m := simulate.ReadManifest(root, source.Ref{Doc: item}, false, s.options.Namespace)
				if m.Kind == "Service" && m.APIVersion == "v1" {
					out = append(out, m)
				}
			}
		}
	}
	return out
}

// printSemantic prints the report in every format asked for, and beside it what
// was found about the inputs.
func (a *app) printSemantic(f *diffFlags, r *semanticReport, before, after *side) error {
	findings := a.findings(before, after)
	if err := a.tellFindings(&f.inputFlags, findings); err != nil {
		return err
	}
	views := f.views
	if len(views) == 0 {
		views = []string{"text"}
	}
	r.Before, r.After = before.name, after.name
	for _, v := range views {
		name, file, toFile := strings.Cut(v, "=")
		var out bytes.Buffer
		if err := r.write(&out, name); err != nil {
			return err
		}
		if err := a.emit(file, toFile, []byte(diff.Text(out.String()))); err != nil {
			return err
		}
	}
	a.judgeDiff(before, after)
	return a.appendSummary(func(room int) string {
		var out bytes.Buffer
		fmt.Fprintf(&out, "### kgw diff --semantic: %s to %s\n\n", before.name, after.name)
		r.markdown(&out, room-out.Len())
		return diff.Text(out.String())
	})
}
