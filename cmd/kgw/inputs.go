package main

import (
	"bytes"
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/shape"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/schema"
)

// inputFlags are the flags of every command that compiles.
type inputFlags struct {
	config, namespace, domain, compat, kyma, target, istioAPI string
	skipperAPI, routeAPI                                      string
	stdinName, failOn, color                                  string
	rules, formats, accept                                    []string
	outputDir                                                 string // of commands that write one; files that kgw wrote there are not inputs
	severity                                                  string
	limit                                                     int
	env                                                       string
	release                                                   string
	values                                                    []string
	helm, kustomize                                           bool
	strictFiles, setEnv                                       bool
	quiet                                                     bool
	baseline                                                  string   // of commands that have one
	openAPI                                                   []string // of commands that have them
	timings                                                   bool
	beside                                                    bool // compile bindings of roles too
	// bounds limit the places of files that may be read.
	bounds source.Bounds
}

func (f *inputFlags) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	f.registerInputs(flags)
	flags.StringVar(&f.failOn, "fail-on", "error", "lowest severity that makes the command fail: error, warning or info")
	f.registerProportion(flags)
	registerFormats(flags, &f.formats, "report", diag.Formats())
}

// registerProportion adds the flags that limit the findings that are shown.
func (f *inputFlags) registerProportion(flags *pflag.FlagSet) {
	flags.StringVar(&f.severity, "severity", "info", "lowest severity that is reported: error, warning or info")
	flags.IntVar(&f.limit, "limit", defaultLimit, "`number` of findings of one code that text reports show; 0 shows all")
	flags.BoolVarP(&f.quiet, "quiet", "q", false, "report errors only, and nothing when there are none")
}

// defaultLimit is the number of findings of one code that text reports show.
const defaultLimit = 100

// registerInputs adds the flags that say what is compiled, and how.
func (f *inputFlags) registerInputs(flags *pflag.FlagSet) {
	flags.StringVarP(&f.config, "config", "c", "", "configuration `file` (default: the nearest kgw.yaml upwards from each PATH)")
	flags.StringVar(&f.env, "env", "", "`environment` of kgw.yaml whose settings hold (default: KGW_ENV)")
	flags.StringVarP(&f.namespace, "namespace", "n", "", "`namespace` of documents that name none")
	flags.StringVar(&f.domain, "domain", "", "`domain` of the cluster, for hosts without a dot, such as kyma.example.com")
	flags.StringVar(&f.compat, "compat", "", "what to measure against: strict or controller")
	flags.StringVar(&f.kyma, "kyma", "", "`release` of Kyma's API Gateway whose controller is followed for APIRule v1beta1, such as 3.9 or 3.4.1")
	flags.StringVar(&f.target, "target", "", "target of every gateway: "+strings.Join(compile.TargetNames(), ", "))
	flags.StringVar(&f.istioAPI, "istio-api", "", "version of Istio's objects: v1beta1 (the default) or v1")
	flags.StringVar(&f.routeAPI, "route-api", "", "what the routes of Istio's gateway are written as: virtualservice or gateway-api")
	flags.StringVar(&f.skipperAPI, "skipper-api", "", "what is written for Skipper: ingress (the default) or routegroup")
	flags.BoolVar(&f.helm, "helm", false, "render Helm charts among the inputs with the program helm")
	flags.StringArrayVar(&f.values, "values", nil, "with --helm: `file` of values (repeatable)")
	flags.StringVar(&f.release, "release", "", "with --helm: `name` of the release (default: that of the chart's directory)")
	flags.BoolVar(&f.kustomize, "kustomize", false, "build each PATH that is a kustomization with the program kustomize, or kubectl")
	flags.BoolVar(&f.strictFiles, "strict-files", false, "read every YAML and JSON file of a directory, also those that have nothing to do with gateways")
	flags.BoolVar(&f.setEnv, "set-env", false, "replace ${NAME} and $NAME in the inputs by variables of the environment, as envsubst does")
	flags.StringVar(&f.stdinName, "stdin-filename", "", "`name` of standard input in findings")
	flags.BoolVar(&f.bounds.FollowLinks, "follow-links", false, "read what symbolic links lead to out of the work tree too")
	flags.StringArrayVar(&f.rules, "rule", nil, "level of a finding, such as KGW305=warning (repeatable)")
	flags.StringArrayVar(&f.accept, "accept", nil, "accept a loss that the target cannot avoid, such as KGW540 (repeatable)")
	flags.StringVar(&f.color, "color", "auto", "colour in text reports: auto, always or never")
	flags.BoolVar(&f.timings, "timings", false, "print how long each stage took to standard error")
}

