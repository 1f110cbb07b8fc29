// Command bench measures kgw on 10,000 APIRules beside what reading and
// decoding them costs and beside what other tools take for them.
//
// It takes the programs to measure, writes its own inputs to a temporary
// directory, and prints one Markdown table. Every line is a process of its own:
// wall time, processor time and peak memory are what the kernel counted. It
// must not know how kgw works.
package main

import (
	"flag"
	"fmt"
	"os"
)

// options are the programs that are measured and how much is asked of them.
type options struct {
	kgw, kubeconform, kustomize string
	rules, many, runs           int
	dir                         string
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
	flag.IntVar(&o.rules, "rules", 10_000, "number of APIRules")
	flag.IntVar(&o.many, "many", 100_000, "number of APIRules that shows how time grows; 0 leaves it out")
	flag.IntVar(&o.runs, "runs", 5, "runs of each quick line; the median is printed")
	flag.StringVar(&o.dir, "dir", "", "write the inputs to this `directory` and keep them")
	flag.Parse()
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
	in, err := writeInputs(dir, o)
	if err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	t := table{out: os.Stdout}
	t.head(in.rules)
	for _, c := range cases(o, in, self) {
		s, err := measure(&c)
		if err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		t.line(&c, s)
	}
	return editorLines(o, dir, os.Stdout)
}
