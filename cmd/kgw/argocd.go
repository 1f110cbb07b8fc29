package main

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/shape"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/schema"
	"github.com/kgw-dev/kgw/schema/kube"
)

func (a *app) argocdCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "argocd",
		Short: "Serve Argo CD as a config management plugin",
		Long:  "Argo CD runs kgw in a sidecar of its repo-server: argocd plugin prints the configuration of that sidecar,\nargocd generate is what the sidecar runs.",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.argocdPluginCommand(), a.argocdGenerateCommand())
	return cmd
}

// generateFlags are the flags of argocd generate.
type generateFlags struct {
	buildFlags
	// passthrough is "true", "false", or "" to refuse inputs with documents of other kinds.
	passthrough string
}

func (a *app) argocdGenerateCommand() *cobra.Command {
	f := &generateFlags{}
	cmd := &cobra.Command{
		Use:   "generate [PATH...]",
		Short: "Write the manifests of an Argo CD application",
		Long: "Does what build does, in the way of a config management plugin: it reads the parameters of the application\n" +
			"(ARGOCD_APP_PARAMETERS) and its variables (ARGOCD_ENV_KGW_...), writes manifests only if nothing is wrong, and\n" +
			"refuses to leave out documents of other kinds unless told to, because a sync would prune their objects.\n" +
			"A flag wins over a parameter, a parameter over a variable.",
		Example: "  kgw argocd generate\n  kgw argocd generate --target istio --passthrough false",
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := a.takeArgoCD(cmd, &args); err != nil {
				return err
			}
			f.bounds.Below = a.dir
			return a.generate(f, args)
		},
	}
	f.register(cmd)
	flags := cmd.Flags()
	flags.BoolVar(&f.allowEmpty, "allow-empty", false, "allow an application without objects")
	flags.StringVar(&f.passthrough, "passthrough", "", "documents of other kinds: true to write them through, false to leave them out (default: refuse)")
	return cmd
}

// takeArgoCD sets flags and inputs from the application's parameters, reads
// ARGOCD_ENV_KGW_... as KGW_..., and moves to the repository's root, so that
// findings name files relative to the repository instead of the random folder that
// it was unpacked into.
func (a *app) takeArgoCD(cmd *cobra.Command, paths *[]string) error {
	values, err := readArgoCDParameters(a.getenv)
	if err != nil {
		return err
	}
	root, application := repositoryRoot(a.dir, a.getenv("ARGOCD_APP_SOURCE_PATH"))
	if len(*paths) == 0 {
		*paths = values["paths"].Array
	}
	if len(*paths) == 0 {
		*paths = []string{"."}
	}
	for i, p := range *paths {
		if (*paths)[i], err = inRepository(root, application, p); err != nil {
			return err
		}
	}
	if err := a.takeConfig(cmd, values, root, application); err != nil {
		return err
	}
	getenv := a.getenv
	a.getenv = func(name string) string {
		if strings.HasPrefix(name, "KGW_") {
			return cmp.Or(getenv("ARGOCD_ENV_"+name), getenv(name))
		}
		return getenv(name)
	}
	a.dir = root
	return setParameters(cmd, values)
}

// takeConfig chooses the configuration. The administrator sets the flag and the
// sidecar's own variable, which may name any file. A file that the application
// names has to be in its repository.
func (a *app) takeConfig(cmd *cobra.Command, values map[string]argocdValue, root, application string) error {
	flag := cmd.Flag("config")
	parameter := values["config"]
	delete(values, "config")
	file := cmp.Or(strings.Join(parameter.texts(), ""), a.getenv("ARGOCD_ENV_KGW_CONFIG"))
	var err error
	switch own := cmp.Or(flag.Value.String(), a.getenv("KGW_CONFIG")); {
	case flag.Changed, file == "" && own != "":
		if file = own; !filepath.IsAbs(file) {
			file = filepath.Join(application, file)
		}
	case file != "":
		file, err = inRepository(root, application, file)
	}
	if err != nil || file == "" {
		return err
	}
	return cmd.Flags().Set("config", file)
}

// setParameters sets the flags that the command line does not set.
func setParameters(cmd *cobra.Command, values map[string]argocdValue) error {
	for _, p := range argocdParameters {
		v, given := values[p.name]
		if p.flag == "" || !given || cmd.Flag(p.flag).Changed {
			continue
		}
		for _, text := range v.texts() {
			if err := cmd.Flags().Set(p.flag, text); err != nil {
				return usage("the parameter %q: %w", p.name, err)
			}
		}
	}
	return nil
}

