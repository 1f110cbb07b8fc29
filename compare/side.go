// Package compare puts two states of the manifests side by side: what the
// inputs compile to, and a cluster, a dump of one, a directory or a git ref.
//
// It takes sides and returns pairs of objects, their differences, and the objects
// of a cluster that are to be adopted. It must not know flags, and prints nothing.
package compare

import (
	"slices"

	"github.com/kgw-dev/kgw/compare/diff"
	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/parallel"
	"github.com/kgw-dev/kgw/internal/source"
)

// Side is one of the two sides of a comparison.
type Side struct {
	// Name is the name of the side in reports: "live", "git:main", "kgw".
	Name string
	// Live is set for a cluster, and for a dump of one.
	Live    bool
	Objects []diff.Object
	// Result is what was compiled, nil for a cluster or a dump.
	Result *compile.Result
	// Input and Options are those of the compilation.
	Input   compile.Input
	Options compile.Options
	// Found are the findings about the side, with levels and places. Fatal is set
	// if a part of the side could not be read.
	Found diag.List
	Fatal bool
	// Withheld are the resources that are not written because of an error.
	Withheld map[diff.Owner]bool
	// Namespaces are those of the inputs, sorted.
	Namespaces []string

	failed map[diff.ID]bool // the cluster did not answer about them
	read   map[diff.ID]bool // the cluster answered about them
}

// Scope describes which unwanted objects of the live side count.
type Scope struct {
	// Prune looks for objects with an owner label that are no longer wanted.
	Prune bool
	// All looks in every namespace, Namespace in that one; without both, in the
	// namespaces of the inputs.
	All       bool
	Namespace string
}

// Compile returns the side that the input compiles to.
func Compile(name string, in compile.Input, o compile.Options) *Side {
	o.NoInfos, o.Model = true, true
	result := compile.Run(in, o)
	s := &Side{Name: name, Input: in, Options: o, Result: result, Found: result.Findings, Fatal: result.Fatal, Withheld: map[diff.Owner]bool{}}
	objects := make([]diff.Object, len(result.Objects))
	parallel.Each(len(objects), func(i int) {
		object := &result.Objects[i]
		objects[i] = diff.Object{Value: plainObject(object.Value()), Origin: object.Origin, Written: object}
	})
	for i := range result.Resources {
		r := &result.Resources[i]
		if r.Withheld {
			s.Withheld[diff.Owner{Namespace: r.Doc.Namespace, Name: r.Doc.Name}] = true
		}
		s.Namespaces = append(s.Namespaces, r.Doc.Namespace)
	}
	s.add(objects)
	return s
}

// AddWritten adds the manifests among the input of a side, which were written
// before. A compiled manifest replaces a written one of the same identity.
func (s *Side) AddWritten() { s.addReady(isWritten) }

// AddRouting adds what AddWritten does, and the Gateways of the Gateway API.
func (s *Side) AddRouting() { s.addReady(isRouting) }

func (s *Side) addReady(wanted func(diff.ID) bool) {
	ready, problems := manifestsIn(s.Input.Files, wanted)
	s.addProblems(problems)
	s.add(ready)
}

func (s *Side) add(ready []diff.Object) {
	s.Objects = slices.Concat(ready, s.Objects)
	for i := range ready {
		s.Namespaces = append(s.Namespaces, ready[i].ID().Namespace)
	}
	slices.Sort(s.Namespaces)
	s.Namespaces = slices.Compact(s.Namespaces)
}

// addProblems reports why manifests cannot be read, except for problems that
// compiling the same files has reported.
func (s *Side) addProblems(problems []source.Problem) {
	var list diag.List
	for _, p := range problems {
		if p.Kind.Fatal() {
			list.Add(diag.FromProblem(p))
		}
	}
	list = diag.Levels{Mode: s.Options.Config.Mode()}.Apply(list)
	list.Resolve()
	there := map[identity]bool{}
	for i := range s.Found {
		there[identityOf(&s.Found[i])] = true
	}
	for i := range list {
		s.Fatal = true
		if !there[identityOf(&list[i])] {
			s.Found = append(s.Found, list[i])
		}
	}
	s.Found.Sort()
}

// plainObject returns a value as encoding/json has it, numbers as they are spelt.
func plainObject(v any) map[string]any {
	m, _ := source.Plain(v, func(n source.Number) any { return n }).(map[string]any)
	return m
}

// Dump returns the side of a dump of a cluster, made of its files and the problems
// of reading others.
func Dump(files []*source.File, problems []source.Problem, o *compile.Options) *Side {
	objects, more := manifestsIn(files, isWritten)
	s := &Side{Name: "live", Live: true, Objects: objects, Input: compile.Input{Files: files}, Options: *o}
	s.addProblems(append(problems, more...))
	return s
}
