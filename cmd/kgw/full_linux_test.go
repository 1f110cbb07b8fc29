package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

const fullRule = `apiVersion: gateway.kyma-project.io/v1beta1
kind: APIRule
metadata: {name: a, namespace: b}
spec:
  host: a.example.com
  gateway: kyma-system/kyma-gateway
  service: {name: a, port: 80}
  rules:
  - {path: /.*, methods: [GET], accessStrategies: [{handler: noop}]}
`

const fullList = `apiVersion: config.kubernetes.io/v1
kind: ResourceList
functionConfig: {apiVersion: kgw.dev/v1alpha1, kind: Config, metadata: {name: kgw}, inputs: [a.yaml]}
items: []
`

const fullFiles = `
-- test/t.kgw-test.yaml --
apiVersion: kgw.dev/v1alpha1
kind: Test
tests:
- request: {method: GET, url: https://a.example.com/x}
  expect: {status: 200}
-- live.yaml --
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: a-x7k2p, namespace: b, generateName: a-, labels: {apirule.gateway.kyma-project.io/v1beta1: a.b}}
spec: {hosts: [a.example.com], gateways: [kyma-system/kyma-gateway]}
`

// fullLines are commands that print something and find no more than differences, with what they read
// from standard input. Every command that prints has one.
var fullLines = [][2]string{
	{"build a.yaml"},
	{"build -o json a.yaml"},
	{"validate a.yaml --format json"},
	{"validate a.yaml --format sarif"},
	{"validate a.yaml --format junit"},
	{"validate a.yaml --prove"},
	{"trace GET https://a.example.com/ a.yaml"},
	{"trace -o json GET https://a.example.com/ a.yaml"},
	{"test test a.yaml"},
	{"test test a.yaml --format tap"},
	{"test test a.yaml --format junit"},
	{"migrate a.yaml"},
	{"migrate a.yaml --diff"},
	{"migrate a.yaml --assess"},
	{"diff a.yaml --live live.yaml --exit-zero"},
	{"diff a.yaml --live live.yaml --exit-zero --summary"},
	{"diff a.yaml --live live.yaml --exit-zero --format json"},
	{"diff a.yaml --against live.yaml --exit-zero --semantic"},
	{"adopt a.yaml --live live.yaml"},
	{"fn", fullList},
	{"argocd generate a.yaml"},
	{"argocd plugin"},
	{"config"},
	{"explain"},
	{"explain KGW101"},
	{"schema apirule/v2"},
	{"schema config"},
	{"schema all"},
	{"schema list"},
	{"schema crd apirule"},
	{"version"},
	{"version -o json"},
	{"completion bash"},
	{"--help"},
	{"help exit-codes"},
	{"help environment"},
}

// TestFullDevice runs commands whose output cannot be written: each exits as
// with an input that cannot be read.
func TestFullDevice(t *testing.T) {
	run := func(line [2]string, stdout io.Writer) (code int, stderr string) {
		var said bytes.Buffer
		a := &app{stdin: strings.NewReader(line[1]), stdout: stdout, stderr: &said, getenv: func(string) string { return "" }, dir: fullDir(t)}
		code = a.run(append([]string{"kgw"}, strings.Fields(line[0])...))
		return code, said.String()
	}
	for _, line := range fullLines {
		var out bytes.Buffer
		if code, stderr := run(line, &out); code > exitFindings || out.Len() == 0 {
			t.Errorf("kgw %s: exit %d, %d bytes\n%s", line[0], code, out.Len(), stderr)
			continue
		}
		full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
		if err != nil {
			t.Skip(err)
		}
		if code, stderr := run(line, full); code != exitInput {
			t.Errorf("kgw %s: exit %d\n%s", line[0], code, stderr)
		}
		full.Close()
	}
}

// fullDir returns a new directory with the files that the commands read.
func fullDir(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	write := func(name, text string) {
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("a.yaml", fullRule)
	for _, f := range txtar.Parse([]byte(fullFiles)).Files {
		write(f.Name, string(f.Data))
	}
	return dir
}
