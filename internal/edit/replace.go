package edit

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/kgw-dev/kgw/internal/atomicfile"
	"github.com/kgw-dev/kgw/internal/source"
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
// longer what was read is an error, and so is one that is reached through a
// symbolic link.
func Replace(files []Replacement) error {
	for i, f := range files {
		if err := source.WithoutLinks(f.Path); err != nil {
			return err
		}
		have, err := source.Bounds{}.ReadFile(f.Path, source.MaxFileBytes)
		if err != nil {
			return err
		}
		if !bytes.Equal(bytes.TrimPrefix(have, mark), f.Old) {
			return fmt.Errorf("%s has changed since it was read", f.Path)
		}
		if bytes.HasPrefix(have, mark) {
			files[i].Old, files[i].New = have, append(bytes.Clone(mark), f.New...)
		}
	}
	for i := range files {
		if err := atomicfile.Write(files[i].Path, files[i].New); err != nil {
			for k := range i {
				err = errors.Join(err, atomicfile.Write(files[k].Path, files[k].Old))
			}
			return err
		}
	}
	return nil
}
