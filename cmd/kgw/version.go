package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"
)

// release is the version of a release, set when it is linked.
var release = "0.1.0-dev"

func version() string { return release }

// build says what this program is; nothing in it depends on when or where it
// runs.
type build struct {
	Version   string `json:"version"`
	GoVersion string `json:"goVersion"`
	Platform  string `json:"platform"`
	Commit    string `json:"commit,omitempty"`
	// Modified tells that the sources differed from the commit.
	Modified bool `json:"modified,omitempty"`
}

func thisBuild() build {
	b := build{Version: version(), GoVersion: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
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

// String is the text form: a line each.
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
				return a.printText(thisBuild().String())
			case "json":
				return a.printValue(thisBuild())
			}
			return usage("-o must be text or json, not %q", output)
		},
	}
	cmd.Flags().StringVarP(&output, "output", "o", "text", "format: text or json")
	return cmd
}
