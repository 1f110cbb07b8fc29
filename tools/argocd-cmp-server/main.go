// Command argocd-cmp-server is Argo CD's server of config management plugins,
// of the version in go.mod. Argo CD itself builds it from a command that holds
// all of its programs; this one holds nothing else. It takes that server's
// flags and environment. The tests in test/argocd drive it.
package main

import (
	"os"

	"github.com/argoproj/argo-cd/v3/cmd/argocd-cmp-server/commands"
)

func main() {
	if err := commands.NewCommand().Execute(); err != nil {
		os.Exit(1)
	}
}
