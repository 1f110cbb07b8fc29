// Command bench measures kgw on 10,000 APIRules beside what reading and
// decoding them costs and beside what other tools take for them.
//
// It takes the programs to measure, has a process of its own write the inputs
// to a temporary directory, prints Markdown tables, and puts them into the
// documentation where it is named. Every line is a process of its own: wall
// time, processor time and peak memory are what the kernel counted. It must not
// know how kgw works.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
)

// options are the programs that are measured and how much is asked of them.
type options struct {
	kgw, kubeconform, kustomize, istioctl string
	rules, many, runs                     int
	dir, docs, replace, write             string
	editor                                bool
}

func main() {
	if len(os.Args) == 3 {
		if yardstick, ok := yardsticks[os.Args[1]]; ok {
			exit(yardstick(os.Args[2]))
		}
	}
	var o options
	flag.StringVar(&o.kgw, "kgw", "kgw", "kgw `program`")
	flag.StringVar(&o.kubeconform, "kubeconform", "", "kubeconform `program`; left out when empty")
	flag.StringVar(&o.kustomize, "kustomize", "", "kustomize `program`; left out when empty")
	flag.StringVar(&o.istioctl, "istioctl", "", "istioctl `program`; left out when empty")
	flag.IntVar(&o.rules, "rules", 10_000, "number of APIRules")
	flag.IntVar(&o.many, "many", 100_000, "number of APIRules that shows how time grows; 0 leaves it out")
	flag.IntVar(&o.runs, "runs", 5, "runs of each quick line; the median is printed")
	flag.StringVar(&o.dir, "dir", "", "write the inputs to this `directory` and keep them")
	flag.StringVar(&o.docs, "docs", "", "put the tables into this Markdown `file`, between its markers")
	flag.StringVar(&o.replace, "replace", "", "measure nothing: put the table on standard input into -docs under this `name`")
	flag.StringVar(&o.write, "write", "", "measure nothing: write the inputs to this `directory`")
	flag.BoolVar(&o.editor, "editor", false, "measure edits in kgw lsp alone")
	flag.Parse()
	switch {
	case o.replace != "":
		exit(replaceFrom(os.Stdin, o.docs, o.replace))
	case o.write != "":
		exit(inputsIn(o.write, &o).write())
	}
	exit(bench(&o))
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

func bench(o *options) error {
	dir := o.dir
	if dir == "" {
		temporary, err := os.MkdirTemp("", "kgw-bench-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(temporary)
		dir = temporary
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	in := inputsIn(dir, o)
	if o.editor {
		return editorLines(o, dir, os.Stdout)
	}
	if err := writeApart(self, dir, o); err != nil {
		return err
	}
	t := table{out: os.Stdout, dir: in.schemas, measured: map[string]sample{}}
	return t.all(o, in, self, dir)
}

// writeApart writes the inputs in another process: the kernel counts a child's
// memory from that of its parent.
func writeApart(self, dir string, o *options) error {
	cmd := exec.Command(self, "-write", dir, "-rules", strconv.Itoa(o.rules), "-many", strconv.Itoa(o.many))
	cmd.Stderr = os.Stderr
	if err := cmd.Run(); err != nil || o.istioctl == "" {
		return err
	}
	in := inputsIn(dir, o)
	out, err := os.Create(in.built)
	if err != nil {
		return err
	}
	build := exec.Command(o.kgw, "build", "--limit", "1", in.mesh)
	build.Stdout = out
	return errors.Join(build.Run(), out.Close())
}

// all measures everything and puts the tables where they belong.
func (t *table) all(o *options, in *inputs, self, dir string) error {
	put := func(name, text string, err error) error {
		if err != nil || o.docs == "" {
			return err
		}
		return replace(o.docs, name, text)
	}
	text, err := t.run(fmt.Sprintf("%d APIRules", in.rules), compileCases(o, in, self))
	if err := put("compile", text, err); err != nil {
		return err
	}
	text, err = t.run("proofs", proofCases(o, in))
	if err := put("proofs", text, err); err != nil {
		return err
	}
	if _, err = t.run("growth", growthCases(o, in)); err != nil {
		return err
	}
	if err := put("growth", t.growths(in), nil); err != nil {
		return err
	}
	text, err = t.goalTable(o, in)
	if err := put("promises", text, err); err != nil {
		return err
	}
	var edits strings.Builder
	err = editorLines(o, dir, io.MultiWriter(t.out, &edits)) // its inputs are written in this process, when all else is measured
	return put("editor", edits.String(), err)
}
