package cluster

import (
	"errors"
	"slices"

	"github.com/spf13/pflag"
	"k8s.io/cli-runtime/pkg/genericclioptions"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

// Flags are the flags by which kubectl finds a cluster and a user, with
// kubectl's meaning: KUBECONFIG is a list, a flag wins over the context.
type Flags struct {
	config  *genericclioptions.ConfigFlags
	timeout *pflag.Flag
}

// NewFlags gives the flags, none set.
func NewFlags() *Flags {
	return &Flags{config: genericclioptions.NewConfigFlags(true)}
}

// AddTo adds the flags to a command's, without those whose long names are
// given (a command may have a --namespace of its own: see SetNamespace).
func (f *Flags) AddTo(fs *pflag.FlagSet, without ...string) {
	all := pflag.NewFlagSet("", pflag.ContinueOnError)
	f.config.AddFlags(all)
	all.VisitAll(func(flag *pflag.Flag) {
		if !slices.Contains(without, flag.Name) {
			fs.AddFlag(flag)
		}
	})
	f.timeout = all.Lookup("request-timeout")
}

// SetNamespace is --namespace, for a command that reads the flag itself.
func (f *Flags) SetNamespace(namespace string) { *f.config.Namespace = namespace }

// Namespace gives the namespace of the flag, else of the context, else
// "default". The error is a *Problem.
func (f *Flags) Namespace() (string, error) {
	namespace, _, err := f.config.ToRawKubeConfigLoader().Namespace()
	if err != nil {
		return "", misconfigured(err)
	}
	return namespace, nil
}

// load gives the connection that flags, KUBECONFIG and, inside of a cluster,
// the service account describe.
func (f *Flags) load() (*rest.Config, error) {
	config, err := f.config.ToRESTConfig()
	if err != nil {
		return nil, misconfigured(err)
	}
	if config.Timeout == 0 && (f.timeout == nil || !f.timeout.Changed) {
		config.Timeout = defaultTimeout
	}
	return config, nil
}

func misconfigured(err error) *Problem {
	if clientcmd.IsEmptyConfig(err) || errors.Is(err, clientcmd.ErrEmptyCluster) {
		return &Problem{Misconfigured, "no cluster is configured: there is no kubeconfig, or its current context names none"}
	}
	return &Problem{Misconfigured, "the cluster's configuration cannot be used: " + sentence(err.Error())}
}
