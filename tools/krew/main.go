// Command krew writes the manifest of a release for a package manager: krew,
// Homebrew or Scoop.
//
// It takes a template, a tag and goreleaser's checksums.txt. That of krew is
// filled in as https://github.com/rajatjindal/krew-release-bot does, with sums
// of the files at hand instead of downloads; the others call sha256 with the
// name of an archive.
package main

import (
	"bytes"
	"fmt"
	"os"
	"path"
	"strings"
	"text/template"
)

func main() {
	if len(os.Args) != 5 {
		fmt.Fprintln(os.Stderr, "usage: krew TEMPLATE TAG CHECKSUMS FILE")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2], os.Args[3], os.Args[4]); err != nil {
		fmt.Fprintln(os.Stderr, "krew:", err)
		os.Exit(1)
	}
}

func run(file, tag, checksums, out string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	list, err := os.ReadFile(checksums)
	if err != nil {
		return err
	}
	manifest, err := render(string(text), tag, sums(string(list)))
	if err != nil {
		return err
	}
	return os.WriteFile(out, manifest, 0o644)
}

// sums reads lines of "SHA256  NAME".
func sums(list string) map[string]string {
	found := map[string]string{}
	for line := range strings.Lines(list) {
		if f := strings.Fields(line); len(f) == 2 {
			found[f[1]] = f[0]
		}
	}
	return found
}

// render fills the template in; the address in addURIAndSha is a template too.
func render(text, tag string, sums map[string]string) ([]byte, error) {
	data := map[string]string{"TagName": tag, "Version": strings.TrimPrefix(tag, "v")}
	sum := func(name string) (string, error) {
		if sum, ok := sums[name]; ok {
			return sum, nil
		}
		return "", fmt.Errorf("no checksum of %s", name)
	}
	add := func(address, _ string) (string, error) {
		uri, err := fill(address, data, nil)
		if err != nil {
			return "", err
		}
		digest, err := sum(path.Base(string(uri)))
		return fmt.Sprintf("uri: %s\n      sha256: %s", uri, digest), err
	}
	return fill(text, data, template.FuncMap{"addURIAndSha": add, "sha256": sum})
}

func fill(text string, data any, funcs template.FuncMap) ([]byte, error) {
	t, err := template.New("krew").Option("missingkey=error").Funcs(funcs).Parse(text)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = t.Execute(&b, data)
	return b.Bytes(), err
}
