// Package lsp is a language server for gateway resources: what kgw knows about
// them, in an editor.
//
// It takes messages of the Language Server Protocol from a stream, the texts that
// an editor has open, and a Checker that compiles a folder with them, and returns
// findings as diagnostics, and answers about places. It must not know how a folder
// is read, nor any flag.
package lsp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"slices"
	"sync"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
)

// Options are what a server is made of.
type Options struct {
	// Version is kgw's own.
	Version string
	// Open returns the Checker of a folder, or of a single file that an editor has open
	// without its folder; name is "" for the whole folder.
	Open func(dir, name string) Checker
}

// ErrNoShutdown reports that the client went away without a shutdown request.
var ErrNoShutdown = errors.New("the client ended the connection without a shutdown")

// Server is one connection to an editor. Its notifications are handled in their
// order; requests are answered concurrently, each for the texts at its arrival.
type Server struct {
	options Options
	conn    jsonrpc2.Conn

	mu          sync.Mutex
	initialized bool
	ended       bool // after shutdown
	watches     bool // the client can be asked to report changed files
	state       *state
	asked       map[jsonrpc2.ID]func() // cancels what is not answered yet
	work        *work
	published   map[string]published // by path
	said        map[scope]string     // the error of each folder that was shown last
}

// Serve speaks with a client until it ends the connection. It returns
// ErrNoShutdown where the client did not ask for the end before.
func Serve(ctx context.Context, in io.Reader, out io.Writer, o Options) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s := &Server{options: o, state: &state{}, asked: map[jsonrpc2.ID]func(){}, published: map[string]published{}, said: map[scope]string{}}
	s.work = newWork()
	s.conn = jsonrpc2.NewConn(stream{jsonrpc2.NewStream(pipes{in, out})}, jsonrpc2.WithCodec(codec{}))
	var working sync.WaitGroup
	working.Go(func() { s.analyse(ctx) })
	s.conn.Go(ctx, s.recoverPanics(s.handleInOrder(dispatch(s.methods()))))
	select {
	case <-s.conn.Done():
	case <-s.work.exit:
	case <-ctx.Done():
	}
	cancel()
	working.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.ended {
		return ErrNoShutdown
	}
	return s.conn.Err()
}

// recoverPanics keeps what goes wrong with one message from ending the
// connection.
func (s *Server) recoverPanics(next jsonrpc2.Handler) jsonrpc2.Handler {
	return func(ctx context.Context, req *jsonrpc2.Request) (result any, err error) {
		defer func() {
			if p := recover(); p != nil {
				err = jsonrpc2.Errorf(jsonrpc2.InternalError, "internal error: %v", p)
				s.log(ctx, protocol.MessageTypeError, fmt.Sprintf("internal error: %v\n%s", p, debug.Stack()))
			}
			if err != nil && !req.IsCall() {
				s.log(ctx, protocol.MessageTypeWarning, fmt.Sprintf("%s: %s", req.Method(), err))
				err = nil
			}
		}()
		return next(ctx, req)
	}
}

// handleInOrder handles notifications one after the other, and requests
// concurrently with the state at their arrival.
func (s *Server) handleInOrder(next jsonrpc2.Handler) jsonrpc2.Handler {
	return func(ctx context.Context, req *jsonrpc2.Request) (any, error) {
		method := req.Method()
		s.mu.Lock()
		initialized, ended, state := s.initialized, s.ended, s.state
		s.mu.Unlock()
		switch {
		case method == protocol.MethodExit:
		case ended:
			return nil, jsonrpc2.ErrInvalidRequest
		case !initialized && method != protocol.MethodInitialize:
			return nil, jsonrpc2.Errorf(jsonrpc2.Code(protocol.ErrorCodesServerNotInitialized), "%s before initialize", method)
		}
		if !req.IsCall() || method == protocol.MethodInitialize || method == protocol.MethodShutdown {
			return next(ctx, req)
		}
		// The library cancels a request's own context when it is answered.
		asked, cancel := context.WithCancel(context.WithValue(jsonrpc2.DetachContext(ctx), stateKey{}, state))
		defer cancel()
		defer s.trackRequest(req.ID(), cancel)()
		jsonrpc2.Async(ctx)
		result, err := next(asked, req)
		if err == nil && asked.Err() != nil {
			return nil, protocol.ErrRequestCancelled // the result may be a part
		}
		return result, err
	}
}

// trackRequest lets a request be cancelled until it is answered.
func (s *Server) trackRequest(id jsonrpc2.ID, cancel func()) (answered func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked[id] = cancel
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.asked, id)
	}
}

// cancelRequest cancels a request that is not answered yet.
func (s *Server) cancelRequest(_ context.Context, p *protocol.CancelParams) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var id jsonrpc2.ID
	switch text := p.ID.(type) {
	case protocol.Integer:
		id = jsonrpc2.NewNumberID(int64(text))
	case protocol.String:
		id = jsonrpc2.NewStringID(string(text))
	}
	if cancel := s.asked[id]; cancel != nil {
		cancel()
	}
	return nil
}

type stateKey struct{}

