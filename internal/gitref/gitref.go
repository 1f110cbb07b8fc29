// Package gitref reads files of a git repository as they are at a ref, through
// the git binary and without touching index, work tree or refs.
//
// It takes a directory of a work tree and a ref, and writes the requested files
// to another directory. It must not know what the files are.
package gitref

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// ErrNoRef reports that the repository has no such ref, or that there is no
// repository: the question is at fault.
var ErrNoRef = errors.New("there is no such ref")

// ErrTooMany reports that more files changed than were asked for.
var ErrTooMany = errors.New("too many files changed")

// Tree is a commit of a repository.
type Tree struct {
	// Top is the root of the work tree, and Prefix the directory that was asked
	// about, relative to it, with slashes.
	Top, Prefix string
	commit      string
}

// Open finds the repository of a directory and the commit of a ref. The error
// is ErrNoRef where one of them does not exist. No git outlives the context.
func Open(ctx context.Context, dir, ref string) (*Tree, error) {
	if ref == "" || strings.HasPrefix(ref, "-") {
		return nil, fmt.Errorf("%w: %q", ErrNoRef, ref)
	}
	t := &Tree{Top: dir}
	out, err := t.git(ctx, "rev-parse", "--show-toplevel", "--show-prefix")
	if err != nil {
		return nil, err
	}
	top, prefix, _ := strings.Cut(strings.TrimRight(string(out), "\r\n"), "\n")
	commit, err := t.git(ctx, "rev-parse", "--verify", "--quiet", "--end-of-options", ref+"^{commit}")
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %q; fetch it, or name one that git rev-parse knows", ErrNoRef, ref)
	}
	return &Tree{Top: filepath.FromSlash(strings.TrimRight(top, "\r")), Prefix: path.Clean(prefix), commit: strings.TrimSpace(string(commit))}, nil
}

// maxNames bounds what Names returns.
const maxNames = 1000

// Names returns the names of the branches and tags of a directory's repository,
// the latest first; none where it is in no repository.
func Names(ctx context.Context, dir string) []string {
	out, err := (&Tree{Top: dir}).git(ctx, "for-each-ref", "--sort=-creatordate", fmt.Sprintf("--count=%d", maxNames),
		"--format=%(refname:short)", "refs/heads", "refs/remotes", "refs/tags")
	if err != nil {
		return nil
	}
	return strings.Fields(string(out))
}

// git runs a command in the work tree.
func (t *Tree) git(ctx context.Context, args ...string) ([]byte, error) {
	cmd := t.command(ctx, args...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err == nil {
		return out, nil
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
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

// settings keep git from what a repository's configuration may ask it to run or
// fetch: commands that read objects need none of it.
var settings = []string{
	"--no-pager", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=" + os.DevNull, "-c", "core.sshCommand=false",
	"-c", "core.askPass=", "-c", "credential.helper=", "-c", "protocol.allow=never", "-c", "core.alternateRefsCommand=false",
}

// dropped are variables that would name another repository, or a program.
var dropped = []string{
	"GIT_DIR=", "GIT_WORK_TREE=", "GIT_INDEX_FILE=", "GIT_PREFIX=", "GIT_OBJECT_DIRECTORY=", "GIT_EXEC_PATH=", "GIT_EXTERNAL_DIFF=",
	"GIT_PAGER=", "GIT_EDITOR=", "GIT_ASKPASS=", "GIT_SSH=", "GIT_SSH_COMMAND=", "GIT_PROXY_COMMAND=", "GIT_TRACE",
}

func (t *Tree) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "git", append(slices.Clone(settings), args...)...)
	cmd.Dir = t.Top
	for _, v := range os.Environ() {
		if !slices.ContainsFunc(dropped, func(name string) bool { return strings.HasPrefix(v, name) }) {
			cmd.Env = append(cmd.Env, v)
		}
	}
	// Objects that a partial clone does not have are not fetched.
	cmd.Env = append(cmd.Env, "LC_ALL=C", "GIT_TERMINAL_PROMPT=0", "GIT_OPTIONAL_LOCKS=0", "GIT_NO_LAZY_FETCH=1", "GIT_ALLOW_PROTOCOL=none", "GIT_NO_REPLACE_OBJECTS=1")
	return cmd
}

// entry is a file of a tree.
type entry struct {
	path, object string
	link         bool
}

// Write writes the files whose paths, with slashes and from the root of the
// repository, are wanted to a directory, and links only where they lead to a
// place in it. Submodules are left out, and names that no checkout would have.
//
// Files are opened below the directory and links are made last, so that nothing
// is written through a link whatever the tree holds.
func (t *Tree) Write(ctx context.Context, to string, want func(path string) bool) error {
	all, err := t.entries(ctx)
	if err != nil {
		return err
	}
	var entries []entry
	for _, e := range all {
		if e.link || want(e.path) {
			entries = append(entries, e)
		}
	}
	slices.SortStableFunc(entries, func(a, b entry) int { return cmp.Compare(number(a.link), number(b.link)) })
	root, err := os.OpenRoot(to)
	if err != nil {
		return err
	}
	defer root.Close()
	return t.read(ctx, entries, func(e *entry, content io.Reader) error { return e.write(root, content) })
}

// entries lists the files of the tree, but for those whose names no checkout would
// have.
func (t *Tree) entries(ctx context.Context) ([]entry, error) {
	out, err := t.git(ctx, "ls-tree", "-r", "-z", "--full-tree", t.commit)
	if err != nil {
		return nil, err
	}
	var entries []entry
	for _, line := range strings.Split(string(out), "\x00") {
		head, name, ok := strings.Cut(line, "\t")
		fields := strings.Fields(head)
		if ok && len(fields) == 3 && fields[1] == "blob" && isPlainName(name) {
			entries = append(entries, entry{path: name, object: fields[2], link: fields[0] == "120000"})
		}
	}
	return entries, nil
}

func number(b bool) int {
	if b {
		return 1
	}
	return 0
}

// isPlainName reports whether a name of a tree is one that a checkout could have.
func isPlainName(name string) bool {
	if path.Clean(name) != name || !filepath.IsLocal(filepath.FromSlash(name)) {
		return false
	}
	return !slices.ContainsFunc(strings.Split(name, "/"), func(part string) bool { return strings.EqualFold(part, ".git") })
}

// read reads the objects of the entries, one after the other, from one git.
func (t *Tree) read(ctx context.Context, entries []entry, each func(e *entry, content io.Reader) error) error {
	if len(entries) == 0 {
		return nil
	}
	cmd := t.command(ctx, "cat-file", "--batch")
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
		if err = entries[i].read(r, each); err != nil {
			break
		}
	}
	_, _ = io.Copy(io.Discard, r)
	failed := cmd.Wait()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err == nil && failed != nil {
		err = fmt.Errorf("git cat-file: %w", failed)
	}
	return err
}

