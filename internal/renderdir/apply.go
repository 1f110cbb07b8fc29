package renderdir

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// ErrBlocked reports that files are in the way that kgw did not write or that
// were edited since, or that a killed run has to be completed first (Recover).
var ErrBlocked = errors.New("files are in the way")

// Apply makes the directory what is wanted, and creates it where it is absent.
// Files that are as they should be are not touched. Nothing is done where
// something is in the way (ErrBlocked).
//
// At every moment the directory holds the old tree or the new one. Where the
// system can exchange directories and this one holds only what kgw wrote, that
// is so for every reader. Elsewhere files are replaced one after the other once
// the new tree is decided, and Recover completes what a killed run began. An
// error before that leaves the old tree.
func (p *Plan) Apply() error {
	if len(p.With(Edited, Foreign, Unfinished)) > 0 {
		return ErrBlocked
	}
	for _, name := range p.leftovers {
		if err := removeTree(filepath.Join(p.dir, name)); err != nil {
			return err
		}
	}
	if p.recordData != nil && sameContent(p.recordData, p.after.bytes()) && len(p.write)+len(p.remove) == 0 {
		return nil
	}
	if err := os.MkdirAll(p.dir, 0o755); err != nil {
		return err
	}
	if p.ownsAll() {
		if done, err := p.exchange(); done {
			return err
		}
	}
	return p.commit()
}

// ownsAll reports whether the directory holds nothing but what kgw wrote.
func (p *Plan) ownsAll() bool {
	owned := map[string]bool{RecordName: p.recordData != nil}
	for _, name := range p.keep {
		owned[name] = true
	}
	for _, changes := range [][]change{p.write, p.remove} {
		for _, c := range changes {
			owned[c.name] = c.old != nil
		}
	}
	entries, err := os.ReadDir(p.dir)
	for _, e := range entries {
		if !e.Type().IsRegular() || !owned[e.Name()] {
			return false
		}
	}
	return err == nil
}

func writeNew(path string, data []byte, mode fs.FileMode) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	if _, err = f.Write(data); err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// removeTree removes a directory, its list last: as long as there is one, files
// of the directory are known to be kgw's own and are not read as inputs.
func removeTree(dir string) error {
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		if e.Name() == RecordName {
			continue
		}
		if err := os.RemoveAll(filepath.Join(dir, e.Name())); err != nil {
			return err
		}
	}
	return os.RemoveAll(dir)
}
