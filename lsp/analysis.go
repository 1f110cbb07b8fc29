package lsp

import (
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"runtime/debug"
	"slices"
	"sync"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/secret"
	"github.com/kgw-dev/kgw/internal/source"
)

// Checker compiles a folder as kgw validate does in it.
type Checker interface {
	// Check compiles the folder with the texts of an editor in place of files: see
	// source.Bounds. It is called by one goroutine at a time.
	Check(unsaved map[string][]byte) *Checked
}

// Checked is the result of compiling a folder.
type Checked struct {
	Input   compile.Input
	Options compile.Options
	// Result has the findings; nil where the folder could not be compiled.
	Result *compile.Result
	// Settings is what is wrong with configurations, and Tests with files of tests.
	Settings, Tests diag.List
	// Secrets knows the secrets of all that was read.
	Secrets *secret.Book
	// Err is why nothing was compiled.
	Err error

	// before is the last that was compiled, where this one was not.
	before *Checked
}

// allFindings returns all findings, masked, in the order of validate.
func (c *Checked) allFindings() diag.List {
	out := slices.Concat(c.Settings, c.Tests)
	if c.Result != nil {
		out = append(out, c.Result.Findings...)
	}
	return out.Masked(c.Secrets)
}

// analysis is a state of the texts with the result of compiling it.
type analysis struct {
	state   *state
	checked map[scope]*Checked
}

// work is what the analysing goroutine has to do and has done.
type work struct {
	mu     sync.Mutex
	wanted *state
	woken  chan struct{} // has a place for one
	done   *analysis
	turn   chan struct{} // closed when done changes
	exit   chan struct{}
	once   sync.Once
}

func newWork() *work {
	return &work{woken: make(chan struct{}, 1), turn: make(chan struct{}), exit: make(chan struct{})}
}

func (w *work) endWork() { w.once.Do(func() { close(w.exit) }) }

// wake has a state analysed; states that came before it may be passed over.
func (w *work) wake(s *state) {
	w.mu.Lock()
	w.wanted = s
	w.mu.Unlock()
	select {
	case w.woken <- struct{}{}:
	default:
	}
}

func (w *work) finish(a *analysis) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.done = a
	close(w.turn)
	w.turn = make(chan struct{})
}

// next returns the state that is wanted; nil where it is analysed.
func (w *work) next() *state {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.done != nil && w.done.state == w.wanted {
		return nil
	}
	return w.wanted
}

// newerThan reports whether a state is wanted that came after this one.
func (w *work) newerThan(s *state) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.wanted != s
}

// wait returns the first analysis of a state or one that came after it. An error
// reports that the request was cancelled.
func (w *work) wait(ctx context.Context, s *state) (*analysis, error) {
	for {
		w.mu.Lock()
		done, turn := w.done, w.turn
		w.mu.Unlock()
		if done != nil && done.state.number >= s.number {
			return done, nil
		}
		select {
		case <-turn:
		case <-ctx.Done():
			return nil, protocol.ErrRequestCancelled
		case <-w.exit:
			return nil, protocol.ErrRequestCancelled
		}
	}
}

// analyse compiles each state that is wanted, the newest first, until the connection
// ends. The result for a state that is no longer wanted is dropped, unless the one
// before was dropped: findings are published even while somebody keeps typing.
func (s *Server) analyse(ctx context.Context) {
	checkers, last, dropped := map[scope]Checker{}, map[scope]*Checked{}, false
	for {
		select {
		case <-s.work.woken:
		case <-ctx.Done():
			return
		}
		wanted := s.work.next()
		if wanted == nil {
			continue
		}
		a := s.compile(wanted, checkers, dropped)
		if dropped = a == nil; dropped {
			continue
		}
		last = a.rememberLast(last)
		s.publish(ctx, a)
		s.work.finish(a) // what is answered now has been published
	}
}

// rememberLast gives each folder that was not compiled the last of it that was, and
// returns these for the next analysis.
func (a *analysis) rememberLast(last map[scope]*Checked) map[scope]*Checked {
	next := map[scope]*Checked{}
	for sc, c := range a.checked {
		if next[sc] = c; c.Result == nil {
			c.before, next[sc] = last[sc], last[sc]
		}
	}
	return next
}

// compile compiles all that is open; nil where a newer state came meanwhile, unless
// it is to go on.
func (s *Server) compile(wanted *state, checkers map[scope]Checker, goOn bool) *analysis {
	a := &analysis{state: wanted, checked: map[scope]*Checked{}}
	unsaved, scopes := wanted.unsaved(), wanted.scopes()
	maps.DeleteFunc(checkers, func(sc scope, _ Checker) bool { return !slices.Contains(scopes, sc) })
	for _, sc := range scopes {
		if checkers[sc] == nil {
			checkers[sc] = s.options.Open(sc.dir, sc.name)
		}
		var broken bool
		if a.checked[sc], broken = check(checkers[sc], unsaved); broken {
			delete(checkers, sc) // what it keeps may be incomplete
		}
		if !goOn && s.work.newerThan(wanted) {
			return nil
		}
	}
	return a
}

// check compiles a folder; a panic is an error of that folder, and breaks the
// Checker.
func check(c Checker, unsaved map[string][]byte) (checked *Checked, broken bool) {
	defer func() {
		if p := recover(); p != nil {
			broken = true
			checked = &Checked{Err: fmt.Errorf("internal error: %v\n%s", p, debug.Stack()), Secrets: &secret.Book{}}
		}
	}()
	return c.Check(unsaved), false
}

// file returns the path of a file that findings of a scope name.
func (sc scope) file(name string) string {
	if filepath.IsAbs(name) {
		return filepath.FromSlash(name)
	}
	return filepath.Join(sc.dir, filepath.FromSlash(name))
}

// uriOf names a file to the client, as it spells it itself where it has it open.
func (s *state) uriOf(path string) uri.URI {
	if d := s.opened(path); d != nil {
		return d.uri
	}
	return uri.File(path)
}

// opened returns the open document of a path, under whatever link, or nil.
func (s *state) opened(path string) *document {
	if d := s.documents[path]; d != nil || len(s.linked) == 0 {
		return d
	}
	return s.linked[source.RealPath(path)]
}