// read reads the answer of cat-file for an entry, "OBJECT TYPE SIZE", the bytes and
// a line break.
func (e *entry) read(r *bufio.Reader, each func(e *entry, content io.Reader) error) error {
	head, err := r.ReadString('\n')
	if err != nil {
		return fmt.Errorf("git cat-file returns nothing for %s: %w", e.path, err)
	}
	fields := strings.Fields(head)
	if len(fields) != 3 {
		return fmt.Errorf("%s cannot be read from git: %s", e.path, strings.TrimSpace(head))
	}
	size, err := strconv.ParseInt(fields[2], 10, 64)
	if err != nil {
		return fmt.Errorf("git cat-file answers %q", head)
	}
	content := &io.LimitedReader{R: r, N: size}
	if err = each(e, content); err == nil {
		_, err = io.Copy(io.Discard, content)
	}
	if err == nil {
		_, err = r.Discard(1)
	}
	return err
}

// write writes the content of an entry below a directory.
func (e *entry) write(to *os.Root, content io.Reader) error {
	write := e.copy
	if e.link {
		write = e.symlink
	}
	err := write(to, content)
	// Of two entries of one name, which no checkout has, the first counts.
	if errors.Is(err, fs.ErrExist) || errors.Is(err, syscall.ENOTDIR) || errors.Is(err, syscall.EISDIR) {
		return nil
	}
	return err
}

// maxFile bounds what is written of a file: one byte more than kgw reads of it.
const maxFile = 512<<20 + 1

func (e *entry) copy(to *os.Root, content io.Reader) error {
	name := filepath.FromSlash(e.path)
	if err := to.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return err
	}
	f, err := to.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, io.LimitReader(content, maxFile))
	return errors.Join(err, f.Close())
}

// maxTarget is more than any system allows for the target of a link.
const maxTarget = 4096

// symlink makes a link that stays in the repository; another one is left out.
// Whoever reads it has to resolve it: links that are followed may lead out.
func (e *entry) symlink(to *os.Root, content io.Reader) error {
	target, err := io.ReadAll(io.LimitReader(content, maxTarget+1))
	if err != nil {
		return err
	}
	if len(target) > maxTarget || path.IsAbs(string(target)) || !filepath.IsLocal(filepath.FromSlash(path.Join(path.Dir(e.path), string(target)))) {
		return nil
	}
	name := filepath.FromSlash(e.path)
	if err := to.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return err
	}
	return to.Symlink(filepath.FromSlash(string(target)), name)
}
