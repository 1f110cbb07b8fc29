package main

import (
	"github.com/spf13/cobra"

	"github.com/kgw-dev/kgw/internal/kubeconfig"
	"github.com/kgw-dev/kgw/internal/source"
)

// maxCA is the maximal size of the file of certificates.
const maxCA = 1 << 20

func (a *app) kubeconfigCommand() *cobra.Command {
	o, caFile := &kubeconfig.Options{}, ""
	cmd := &cobra.Command{
		Use:   "kubeconfig",
		Short: "Write a kubeconfig for an OpenID Connect issuer",
		Long: "Writes a kubeconfig for a cluster whose API server verifies tokens of an OpenID Connect issuer. There is no\n" +
			"token in it: kubectl asks for one when it needs it, with the plugin oidc-login. No cluster is asked.",
		Example: "  kgw kubeconfig --server https://api.example.com --issuer https://login.example.com --client-id kubectl",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if caFile != "" {
				ca, err := (source.Bounds{}).ReadNamed(a.abs(caFile), maxCA)
				if err != nil {
					return &exitError{exitInput, err}
				}
				o.CA = ca
			}
			out, err := kubeconfig.YAML(o)
			if err != nil {
				return usage("%s", err)
			}
			return a.printText(string(out))
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&o.Cluster, "cluster-name", "kyma", "`name` of the cluster in the file")
	flags.StringVar(&o.Server, "server", "", "`URL` of the API server")
	flags.StringVar(&caFile, "ca-file", "", "`file` with the certificate of the API server's authority; without it, the system's authorities hold")
	flags.StringVar(&o.Issuer, "issuer", "", "`URL` of the issuer, as the API server is configured with")
	flags.StringVar(&o.ClientID, "client-id", "", "`ID` of the client, as the API server is configured with")
	flags.StringSliceVar(&o.Scopes, "scope", []string{"email", "groups"}, "`scopes` to ask for beside openid")
	flags.StringVar(&o.Namespace, "default-namespace", "", "`namespace` of commands that name none")
	return cmd
}
