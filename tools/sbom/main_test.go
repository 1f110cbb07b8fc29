package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	cdx "github.com/CycloneDX/cyclonedx-go"
)

// TestOwnProgram reads this test's own program, which holds cyclonedx-go.
func TestOwnProgram(t *testing.T) {
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	first, second := write(t, program), write(t, program)
	if !bytes.Equal(first, second) {
		t.Error("two documents of one program differ")
	}
	var bom cdx.BOM
	if err := cdx.NewBOMDecoder(bytes.NewReader(first), cdx.BOMFileFormatJSON).Decode(&bom); err != nil {
		t.Fatal(err)
	}
	if c := bom.Metadata.Component; c.Version != "1.2.3" || (*c.Licenses)[0].Expression != "Apache-2.0" {
		t.Errorf("program: %+v", c)
	}
	found := map[string]cdx.Component{}
	for _, c := range *bom.Components {
		found[c.Name] = c
	}
	library, ok := found["github.com/CycloneDX/cyclonedx-go"]
	if !ok || library.Hashes == nil || len((*library.Hashes)[0].Value) != 64 {
		t.Errorf("cyclonedx-go is not listed with its hash: %+v", library)
	}
	if found["std"].Version == "" {
		t.Error("the standard library is not listed")
	}
	if n := len(*(*bom.Dependencies)[0].Dependencies); n != len(*bom.Components) {
		t.Errorf("%d dependencies for %d components", n, len(*bom.Components))
	}
}

func TestNotAProgram(t *testing.T) {
	if err := run("main.go", filepath.Join(t.TempDir(), "out.json"), "", ""); err == nil {
		t.Error("a text file has no build information")
	}
}

func write(t *testing.T, program string) []byte {
	t.Helper()
	file := filepath.Join(t.TempDir(), "sbom.json")
	if err := run(program, file, "1.2.3", "Apache-2.0"); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