// load reads the configuration and the inputs. A nil result means that the
// configuration is at fault and was reported.
func (a *app) load(f *inputFlags, paths []string) (compile.Input, *compile.Options, error) {
	f.formats = a.formatsOfCI(f.formats, diag.Formats())
	a.timings = a.timings || f.timings
	if err := f.valid(); err != nil {
		return compile.Input{}, nil, err
	}
	if !slices.Contains([]string{"", "ingress", "routegroup"}, f.skipperAPI) {
		return compile.Input{}, nil, usage("--skipper-api must be ingress or routegroup, not %q", f.skipperAPI)
	}
	if f.routeAPI != "" && f.routeAPI != "virtualservice" && f.routeAPI != "gateway-api" {
		return compile.Input{}, nil, usage("--route-api must be virtualservice or gateway-api, not %q", f.routeAPI)
	}
	c, err := a.loadConfiguration(f, paths)
	if err != nil || c == nil {
		return compile.Input{}, nil, err
	}
	if len(paths) == 0 {
		paths = []string{a.defaultPath(c)}
	}
	o := &compile.Options{Config: c, Namespace: f.namespace, Target: f.target, IstioAPI: f.istioAPI, RouteAPI: f.routeAPI, SkipperAPI: f.skipperAPI, Beside: f.beside}
	if o.Levels, err = levels(f.rules); err != nil {
		return compile.Input{}, nil, err
	}
	for _, code := range f.accept {
		if !diag.Code(code).Acceptable() {
			return compile.Input{}, nil, usage("--accept %s: this loss cannot be accepted; the losses that can are %s to %s, %s, %s, %s, %s and %s", code, diag.LimitLost, diag.WeightsLost, diag.AnswerUnsaid, diag.OriginUnsaid, diag.ListenerUnsaid, diag.SegmentsRewritten, diag.RetriesUnsaid)
		}
		o.Accept = append(o.Accept, diag.Code(code))
	}
	if o.Lock, err = a.readLock(f, c, paths); err != nil {
		return compile.Input{}, nil, err
	}
	s := a.newScopes(f, c)
	o.Observer = a.observer()
	a.observer().Stage("load")
	in, walked, err := s.read(paths)
	a.observer().Stage("")
	if err != nil {
		return compile.Input{}, nil, err
	}
	if err := s.assign(&in, o); err != nil {
		return compile.Input{}, nil, err
	}
	a.readAPIs(f, o)
	known := a.newKustomizations(walked)
	if in.Patched, err = s.ofEnvironment(known.removePatches(&in)); err != nil {
		return compile.Input{}, nil, err
	}
	if f.namespace == "" {
		o.Later = known.findLater(in.Files)
	}
	a.secrets.Watch(in.Files...)
	a.setCollector()
	return in, o, nil
}

