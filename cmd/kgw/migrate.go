package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/report"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/migrate"
	"github.com/kgw-dev/kgw/prove/moves"
)

type migrateFlags struct {
	inputFlags
	to, output, cors, preset string
	authorizer               string
	diff, assess, internal   bool
	write, force             bool
	failOnChange             bool
	plan                     string
}

func (a *app) migrateCommand() *cobra.Command {
	f := &migrateFlags{}
	cmd := &cobra.Command{
		Use:   "migrate PATH...",
		Short: "Move APIRules to a newer version, or VirtualServices to the Gateway API",
		Long: "Moves the APIRules, and the Apis that came before them, in files and directories to a newer version, or with\n" +
			"--to gateway-api the VirtualServices to HTTPRoutes, and prints the changes as a patch. -w writes them to the files, all or none, where git has what they hold now.\n" +
			"Comments, order and every other document stay as they are. What needs a decision is left and reported.\n" +
			"For each resource that moves, the requests that are answered differently afterwards are listed by class,\n" +
			"each with one that shows it, or \"no change\".",
		Example: "  kgw migrate apis/ --assess\n  kgw migrate apis/ --to v2\n  kgw migrate apis/ --to v2 --ext-authorizer oauth2-proxy -w\n" +
			"  kubectl get apirules -A -o yaml | kgw migrate - -o yaml",
		RunE: func(_ *cobra.Command, args []string) error {
			return a.migrate(f, args)
		},
	}
	f.register(cmd)
	flags := cmd.Flags()
	flags.StringVar(&f.to, "to", "v2", "`version` to move to: v1beta1 or v2, or gateway-api (VirtualServices become HTTPRoutes)")
	flags.StringVarP(&f.output, "output", "o", "", "print the documents, migrated, instead of writing files: yaml")
	flags.BoolVar(&f.diff, "diff", false, "print the changes as a patch and write nothing (the default)")
	flags.BoolVarP(&f.write, "write", "w", false, "write the changes to the files, where git has what they hold now")
	flags.BoolVar(&f.force, "force", false, "with -w: write also to files that git does not have, or not as they are now")
	flags.BoolVar(&f.assess, "assess", false, "only print how many resources move by themselves and what the others need (--format text, json or markdown)")
	flags.BoolVar(&f.failOnChange, "fail-on-change", false, "exit 1 if a request is answered differently afterwards, or if kgw cannot decide that")
	flags.StringVar(&f.plan, "plan", "", planHelp)
	flags.StringVar(&f.cors, "cors", "keep", "the default CORS policy of older versions: keep (write it out) or drop")
	flags.StringVar(&f.authorizer, "ext-authorizer", "", "`name` of the external authorizer that takes over what Oathkeeper introspects")
	flags.BoolVar(&f.internal, "allow-internal", false, "write AuthorizationPolicies that let callers inside the cluster in")
	flags.StringVar(&f.preset, "default-idp-preset", "", "`name` of the IDPPreset among the inputs that is the default issuer of Apis")
	return cmd
}

// check refuses flags that do not go together.
func (f *migrateFlags) check(paths []string) error {
	switch {
	case f.to != "v1beta1" && f.to != "v2" && f.to != migrate.ToGatewayAPI:
		return usage("--to must be v1beta1, v2 or gateway-api, not %q", f.to)
	case f.output != "" && f.output != "yaml":
		return usage("-o must be yaml, not %q", f.output)
	case f.cors != "keep" && f.cors != "drop":
		return usage("--cors must be keep or drop, not %q", f.cors)
	case moreThanOne(f.diff, f.assess, f.write, f.output != ""):
		return usage("-o, -w, --diff and --assess exclude each other")
	case f.force && !f.write:
		return usage("--force needs -w")
	case slices.Contains(paths, "-") && f.write:
		return usage("standard input cannot be written to: -o yaml prints the documents, --diff the patch")
	case f.setEnv:
		return usage("--set-env would migrate the values of one environment: migrate the files as they are")
	case f.write && (f.helm || f.kustomize):
		return usage("-w cannot write what --helm and --kustomize render: -o yaml prints the documents, --diff the patch")
	case len(paths) == 0:
		return usage("say what to migrate: kgw migrate PATH, where \".\" is this directory")
	}
	return nil
}

