package main

import (
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/cluster"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/diff"
	"github.com/kgw-dev/kgw/internal/parallel"
	"github.com/kgw-dev/kgw/internal/source"
)

// sideFlags say what the inputs are compared with.
type sideFlags struct {
	live, against   string
	all, serverSide bool
	cluster         *cluster.Flags
	// owned and scope: objects that are not wanted are looked for too, those in
	// one namespace if it is named.
	owned bool
	scope string
}

func (f *sideFlags) registerSides(flags *pflag.FlagSet) {
	f.registerLive(flags)
	flags.StringVar(&f.against, "against", "", "compare with what a `directory` or a git ref (git:REF) holds or compiles to")
	flags.BoolVar(&f.serverSide, "server-side", true, "ask the cluster what a server-side apply would make of the objects (a dry run); false compares locally")
}

// registerLive adds the flags that say where live objects are.
func (f *sideFlags) registerLive(flags *pflag.FlagSet) {
	flags.StringVar(&f.live, "live", "", "read a dump of a cluster (kubectl get -o yaml) in its place: the `file`, directory, or \"-\"")
	flags.BoolVarP(&f.all, "all-namespaces", "A", false, "look for live objects in every namespace, not only in those of the inputs")
	f.cluster = cluster.NewFlags()
	f.cluster.AddTo(flags, "namespace")
}

func (f *sideFlags) valid(paths []string) error {
	switch {
	case f.live != "" && f.against != "":
		return usage("--live and --against exclude each other")
	case f.live == "-" && slices.Contains(paths, "-"):
		return usage("standard input can be either the inputs or the dump")
	case strings.HasPrefix(f.against, "git:") && slices.Contains(paths, "-"):
		return usage("standard input has no other state in git")
	}
	return nil
}

// side is one of the two sides of a comparison.
type side struct {
	// name is how the side is called: "live", "git:main", "kgw".
	name string
	// live tells that the side is a cluster, or a dump of one.
	live    bool
	objects []diff.Object
	// result is what was compiled, nil for a cluster or a dump; found is what
	// was found about the side, levelled and resolved, and fatal that something
	// of it could not be read.
	result *compile.Result
	// input and options are those of the compilation.
	input   compile.Input
	options compile.Options
	found   diag.List
	fatal   bool
	// withheld are the resources that are not written because of an error.
	withheld map[diff.Owner]bool
	// namespaces are those of the inputs.
	namespaces []string
	// failed are objects that a cluster gave no answer about, read those that it
	// gave.
	failed, read map[diff.ID]bool
}

// sides gives what the inputs are compared with, and what they compile to. A
// nil after means that a configuration is at fault and was reported.
func (a *app) sides(f *diffFlags, paths []string) (before, after *side, err error) {
	in, o, err := a.load(&f.inputFlags, paths)
	if err != nil || o == nil {
		return nil, nil, err
	}
	after = compiled("kgw", in, *o)
	if f.against != "" || after.result.Summary.Resources == 0 {
		after.add(manifestsIn(in.Files)) // of a directory that was written before
	}
	if len(paths) == 0 {
		paths = []string{a.defaultPath(o.Config)}
	}
	switch ref, isGit := strings.CutPrefix(f.against, "git:"); {
	case isGit:
		before, err = a.gitSide(f, ref, paths)
	case f.against != "":
		before, err = a.directorySide(f)
	default:
		f.owned, f.scope = f.prune, f.namespace
		before = a.liveSide(&f.sideFlags, f.namespace, o, after)
	}
	if err != nil || before == nil {
		return nil, nil, err
	}
	if f.against != "" {
		before.past(after)
	}
	return before, after, nil
}

// compiled is the side of what the input compiles to.
func compiled(name string, in compile.Input, o compile.Options) *side {
	o.NoInfos, o.Model = true, true
	result := compile.Run(in, o)
	s := &side{name: name, input: in, options: o, result: result, found: result.Findings, fatal: result.Fatal, withheld: map[diff.Owner]bool{}}
	objects := make([]diff.Object, len(result.Objects))
	parallel.Each(len(objects), func(i int) {
		object := &result.Objects[i]
		objects[i] = diff.Object{Value: plainObject(object.Value()), Origin: object.Origin}
	})
	for i := range result.Resources {
		r := &result.Resources[i]
		if r.Withheld {
			s.withheld[diff.Owner{Namespace: r.Doc.Namespace, Name: r.Doc.Name}] = true
		}
		s.namespaces = append(s.namespaces, r.Doc.Namespace)
	}
	s.add(objects, nil)
	return s
}

// add puts manifests that were written before to those that are compiled, which
// hold where there are both.
func (s *side) add(ready []diff.Object, _ []source.Problem) {
	s.objects = slices.Concat(ready, s.objects)
	for i := range ready {
		s.namespaces = append(s.namespaces, ready[i].ID().Namespace)
	}
	slices.Sort(s.namespaces)
	s.namespaces = slices.Compact(s.namespaces)
}

// plainObject is a value as encoding/json has it, numbers as they are spelt.
func plainObject(v any) map[string]any {
	m, _ := source.Plain(v, func(n source.Number) any { return n }).(map[string]any)
	return m
}

// directorySide is what a directory holds: manifests that were written, and
// what its resources compile to.
func (a *app) directorySide(f *diffFlags) (*side, error) {
	flags := f.inputFlags
	in, o, err := a.load(&flags, []string{f.against})
	if err != nil || o == nil {
		return nil, err
	}
	s := compiled(f.against, in, *o)
	s.add(manifestsIn(in.Files))
	return s, nil
}

// liveSide is a cluster, or a dump of one.
func (a *app) liveSide(f *sideFlags, namespace string, o *compile.Options, after *side) *side {
	if f.live != "" {
		return a.dumpSide(f, o)
	}
	return a.clusterSide(f, namespace, after)
}

// dumpSide is a dump of a cluster.
func (a *app) dumpSide(f *sideFlags, o *compile.Options) *side {
	loader := &source.Loader{Dir: a.dir, Stdin: a.stdin}
	files, problems := loader.Load([]string{f.live})
	objects, more := manifestsIn(files)
	s := &side{name: "live", live: true, objects: objects, input: compile.Input{Files: files}, options: *o}
	for _, p := range append(problems, more...) {
		if p.Kind.Fatal() {
			s.fatal = true
			s.found.Add(diag.FromProblem(p))
		}
	}
	s.found = diag.Levels{Mode: o.Config.Mode()}.Apply(s.found)
	s.found.Resolve()
	s.found.Sort()
	return s
}
