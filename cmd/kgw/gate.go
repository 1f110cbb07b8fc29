package main

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kgw-dev/kgw/compare"
	"github.com/kgw-dev/kgw/compare/gate"
	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/prove/classes"
)

// gateFlags are the flags of kgw gate, which are some of those of kgw diff.
type gateFlags struct {
	diffFlags
	at string
}

func (a *app) gateCommand() *cobra.Command {
	f := &gateFlags{}
	cmd := &cobra.Command{
		Use:   "gate [PATH...]",
		Short: "Fail when a change does to callers what the repository forbids",
		Long: "Compares what the PATHs compile to with another state, as kgw diff --semantic does, and fails when something\n" +
			"changes for callers that gate.fail of kgw.yaml forbids, and when a recorded call of gate.consumers no longer\n" +
			"gets through. Entries of gate.allowed let single changes through. What either side forbids is forbidden: a\n" +
			"change cannot weaken the gate that it goes through.\n\n" +
			"Exit: 0 nothing is forbidden; 1 something is; 2 wrong flags, configuration or resources; 3 something could not\n" +
			"be read.",
		Example: "  kgw gate apis/ --against git:origin/main\n  kgw gate apis/ --against git:origin/main --at 2026-01-31\n" +
			"  kgw gate apis/ --against git:origin/main --format text --format markdown=comment.md --format sarif=gate.sarif",
		RunE: func(_ *cobra.Command, args []string) error {
			return a.gate(f, args)
		},
	}
	flags := cmd.Flags()
	f.registerInputs(flags)
	f.registerProportion(flags)
	f.failOn = "error"
	flags.StringVar(&f.against, "against", "", "compare with what a `directory` or a git ref (git:REF) holds or compiles to")
	flags.StringVar(&f.at, "at", "", "hold the entries of gate.allowed against this `DATE`: 2026-01-31, or with a time, 2026-01-31T12:00:00Z")
	registerFormats(flags, &f.views, "report", diffFormats)
	return cmd
}

func (a *app) gate(f *gateFlags, paths []string) error {
	f.views = a.formatsOfCI(f.views, diffFormats)
	outputs, err := outputsOf(f.views, diffFormats)
	if err != nil {
		return err
	}
	if f.against == "" {
		return usage("name the state to compare with: --against git:origin/main")
	}
	if err := f.sideFlags.valid(paths); err != nil {
		return err
	}
	at, err := dateOf(f.at)
	if err != nil {
		return err
	}
	s, err := a.compileGateSides(f, paths)
	if err != nil || s == nil {
		return err
	}
	g := gate.New(s.wasConfigs, s.isConfigs, s.before.Name, at)
	if g.Dated() && at.IsZero() {
		return usage("gate.allowed has entries that a date decides about: say --at 2026-01-31, or in CI --at \"$(date -u +%%F)\"")
	}
	return a.reportGate(f, outputs, a.judgeChanges(f, g, s), s)
}

// gated are the two sides of a gate, and the configurations that hold on each.
type gated struct {
	before, after         *compare.Side
	wasConfigs, isConfigs []*config.Config
	consumers             gate.Recorded
}

// compileGateSides compiles both sides. Nil means that a configuration is at
// fault and was reported.
func (a *app) compileGateSides(f *gateFlags, paths []string) (*gated, error) {
	after, paths, err := a.compileAfter(&f.diffFlags, paths)
	if err != nil || after == nil {
		return nil, err
	}
	s := &gated{after: after}
	if s.isConfigs, err = a.configurations(&f.inputFlags, &after.Options, after.Input.Files); err != nil {
		return nil, err
	}
	calls := func(name string) ([]byte, error) { return a.readCalls(f, name) }
	s.consumers.Read(s.isConfigs, "", calls)
	ref, isGit := strings.CutPrefix(f.against, "git:")
	if !isGit {
		if s.before, err = a.readDirectorySide(&f.diffFlags); err != nil || s.before == nil {
			return nil, err
		}
		s.wasConfigs, err = a.configurations(&f.inputFlags, &s.before.Options, s.before.Input.Files)
		s.consumers.Read(s.wasConfigs, "", calls)
	} else {
		err = a.compileGateBefore(f, s, ref, paths)
	}
	if err != nil || s.before == nil {
		return nil, err
	}
	s.before.Past(after)
	return s, nil
}

// compileGateBefore compiles the before side of a git ref. Its configuration
// holds also where the ref has nothing of the paths.
func (a *app) compileGateBefore(f *gateFlags, s *gated, ref string, paths []string) error {
	past, err := a.openRef(&f.inputFlags, ref, paths)
	defer past.remove()
	if err != nil {
		return err
	}
	if s.before, err = past.compileRef(a, &past.flags, "git:"+ref, past.paths); err != nil || s.before == nil {
		return err
	}
	o := &s.before.Options
	if o.Config == nil {
		o = &compile.Options{}
		if o.Config, err = past.loadConfiguration(&past.flags, past.paths); err != nil {
			return err
		}
	}
	if s.wasConfigs, err = past.configurations(&past.flags, o, s.before.Input.Files); err != nil {
		return err
	}
	return a.readConsumersAtRef(f, past, s, "git:"+ref+":")
}

// configurations returns all that hold for the inputs: that of the run, those of
// single files, and those that are among the files.
func (a *app) configurations(f *inputFlags, o *compile.Options, files []*source.File) ([]*config.Config, error) {
	out := []*config.Config{o.Config}
	for _, file := range files {
		if own := o.Scopes[file.Name]; own != nil && !slices.Contains(out, own) {
			out = append(out, own)
		}
	}
	if f.config != "" || a.getenv("KGW_CONFIG") != "" {
		return out, nil
	}
	known := map[string]bool{}
	for _, c := range out {
		known[c.File] = true
	}
	s := a.newScopes(f, o.Config)
	for _, file := range files {
		path := a.abs(filepath.FromSlash(file.Name))
		if filepath.Base(path) != config.FileName || known[path] {
			continue
		}
		c, err := s.nearest(filepath.Dir(path))
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, nil
}

// judgeChanges compares the sides and judges each change.
func (a *app) judgeChanges(f *gateFlags, g *gate.Gate, s *gated) *gate.Report {
	a.collectRarely()
	var notes []string
	s.before, s.after, notes = supposeMissing(s.before, s.after)
	was, is := compare.ClassSides(s.before, s.after, f.scope())
	var found *classes.Report
	a.runStage("compare", func() { found = classes.Compare(was, is) })
	found.Notes = append(found.Notes, notes...)
	return g.Report(&gate.Compared{
		Before: s.before.Name, After: s.after.Name, Was: was, Is: is, Found: found, Calls: &s.consumers,
	}, f.at, a.secrets)
}