// moreThanOne reports whether more than one of the conditions holds.
func moreThanOne(conditions ...bool) bool {
	n := 0
	for _, c := range conditions {
		if c {
			n++
		}
	}
	return n > 1
}

func (a *app) migrate(f *migrateFlags, paths []string) error {
	if err := f.check(paths); err != nil {
		return err
	}
	outputs, err := a.assessmentOutputs(f)
	if err != nil {
		return err
	}
	in, o, err := a.load(&f.inputFlags, paths)
	if err != nil || o == nil {
		return err
	}
	mo := moves.Options(f.to, o)
	mo.DropCORS, mo.ExtAuthorizer, mo.AllowInternal = f.cors == "drop", f.authorizer, f.internal
	if mo.Issuer, err = f.issuer(in.Files); err != nil {
		return err
	}
	a.collectRarely()
	var result *migrate.Result
	a.runStage("migrate", func() { result = migrate.Run(in.Files, mo) })
	about := moves.Report(in, o, result)
	if f.assess {
		return a.writeAssessment(f, outputs, result, about)
	}
	var proof *moves.Moves
	a.runStage("prove", func() { proof = moves.Compare(in, *o, result, a.secrets) })
	if f.failOnChange && proof.Changed() {
		a.fail(exitFindings)
	}
	if f.plan != "" {
		if err := a.writeMovePlan(f.plan, in, *o, result); err != nil {
			return err
		}
	}
	switch {
	case f.write:
		return a.writeMigration(f, result, about, proof)
	case f.output != "":
		return a.printMigration(f, result, about, proof)
	}
	return a.showMigration(f, result, about, proof)
}

// issuer returns the issuer of the IDPPreset that the flag names.
func (f *migrateFlags) issuer(files []*source.File) (*migrate.Issuer, error) {
	if f.preset == "" {
		return nil, nil //nolint:nilnil // without the flag there is none
	}
	all := migrate.Presets(files)
	issuer, ok := all[f.preset]
	switch {
	case !ok && len(all) == 0:
		return nil, usage("--default-idp-preset %s: there is no IDPPreset among the inputs", f.preset)
	case !ok:
		return nil, usage("--default-idp-preset: there is no IDPPreset %q among the inputs, but %s", f.preset, strings.Join(slices.Sorted(maps.Keys(all)), ", "))
	case issuer.Issuer == "" || issuer.JWKS == "":
		return nil, usage("--default-idp-preset: IDPPreset %q has no issuer or no jwksUri", f.preset)
	}
	return &issuer, nil
}

// showMigration prints the patch; findings go to standard error.
func (a *app) showMigration(f *migrateFlags, result *migrate.Result, about *compile.Result, proof *moves.Moves) error {
	if err := a.reportMoves(a.stderr, f, about, proof); err != nil {
		return err
	}
	n, err := a.printChanges(result)
	if err == nil && n > 0 && !f.diff && printedFormat(f.formats) == "" {
		a.say("nothing was written: -w writes this to %s", report.Counted(n, "file"))
	}
	return err
}

// printChanges prints the patch and counts the files in it.
func (a *app) printChanges(result *migrate.Result) (int, error) {
	n := 0
	for _, file := range result.Files {
		if file.After == nil {
			continue
		}
		n++
		a.fail(exitFindings)
		if err := a.printPatch(file.File, file.After); err != nil {
			return n, err
		}
	}
	return n, nil
}

// printMigration prints all documents, migrated or not.
func (a *app) printMigration(f *migrateFlags, result *migrate.Result, about *compile.Result, proof *moves.Moves) error {
	if err := a.reportMoves(a.stderr, f, about, proof); err != nil {
		return err
	}
	var out []byte
	for _, file := range result.Files {
		text := file.After
		if text == nil {
			text = file.Data
		}
		out = migrate.Join(out, text)
	}
	if _, err := a.stdout.Write(out); err != nil {
		return &exitError{exitInput, fmt.Errorf("cannot write: %w", err)}
	}
	return nil
}
