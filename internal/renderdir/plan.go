package renderdir

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/kgw-dev/kgw/internal/atomicfile"
)

// Status is how a file of the directory differs from the wanted one.
type Status uint8

// The ways to differ. Edited and Foreign are in the way of what is wanted;
// Left does not, but only its owner can remove it.
const (
	Missing    Status = iota + 1 // wanted, not there
	Changed                      // wanted with another content
	Stale                        // written by kgw, no longer wanted
	Left                         // written by kgw, edited since, no longer wanted
	Edited                       // written by kgw, edited since, wanted with another content
	Foreign                      // not written by kgw, and a wanted file has its name
	Leftover                     // begun by a run of kgw that was killed
	Unfinished                   // decided by a run of kgw that was killed; Recover completes it
)

// String returns the status as one word.
func (s Status) String() string {
	switch s {
	case Missing:
		return "missing"
	case Changed:
		return "changed"
	case Stale:
		return "stale"
	case Left, Edited:
		return "edited"
	case Foreign:
		return "foreign"
	case Leftover:
		return "leftover"
	case Unfinished:
		return "unfinished"
	}
	return "invalid"
}

// Difference is one file that is not as it should be.
type Difference struct {
	Name   string
	Status Status
}

// Plan is the list of changes that make a directory hold the wanted files.
type Plan struct {
	dir         string
	differences []Difference
	write       []change
	remove      []change
	keep        []string // as they should be
	leftovers   []string
	recordData  []byte // as it is
	before      record
	after       record
}

// change is a file that is replaced or removed, with what it was before.
type change struct {
	name     string
	new, old []byte // nil: none
	mode     fs.FileMode
}

// Compare looks at a directory, which need not exist, and returns how it differs
// from the wanted files. It changes nothing. An error means that the directory
// could not be read or its list is damaged.
func Compare(dir string, want []File) (*Plan, error) {
	data, before, err := readRecord(dir)
	if err != nil {
		return nil, err
	}
	pending, unfinished, err := readDecided(dir)
	if err != nil {
		return nil, err
	}
	p := &Plan{dir: dir, recordData: data, before: before.union(pending), after: record{}}
	if unfinished {
		p.addDifference(CommitName, Unfinished)
	}
	for _, f := range want {
		if err := p.compareWanted(f); err != nil {
			return nil, err
		}
	}
	for name := range p.before {
		if _, ok := p.after[name]; ok {
			continue
		}
		if err := p.compareUnwanted(name); err != nil {
			return nil, err
		}
	}
	if err := p.findLeftovers(); err != nil {
		return nil, err
	}
	switch {
	case data == nil:
		p.addDifference(RecordName, Missing)
	case !sameContent(data, p.after.bytes()):
		p.addDifference(RecordName, Changed)
	}
	slices.SortFunc(p.differences, func(a, b Difference) int { return cmp.Compare(a.Name, b.Name) })
	slices.SortFunc(p.remove, func(a, b change) int { return cmp.Compare(a.name, b.name) })
	return p, nil
}

// findLeftovers looks for what a killed run began.
func (p *Plan) findLeftovers() error {
	entries, err := os.ReadDir(p.dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, e := range entries {
		if atomicfile.IsLeftover(e.Name()) {
			p.leftovers = append(p.leftovers, e.Name())
			p.addDifference(e.Name(), Leftover)
		}
	}
	if beside := siblingOf(p.dir); beside != "" {
		if _, err := os.Lstat(beside); err == nil {
			name := filepath.Join("..", filepath.Base(beside))
			p.leftovers = append(p.leftovers, name)
			p.addDifference(name, Leftover)
		}
	}
	return nil
}

// siblingOf returns the directory next to dir in which a whole new tree is made,
// "" if that is not possible. Whoever holds the lock of dir owns it.
func siblingOf(dir string) string {
	base := filepath.Base(dir)
	if base == "." || base == ".." || filepath.Dir(dir) == dir {
		return ""
	}
	return filepath.Join(filepath.Dir(dir), ".kgw-"+base+notPlaced)
}

func (p *Plan) addDifference(name string, s Status) {
	p.differences = append(p.differences, Difference{name, s})
}

func (p *Plan) compareWanted(f File) error {
	if !plainName(f.Name) {
		return fmt.Errorf("%q is not a file name", f.Name)
	}
	if _, twice := p.after[f.Name]; twice {
		return fmt.Errorf("file %q would be written twice", f.Name)
	}
	p.after[f.Name] = []string{sumOf(f.Data)}
	have, mode, err := p.readEntry(f.Name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		p.addDifference(f.Name, Missing)
		p.write = append(p.write, change{name: f.Name, new: f.Data, mode: 0o644})
	case err != nil:
		return err
	case have != nil && sameContent(have, f.Data):
		p.keep = append(p.keep, f.Name)
	case have != nil && p.before.wrote(f.Name, have):
		p.addDifference(f.Name, Changed)
		p.write = append(p.write, change{name: f.Name, new: f.Data, old: have, mode: mode})
	case p.before[f.Name] != nil:
		p.addDifference(f.Name, Edited)
	default:
		p.addDifference(f.Name, Foreign)
	}
	return nil
}

func (p *Plan) compareUnwanted(name string) error {
	have, mode, err := p.readEntry(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return err
	case have != nil && p.before.wrote(name, have):
		p.addDifference(name, Stale)
		p.remove = append(p.remove, change{name: name, old: have, mode: mode})
	default:
		p.addDifference(name, Left)
		p.after[name] = p.before[name]
	}
	return nil
}

// readEntry reads an entry of the directory; data is nil for what is not a
// regular file. Links are not followed.
func (p *Plan) readEntry(name string) (data []byte, mode fs.FileMode, err error) {
	path := filepath.Join(p.dir, name)
	info, err := os.Lstat(path)
	if err != nil || !info.Mode().IsRegular() {
		return nil, 0, err
	}
	if data, err = os.ReadFile(path); err == nil && data == nil {
		data = []byte{}
	}
	return data, info.Mode().Perm(), err
}

// Differences returns how the directory differs, sorted by name; none means
// that it is exactly what is wanted.
func (p *Plan) Differences() []Difference { return p.differences }

// With returns the differences of the given kinds.
func (p *Plan) With(kinds ...Status) []Difference {
	var out []Difference
	for _, d := range p.differences {
		if slices.Contains(kinds, d.Status) {
			out = append(out, d)
		}
	}
	return out
}
