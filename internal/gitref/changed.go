package gitref

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
)

// Changed is a file that is not as the tree has it.
type Changed struct {
	// Path is relative to the root of the repository, with slashes.
	Path string
	// Before is what the tree has, nil where it has no such file; Gone reports that there
	// is none now.
	Before []byte
	Gone   bool
}

// Changed returns the files that are not as the tree has them: of those that are
// wanted, by their paths from the root of the repository, and of the files whose
// contents are given by such paths. Line breaks are not compared, and no filter runs
// that the repository's configuration names. tracked reports for a path whether the
// tree has it. More than most changes are an error, ErrTooMany.
func (t *Tree) Changed(ctx context.Context, files Contents, want func(path string) bool, most int) (changed []Changed, tracked map[string]bool, err error) {
	entries, err := t.entries(ctx)
	if err != nil {
		return nil, nil, err
	}
	tracked = map[string]bool{}
	var before []entry // of those that changed
	for _, e := range entries {
		tracked[e.path] = true
		data, given := files[e.path]
		if !given && !want(e.path) {
			continue
		}
		gone := false
		if !given {
			data, err = os.ReadFile(filepath.Join(t.Top, filepath.FromSlash(e.path)))
			gone = err != nil
		}
		if !gone && e.hasContent(data) {
			continue
		}
		if len(changed) == most {
			return nil, nil, ErrTooMany
		}
		before, changed = append(before, e), append(changed, Changed{Path: e.path, Gone: gone})
	}
	next := 0
	err = t.read(ctx, before, func(_ *entry, content io.Reader) (err error) {
		changed[next].Before, err = io.ReadAll(content)
		next++
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	for path := range files {
		if !tracked[path] {
			changed = append(changed, Changed{Path: path})
		}
	}
	if len(changed) > most {
		return nil, nil, ErrTooMany
	}
	return changed, tracked, nil
}

// hasContent reports whether the tree has this content for a file, as it is or
// with the line breaks of git.
func (e *entry) hasContent(data []byte) bool {
	return e.object == objectName(data, len(e.object)) ||
		bytes.Contains(data, []byte("\r\n")) && e.object == objectName(bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n")), len(e.object))
}
