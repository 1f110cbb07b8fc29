package renderdir

import (
	"errors"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"github.com/kgw-dev/kgw/internal/atomicfile"
)

// exchange builds the new tree next to the directory and exchanges the two, so
// that every reader sees the old tree or the new one. Nothing is changed where
// that cannot be done (done is false): the file system does not know how, the
// directory is a mount point, the one above cannot be written, or owners or
// attributes would change.
func (p *Plan) exchange() (done bool, err error) {
	stage := siblingOf(p.dir)
	if stage == "" || isWorkingDir(p.dir) || os.Mkdir(stage, 0o700) != nil {
		return false, nil
	}
	// The new directory is locked before others can see it.
	f, err := os.Open(stage)
	if err != nil {
		return false, errors.Join(err, removeTree(stage))
	}
	defer f.Close()
	defer removeTree(stage)
	if _, err := lockDir(f); err != nil || p.build(stage) != nil || unix.Renameat2(unix.AT_FDCWD, stage, unix.AT_FDCWD, p.dir, unix.RENAME_EXCHANGE) != nil {
		return false, nil
	}
	return true, atomicfile.SyncDir(filepath.Dir(p.dir))
}

// build writes the whole new tree to an empty directory, the list first. Files
// that stay are linked.
func (p *Plan) build(stage string) error {
	if err := writeNew(filepath.Join(stage, RecordName), p.after.bytes(), 0o644); err != nil {
		return err
	}
	for _, name := range p.keep {
		if err := os.Link(filepath.Join(p.dir, name), filepath.Join(stage, name)); err != nil {
			return err
		}
	}
	for _, c := range p.write {
		if err := writeNew(filepath.Join(stage, c.name), c.new, c.mode); err != nil {
			return err
		}
	}
	return errors.Join(likeDir(p.dir, stage), atomicfile.SyncDir(stage))
}

// likeDir makes the mode of a new directory that of the old one. Another owner
// or other attributes are an error.
func likeDir(old, stage string) error {
	var o, n unix.Stat_t
	if err := errors.Join(unix.Stat(old, &o), unix.Chmod(stage, o.Mode&0o7777), unix.Stat(stage, &n)); err != nil {
		return err
	}
	before, _ := unix.Listxattr(old, nil)
	after, _ := unix.Listxattr(stage, nil)
	if o.Uid != n.Uid || o.Gid != n.Gid || o.Mode != n.Mode || before != after {
		return errors.ErrUnsupported
	}
	return nil
}

// isWorkingDir reports whether the process runs in the directory: its shell
// would be left in one that is gone.
func isWorkingDir(dir string) bool {
	here, err := os.Stat(".")
	there, err2 := os.Stat(dir)
	return err == nil && err2 == nil && os.SameFile(here, there)
}
