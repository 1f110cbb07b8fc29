package main

import (
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/kgw-dev/kgw/compare"
	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/cluster"
	"github.com/kgw-dev/kgw/internal/source"
)

// sideFlags say what the inputs are compared with.
type sideFlags struct {
	live, against   string
	all, serverSide bool
	cluster         *cluster.Flags
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

// compileSides returns the side that the inputs are compared with, and the side
// that they compile to. A nil after means that a configuration is at fault and was
// reported.
func (a *app) compileSides(f *diffFlags, paths []string) (before, after *compare.Side, err error) {
	after, paths, err = a.compileAfter(f, paths)
	if err != nil || after == nil {
		return nil, nil, err
	}
	switch ref, isGit := strings.CutPrefix(f.against, "git:"); {
	case isGit:
		before, err = a.compileAtRef(f, ref, paths)
	case f.against != "":
		before, err = a.readDirectorySide(f)
	default:
		before = a.readLiveSide(&f.sideFlags, f.namespace, &after.Options, after, f.scope())
	}
	if err != nil || before == nil {
		return nil, nil, err
	}
	if f.against != "" {
		before.Past(after)
	}
	return before, after, nil
}

// compileAfter returns the side that the inputs compile to, and the paths that they
// were read from. A nil side means that a configuration is at fault and was
// reported.
func (a *app) compileAfter(f *diffFlags, paths []string) (*compare.Side, []string, error) {
	in, o, err := a.load(&f.inputFlags, paths)
	if err != nil || o == nil {
		return nil, nil, err
	}
	after := compare.Compile("kgw", in, *o)
	if f.against != "" || after.Result.Summary.Resources == 0 {
		after.AddWritten() // for a directory with manifests that were written before
	}
	return after, a.pathsOf(o, paths), nil
}

// scope returns which unwanted live objects count.
func (f *diffFlags) scope() compare.Scope {
	return compare.Scope{Prune: f.prune, All: f.all, Namespace: f.namespace}
}

// readDirectorySide returns the side of a directory: its manifests, and those that
// its resources compile to.
func (a *app) readDirectorySide(f *diffFlags) (*compare.Side, error) {
	flags := f.inputFlags
	in, o, err := a.load(&flags, []string{f.against})
	if err != nil || o == nil {
		return nil, err
	}
	s := compare.Compile(f.against, in, *o)
	s.AddWritten()
	return s, nil
}

// readLiveSide returns a cluster, or a dump of one.
func (a *app) readLiveSide(f *sideFlags, namespace string, o *compile.Options, after *compare.Side, scope compare.Scope) *compare.Side {
	if f.live != "" {
		loader := &source.Loader{Dir: a.dir, Stdin: a.stdin}
		files, problems := loader.Load([]string{f.live})
		a.secrets.Watch(files...)
		return compare.Dump(files, problems, o)
	}
	f.cluster.SetNamespace(namespace)
	client, err := cluster.Connect(f.cluster, cluster.Options{})
	if err != nil {
		return compare.Unconnected(err, after, scope)
	}
	return compare.Cluster(a.context(), client, f.serverSide, after, scope)
}
