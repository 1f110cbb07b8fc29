package kustomize_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sigs.k8s.io/kustomize/kyaml/fn/framework"
	"sigs.k8s.io/kustomize/kyaml/kio"
	"sigs.k8s.io/kustomize/kyaml/runfn"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// TestResults reads what kgw writes with the library that functions are
// written with: every field of results must be one of its own.
func TestResults(t *testing.T) {
	list := "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems:\n"
	for i, line := range strings.Split(strings.TrimSpace(strings.Replace(rule, "noop", "nop", 1)), "\n") {
		switch {
		case i == 0:
			list += "- " + line + "\n"
		case line == "metadata:":
			list += "  metadata:\n    annotations: {config.kubernetes.io/path: apis/shop.yaml, config.kubernetes.io/index: '2'}\n"
		default:
			list += "  " + line + "\n"
		}
	}
	out := run(t, t.TempDir(), list, "kgw fn")
	if out.code != 1 {
		t.Fatalf("exit %d\n%s", out.code, out.stderr)
	}
	in := &kio.ByteReadWriter{Reader: strings.NewReader(out.stdout), Writer: &bytes.Buffer{}, KeepReaderAnnotations: true}
	items, err := in.Read()
	if err != nil || len(items) != 1 {
		t.Fatalf("%v, %d items", err, len(items))
	}
	text, err := in.Results.String()
	if err != nil {
		t.Fatal(err)
	}
	var results framework.Results
	d := yaml.NewDecoder(strings.NewReader(text))
	d.KnownFields(true)
	if err := d.Decode(&results); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if results.ExitCode() != 1 {
		t.Error("the library sees no error")
	}
	r := results[0]
	if r.Severity != framework.Error || r.ResourceRef.Name != "shop" || r.Field.Path != "spec.rules[0].accessStrategies[0].handler" || r.Field.CurrentValue != "nop" {
		t.Errorf("read as %v", r)
	}
	if r.File.Path != "apis/shop.yaml" || r.File.Index != 2 || r.Tags["kgw.dev/code"] != "KGW212" {
		t.Errorf("read as %+v, %v", r.File, r.Tags)
	}
}

// TestPackage runs kgw over a directory as orchestrators do that give every
// item its path: other files keep their comments, and what is made gets files
// of its own.
func TestPackage(t *testing.T) {
	commented := "# why\n" + service + "# foot\n"
	dir := files(t, map[string]string{"service.yaml": commented, "apis/rule.yaml": rule})
	fn, err := yaml.Parse(strings.Replace(config(), "path: kgw", "path: "+filepath.Join(binDir, "kgw"), 1))
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := (runfn.RunFns{Path: dir, WorkingDir: dir, EnableExec: true, Functions: []*yaml.RNode{fn}}).Execute(); err != nil {
			t.Fatal(err)
		}
	}
	var names []string
	for _, name := range []string{"service.yaml", "apis/rule.yaml", "generated/rule-demo-shop-vxcvdsiv.yaml", "generated/virtualservice-demo-shop-jixezguj.yaml"} {
		if data, err := os.ReadFile(filepath.Join(dir, name)); err == nil {
			names = append(names, name)
			if bytes.Contains(data, []byte("config.kubernetes.io")) {
				t.Errorf("%s holds an annotation of the run:\n%s", name, data)
			}
		}
	}
	if got := strings.Join(names, " "); got != "service.yaml generated/rule-demo-shop-vxcvdsiv.yaml generated/virtualservice-demo-shop-jixezguj.yaml" {
		t.Errorf("files: %s", got)
	}
	if got, err := os.ReadFile(filepath.Join(dir, "service.yaml")); err != nil || string(got) != commented {
		t.Errorf("%v, the service is now:\n%s", err, got)
	}
}
