package cluster

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/pflag"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

// Flags are the flags by which kubectl finds a cluster and a user, with
// kubectl's meaning: KUBECONFIG is a list, a flag wins over the context. They
// are made of clientcmd alone: cli-runtime would bring kustomize and the types
// of every Kubernetes API into the program.
type Flags struct {
	kubeconfig string
	userExtra  []string
	overrides  clientcmd.ConfigOverrides
	timeout    *pflag.Flag
}

// NewFlags returns the flags, none set.
func NewFlags() *Flags {
	return &Flags{overrides: clientcmd.ConfigOverrides{ClusterDefaults: clientcmd.ClusterDefaults}}
}

// AddTo adds the flags to a command's, without those whose long names are
// given (a command may have a --namespace of its own: see SetNamespace).
func (f *Flags) AddTo(fs *pflag.FlagSet, without ...string) {
	all := pflag.NewFlagSet("", pflag.ContinueOnError)
	all.StringVar(&f.kubeconfig, "kubeconfig", "", "Path to the kubeconfig file to use for CLI requests.")
	all.StringArrayVar(&f.userExtra, "as-user-extra", nil, "User extras to impersonate for the operation, as key=value; this flag can be repeated.")
	names := clientcmd.RecommendedConfigOverrideFlags("")
	names.AuthOverrideFlags.Username.LongName = "" // kubectl has no passwords on the command line
	names.AuthOverrideFlags.Password.LongName = ""
	names.ClusterOverrideFlags.APIServer.ShortName = "s"
	clientcmd.BindOverrideFlags(&f.overrides, all, names)
	all.VisitAll(func(flag *pflag.Flag) {
		if !slices.Contains(without, flag.Name) {
			fs.AddFlag(flag)
		}
	})
	f.timeout = all.Lookup("request-timeout")
}

// Contexts returns the names of the contexts of the user's kubeconfig, sorted;
// none where it cannot be read.
func Contexts() []string {
	c, err := clientcmd.NewDefaultClientConfigLoadingRules().Load()
	if err != nil {
		return nil
	}
	return slices.Sorted(maps.Keys(c.Contexts))
}

// SetNamespace is --namespace, for a command that reads the flag itself.
func (f *Flags) SetNamespace(namespace string) { f.overrides.Context.Namespace = namespace }

// Namespace returns the namespace of the flag, else of the context, else
// "default". The error is a *Problem.
func (f *Flags) Namespace() (string, error) {
	namespace, _, err := f.config().Namespace()
	if err != nil {
		return "", misconfigured(err)
	}
	return namespace, nil
}

// config reads KUBECONFIG and the flags as they are now.
func (f *Flags) config() clientcmd.ClientConfig {
	rules := clientcmd.NewDefaultClientConfigLoadingRules()
	rules.DefaultClientConfig = &clientcmd.DefaultClientConfig
	rules.ExplicitPath = f.kubeconfig
	overrides := f.overrides
	for _, extra := range f.userExtra {
		if key, value, ok := strings.Cut(extra, "="); ok {
			if overrides.AuthInfo.ImpersonateUserExtra == nil {
				overrides.AuthInfo.ImpersonateUserExtra = map[string][]string{}
			}
			overrides.AuthInfo.ImpersonateUserExtra[key] = append(overrides.AuthInfo.ImpersonateUserExtra[key], value)
		}
	}
	return clientcmd.NewNonInteractiveDeferredLoadingClientConfig(rules, &overrides)
}

// load returns the connection that flags, KUBECONFIG and, inside of a cluster,
// the service account describe.
func (f *Flags) load() (*rest.Config, error) {
	config, err := f.config().ClientConfig()
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
