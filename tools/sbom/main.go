// Command sbom writes the software bill of materials of a Go program as a
// CycloneDX document, for releases of kgw.
//
// It takes the file of a program and gives the modules that the linker recorded
// in it, so it says what is inside and not what could have been. The same
// program gives the same bytes: no time, no random serial number.
package main

import (
	"debug/buildinfo"
	"encoding/base64"
	"encoding/hex"
	"flag"
	"fmt"
	"os"
	"runtime/debug"
	"strings"

	cdx "github.com/CycloneDX/cyclonedx-go"
)

func main() {
	version := flag.String("version", "", "version of the program")
	license := flag.String("license", "", "SPDX expression of the program's licence")
	flag.Parse()
	if flag.NArg() != 2 {
		fmt.Fprintln(os.Stderr, "usage: sbom [-version VERSION] [-license EXPRESSION] PROGRAM FILE")
		os.Exit(2)
	}
	if err := run(flag.Arg(0), flag.Arg(1), *version, *license); err != nil {
		fmt.Fprintln(os.Stderr, "sbom:", err)
		os.Exit(1)
	}
}

func run(program, file, version, license string) (err error) {
	info, err := buildinfo.ReadFile(program)
	if err != nil {
		return err
	}
	out, err := os.Create(file)
	if err != nil {
		return err
	}
	defer func() {
		if closeErr := out.Close(); err == nil {
			err = closeErr
		}
	}()
	encoder := cdx.NewBOMEncoder(out, cdx.BOMFileFormatJSON).SetPretty(true)
	return encoder.EncodeVersion(document(info, version, license), cdx.SpecVersion1_6)
}

// document lists the program, its modules and the standard library.
func document(info *debug.BuildInfo, version, license string) *cdx.BOM {
	program := component(info.Main.Path, version, "")
	program.Type = cdx.ComponentTypeApplication
	if license != "" {
		program.Licenses = &cdx.Licenses{{Expression: license}}
	}
	program.Properties = settings(info)
	parts := []cdx.Component{component("std", strings.TrimPrefix(info.GoVersion, "go"), "")}
	for _, m := range info.Deps {
		if m.Replace != nil {
			m = m.Replace
		}
		parts = append(parts, component(m.Path, m.Version, m.Sum))
	}
	bom := cdx.NewBOM()
	bom.Metadata = &cdx.Metadata{Component: &program}
	bom.Components = &parts
	bom.Dependencies = dependencies(program, parts)
	return bom
}

// component returns a Go module; its purl is as
// https://github.com/package-url/purl-spec/blob/main/types-doc/golang-definition.md says.
func component(path, version, sum string) cdx.Component {
	purl := "pkg:golang/" + path
	if version != "" {
		purl += "@" + strings.ReplaceAll(version, "+", "%2B")
	}
	return cdx.Component{
		BOMRef: purl, Type: cdx.ComponentTypeLibrary, Name: path, Version: version,
		Scope: cdx.ScopeRequired, PackageURL: purl, Hashes: hashes(sum),
	}
}

// hashes gives go.sum's hash of a module, base64 after "h1:", in hexadecimal.
func hashes(sum string) *[]cdx.Hash {
	raw, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(sum, "h1:"))
	if err != nil || len(raw) == 0 {
		return nil
	}
	return &[]cdx.Hash{{Algorithm: cdx.HashAlgoSHA256, Value: hex.EncodeToString(raw)}}
}

// settings returns what decides the bytes of the program beside its sources.
func settings(info *debug.BuildInfo) *[]cdx.Property {
	var list []cdx.Property
	for _, s := range info.Settings {
		switch s.Key {
		case "GOOS", "GOARCH", "GOAMD64", "GOARM64", "CGO_ENABLED", "-trimpath":
			list = append(list, cdx.Property{Name: "kgw:build:" + strings.TrimPrefix(s.Key, "-"), Value: s.Value})
		}
	}
	return &list
}

func dependencies(program cdx.Component, parts []cdx.Component) *[]cdx.Dependency {
	var refs []string
	for _, p := range parts {
		refs = append(refs, p.BOMRef)
	}
	return &[]cdx.Dependency{{Ref: program.BOMRef, Dependencies: &refs}}
}