// read reads the inputs that the paths name, and renders charts and kustomizations.
// walked are the kustomizations that it found on the way.
func (s *scopes) read(paths []string) (in compile.Input, walked []string, err error) {
	a, f := s.app, s.flags
	loader := &source.Loader{
		Dir: a.dir, Stdin: a.stdin, StdinName: f.stdinName, Skip: a.writtenFiles(f.outputDir, paths), Bounds: f.bounds, Sieve: schema.Sieve, Kept: a.kept,
	}
	if f.strictFiles {
		loader.Sieve = nil
	}
	paths, kustomizations := a.splitKustomizations(f, paths)
	files, problems := loader.Load(paths)
	in = compile.Input{Files: files, Problems: problems, PassedOver: loader.PassedOver, Charts: loader.Charts}
	if err := s.renderCharts(&in); err != nil {
		return in, nil, err
	}
	a.renderKustomizations(kustomizations, &in)
	if f.setEnv {
		for _, file := range in.Files {
			text := a.substituteVariables(file.Data)
			file.Rendered = file.Rendered || !bytes.Equal(text, file.Data)
			file.Data = text
		}
	}
	return in, loader.Kustomizations, nil
}

// valid checks the flags whose values are words before anything is read.
func (f *inputFlags) valid() error {
	if !slices.Contains([]string{"", "v1beta1", "v1"}, f.istioAPI) {
		return usage("--istio-api must be v1beta1 or v1, not %q", f.istioAPI)
	}
	if f.namespace != "" && (len(f.namespace) > 63 || !shape.DNSLabel.Match(f.namespace)) {
		return usage("-n must be %s, not %q", shape.DNSLabel.Means, f.namespace)
	}
	if f.target != "" && !slices.Contains(compile.TargetNames(), f.target) {
		return usage("there is no target %q: use one of %s", f.target, strings.Join(compile.TargetNames(), ", "))
	}
	if s, ok := diag.ParseSeverity(f.failOn); !ok || s == diag.Off {
		return usage("--fail-on must be error, warning or info, not %q", f.failOn)
	}
	if s, ok := diag.ParseSeverity(f.severity); f.severity != "" && (!ok || s == diag.Off) {
		return usage("--severity must be error, warning or info, not %q", f.severity)
	}
	if f.limit < 0 {
		return usage("--limit must not be negative")
	}
	if !slices.Contains([]string{"auto", "always", "never"}, f.color) {
		return usage("--color must be auto, always or never, not %q", f.color)
	}
	_, err := outputsOf(f.formats, diag.Formats())
	return err
}

// defaultPath returns what is compiled without a PATH: the directory of the
// configuration, or the working directory.
func (a *app) defaultPath(c *config.Config) string {
	if c.File == "" {
		return "."
	}
	dir := filepath.Dir(c.File)
	if rel, err := filepath.Rel(a.dir, dir); err == nil {
		return rel
	}
	return dir
}

func levels(rules []string) (map[diag.Code]diag.Severity, error) {
	out := map[diag.Code]diag.Severity{}
	for _, r := range rules {
		code, level, ok := strings.Cut(r, "=")
		s, known := diag.ParseSeverity(level)
		if !ok || !known {
			return nil, usage("--rule must be CODE=error, warning, info or off, not %q", r)
		}
		if err := diag.CheckLevel(diag.Code(code)); err != nil {
			return nil, usage("--rule %s: %w", r, err)
		}
		out[diag.Code(code)] = s
	}
	return out, nil
}

// loadConfiguration reads the one configuration of the run: -c, else KGW_CONFIG,
// else the nearest kgw.yaml of the inputs; then the environment and the flags.
func (a *app) loadConfiguration(f *inputFlags, paths []string) (*config.Config, error) {
	c, found, err := a.readConfiguration(f, paths)
	if err != nil {
		return nil, err
	}
	if env := cmp.Or(f.env, a.getenv("KGW_ENV")); env != "" && len(found) == 0 {
		in, more, err := c.In(env)
		if err != nil {
			return nil, usage("%w", err)
		}
		c, found = in, append(found, more...)
	}
	return c, a.applyOverrides(f, c, found)
}

