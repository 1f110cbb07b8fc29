package lsp

import (
	"context"
	"fmt"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
)

// method answers one kind of message.
type method func(ctx context.Context, params jsonrpc2.RawMessage) (any, error)

// requestMethod is a method with parameters and an answer.
func requestMethod[P, R any](answer func(context.Context, *P) (R, error)) method {
	return func(ctx context.Context, params jsonrpc2.RawMessage) (any, error) {
		p := new(P)
		if err := protocol.Unmarshal(params, p); err != nil {
			return nil, fmt.Errorf("%w: %w", jsonrpc2.ErrInvalidParams, err)
		}
		return answer(ctx, p)
	}
}

// notificationMethod is a method with parameters that is not answered.
func notificationMethod[P any](handle func(context.Context, *P) error) method {
	return requestMethod(func(ctx context.Context, p *P) (any, error) { return nil, handle(ctx, p) })
}

// bareMethod is a method without parameters.
func bareMethod(handle func(context.Context) error) method {
	return func(ctx context.Context, _ jsonrpc2.RawMessage) (any, error) { return nil, handle(ctx) }
}

// methods are the messages that the server handles.
func (s *Server) methods() map[string]method {
	return map[string]method{
		protocol.MethodInitialize:                         requestMethod(s.initialize),
		protocol.MethodInitialized:                        notificationMethod(s.register),
		protocol.MethodShutdown:                           bareMethod(s.shutdown),
		protocol.MethodExit:                               bareMethod(s.exit),
		protocol.MethodCancelRequest:                      notificationMethod(s.cancelRequest),
		protocol.MethodTextDocumentDidOpen:                notificationMethod(s.didOpen),
		protocol.MethodTextDocumentDidChange:              notificationMethod(s.didChange),
		protocol.MethodTextDocumentDidClose:               notificationMethod(s.didClose),
		protocol.MethodTextDocumentDidSave:                bareMethod(s.reload),
		protocol.MethodWorkspaceDidChangeWatchedFiles:     bareMethod(s.reload),
		protocol.MethodWorkspaceDidChangeWorkspaceFolders: notificationMethod(s.didChangeFolders),
		protocol.MethodTextDocumentHover:                  requestMethod(s.hover),
		protocol.MethodTextDocumentCompletion:             requestMethod(s.completion),
		protocol.MethodTextDocumentCodeAction:             requestMethod(s.codeAction),
		protocol.MethodTextDocumentDefinition:             requestMethod(s.definition),
		protocol.MethodTextDocumentReferences:             requestMethod(s.references),
		protocol.MethodTextDocumentDocumentSymbol:         requestMethod(s.documentSymbol),
		protocol.MethodTextDocumentInlayHint:              requestMethod(s.inlayHint),
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
