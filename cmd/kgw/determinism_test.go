package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// ran is what one command line gave.
type ran struct {
	Code           int
	Stdout, Stderr string
}

func execute(dir, stdin string, args ...string) ran {
	var out, errs bytes.Buffer
	a := &app{stdin: strings.NewReader(stdin), stdout: &out, stderr: &errs, getenv: func(string) string { return "" }, dir: dir}
	code := a.run(append([]string{"kgw"}, args...))
	return ran{code, out.String(), errs.String()}
}

// sampleDocuments returns resources with every fate: good ones, wrong ones, ones
// that fight over a host, ones with a route that is lost, and other kinds.
func sampleDocuments() []string {
	var docs []string
	for i := range 24 {
		host := fmt.Sprintf("h%d.example.com", i)
		if i%6 == 1 {
			host = "shared.example.com"
		}
		docs = append(docs, fmt.Sprintf(`apiVersion: gateway.kyma-project.io/v1beta1
kind: APIRule
metadata: {name: r%d, namespace: n%d}
spec:
  host: %s
  gateway: kyma-system/kyma-gateway
  service: {name: s%d, port: 80}
  rules:
    - {path: /a/.*, methods: [GET, POST], accessStrategies: [{handler: noop}], mutators: [{handler: header, config: {headers: {a: b, c: d, e: f}}}]}
    - {path: /b/.*, methods: [GET], accessStrategies: [{handler: %s}]}
`, i, i%3, host, i, []string{"allow", "noop", "no_auth"}[i%3]))
	}
	return append(docs,
		"apiVersion: gateway.kyma-project.io/v1beta1\nkind: APIRule\nmetadata: {name: wrong}\nspec: {hots: a, gatway: b, rulez: c, rules: [{path: 5, methods: [NOPE, no]}]}\n",
		"apiVersion: v1\nkind: Service\nmetadata: {name: s0, namespace: n0}\n",
		"apiVersion: gateway.kyma-project.io/v1beta2\nkind: APIRule\nmetadata: {name: newer}\n",
	)
}

func shuffled(r *rand.Rand, list []string) []string {
	out := append([]string(nil), list...)
	r.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}

// rounds calls f with one and with eight processors and a source of random
// orders.
func rounds(t *testing.T, f func(r *rand.Rand)) {
	t.Helper()
	t.Cleanup(func(n int) func() { return func() { runtime.GOMAXPROCS(n) } }(runtime.GOMAXPROCS(0)))
	for seed := range uint64(6) {
		runtime.GOMAXPROCS([]int{1, 8}[seed%2])
		f(rand.New(rand.NewPCG(seed, 1)))
	}
}

// The order in which files are named, and how many processors there are, does
// not show in what is printed.
func TestSameBytesForAnyOrderOfFiles(t *testing.T) {
	dir := t.TempDir()
	var names []string
	for i, doc := range sampleDocuments() {
		name := fmt.Sprintf("f%02d.yaml", i)
		if err := os.WriteFile(filepath.Join(dir, name), []byte(doc), 0o644); err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	for _, command := range [][]string{
		{"build", "--keep-going"},
		{"build", "--keep-going", "-o", "json", "--passthrough"},
		{"build", "--keep-going", "--compat", "controller"},
		{"validate"},
		{"validate", "--format", "json"},
		{"validate", "--format", "sarif"},
		{"validate", "--format", "junit"},
	} {
		t.Run(strings.Join(command, " "), func(t *testing.T) {
			want := execute(dir, "", append(command, names...)...)
			if want.Code != exitFindings || want.Stdout == "" {
				t.Fatalf("the sample does not show what it should: exit code %d", want.Code)
			}
			rounds(t, func(r *rand.Rand) {
				if diff := cmp.Diff(want, execute(dir, "", append(command, shuffled(r, names)...)...)); diff != "" {
					t.Fatal(diff)
				}
			})
		})
	}
}

// Nor does the order of documents show in the manifests.
func TestSameManifestsForAnyOrderOfDocuments(t *testing.T) {
	docs := sampleDocuments()
	want := execute(t.TempDir(), strings.Join(docs, "---\n"), "build", "--keep-going", "-")
	if want.Stdout == "" {
		t.Fatal("nothing was built")
	}
	rounds(t, func(r *rand.Rand) {
		got := execute(t.TempDir(), strings.Join(shuffled(r, docs), "---\n"), "build", "--keep-going", "-")
		if diff := cmp.Diff(want.Stdout, got.Stdout); diff != "" {
			t.Fatal(diff)
		}
	})
}

// Nor the working directory, nor the files that documents are in, in an
// output directory.
func TestSameOutputDirectory(t *testing.T) {
	docs := sampleDocuments()[:1]
	for i, d := range sampleDocuments()[:24] {
		if i%6 != 1 && i > 0 {
			docs = append(docs, d)
		}
	}
	in := t.TempDir()
	if err := os.WriteFile(filepath.Join(in, "all.yaml"), []byte(strings.Join(docs, "---\n")), 0o644); err != nil {
		t.Fatal(err)
	}
	if got := execute(in, "", "build", "all.yaml", "--output-dir", "out"); got.Code != 0 {
		t.Fatal(got.Stderr)
	}
	rounds(t, func(r *rand.Rand) {
		dir := t.TempDir()
		for i, d := range shuffled(r, docs) {
			if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("f%d.yaml", i)), []byte(d), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		got := execute(t.TempDir(), "", "build", dir, "--output-dir", filepath.Join(in, "out"), "--check")
		if got.Code != 0 {
			t.Fatal(got.Stderr)
		}
	})
}
