// Package renderdir keeps a directory of rendered files as kgw would write
// them, and nothing else in it.
//
// It takes files in memory and a directory and returns a Plan: how the two
// differ, what is in the way, and a way to make them equal. A list of names and
// SHA-256 sums in the directory distinguishes kgw's files from others. The
// package must not know what the files hold.
package renderdir

import (
	"strings"

	"github.com/kgw-dev/kgw/internal/manifest"
)

// File is a file of the directory: a plain name and its content.
type File struct {
	Name string
	Data []byte
}

// Kustomization is the name under which kustomize finds the list of files.
const Kustomization = "kustomization.yaml"

// ext4, NTFS and APFS allow 255 bytes, or code units, in a name.
const maxBase = 240

// FileName returns the name of the file for an object:
// "<kind>-<namespace>-<name>" in lower case with the extension. A character
// that Windows refuses in names is written as "%" and its hexadecimal code; a
// name that is too long is cut and gets a hash of the identity instead.
func FileName(kind, namespace, name, extension string) string {
	parts := []string{kind, namespace, name}
	if namespace == "" {
		parts = []string{kind, name}
	}
	base := portable(strings.ToLower(strings.Join(parts, "-")))
	if len(base) > maxBase {
		base = manifest.StableName(base[:maxBase-len("-12345678")], kind, namespace, name)
	}
	return base + extension
}

func portable(s string) string {
	var b strings.Builder
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9', c == '-', c == '_', c == '.':
			b.WriteByte(c)
		default:
			const hex = "0123456789abcdef"
			b.Write([]byte{'%', hex[c>>4], hex[c&15]})
		}
	}
	return b.String()
}

// KustomizationFor returns the kustomization.yaml that lists the named files,
// which must be sorted.
func KustomizationFor(names []string) File {
	b := []byte("apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n")
	if len(names) == 0 {
		return File{Name: Kustomization, Data: append(b, "resources: []\n"...)}
	}
	b = append(b, "resources:\n"...)
	for _, name := range names {
		b = append(b, "- "...)
		b = append(b, name...)
		b = append(b, '\n')
	}
	return File{Name: Kustomization, Data: b}
}
