package source

import (
	"os"
	"path/filepath"
	"sync"
)

// maxOpenDirs bounds how many directories are held open at a time.
const maxOpenDirs = 256

// openDirs holds directories of trees open while their files are read: a file is
// opened below its directory, and not every time from the top down to it. nil holds
// none.
type openDirs struct {
	mu    sync.Mutex
	roots map[string]*os.Root
}

// open opens a file of a tree by its path below the top. No link on the way leads out
// of the tree.
func (d *openDirs) open(top, rel string) (*os.File, error) {
	if dir := d.dir(top, filepath.Dir(rel)); dir != nil {
		return dir.Open(filepath.Base(rel))
	}
	return os.OpenInRoot(top, rel)
}

// dir returns a directory of a tree, nil where it is not held open.
func (d *openDirs) dir(top, rel string) *os.Root {
	if d == nil {
		return nil
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	path := filepath.Join(top, rel)
	if root := d.roots[path]; root != nil || len(d.roots) >= maxOpenDirs {
		return root
	}
	whole, err := os.OpenRoot(top)
	if err != nil {
		return nil
	}
	defer whole.Close()
	root, err := whole.OpenRoot(rel)
	if err != nil {
		return nil
	}
	if d.roots == nil {
		d.roots = map[string]*os.Root{}
	}
	d.roots[path] = root
	return root
}

func (d *openDirs) close() {
	for _, root := range d.roots {
		root.Close()
	}
}
