package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/lazyregexp"
	"github.com/kgw-dev/kgw/internal/source"
)

// renderKustomizations adds the output of the programs on the PATH for directories
// that are kustomizations (--kustomize).
func (a *app) renderKustomizations(dirs []string, in *compile.Input) {
	for _, dir := range dirs {
		out, err := a.runProgram(dir, "kustomize", "build", ".")
		if err != nil && !isInstalled("kustomize") {
			out, err = a.runProgram(dir, "kubectl", "kustomize", ".")
		}
		a.addRendered(filepath.ToSlash(filepath.Join(dir, "kustomization.yaml")), out, err, in)
	}
}

func isInstalled(program string) bool {
	_, err := exec.LookPath(program)
	return err == nil
}

// childDelay is how long the output of a program is waited for that was ended.
const childDelay = time.Second

// runProgram runs a program in a directory and returns what it prints.
func (a *app) runProgram(dir, program string, args ...string) ([]byte, error) {
	path, err := exec.LookPath(program)
	if err != nil {
		return nil, fmt.Errorf("there is no %s on the PATH", program)
	}
	var out, errs bytes.Buffer
	cmd := exec.CommandContext(a.context(), path, args...)
	cmd.WaitDelay = childDelay // what it started may hold its output open
	cmd.Dir, cmd.Stdout, cmd.Stderr = a.abs(dir), &out, &errs
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("%s %s: %w: %s", program, args[0], err, strings.TrimSpace(errs.String()))
	}
	return out.Bytes(), nil
}

// templateLine is the line in which Helm names the source of a document.
var templateLine = lazyregexp.New(`(?m)^# Source: [^/\n]+/(.+)$`)

// addRendered adds the output of a program for the directory of a file to the
// inputs. Each document has the name of the template that it comes from. Lines are
// those of the output.
func (a *app) addRendered(file string, out []byte, err error, in *compile.Input) {
	if err != nil {
		in.Problems = append(in.Problems, source.Problem{
			Kind: source.Unreadable, File: &source.File{Name: file}, Line: 1, Column: 1,
			Message: "cannot render it: " + err.Error(), Help: "install the program, or pipe its output to kgw: helm template CHART | kgw build -",
		})
		return
	}
	byTemplate := map[string][]byte{}
	var names []string
	for _, doc := range bytes.Split(append([]byte("\n"), out...), []byte("\n---\n")) {
		name := file
		if m := templateLine().FindSubmatch(doc); m != nil {
			name = filepath.ToSlash(filepath.Join(filepath.Dir(file), string(m[1])))
		}
		if byTemplate[name] == nil {
			names = append(names, name)
		}
		byTemplate[name] = append(append(byTemplate[name], "---\n"...), append(doc, '\n')...)
	}
	for _, name := range names {
		f, problem := source.NewFile(name, byTemplate[name])
		if problem != nil {
			in.Problems = append(in.Problems, *problem)
			continue
		}
		f.Rendered = true
		in.Files = append(in.Files, f)
	}
}

// splitKustomizations removes the directories that are kustomizations from the
// paths.
func (a *app) splitKustomizations(f *inputFlags, paths []string) (rest, dirs []string) {
	if !f.kustomize {
		return paths, nil
	}
	for _, p := range paths {
		if slices.ContainsFunc(source.KustomizationNames, func(name string) bool { return a.isFile(filepath.Join(p, name)) }) {
			dirs = append(dirs, p)
		} else {
			rest = append(rest, p)
		}
	}
	return rest, dirs
}

func (a *app) isFile(path string) bool {
	info, err := os.Stat(a.abs(path))
	return err == nil && !info.IsDir()
}

// variable is a reference to a variable as envsubst reads it.
var variable = lazyregexp.New(`\$\{[A-Za-z_][A-Za-z0-9_]*\}|\$[A-Za-z_][A-Za-z0-9_]*`)

// substituteVariables puts the values of variables of the environment into a text,
// as envsubst does; references to variables that are not set stay, and are reported
// as placeholders.
func (a *app) substituteVariables(text []byte) []byte {
	return variable().ReplaceAllFunc(text, func(ref []byte) []byte {
		if value := a.getenv(strings.Trim(string(ref), "${}")); value != "" {
			return []byte(value)
		}
		return ref
	})
}
