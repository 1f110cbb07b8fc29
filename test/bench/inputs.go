package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/kgw-dev/kgw/schema"
)

const (
	perDirectory = 500    // files
	perFile      = 10_000 // documents of one file, which is kgw's limit
)

// inputs are what was written for one run of the bench.
type inputs struct {
	rules, many         int
	files, single       string // the same rules as files and as one file
	manyFiles, manyDocs string // ten times as many
	small, medium       string // kustomizations of 1,000 and 2,000 rules
	schemas             string
	mesh                string // as many APIRules v2 with their Services
	bytes, manyBytes    int64
	meshBytes           int64
	fabric, fabricHalf  string // a fifth and a tenth as many FabricGateways
	fabricBytes         int64
	traces              traces
	proofs              proofs
}

func writeInputs(dir string, o *options) (*inputs, error) {
	in := &inputs{
		rules: o.rules, many: o.many,
		files: filepath.Join(dir, "files"), single: filepath.Join(dir, "single"),
		manyFiles: filepath.Join(dir, "many-files"), manyDocs: filepath.Join(dir, "many-documents"),
		small: filepath.Join(dir, "kustomize-1000"), medium: filepath.Join(dir, "kustomize-2000"),
		schemas: filepath.Join(dir, "schemas"), mesh: filepath.Join(dir, "mesh"),
	}
	var err error
	if in.bytes, err = writeFiles(in.files, o.rules, apiRule); err != nil {
		return nil, err
	}
	if err = writeDocuments(in.single, o.rules); err != nil {
		return nil, err
	}
	if in.meshBytes, err = writeMesh(in.mesh, o.rules); err != nil {
		return nil, err
	}
	in.fabric, in.fabricHalf = filepath.Join(dir, "fabric"), filepath.Join(dir, "fabric-half")
	if _, err = writeFiles(in.fabricHalf, o.rules/10, fabricGateway); err != nil {
		return nil, err
	}
	if in.fabricBytes, err = writeFiles(in.fabric, o.rules/5, fabricGateway); err != nil {
		return nil, err
	}
	if in.traces, err = writeTraces(dir, o.rules); err != nil {
		return nil, err
	}
	if in.proofs, err = writeProofs(dir); err != nil {
		return nil, err
	}
	if o.many > 0 {
		if in.manyBytes, err = writeFiles(in.manyFiles, o.many, apiRule); err != nil {
			return nil, err
		}
		if err = writeDocuments(in.manyDocs, o.many); err != nil {
			return nil, err
		}
	}
	for dir, n := range map[string]int{in.small: 1000, in.medium: 2000} {
		if err := writeKustomization(dir, n); err != nil {
			return nil, err
		}
	}
	return in, writeSchema(in.schemas)
}

// writeFiles writes one file for each rule and returns their size.
func writeFiles(dir string, n int, rule func(int) string) (size int64, err error) {
	for i := range n {
		sub := filepath.Join(dir, fmt.Sprintf("team-%03d", i/perDirectory))
		if i%perDirectory == 0 {
			if err := os.MkdirAll(sub, 0o755); err != nil {
				return 0, err
			}
		}
		text := rule(i)
		size += int64(len(text))
		if err := os.WriteFile(filepath.Join(sub, fmt.Sprintf("apirule-%06d.yaml", i)), []byte(text), 0o644); err != nil {
			return 0, err
		}
	}
	return size, nil
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
