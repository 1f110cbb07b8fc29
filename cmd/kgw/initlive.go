package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/cluster"
	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/source"
)

// knownFlags say where init finds facts about a cluster.
type knownFlags struct {
	domain, env, dump string
	scan, live        bool
	cluster           *cluster.Flags
}

func (f *knownFlags) register(flags *pflag.FlagSet) {
	flags.StringVar(&f.domain, "domain", "", "`domain` of the cluster, for hosts without a dot, such as kyma.example.com")
	flags.BoolVar(&f.scan, "scan", false, "set what the resources below the directory refer to and nobody describes, with the places that need it")
	flags.StringVar(&f.env, "env", "", "with --scan: `environment` of kgw.yaml whose settings hold")
	flags.BoolVar(&f.live, "from-cluster", false, "set the Services, Gateways and authorizers that the cluster has, which is only read; with --scan those that are needed")
	flags.StringVar(&f.dump, "from-dump", "", "the same of a dump (kubectl get -o yaml): the `file`, directory, or \"-\"")
	f.cluster = cluster.NewFlags()
	f.cluster.AddTo(flags)
}

// fillKnown returns the lines of kgw.yaml that the flags ask for, by setting, and
// the remaining tasks for the user.
func (a *app) fillKnown(f *knownFlags, dir string) (filled map[string]string, notes []string, err error) {
	if f.live && f.dump != "" {
		return nil, nil, usage("--from-cluster and --from-dump exclude each other")
	}
	if _, found := config.Parse("--domain", []byte(fmt.Sprintf("apiVersion: %s\nkind: %s\ndomains: {default: %q}\n", config.APIVersion, config.Kind, f.domain))); len(found) > 0 {
		return nil, nil, usage("--domain: %s", found[0].Message)
	}
	d := &draft{domain: f.domain}
	if f.scan {
		if d.needs, err = a.scanNeeds(f, dir); err != nil {
			return nil, nil, err
		}
	}
	if f.live || f.dump != "" {
		have, err := a.readLiveKnown(f)
		if err != nil {
			return nil, nil, err
		}
		d.have = have
	}
	if f.scan {
		d.keepNeeded()
	}
	filled, notes = d.write()
	return filled, notes, nil
}

// scanNeeds returns what the resources below a directory need.
func (a *app) scanNeeds(f *knownFlags, dir string) ([]compile.Need, error) {
	inputs := &inputFlags{}
	inputs.register(&cobra.Command{})
	inputs.domain, inputs.env = f.domain, f.env
	in, o, err := a.load(inputs, []string{dir})
	if err != nil || o == nil {
		return nil, err
	}
	if slices.ContainsFunc(in.Problems, func(p source.Problem) bool { return p.Kind.Fatal() }) {
		a.say("some inputs cannot be read, and what they need is not known: kgw validate names them")
	}
	return compile.TakeInventory(in, *o).Needs, nil
}

// readLiveKnown reads what a cluster or a dump has.
func (a *app) readLiveKnown(f *knownFlags) (*config.Known, error) {
	var files []*source.File
	if f.dump != "" {
		loader := &source.Loader{Dir: a.dir, Stdin: a.stdin}
		read, problems := loader.Load([]string{f.dump})
		if len(problems) > 0 {
			return nil, &exitError{exitInput, fmt.Errorf("cannot read the dump: %s:%d: %s", problems[0].File.Name, problems[0].Line, problems[0].Message)}
		}
		files = read
	} else {
		file, err := a.askCluster(f.cluster)
		if err != nil {
			return nil, &exitError{exitInput, err}
		}
		files = []*source.File{file}
	}
	a.secrets.Watch(files...)
	known := compile.TakeInventory(compile.Input{Files: files}, compile.Options{}).Known
	if f.dump != "" && len(known.Services)+len(known.Gateways)+len(known.Providers) == 0 {
		return nil, &exitError{exitFindings, fmt.Errorf("%s holds no Services, no Gateways and no mesh configuration", f.dump)}
	}
	return &known, nil
}

// liveKinds are listed in all namespaces.
var liveKinds = []cluster.Kind{{APIVersion: "v1", Kind: "Service"}, {APIVersion: "networking.istio.io/v1beta1", Kind: "Gateway"}}

// askCluster returns the objects of a cluster.
func (a *app) askCluster(flags *cluster.Flags) (*source.File, error) {
	client, err := cluster.Connect(flags, cluster.Options{})
	if err != nil {
		return nil, err
	}
	objects, problems := client.List(a.context(), liveKinds, nil, "")
	mesh := map[string]any{"apiVersion": "v1", "kind": "ConfigMap", "metadata": map[string]any{"namespace": "istio-system", "name": "istio"}}
	for _, r := range client.Get(a.context(), []map[string]any{mesh}) {
		if r.Problem != nil {
			problems = append(problems, *r.Problem)
		} else if r.Live != nil {
			objects = append(objects, r.Live)
		}
	}
	var failed []error
	for _, p := range problems {
		if p.Reason != cluster.NotInstalled && p.Reason != cluster.NoNamespace {
			failed = append(failed, &p)
		}
	}
	if len(failed) > 0 {
		return nil, errors.Join(failed...)
	}
	data, err := json.Marshal(map[string]any{"apiVersion": "v1", "kind": "List", "items": objects})
	if err != nil {
		return nil, err
	}
	file, problem := source.NewFile("<cluster>", data)
	if problem != nil {
		return nil, errors.New(problem.Message)
	}
	return file, nil
}
