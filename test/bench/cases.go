package main

import (
	"fmt"
	"io"
	"time"
)

// testCase is one line of the table.
type testCase struct {
	name    string
	command []string
	dir     string // working directory
	bytes   int64  // size of the input, 0 where there is none
	runs    int
	exits   int  // exit code that is none of an error
	decode  bool // the one decode that others are compared with
}

func cases(o *options, in *inputs, self string) []testCase {
	out := []testCase{
		{name: "read the files", command: []string{self, "yardstick-read", in.files}, bytes: in.bytes, runs: o.runs},
		{name: "decode the files once, one goroutine", command: []string{self, "yardstick-decode", in.files}, bytes: in.bytes, runs: o.runs, decode: true},
		{name: "decode the one file once, one goroutine", command: []string{self, "yardstick-decode", in.single}, bytes: in.bytes, runs: o.runs},
		{name: "**kgw build**, files", command: []string{o.kgw, "build", in.files}, bytes: in.bytes, runs: o.runs},
		{name: "**kgw build**, one file", command: []string{o.kgw, "build", in.single}, bytes: in.bytes, runs: o.runs},
		{name: "**kgw validate**, files", command: []string{o.kgw, "validate", in.files}, bytes: in.bytes, runs: o.runs},
		{name: "**kgw validate**, one file", command: []string{o.kgw, "validate", in.single}, bytes: in.bytes, runs: o.runs},
		{name: "decode APIRules v2 with Services once, one goroutine", command: []string{self, "yardstick-decode", in.mesh}, bytes: in.meshBytes, runs: o.runs},
		{name: "**kgw build**, APIRules v2 with Services", command: []string{o.kgw, "build", in.mesh}, bytes: in.meshBytes, runs: o.runs},
		{name: "**kgw validate**, APIRules v2 with Services", command: []string{o.kgw, "validate", in.mesh}, bytes: in.meshBytes, runs: o.runs},
		{name: fmt.Sprintf("**kgw build**, %d FabricGateways of %d operations", in.rules/10, operations), command: []string{o.kgw, "build", in.fabricHalf}, bytes: in.fabricBytes / 2, runs: o.runs},
		{name: fmt.Sprintf("**kgw build**, %d FabricGateways of %d operations", in.rules/5, operations), command: []string{o.kgw, "build", in.fabric}, bytes: in.fabricBytes, runs: o.runs},
		{name: "**kgw version**", command: []string{o.kgw, "version"}, runs: 4 * o.runs},
	}
	out = append(out, traceCases(o, in)...)
	out = append(out, proofCases(o, in)...)
	if o.kubeconform != "" {
		out = append(out, testCase{
			name: "kubeconform -n 2 -strict, files", bytes: in.bytes, runs: 3,
			command: []string{o.kubeconform, "-n", "2", "-strict", "-schema-location", in.schemas + "/{{.ResourceKind}}.json", in.files},
		})
	}
	if o.kustomize != "" {
		out = append(out,
			testCase{name: "kustomize build, 1,000 rules", command: []string{o.kustomize, "build", in.small}, runs: 1},
			testCase{name: "kustomize build, 2,000 rules", command: []string{o.kustomize, "build", in.medium}, runs: 1})
	}
	if o.many > 0 {
		out = append(out,
			testCase{name: fmt.Sprintf("**kgw build**, %d rules as files", in.many), command: []string{o.kgw, "build", in.manyFiles}, bytes: in.manyBytes, runs: 1},
			testCase{name: fmt.Sprintf("**kgw build**, %d rules, %d a file", in.many, perFile), command: []string{o.kgw, "build", in.manyDocs}, bytes: in.manyBytes, runs: 1},
			testCase{name: fmt.Sprintf("**kgw validate**, %d rules as files", in.many), command: []string{o.kgw, "validate", in.manyFiles}, bytes: in.manyBytes, runs: 1})
	}
	for i := range out {
		out[i].dir = in.schemas
	}
	return out
}

// table prints the lines as they come.
type table struct {
	out    io.Writer
	decode time.Duration // wall time of the one decode
}

func (t *table) head(rules int) {
	fmt.Fprintf(t.out, "| %d APIRules | wall s | / decode | CPU s | peak MiB | / input |\n|---|---:|---:|---:|---:|---:|\n", rules)
}

func (t *table) line(c *testCase, s sample) {
	if c.decode {
		t.decode = s.wall
	}
	relative, ratio := "", ""
	if t.decode > 0 && c.bytes > 0 {
		relative = fmt.Sprintf("%.2f", float64(s.wall)/float64(t.decode))
	}
	if c.bytes > 0 {
		ratio = fmt.Sprintf("%.1f", float64(s.peak)/float64(c.bytes))
	}
	fmt.Fprintf(t.out, "| %s | %.3f | %s | %.3f | %.0f | %s |\n", c.name, s.wall.Seconds(), relative, s.cpu.Seconds(), float64(s.peak)/(1<<20), ratio)
}
