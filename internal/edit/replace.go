package edit

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/kgw-dev/kgw/internal/atomicfile"
)

// Replacement is a file and what it is to hold. Old is what it held when it
// was read. A byte order mark in front of either is not part of them.
type Replacement struct {
	Path     string
	Old, New []byte
}

var mark = []byte("\ufeff")

// Replace writes all files or none: each as a whole, and where one cannot be
// written, those written before get their old content back. A file that is no
// longer what was read is an error. A symbolic link stays one.
func Replace(files []Replacement) error {
	paths := make([]string, len(files))
	for i, f := range files {
		path, err := filepath.EvalSymlinks(f.Path)
		if err != nil {
			return err
		}
		have, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if !bytes.Equal(bytes.TrimPrefix(have, mark), f.Old) {
			return fmt.Errorf("%s has changed since it was read", f.Path)
		}
		if bytes.HasPrefix(have, mark) {
			files[i].Old, files[i].New = have, append(bytes.Clone(mark), f.New...)
		}
		paths[i] = path
	}
	for i := range files {
		if err := atomicfile.Write(paths[i], files[i].New); err != nil {
			for k := range i {
				err = errors.Join(err, atomicfile.Write(paths[k], files[k].Old))
			}
			return err
		}
	}
	return nil
}
