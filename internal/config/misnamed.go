package config

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/source"
)

// misnames are names that people use instead of FileName.
var misnames = []string{"kgw.yml", ".kgw.yaml", ".kgw.yml", "kgw.json"}

// Misnamed reports files upwards from a directory, as far as its work tree
// goes, whose names are almost that of a configuration: they are not read.
func Misnamed(dir string, display func(string) string) diag.List {
	var found diag.List
	top := source.Top(dir)
	for dir, err := filepath.Abs(dir); err == nil; dir = filepath.Dir(dir) {
		for _, name := range misnames {
			file := filepath.Join(dir, name)
			if info, err := os.Stat(file); err == nil && info.Mode().IsRegular() {
				found.Add(diag.Finding{
					Code: diag.ConfigMisnamed, Span: source.Span{File: display(file), Line: 1, Column: 1, EndLine: 1, EndColumn: 2},
					Message: fmt.Sprintf("a configuration is read under the name %s only: this file has no effect", FileName),
					Help:    "rename it to " + FileName,
				})
			}
		}
		if real, err := filepath.EvalSymlinks(dir); err != nil || real == top || dir == filepath.Dir(dir) {
			break
		}
	}
	return found
}
