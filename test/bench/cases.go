package main

import "fmt"

// testCase is one line of a table.
type testCase struct {
	id      string // what promises name it by
	name    string
	command []string
	dir     string // working directory; "" for that of the table
	input   string // whose size peak memory is compared with; "" for none
	decode  string // id of the line that decodes the same input
	runs    int
	exits   int // exit code that is none of an error
}

// Ids of the lines that promises are about.
const (
	decodeFiles     = "decode-files"
	decodeSingle    = "decode-single"
	decodeMesh      = "decode-mesh"
	buildFiles      = "build-files"
	buildSingle     = "build-single"
	validateFiles   = "validate-files"
	buildMesh       = "build-mesh"
	validateMesh    = "validate-mesh"
	validateChanged = "validate-changed"
	version         = "version"
)

// compileCases returns the lines about compiling, beside other tools.
func compileCases(o *options, in *inputs, self string) []testCase {
	kgw := func(id, what, command, input, decode string) testCase {
		return testCase{id: id, name: "**kgw " + command + "**, " + what, command: []string{o.kgw, command, input}, input: input, decode: decode, runs: o.runs}
	}
	yardstick := func(id, name, which, input string) testCase {
		return testCase{id: id, name: name, command: []string{self, which, input}, input: input, decode: id, runs: o.runs}
	}
	fabric := func(n int, input string) testCase {
		return kgw("", fmt.Sprintf("%d FabricGateways of %d operations", n, operations), "build", input, "")
	}
	out := []testCase{
		yardstick("", "read the files", "yardstick-read", in.files),
		yardstick(decodeFiles, "decode the files once, one goroutine", "yardstick-decode", in.files),
		yardstick(decodeSingle, "decode the one file once, one goroutine", "yardstick-decode", in.single),
		kgw(buildFiles, "files", "build", in.files, decodeFiles),
		kgw(buildSingle, "one file", "build", in.single, decodeSingle),
		kgw(validateFiles, "files", "validate", in.files, decodeFiles),
		kgw("", "one file", "validate", in.single, decodeSingle),
		yardstick(decodeMesh, "decode APIRules v2 with Services once, one goroutine", "yardstick-decode", in.mesh),
		kgw(buildMesh, "APIRules v2 with Services", "build", in.mesh, decodeMesh),
		kgw(validateMesh, "APIRules v2 with Services", "validate", in.mesh, decodeMesh),
		{
			id: validateChanged, name: "**kgw validate --changed-since git:HEAD**, one of the APIRules v2 is changed", runs: o.runs, dir: in.changed, decode: decodeMesh,
			command: []string{o.kgw, "validate", ".", "--changed-since", "git:HEAD"},
		},
		fabric(in.rules/10, in.fabricHalf),
		fabric(in.rules/5, in.fabric),
		{id: version, name: "**kgw version**", command: []string{o.kgw, "version"}, runs: 4 * o.runs},
	}
	out = append(append(out, traceCases(o, in)...), otherTools(o, in)...)
	if o.many > 0 {
		for _, c := range []testCase{
			kgw("", fmt.Sprintf("%d rules as files", in.many), "build", in.manyFiles, decodeFiles),
			kgw("", fmt.Sprintf("%d rules, %d a file", in.many, perFile), "build", in.manyDocs, decodeFiles),
			kgw("", fmt.Sprintf("%d rules as files", in.many), "validate", in.manyFiles, decodeFiles),
		} {
			c.runs = 1
			out = append(out, c)
		}
	}
	return out
}

// otherTools returns the programs that were named.
func otherTools(o *options, in *inputs) []testCase {
	var out []testCase
	if o.kubeconform != "" {
		out = append(out, testCase{
			name: "kubeconform -n 2 -strict, files", input: in.files, decode: decodeFiles, runs: 3,
			command: []string{o.kubeconform, "-n", "2", "-strict", "-schema-location", in.schemas + "/{{.ResourceKind}}.json", in.files},
		})
	}
	if o.kustomize != "" {
		out = append(out,
			testCase{name: "kustomize build, 1,000 rules", command: []string{o.kustomize, "build", in.small}, runs: 1},
			testCase{name: "kustomize build, 2,000 rules", command: []string{o.kustomize, "build", in.medium}, runs: 1})
	}
	if o.istioctl != "" {
		out = append(out, testCase{
			name: "istioctl validate, what kgw builds of APIRules v2", command: []string{o.istioctl, "validate", "-f", in.built}, input: in.built, runs: 1,
		})
	}
	return out
}