// initialize returns what the server can do.
func (s *Server) initialize(_ context.Context, p *protocol.InitializeParams) (*protocol.InitializeResult, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.initialized {
		return nil, jsonrpc2.ErrInvalidRequest
	}
	s.initialized = true
	if w := p.Capabilities.Workspace; w != nil && w.DidChangeWatchedFiles != nil {
		s.watches = isTrue(w.DidChangeWatchedFiles.DynamicRegistration)
	}
	folders, _ := p.WorkspaceFolders.Get()
	if root := p.RootURI; len(folders) == 0 && root != nil { //nolint:staticcheck // of clients that know no folders
		folders = []protocol.WorkspaceFolder{{URI: *root}}
	}
	next := *s.state
	for _, f := range folders {
		next.addFolder(f.URI)
	}
	s.setState(&next)
	return &protocol.InitializeResult{Capabilities: capabilities(), ServerInfo: protocol.ServerInfo{Name: "kgw", Version: protocol.NewOptional(s.options.Version)}}, nil
}

func isTrue(b *bool) bool { return b != nil && *b }

func capabilities() protocol.ServerCapabilities {
	yes, incremental := true, protocol.TextDocumentSyncKindIncremental
	return protocol.ServerCapabilities{
		PositionEncoding: protocol.PositionEncodingKindUTF16,
		TextDocumentSync: &protocol.TextDocumentSyncOptions{OpenClose: &yes, Change: &incremental, Save: protocol.Boolean(true)},
		HoverProvider:    protocol.Boolean(true), DefinitionProvider: protocol.Boolean(true), ReferencesProvider: protocol.Boolean(true),
		DocumentSymbolProvider: protocol.Boolean(true), InlayHintProvider: protocol.Boolean(true),
		CompletionProvider: &protocol.CompletionOptions{},
		CodeActionProvider: &protocol.CodeActionOptions{CodeActionKinds: []protocol.CodeActionKind{
			protocol.CodeActionKindQuickFix, protocol.CodeActionKindRefactorRewrite, protocol.CodeActionKindSourceFixAll,
		}},
		Workspace: &protocol.WorkspaceOptions{WorkspaceFolders: &protocol.WorkspaceFoldersServerCapabilities{
			Supported: &yes, ChangeNotifications: protocol.Boolean(true),
		}},
	}
}

// register asks the client to report files that change on the disk.
func (s *Server) register(ctx context.Context, _ *protocol.InitializedParams) error {
	if !s.watches {
		return nil
	}
	// The answer comes on the stream that this notification is read from.
	detached := jsonrpc2.DetachContext(ctx)
	options, err := protocol.Marshal(&protocol.DidChangeWatchedFilesRegistrationOptions{Watchers: []protocol.FileSystemWatcher{
		{GlobPattern: protocol.Pattern("**/*.{yaml,yml,json}")}, {GlobPattern: protocol.Pattern("**/.{kgwignore,gitignore}")},
	}})
	if err != nil {
		return err
	}
	go func() {
		_ = protocol.Call(detached, s.conn, protocol.MethodClientRegisterCapability, &protocol.RegistrationParams{
			Registrations: []protocol.Registration{{ID: "files", Method: protocol.MethodWorkspaceDidChangeWatchedFiles, RegisterOptions: options}},
		}, nil)
	}()
	return nil
}

// shutdown ends the work; exit ends the connection.
func (s *Server) shutdown(context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended = true
	return nil
}

// exit ends the connection.
func (s *Server) exit(context.Context) error {
	s.work.endWork()
	return nil
}

// didOpen stores the text of a file.
func (s *Server) didOpen(_ context.Context, p *protocol.DidOpenTextDocumentParams) error {
	return s.update(func(next *state) error {
		next.open(&document{uri: p.TextDocument.URI, version: p.TextDocument.Version, text: p.TextDocument.Text})
		return nil
	})
}

// didChange changes the text of a file that is open.
func (s *Server) didChange(_ context.Context, p *protocol.DidChangeTextDocumentParams) error {
	return s.update(func(next *state) error {
		doc := next.document(p.TextDocument.URI)
		if doc == nil {
			return fmt.Errorf("%s is not open", p.TextDocument.URI)
		}
		changed := *doc
		changed.version = p.TextDocument.Version
		for _, c := range p.ContentChanges {
			changed.text = applyChange(changed.text, c)
		}
		next.open(&changed)
		return nil
	})
}

// didClose leaves the text of a file to the disk.
func (s *Server) didClose(_ context.Context, p *protocol.DidCloseTextDocumentParams) error {
	return s.update(func(next *state) error {
		next.close(p.TextDocument.URI)
		return nil
	})
}

// reload has the disk looked at again: a file was saved or changed.
func (s *Server) reload(context.Context) error {
	return s.update(func(*state) error { return nil })
}

// didChangeFolders adds folders and removes others.
func (s *Server) didChangeFolders(_ context.Context, p *protocol.DidChangeWorkspaceFoldersParams) error {
	return s.update(func(next *state) error {
		for _, f := range p.Event.Removed {
			next.folders = slices.DeleteFunc(slices.Clone(next.folders), func(dir string) bool { return dir == f.URI.FsPath() })
		}
		for _, f := range p.Event.Added {
			next.addFolder(f.URI)
		}
		return nil
	})
}

// update makes the next state of the texts and has it analysed.
func (s *Server) update(change func(*state) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	next := *s.state
	if err := change(&next); err != nil {
		return err
	}
	s.setState(&next)
	return nil
}

func (s *Server) setState(next *state) {
	next.number++
	s.state = next
	s.work.wake(next)
}

// log writes a line to the client's log.
func (s *Server) log(ctx context.Context, kind protocol.MessageType, text string) {
	_ = s.conn.Notify(ctx, protocol.MethodWindowLogMessage, &protocol.LogMessageParams{Type: kind, Message: text})
}