// repositoryRoot returns the root of the repository that the server of plugins
// was sent, and the path of the application in it. Argo CD unpacks into
// _cmp_server/<random>; elsewhere, the source path of the application decides.
func repositoryRoot(dir, sourcePath string) (root, application string) {
	slash := filepath.ToSlash(dir) + "/"
	if at := strings.LastIndex(slash, "/_cmp_server/"); at >= 0 {
		start := at + len("/_cmp_server/")
		if end := strings.IndexByte(slash[start:], '/'); end > 0 {
			root = filepath.FromSlash(slash[:start+end])
			application, _ = filepath.Rel(root, dir)
			return root, application
		}
	}
	sourcePath = filepath.Clean(filepath.FromSlash(sourcePath))
	if filepath.IsLocal(sourcePath) && sourcePath != "." {
		if before, ok := strings.CutSuffix(dir, string(filepath.Separator)+sourcePath); ok {
			return before, sourcePath
		}
	}
	return dir, "."
}

// inRepository returns a path relative to the repository's root. It refuses a path
// that leads out of the repository, since applications must not read the sidecar's
// own files.
func inRepository(root, application, path string) (string, error) {
	if filepath.IsAbs(path) {
		return "", usage("%q is not a path in the repository", path)
	}
	rel := filepath.Join(application, path)
	if !filepath.IsLocal(rel) {
		return "", usage("%q leads out of the repository", path)
	}
	if real, err := filepath.EvalSymlinks(filepath.Join(root, rel)); err == nil {
		if back, err := filepath.Rel(resolveLinks(root), real); err != nil || !filepath.IsLocal(back) {
			return "", usage("%q leads out of the repository", path)
		}
	}
	return rel, nil
}

func (a *app) generate(f *generateFlags, paths []string) error {
	if !slices.Contains([]string{"", "true", "false"}, f.passthrough) {
		return usage("passthrough must be true or false, not %q", f.passthrough)
	}
	in, o, err := a.load(&f.inputFlags, paths)
	if err != nil || o == nil {
		return err
	}
	o.Beside = true
	o.Passthrough, o.NoInfos, o.Emit = true, f.textOnly(), o.Config.Emit
	if namespace := a.getenv("ARGOCD_APP_NAMESPACE"); validNamespace(namespace) {
		o.Outer = namespace
	} else {
		o.Later = map[string]compile.Later{"": {By: "Argo CD", Help: "write namespace in kgw.yaml, or set the parameter namespace or the destination of the application"}}
	}
	result := compile.Run(in, *o)
	if err := a.reportFirst(&f.inputFlags, result); err != nil {
		return err
	}
	if a.code != exitClean {
		return nil
	}
	if err := leaveOut(f.passthrough, result); err != nil {
		return err
	}
	if f.output = "yaml"; len(result.Objects)+len(result.Others) > manyObjects {
		f.output = "json-stream"
	}
	return a.write(&f.buildFlags, o, result)
}

// manyObjects is the number of objects from which on manifests are written as a
// stream of JSON. Argo CD reads that several times faster than YAML, and has a
// limit of 60 seconds.
const manyObjects = 1000

// validNamespace reports whether a namespace is valid. Argo CD leaves it empty for
// applications whose objects have none.
func validNamespace(s string) bool { return len(s) <= 63 && shape.DNSLabel.Match(s) }

// shownFindings is the number of findings that the user interface gets. They are
// stored in the status of the Application.
const shownFindings = 20

// reportFirst reports the gravest findings to standard error, always in the
// same order: Argo CD caches errors by their text.
func (a *app) reportFirst(f *inputFlags, result *compile.Result) error {
	if len(f.formats) > 0 {
		return a.report(a.stderr, f, result)
	}
	if len(result.Findings)+result.Summary.Suppressed == 0 {
		return a.judge(f, result)
	}
	shown := *result
	if worst := result.Findings.Max(); len(result.Findings) > shownFindings {
		shown.Findings = slices.DeleteFunc(slices.Clone(result.Findings), func(x diag.Finding) bool { return x.Severity < worst })
		shown.Findings = shown.Findings[:min(len(shown.Findings), shownFindings)]
	}
	if err := a.report(a.stderr, f, &shown); err != nil {
		return err
	}
	if n := len(result.Findings) - len(shown.Findings); n > 0 {
		a.say("%d more findings are not shown: run kgw validate", n)
	}
	return a.judge(f, result)
}

// leaveOut drops the documents of other kinds, unless passthrough is true. If
// passthrough is not set, it refuses documents that gateways do not refer to.
func leaveOut(passthrough string, result *compile.Result) error {
	if passthrough == "true" {
		return nil
	}
	others := result.Others
	result.Others = nil
	others = slices.DeleteFunc(others, func(d *source.Document) bool { return kube.Reads(schema.Group(d.APIVersion), d.Kind) })
	if len(others) == 0 || passthrough == "false" || len(result.Objects) == 0 {
		return nil
	}
	first, more := others[0], ""
	if n := len(others) - 1; n > 0 {
		more = fmt.Sprintf(" and %d more of other kinds", n)
	}
	return &exitError{exitFindings, fmt.Errorf("%s %q (%s)%s would be left out, and what was deployed from there be pruned: "+
		"set the parameter passthrough to \"true\" to deploy such documents too, or to \"false\" to leave them out", first.Kind, first.Name, place(first), more)}
}
