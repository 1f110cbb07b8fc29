package renderdir

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"

	"github.com/kgw-dev/kgw/internal/atomicfile"
)

// CommitName is the directory, inside the one that is written, that commits the
// new tree. It holds the new list, and each file that is not in its place yet
// under its name and ".new". It appears whole, by one rename.
const CommitName = ".kgw-commit"

const notPlaced = ".new"

// commit decides for the new tree and moves its files to their places.
func (p *Plan) commit() error {
	stage, err := p.prepare()
	if err != nil {
		return err
	}
	defer os.RemoveAll(stage)
	root, err := os.OpenRoot(p.dir)
	if err != nil {
		return err
	}
	defer root.Close()
	moves, blocked, err := findMoves(root, filepath.Base(stage), p.before, p.after)
	if err != nil {
		return err
	}
	if len(blocked) > 0 {
		return fmt.Errorf("%w: %q", ErrBlocked, blocked)
	}
	if err := os.Rename(stage, filepath.Join(p.dir, CommitName)); err != nil {
		return err
	}
	if err := atomicfile.SyncDir(p.dir); err != nil {
		return err
	}
	return finish(root, moves)
}

// prepare writes the new list and the new files to a directory next to their
// places, under names that no reader of manifests reads.
func (p *Plan) prepare() (stage string, err error) {
	if stage, err = os.MkdirTemp(p.dir, ".kgw-*"); err != nil {
		return "", err
	}
	err = writeNew(filepath.Join(stage, RecordName), p.after.bytes(), 0o644)
	for _, c := range p.write {
		if err == nil {
			err = writeNew(filepath.Join(stage, c.name+notPlaced), c.new, c.mode)
		}
	}
	if err == nil {
		err = atomicfile.SyncDir(stage)
	}
	if err != nil {
		os.RemoveAll(stage)
	}
	return stage, err
}

// Recover completes what a run that was killed had decided to write, and does
// nothing where there is nothing of the kind. What was put in the way since
// is left as it is. The directory must be locked (Lock).
func Recover(dir string) error {
	root, err := os.OpenRoot(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer root.Close()
	after, pending, err := readDecided(dir)
	if err != nil || !pending {
		return err
	}
	if after == nil {
		return root.RemoveAll(CommitName)
	}
	_, before, err := readRecord(dir)
	if err != nil {
		return err
	}
	moves, _, err := findMoves(root, CommitName, before, after)
	if err != nil {
		return err
	}
	return finish(root, moves)
}

// readDecided returns the list of the tree that a run had decided to write when
// it was killed, and whether there is such a run. The list is nil where all but
// the last step is done.
func readDecided(dir string) (after record, pending bool, err error) {
	place := filepath.Join(dir, CommitName)
	info, err := os.Lstat(place)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	if !info.IsDir() {
		return nil, false, fmt.Errorf("%s is not a directory: delete it", place)
	}
	data, after, err := readRecord(place)
	if data == nil {
		after = nil
	}
	return after, true, err
}

// move is a file that gets its new content, or is removed.
type move struct {
	name   string
	remove bool
}

// findMoves returns what is left to do to get from one list to the other, with
// new files in the directory stage, and the names that cannot be replaced
// because something is there that kgw did not write.
func findMoves(root *os.Root, stage string, before, after record) (moves []move, blocked []string, err error) {
	both := before.union(after)
	for _, name := range slices.Sorted(maps.Keys(both)) {
		here, err := lookAt(root, name, both)
		if err != nil {
			return nil, nil, err
		}
		if after[name] == nil {
			if here == ours {
				moves = append(moves, move{name, true})
			}
			continue
		}
		info, err := root.Lstat(path.Join(stage, name+notPlaced))
		switch {
		case errors.Is(err, fs.ErrNotExist): // it is in its place
		case err != nil:
			return nil, nil, err
		case here == others || !info.Mode().IsRegular():
			blocked = append(blocked, name)
		default:
			moves = append(moves, move{name, false})
		}
	}
	return moves, blocked, nil
}

type presence uint8

const (
	absent presence = iota
	ours            // a file that kgw wrote
	others          // anything else
)

// lookAt reports what is under a name.
func lookAt(root *os.Root, name string, known record) (presence, error) {
	info, err := root.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return absent, nil
	}
	if err != nil || !info.Mode().IsRegular() {
		return others, err
	}
	data, err := root.ReadFile(name)
	if known.wrote(name, data) {
		return ours, err
	}
	return others, err
}

// finish does what is left to do for the tree that was decided. An error leaves
// the rest to Recover.
func finish(root *os.Root, moves []move) error {
	for _, m := range moves {
		var err error
		if m.remove {
			err = root.Remove(m.name)
		} else {
			err = root.Rename(path.Join(CommitName, m.name+notPlaced), m.name)
		}
		if err != nil {
			return err
		}
	}
	if err := atomicfile.SyncDir(root.Name()); err != nil {
		return err
	}
	if err := root.Rename(path.Join(CommitName, RecordName), RecordName); err != nil {
		return err
	}
	if err := atomicfile.SyncDir(root.Name()); err != nil {
		return err
	}
	return root.RemoveAll(CommitName)
}
