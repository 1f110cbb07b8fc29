package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"
)

// release and commit are set when a release is linked.
var release, commit string

// unreleased is the version of a build that knows no other.
const unreleased = "0.1.0-dev"

// version returns the version of the release, or of the module after "go install MODULE@VERSION".
func version() string {
	if release != "" {
		return release
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return unreleased
	}
	return moduleVersion(info.Main)
}

// moduleVersion returns the version of a module that came from a proxy. Only such a
// module has a sum; the version of a checkout depends on its tags.
func moduleVersion(m debug.Module) string {
	if m.Sum == "" {
		return unreleased
	}
	return strings.TrimPrefix(m.Version, "v")
}

// build describes this program; it does not depend on when or where it runs.
type build struct {
	Version   string `json:"version"`
	GoVersion string `json:"goVersion"`
	Platform  string `json:"platform"`
	Commit    string `json:"commit,omitempty"`
	// Modified reports that the sources differed from the commit.
	Modified bool `json:"modified,omitempty"`
}

func readBuild() build {
	b := build{Version: version(), GoVersion: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH, Commit: commit}
	if commit != "" {
		return b
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.Commit = s.Value
		case "vcs.modified":
			b.Modified = s.Value == "true"
		}
	}
	return b
}

// String returns the text form: a line each.
func (b build) String() string {
	var s strings.Builder
	fmt.Fprintf(&s, "kgw %s\ngo version: %s\nplatform: %s\n", b.Version, b.GoVersion, b.Platform)
	if b.Commit != "" {
		modified := ""
		if b.Modified {
			modified = " (modified)"
		}
		fmt.Fprintf(&s, "commit: %s%s\n", b.Commit, modified)
	}
	return s.String()
}

func (a *app) versionCommand() *cobra.Command {
	var output string
	cmd := &cobra.Command{
		Use:     "version",
		Short:   "Print the version of kgw",
		Example: "  kgw version\n  kgw version -o json",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			switch output {
			case "text":
				return a.printText(readBuild().String())
			case "json":
				return a.printValue(readBuild())
			}
			return usage("-o must be text or json, not %q", output)
		},
	}
	cmd.Flags().StringVarP(&output, "output", "o", "text", "format: text or json")
	return cmd
}
