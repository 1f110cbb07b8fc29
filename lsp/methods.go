package lsp

import (
	"context"
	"fmt"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
)

// method answers one kind of message.
type method func(ctx context.Context, params jsonrpc2.RawMessage) (any, error)

// request is a method with parameters and an answer.
func request[P, R any](answer func(context.Context, *P) (R, error)) method {
	return func(ctx context.Context, params jsonrpc2.RawMessage) (any, error) {
		p := new(P)
		if err := protocol.Unmarshal(params, p); err != nil {
			return nil, fmt.Errorf("%w: %w", jsonrpc2.ErrInvalidParams, err)
		}
		return answer(ctx, p)
	}
}

// notification is a method with parameters that is not answered.
func notification[P any](handle func(context.Context, *P) error) method {
	return request(func(ctx context.Context, p *P) (any, error) { return nil, handle(ctx, p) })
}

// bare is a method without parameters.
func bare(handle func(context.Context) error) method {
	return func(ctx context.Context, _ jsonrpc2.RawMessage) (any, error) { return nil, handle(ctx) }
}

// methods are the messages that the server handles.
func (s *Server) methods() map[string]method {
	return map[string]method{
		protocol.MethodInitialize:                         request(s.initialize),
		protocol.MethodInitialized:                        notification(s.register),
		protocol.MethodShutdown:                           bare(s.shutdown),
		protocol.MethodExit:                               bare(s.exit),
		protocol.MethodCancelRequest:                      notification(s.cancelRequest),
		protocol.MethodTextDocumentDidOpen:                notification(s.didOpen),
		protocol.MethodTextDocumentDidChange:              notification(s.didChange),
		protocol.MethodTextDocumentDidClose:               notification(s.didClose),
		protocol.MethodTextDocumentDidSave:                bare(s.lookAgain),
		protocol.MethodWorkspaceDidChangeWatchedFiles:     bare(s.lookAgain),
		protocol.MethodWorkspaceDidChangeWorkspaceFolders: notification(s.didChangeFolders),
		protocol.MethodTextDocumentHover:                  request(s.hover),
		protocol.MethodTextDocumentCompletion:             request(s.completion),
		protocol.MethodTextDocumentCodeAction:             request(s.codeAction),
		protocol.MethodTextDocumentDefinition:             request(s.definition),
		protocol.MethodTextDocumentReferences:             request(s.references),
		protocol.MethodTextDocumentDocumentSymbol:         request(s.documentSymbol),
		protocol.MethodTextDocumentInlayHint:              request(s.inlayHint),
	}
}

// dispatch finds the method of a message. Notifications that are not known are
// passed over.
func dispatch(methods map[string]method) jsonrpc2.Handler {
	return func(ctx context.Context, req *jsonrpc2.Request) (any, error) {
		if m := methods[req.Method()]; m != nil {
			return m(ctx, req.Params())
		}
		return jsonrpc2.MethodNotFoundHandler(ctx, req)
	}
}
