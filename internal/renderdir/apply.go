package renderdir

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"github.com/kgw-dev/kgw/internal/atomicfile"
)

// ErrBlocked says that files that kgw did not write, or that were edited
// since, stand in the way.
var ErrBlocked = errors.New("files stand in the way")

// Apply makes the directory what is wanted, and creates it where it is absent.
// Files that are as they should be are not touched. Everything is written
// aside before the first file is replaced, and when a step fails the steps
// before it are undone. Nothing is done where something stands in the way
// (ErrBlocked).
func (p *Plan) Apply() error {
	if len(p.With(Edited, Foreign)) > 0 {
		return ErrBlocked
	}
	after := p.after.bytes()
	if p.recordData != nil && same(p.recordData, after) && len(p.write)+len(p.remove)+len(p.leftovers) == 0 {
		return nil
	}
	if err := os.MkdirAll(p.dir, 0o755); err != nil {
		return err
	}
	for _, name := range p.leftovers {
		if err := os.RemoveAll(filepath.Join(p.dir, name)); err != nil {
			return err
		}
	}
	stage, err := p.prepare()
	if err != nil {
		return err
	}
	defer os.RemoveAll(stage)
	// A run that is killed on the way leaves a list that knows both the old
	// files and the new ones as kgw's own.
	if err := p.writeRecord(p.before.with(p.after).bytes()); err != nil {
		return err
	}
	undo, err := p.replace(stage)
	if err == nil {
		err = p.writeRecord(after)
	}
	if err != nil {
		return errors.Join(err, undo())
	}
	return nil
}

// prepare writes the new files to a directory beside their places, under names
// that no reader of manifests takes.
func (p *Plan) prepare() (stage string, err error) {
	if stage, err = os.MkdirTemp(p.dir, ".kgw-*"); err != nil {
		return "", err
	}
	for i, c := range p.write {
		if err = writeNew(staged(stage, i), c.new, c.mode); err != nil {
			os.RemoveAll(stage)
			return "", err
		}
	}
	return stage, nil
}

func staged(stage string, i int) string { return filepath.Join(stage, strconv.Itoa(i)) }

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

// replace moves the new files to their places and removes the stale ones. undo
// takes back what was done.
func (p *Plan) replace(stage string) (undo func() error, err error) {
	var done []change
	undo = func() error {
		var failed error
		for _, c := range done {
			failed = errors.Join(failed, p.restore(c))
		}
		if p.recordData == nil {
			return errors.Join(failed, os.Remove(filepath.Join(p.dir, RecordName)))
		}
		return errors.Join(failed, p.writeRecord(p.recordData))
	}
	for i, c := range p.write {
		if err := os.Rename(staged(stage, i), filepath.Join(p.dir, c.name)); err != nil {
			return undo, err
		}
		done = append(done, c)
	}
	for _, c := range p.remove {
		if err := os.Remove(filepath.Join(p.dir, c.name)); err != nil {
			return undo, err
		}
		done = append(done, c)
	}
	return undo, atomicfile.SyncDir(p.dir)
}

func (p *Plan) restore(c change) error {
	path := filepath.Join(p.dir, c.name)
	if c.old == nil {
		return os.Remove(path)
	}
	return atomicfile.Write(path, c.old)
}

func (p *Plan) writeRecord(data []byte) error {
	return atomicfile.Write(filepath.Join(p.dir, RecordName), data)
}
