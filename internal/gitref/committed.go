package gitref

import (
	"context"
	"crypto/sha1"
	"crypto/sha256"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
)

// Contents are what files hold, by their absolute paths.
type Contents map[string][]byte

// Uncommitted returns, of the files, the ones whose content differs from the
// commit HEAD of their repository: changed since, never added, ignored, or in
// no repository at all. Line breaks are not compared. Filters of a repository's
// configuration do not run. An error reports that git could not be asked.
func Uncommitted(ctx context.Context, files Contents) (map[string]bool, error) {
	c := committed{byDir: map[string]*head{}, byTop: map[string]*head{}}
	out := map[string]bool{}
	for name, data := range files {
		h, err := c.headOf(ctx, filepath.Dir(name))
		if err != nil {
			return nil, err
		}
		if h == nil || !h.hasContent(name, data) {
			out[name] = true
		}
	}
	return out, nil
}

// committed are the repositories that were asked, by a directory in them and by
// their root. A nil head is for a directory without one.
type committed struct {
	byDir, byTop map[string]*head
}

// head is what a commit holds: the name of each object by its path.
type head struct {
	top     string
	objects map[string]string
}

// headOf returns the commit of the repository that a directory is in.
func (c *committed) headOf(ctx context.Context, dir string) (*head, error) {
	if h, ok := c.byDir[dir]; ok {
		return h, nil
	}
	t, err := Open(ctx, dir, "HEAD")
	if errors.Is(err, ErrNoRef) {
		c.byDir[dir] = nil
		return nil, nil //nolint:nilnil // there is none
	}
	if err != nil {
		return nil, err
	}
	if c.byTop[t.Top] == nil {
		out, err := t.git(ctx, "ls-tree", "-r", "-z", "--full-tree", t.commit)
		if err != nil {
			return nil, err
		}
		c.byTop[t.Top] = readTree(t.Top, out)
	}
	c.byDir[dir] = c.byTop[t.Top]
	return c.byDir[dir], nil
}

// readTree reads what ls-tree prints.
func readTree(top string, out []byte) *head {
	h := &head{top: top, objects: map[string]string{}}
	for _, line := range strings.Split(string(out), "\x00") {
		if attributes, name, ok := strings.Cut(line, "\t"); ok {
			if fields := strings.Fields(attributes); len(fields) == 3 && fields[1] == "blob" {
				h.objects[name] = fields[2]
			}
		}
	}
	return h
}

// hasContent reports whether the commit has a file with this content, as it is
// or with the line breaks of git.
func (h *head) hasContent(name string, data []byte) bool {
	real, err := filepath.EvalSymlinks(name)
	if err != nil {
		return false
	}
	rel, err := filepath.Rel(h.top, real)
	if err != nil {
		return false
	}
	object, ok := h.objects[filepath.ToSlash(rel)]
	return ok && (&entry{object: object}).hasContent(data)
}

// objectName returns git's name for a file's content: SHA-1 in hexadecimal
// digits, or SHA-256 in repositories whose names are of 64 digits.
func objectName(data []byte, digits int) string {
	sum := sha1.New() //nolint:gosec // names of objects, as git makes them
	if digits == 2*sha256.Size {
		sum = sha256.New()
	}
	fmt.Fprintf(sum, "blob %d\x00", len(data))
	sum.Write(data)
	return fmt.Sprintf("%x", sum.Sum(nil))
}
