package main

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/cluster"
	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/gitref"
	"github.com/kgw-dev/kgw/internal/shape"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/prove/classes"
	"github.com/kgw-dev/kgw/schema"
)

// addFiles lets -f name a PATH too, as users of kubectl expect, in the commands
// that read inputs.
func addFiles(cmd *cobra.Command) {
	for _, sub := range cmd.Commands() {
		addFiles(sub)
	}
	if cmd.Flags().Lookup("strict-files") == nil || cmd.RunE == nil {
		return
	}
	var files []string
	cmd.Flags().StringArrayVarP(&files, "filename", "f", nil, "a PATH, as kubectl names one (repeatable)")
	run := cmd.RunE
	cmd.RunE = func(cmd *cobra.Command, args []string) error { return run(cmd, append(args, files...)) }
}

// completer returns the completions of a flag or an argument that begins with the
// text.
type completer func(cmd *cobra.Command, args []string, begun string) []string

// addCompletions completes the flags of a command and of those below it.
func (a *app) addCompletions(cmd *cobra.Command) {
	for name, complete := range a.completers() {
		if cmd.Flags().Lookup(name) == nil {
			continue
		}
		directive := cobra.ShellCompDirectiveNoFileComp
		if name == "against" {
			directive = cobra.ShellCompDirectiveDefault // directories too
		}
		err := cmd.RegisterFlagCompletionFunc(name, func(cmd *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
			out := slices.DeleteFunc(complete(cmd, args, begun), func(s string) bool { return !strings.HasPrefix(s, begun) })
			return out, directive
		})
		if err != nil {
			panic(err) // a flag with two functions is a mistake in kgw
		}
	}
	for _, sub := range cmd.Commands() {
		a.addCompletions(sub)
	}
}

// completers returns the functions by the names of flags.
func (a *app) completers() map[string]completer {
	words := func(list ...string) completer {
		return func(*cobra.Command, []string, string) []string { return slices.Clone(list) }
	}
	return map[string]completer{
		"target":             words(compile.TargetNames()...),
		"compat":             words("strict", "controller"),
		"istio-api":          words("v1beta1", "v1"),
		"route-api":          words("virtualservice", "gateway-api"),
		"skipper-api":        words("ingress", "routegroup"),
		"color":              words("auto", "always", "never"),
		"severity":           words("error", "warning", "info"),
		"emit":               words(compile.EmitNames()...),
		"accept":             completeCodesThat(diag.Code.Acceptable, ""),
		"rule":               completeCodesThat(diag.Code.Adjustable, "="),
		"fail-on":            a.completeFailOn,
		"format":             completeFormats,
		"env":                a.completeEnvironments,
		"context":            func(*cobra.Command, []string, string) []string { return cluster.Contexts() },
		"new-since":          a.completeRefs,
		"changed-since":      a.completeRefs,
		"against":            a.completeRefs,
		"gateway":            a.completeResources("Gateway"),
		"default-idp-preset": a.completeResources("IDPPreset"),
	}
}

// completeCodesThat completes the codes for which a condition holds, with a
// text behind each.
func completeCodesThat(may func(diag.Code) bool, behind string) completer {
	return func(*cobra.Command, []string, string) []string {
		var out []string
		for _, r := range diag.Rules {
			if may(r.Code) {
				out = append(out, cobra.CompletionWithDesc(string(r.Code)+behind, r.Summary))
			}
		}
		return out
	}
}

// completeFailOn completes severities, and for diff kinds of changes.
func (a *app) completeFailOn(cmd *cobra.Command, _ []string, _ string) []string {
	if cmd.Name() == "diff" {
		var out []string
		for _, k := range classes.Kinds() {
			out = append(out, strings.ToLower(string(k)))
		}
		return out
	}
	return []string{"error", "warning", "info"}
}

// completeEnvironments completes the environments of the nearest kgw.yaml.
func (a *app) completeEnvironments(_ *cobra.Command, args []string, _ string) []string {
	c, found := config.ReadNearest(a.configDir(args), a.display, source.Bounds{})
	if found.Max() == diag.Error {
		return nil
	}
	return c.EnvironmentNames()
}

// completeRefs completes the branches and tags of the repository.
func (a *app) completeRefs(*cobra.Command, []string, string) []string {
	var out []string
	for _, name := range gitref.Names(a.context(), a.dir) {
		out = append(out, "git:"+name)
	}
	return append(out, "git:HEAD")
}

// completeResources completes the names of the resources of a kind among the
// inputs, with their namespaces where the kind has one.
func (a *app) completeResources(kind string) completer {
	return func(cmd *cobra.Command, args []string, _ string) []string {
		if cmd.Name() == "trace" {
			args = args[min(2, len(args)):] // after the method and the URL
		}
		if len(args) == 0 {
			args = []string{"."}
		}
		loader := &source.Loader{Dir: a.dir, Sieve: schema.Sieve}
		files, _ := loader.Load(args)
		var out []string
		for _, doc := range documents(files) {
			root, problem := doc.Outline()
			if problem != nil || root == nil {
				continue
			}
			_, k, namespace, name := source.Head(root)
			if k != kind || !shape.DNSName.Match(name) || namespace != "" && !validNamespace(namespace) {
				continue
			}
			if kind == "Gateway" {
				name = filepath.ToSlash(filepath.Join(namespace, name))
			}
			out = append(out, name)
		}
		return out
	}
}
