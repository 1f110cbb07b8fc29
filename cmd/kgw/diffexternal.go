package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/kgw-dev/kgw/compare/diff"
	"github.com/kgw-dev/kgw/internal/lazyregexp"
)

// plainArgument matches the arguments of an external differ that kubectl allows.
var plainArgument = lazyregexp.New(`^[a-zA-Z0-9-=]+$`)

// runExternalDiff runs the program that KUBECTL_EXTERNAL_DIFF names, as kubectl
// does: on two temporary directories with a file for each object. Secrets are
// masked there too.
func (a *app) runExternalDiff(r *diff.Report) error {
	words := strings.Fields(a.getenv("KUBECTL_EXTERNAL_DIFF"))
	if len(words) == 0 || len(r.Differences) == 0 {
		return nil
	}
	program, args := words[0], []string{}
	for _, w := range words[1:] {
		if plainArgument().MatchString(w) {
			args = append(args, w)
		}
	}
	dirs, err := a.writeExternalDirs(r)
	defer func() {
		for _, d := range dirs {
			a.temporaryDirs().remove(d)
		}
	}()
	if err != nil {
		return &exitError{exitInput, fmt.Errorf("cannot write for the external differ: %w", err)}
	}
	cmd := exec.CommandContext(a.context(), program, append(args, dirs...)...) //nolint:gosec // the user's own program, as kubectl runs it
	cmd.Dir, cmd.Stdout, cmd.Stderr = a.dir, a.stdout, a.stderr
	var status *exec.ExitError
	if err := cmd.Run(); err != nil && (!errors.As(err, &status) || status.ExitCode() > 1) {
		return &exitError{exitInput, fmt.Errorf("the external differ %q failed: %w", program, err)}
	}
	return nil
}

// writeExternalDirs writes what differs to LIVE-* and MERGED-*.
func (a *app) writeExternalDirs(r *diff.Report) ([]string, error) {
	var dirs []string
	for i, name := range []string{"LIVE-*", "MERGED-*"} {
		dir, err := a.temporaryDirs().make(name)
		if err != nil {
			return dirs, err
		}
		dirs = append(dirs, dir)
		for j := range r.Differences {
			d := &r.Differences[j]
			value := []map[string]any{d.Before, d.After}[i]
			if value == nil {
				continue
			}
			if err := os.WriteFile(filepath.Join(dir, externalName(d)), diff.YAML(value), 0o600); err != nil {
				return dirs, err
			}
		}
	}
	return dirs, nil
}

// externalName returns the name that kubectl gives to the file of an object:
// group.version.kind.namespace.name.
func externalName(d *diff.Difference) string {
	group, version, _ := strings.Cut(d.APIVersion, "/")
	name := strings.Join([]string{group, version, d.ID.Kind, d.ID.Namespace, d.ID.Name}, ".")
	return strings.NewReplacer("/", "_", "\\", "_", ":", "_").Replace(name)
}
