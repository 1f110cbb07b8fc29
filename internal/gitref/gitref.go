// Package gitref reads files of a git repository as they are at a ref, through
// the git binary and without touching index, work tree or refs.
//
// It takes a directory of a work tree and a ref, and writes the files that are
// asked for to another directory. It must not know what the files are.
package gitref

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strconv"
	"strings"
)

// ErrNoRef tells that the repository has no such ref, or that there is no
// repository: what was asked for is at fault.
var ErrNoRef = errors.New("there is no such ref")

// Tree is a commit of a repository.
type Tree struct {
	// Top is the root of the work tree, and Prefix the directory that was asked
	// about, relative to it, with slashes.
	Top, Prefix string
	commit      string
}

// Open finds the repository of a directory and the commit of a ref. The error
// is ErrNoRef where one of them does not exist.
func Open(dir, ref string) (*Tree, error) {
	t := &Tree{Top: dir}
	out, err := t.git("rev-parse", "--show-toplevel", "--show-prefix")
	if err != nil {
		return nil, err
	}
	top, prefix, _ := strings.Cut(strings.TrimRight(string(out), "\r\n"), "\n")
	if ref == "" || strings.HasPrefix(ref, "-") {
		return nil, fmt.Errorf("%w: %q", ErrNoRef, ref)
	}
	commit, err := t.git("rev-parse", "--verify", "--quiet", "--end-of-options", ref+"^{commit}")
	if err != nil {
		return nil, fmt.Errorf("%w: %q; fetch it, or name one that git rev-parse knows", ErrNoRef, ref)
	}
	return &Tree{Top: filepath.FromSlash(strings.TrimRight(top, "\r")), Prefix: path.Clean(prefix), commit: strings.TrimSpace(string(commit))}, nil
}

// git runs a command in the work tree.
func (t *Tree) git(args ...string) ([]byte, error) {
	cmd := t.command(args...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err == nil {
		return out, nil
	}
	if errors.Is(err, exec.ErrNotFound) {
		return nil, errors.New("git is not installed")
	}
	said := strings.TrimPrefix(strings.TrimSpace(stderr.String()), "fatal: ")
	if strings.Contains(said, "not a git repository") {
		return nil, fmt.Errorf("%w: %s", ErrNoRef, said)
	}
	return nil, fmt.Errorf("git %s: %s", args[0], said)
}

func (t *Tree) command(args ...string) *exec.Cmd {
	cmd := exec.Command("git", args...)
	cmd.Dir = t.Top
	cmd.Env = append(os.Environ(), "LC_ALL=C", "GIT_TERMINAL_PROMPT=0", "GIT_OPTIONAL_LOCKS=0")
	return cmd
}

// entry is a file of a tree.
type entry struct {
	path, object string
	link         bool
}

// Write writes the files whose paths, with slashes and from the root of the
// repository, are wanted to a directory, and links only where they lead to a
// place in it. Submodules are left out.
func (t *Tree) Write(to string, want func(path string) bool) error {
	out, err := t.git("ls-tree", "-r", "-z", "--full-tree", t.commit)
	if err != nil {
		return err
	}
	var entries []entry
	for _, line := range strings.Split(string(out), "\x00") {
		head, name, ok := strings.Cut(line, "\t")
		fields := strings.Fields(head)
		if !ok || len(fields) != 3 || fields[1] != "blob" || !filepath.IsLocal(filepath.FromSlash(name)) {
			continue
		}
		e := entry{path: name, object: fields[2], link: fields[0] == "120000"}
		if e.link || want(name) {
			entries = append(entries, e)
		}
	}
	return t.write(to, entries)
}

// write reads the objects of the entries, one after the other, from one git.
func (t *Tree) write(to string, entries []entry) error {
	cmd := t.command("cat-file", "--batch")
	var ask bytes.Buffer
	for _, e := range entries {
		ask.WriteString(e.object + "\n")
	}
	cmd.Stdin = &ask
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	r := bufio.NewReaderSize(out, 1<<16)
	for i := range entries {
		if err = entries[i].write(to, r); err != nil {
			break
		}
	}
	_, _ = io.Copy(io.Discard, r)
	if failed := cmd.Wait(); err == nil && failed != nil {
		err = fmt.Errorf("git cat-file: %w", failed)
	}
	return err
}

// write takes the answer of cat-file for an entry, "OBJECT TYPE SIZE", the
// bytes and a line break, and writes the bytes.
func (e *entry) write(to string, r *bufio.Reader) error {
	head, err := r.ReadString('\n')
	if err != nil {
		return fmt.Errorf("git cat-file gives nothing for %s: %w", e.path, err)
	}
	fields := strings.Fields(head)
	if len(fields) != 3 {
		return fmt.Errorf("%s cannot be read from git: %s", e.path, strings.TrimSpace(head))
	}
	size, err := strconv.ParseInt(fields[2], 10, 64)
	if err != nil {
		return fmt.Errorf("git cat-file says %q", head)
	}
	file := filepath.Join(to, filepath.FromSlash(e.path))
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return err
	}
	content := io.LimitReader(r, size)
	if e.link {
		err = e.symlink(file, content)
	} else {
		err = copyTo(file, content)
	}
	if err == nil {
		_, err = r.Discard(1)
	}
	return err
}

func copyTo(file string, content io.Reader) error {
	f, err := os.OpenFile(file, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, content)
	return errors.Join(err, f.Close())
}

// symlink makes a link that stays in the repository; another one is left out.
func (e *entry) symlink(file string, content io.Reader) error {
	target, err := io.ReadAll(content)
	if err != nil {
		return err
	}
	if path.IsAbs(string(target)) || !filepath.IsLocal(filepath.FromSlash(path.Join(path.Dir(e.path), string(target)))) {
		return nil
	}
	return os.Symlink(filepath.FromSlash(string(target)), file)
}