// applyOverrides applies the environment and the flags to a configuration, and
// reports its faults.
func (a *app) applyOverrides(f *inputFlags, c *config.Config, found diag.List) error {
	a.secrets.Watch(c.Sources...)
	found = append(found, c.Environment(a.getenv)...)
	if f.domain != "" {
		found = append(found, c.Set("domains.default", "--domain", f.domain)...)
	}
	if err := a.reportConfiguration("the configuration", found, f); err != nil {
		return err
	}
	if f.kyma != "" {
		if !config.Kyma.Match(f.kyma) {
			help := config.Kyma.Remedy(f.kyma)
			if help != "" {
				help = ": " + help
			}
			return usage("--kyma must be %s, not %q%s", config.Kyma.Means, f.kyma, help)
		}
		c.Set("kyma", "--kyma", f.kyma)
	}
	switch f.compat {
	case "":
	case "strict", "controller":
		c.Measure(f.compat)
		c.Set("compat", "--compat", f.compat)
	default:
		return usage("--compat must be strict or controller, not %q", f.compat)
	}
	return nil
}

// reportConfiguration prints the findings about the configuration. Errors end the
// run.
func (a *app) reportConfiguration(what string, found diag.List, f *inputFlags) error {
	if len(found) == 0 {
		return nil
	}
	found = diag.Levels{}.Apply(found)
	found.Resolve()
	found.Sort()
	if a.tell != nil {
		a.tell(found)
	} else {
		report := &diag.Report{Findings: found, Secrets: a.secrets}
		report.Summary.Count(found)
		if err := (diag.Text{Color: a.isColored(f, a.stderr)}).Render(a.stderr, report); err != nil {
			return err
		}
	}
	if found.Max() == diag.Error {
		return usage("%s is not valid", what)
	}
	return nil
}

// readConfiguration reads only the file that a flag or KGW_CONFIG names, or else
// the nearest kgw.yaml of the inputs, within the policy of those further up.
func (a *app) readConfiguration(f *inputFlags, paths []string) (*config.Config, diag.List, error) {
	flag := cmp.Or(f.config, a.getenv("KGW_CONFIG"))
	var c *config.Config
	var found diag.List
	bounds := f.bounds.Settings()
	if flag != "" {
		c, found = config.Read(a.abs(flag), a.display(flag), bounds)
	} else {
		dir := a.configDir(paths)
		c, found = config.ReadNearest(dir, a.display, bounds)
		found = append(found, config.Misnamed(dir, a.display)...)
	}
	if a.environ != nil {
		found = append(found, config.Misspelt(a.environ())...)
	}
	return c, found, nil
}

// configDir returns the directory from which the search for the configuration of
// the run starts: that of the paths, or the working directory if the paths find
// different configurations. In any case each file has the nearest configuration
// above it.
func (a *app) configDir(paths []string) string {
	if len(paths) == 0 {
		return a.dir
	}
	dir := a.searchDir(paths[0])
	bounds := source.Bounds{Unsaved: a.unsaved}
	first := config.Find(dir, bounds)
	for _, p := range paths[1:] {
		if config.Find(a.searchDir(p), bounds) != first {
			return a.dir
		}
	}
	return dir
}

// searchDir returns the directory in which the search for a configuration starts:
// the directory itself, the directory of a file, or the fixed part of a pattern.
func (a *app) searchDir(path string) string {
	if path == "-" {
		return a.dir
	}
	p := a.abs(path)
	for {
		info, err := os.Stat(p)
		if err == nil && info.IsDir() {
			return p
		}
		if p == filepath.Dir(p) {
			return a.dir
		}
		p = filepath.Dir(p)
	}
}

func (a *app) abs(path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(a.dir, path)
}

// display returns a path as it is shown. Paths in the working directory, or in a
// temporary directory whose name means nothing, are relative.
func (a *app) display(path string) string {
	below := func(dir string) bool {
		rel, err := filepath.Rel(dir, a.abs(path))
		return err == nil && !strings.HasPrefix(rel, "..")
	}
	if rel, err := filepath.Rel(a.dir, a.abs(path)); err == nil && (below(a.dir) || a.pastRoot != "" && below(a.pastRoot)) {
		return filepath.ToSlash(rel)
	}
	return filepath.ToSlash(path)
}
