package source

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/kgw-dev/kgw/internal/parallel"
)

// Loader reads inputs. The zero value reads from the process's working
// directory and has no standard input.
type Loader struct {
	// Dir is the working directory that relative paths and names in findings
	// are relative to; "" is the process's own.
	Dir string
	// Stdin is read for the path "-"; StdinName is its name in findings, by
	// default "<stdin>".
	Stdin     io.Reader
	StdinName string
	// Skip reports which files to leave out, by their real paths; nil: none.
	Skip func(real string) bool
	// Bounds say where the files may be.
	Bounds Bounds
	// Kept remembers the files of earlier loads with the same Dir, Sieve and paths;
	// nil reads every file.
	Kept *Kept
	// Sieve passes over files of a walk that have nothing to do with gateways;
	// nil reads every one.
	Sieve *Sieve
	// PassedOver is how many files Load passed over, and Charts are the Helm
	// charts that it came by.
	PassedOver int
	Charts     []Chart
	// Kustomizations are the files that make directories of the walk
	// kustomizations, by their names in findings.
	Kustomizations []string

	dirs *openDirs // of the files, during Load
}

// Load reads the files that the paths name: files, directories (recursively:
// *.yaml, *.yml and *.json, less what .gitignore and .kgwignore exclude),
// patterns with "**", and "-" for standard input. Files come in the order of
// their names, each once. A file that cannot be read is a Problem, and everything else is read nevertheless.
func (l *Loader) Load(paths []string) ([]*File, []Problem) {
	w := newWalker(l)
	stdin := false
	for _, p := range paths {
		if p == "-" {
			stdin = true
			continue
		}
		w.readArgument(p)
	}
	slices.SortFunc(w.files, func(a, b input) int { return strings.Compare(a.name, b.name) })
	l.dirs = &openDirs{}
	files, problems := l.readAll(w.files, l.Kept.reader(l))
	l.dirs.close()
	l.dirs = nil
	problems = append(w.problems, problems...)
	l.Charts, l.Kustomizations = w.charts, w.kustomizations
	if stdin && l.Stdin != nil {
		f, problem := l.read(l.stdinName(), l.Stdin, 4096)
		if problem != nil {
			problems = append(problems, *problem)
		} else {
			files = append(files, f)
		}
	}
	return files, problems
}

func (l *Loader) stdinName() string {
	if l.StdinName != "" {
		return filepath.ToSlash(l.StdinName)
	}
	return "<stdin>"
}

// LoadTexts returns the files of a directory that is held in memory, as Load returns
// those of a directory on disk: texts by the names of files, relative to it and with
// slashes. Ignore files are not obeyed.
func (l *Loader) LoadTexts(texts map[string]string) ([]*File, []Problem) {
	var list []input
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		if IsManifestName(name) {
			list = append(list, input{name: name})
		}
	}
	return l.readAll(list, func(in *input) (*File, *Problem, bool) {
		f, problem := l.read(in.name, strings.NewReader(texts[in.name]), int64(len(texts[in.name])))
		return l.sift(in, f, problem)
	})
}

// readAll reads and sifts files on every core, keeping their order.
func (l *Loader) readAll(list []input, read func(*input) (_ *File, _ *Problem, passed bool)) ([]*File, []Problem) {
	files := make([]*File, len(list))
	failed := make([]*Problem, len(list))
	passed := make([]bool, len(list))
	parallel.Each(len(list), func(i int) {
		files[i], failed[i], passed[i] = read(&list[i])
	})
	var kept []*File
	var problems []Problem
	for i, f := range files {
		if passed[i] {
			l.PassedOver++
		} else if failed[i] != nil {
			problems = append(problems, *failed[i])
		} else {
			kept = append(kept, f)
		}
	}
	return kept, problems
}

func (l *Loader) readFile(file *input) (*File, *Problem) {
	if text, ok := file.tree.unsaved[file.real]; ok {
		return l.read(l.display(file.name), bytes.NewReader(text), int64(len(text)))
	}
	f, info, err := file.tree.open(file.real, file.named, l.dirs)
	if err != nil {
		return nil, l.unreadable(file.name, err)
	}
	defer f.Close()
	return l.read(l.display(file.name), f, min(info.Size(), MaxFileBytes))
}

func (l *Loader) read(name string, r io.Reader, size int64) (*File, *Problem) {
	data, err := ReadLimited(r, size, MaxFileBytes)
	switch {
	case errors.Is(err, ErrTooLarge):
		return nil, &Problem{Kind: DocumentTooLarge, File: &File{Name: name}, Line: 1, Column: 1, Message: "the file is larger than 512 MiB"}
	case err != nil:
		return nil, Unread(name, err)
	}
	file := &File{Name: name, Data: bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))}
	return file, checkEncoding(file)
}

// readAll is io.ReadAll into room for so many bytes: thousands of files are
// kept, each in no more than it needs.
func readAll(r io.Reader, size int) ([]byte, error) {
	data := make([]byte, 0, size+1)
	for {
		n, err := r.Read(data[len(data):cap(data)])
		data = data[:len(data)+n]
		if errors.Is(err, io.EOF) {
			return data, nil
		}
		if err != nil {
			return nil, err
		}
		if len(data) == cap(data) {
			data = append(data, 0)[:len(data)]
		}
	}
}

// NewFile makes a file of bytes in memory, checked like one that is read.
func NewFile(name string, data []byte) (*File, *Problem) {
	f := &File{Name: name, Data: bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))}
	return f, checkEncoding(f)
}

func checkEncoding(f *File) *Problem {
	p := &Problem{Kind: NotUTF8, File: f, Line: 1, Column: 1}
	switch {
	case bytes.HasPrefix(f.Data, []byte("\xff\xfe")), bytes.HasPrefix(f.Data, []byte("\xfe\xff")):
		p.Message, p.Help = "the file is UTF-16", "save it as UTF-8"
		return p
	case bytes.IndexByte(f.Data, 0) >= 0:
		p.Line, p.Column = f.Position(bytes.IndexByte(f.Data, 0))
		p.Message, p.Help = "the file holds a zero byte and is not text", "leave binary files out, for example with .kgwignore"
		return p
	case utf8.Valid(f.Data):
		return nil
	}
	for i := 0; i < len(f.Data); {
		r, n := utf8.DecodeRune(f.Data[i:])
		if r == utf8.RuneError && n == 1 {
			p.Line, p.Column = f.Position(i)
			p.Message = fmt.Sprintf("byte 0x%02x is not UTF-8", f.Data[i])
			p.Help = "save the file as UTF-8"
			return p
		}
		i += n
	}
	return nil
}

func (l *Loader) unreadable(name string, err error) *Problem { return Unread(l.display(name), err) }

// cause is the text of an error without the path and the call in front.
func cause(err error) string {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		return pathError.Err.Error()
	}
	return err.Error()
}

func (l *Loader) abs(name string) string {
	if filepath.IsAbs(name) || l.Dir == "" {
		return name
	}
	return filepath.Join(l.Dir, name)
}

// display names a file in findings: relative to the working directory when it
// is below it, with slashes.
func (l *Loader) display(name string) string {
	if filepath.IsAbs(name) {
		dir := l.Dir
		if dir == "" {
			dir, _ = os.Getwd()
		}
		if rel, err := filepath.Rel(dir, name); err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
			name = rel
		}
	}
	return filepath.ToSlash(filepath.Clean(name))
}
