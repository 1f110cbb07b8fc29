package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/kgw-dev/kgw/schema"
)

const (
	perDirectory = 500    // files
	perFile      = 10_000 // documents of one file, which is kgw's limit
)

// inputs are the files of one run of the bench.
type inputs struct {
	rules, many         int
	files, single       string // the same rules as files and as one file
	manyFiles, manyDocs string // ten times as many
	small, medium       string // kustomizations of 1,000 and 2,000 rules
	schemas             string
	mesh                string // as many APIRules v2 with their Services
	changed             string // mesh as a git repository, with one file changed
	fabric, fabricHalf  string // a fifth and a tenth as many FabricGateways
	traces              traces
	proofs              proofs
	growths             []growth
	built               string // what kgw builds of mesh, where istioctl is measured
}

// inputsIn names the files of a directory. It reads and writes nothing.
func inputsIn(dir string, o *options) *inputs {
	at := func(name string) string { return filepath.Join(dir, name) }
	return &inputs{
		rules: o.rules, many: o.many, files: at("files"), single: at("single"), manyFiles: at("many-files"), manyDocs: at("many-documents"),
		small: at("kustomize-1000"), medium: at("kustomize-2000"), schemas: at("schemas"), mesh: at("mesh"), changed: at("changed"), fabric: at("fabric"), fabricHalf: at("fabric-half"),
		traces: tracesIn(dir), proofs: proofsIn(dir), growths: growthsIn(dir, o.rules), built: at("built.yaml"),
	}
}

// write writes the files.
func (in *inputs) write() error {
	steps := []func() error{
		func() error { return writeFiles(in.files, in.rules, apiRule) },
		func() error { return writeDocuments(in.single, in.rules) },
		func() error { return writeMesh(in.mesh, in.rules) },
		func() error { return writeChanged(in.changed, in.rules) },
		func() error { return writeFiles(in.fabricHalf, in.rules/10, fabricGateway) },
		func() error { return writeFiles(in.fabric, in.rules/5, fabricGateway) },
		func() error { return in.traces.write(in.rules) },
		func() error { return in.proofs.write() },
		func() error { return writeKustomization(in.small, 1000) },
		func() error { return writeKustomization(in.medium, 2000) },
		func() error { return writeSchema(in.schemas) },
	}
	if in.many > 0 {
		steps = append(steps,
			func() error { return writeFiles(in.manyFiles, in.many, apiRule) },
			func() error { return writeDocuments(in.manyDocs, in.many) })
	}
	for i := range in.growths {
		steps = append(steps, in.growths[i].write)
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// sizeOf returns the bytes of a file, or of all files below a directory.
func sizeOf(path string) (size int64, err error) {
	err = filepath.WalkDir(path, func(_ string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		info, err := e.Info()
		if err == nil {
			size += info.Size()
		}
		return err
	})
	return size, err
}

// fileOf returns the file of rule i.
func fileOf(dir string, i int) string {
	return filepath.Join(dir, fmt.Sprintf("team-%03d", i/perDirectory), fmt.Sprintf("apirule-%06d.yaml", i))
}

// writeFiles writes one file for each rule.
func writeFiles(dir string, n int, rule func(int) string) error {
	for i := range n {
		name := fileOf(dir, i)
		if i%perDirectory == 0 {
			if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
				return err
			}
		}
		if err := os.WriteFile(name, []byte(rule(i)), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// writeDocuments writes the rules as documents of as few files as kgw allows.
func writeDocuments(dir string, n int) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for from := 0; from < n; from += perFile {
		name := filepath.Join(dir, fmt.Sprintf("apirules-%03d.yaml", from/perFile))
		if err := writeStream(name, from, min(from+perFile, n), apiRule); err != nil {
			return err
		}
	}
	return nil
}

func writeStream(name string, from, to int, rule func(int) string) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	defer f.Close()
	w := bufio.NewWriter(f)
	for i := from; i < to; i++ {
		w.WriteString("---\n")
		w.WriteString(rule(i))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return f.Close()
}

func writeKustomization(dir string, n int) error {
	if err := writeDocuments(dir, n); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "kustomization.yaml"), []byte("resources: [apirules-000.yaml]\n"), 0o644)
}

// writeSchema writes kgw's own JSON Schema where kubeconform looks for it.
func writeSchema(dir string) error {
	for i := range schema.Kinds {
		k := &schema.Kinds[i]
		if k.Version != "v1beta1" {
			continue
		}
		data, err := json.Marshal(k.JSONSchema())
		if err != nil {
			return err
		}
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(dir, strings.ToLower(k.Kind)+".json"), data, 0o644)
	}
	return fmt.Errorf("there is no APIRule v1beta1")
}
