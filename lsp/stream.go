package lsp

import (
	"context"
	"errors"
	"io"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
)

// stream is a stream of messages that a broken one does not end: it is answered
// with an error, and the next one is read.
type stream struct{ jsonrpc2.Stream }

// Read returns the next message that can be read.
func (s stream) Read(ctx context.Context) (jsonrpc2.Message, int64, error) {
	for {
		m, n, err := s.Stream.Read(ctx)
		var wrong *jsonrpc2.Error
		switch {
		case err == nil:
			return m, n, nil
		case errors.As(err, &wrong):
		case errors.Is(err, jsonrpc2.ErrInvalidHeader):
			wrong = jsonrpc2.NewError(jsonrpc2.ParseError, err.Error())
		default:
			return nil, 0, err
		}
		if _, err := s.Write(ctx, jsonrpc2.NewResponse(jsonrpc2.ID{}, nil, wrong)); err != nil {
			return nil, 0, err
		}
	}
}

// pipes are the two ends that a client speaks to the server through.
type pipes struct {
	io.Reader
	io.Writer
}

// Close leaves both ends to their owner.
func (pipes) Close() error { return nil }

// codec writes and reads the payloads of messages as the protocol's library does.
type codec struct{}

// Marshal is protocol.Marshal.
func (codec) Marshal(v any) ([]byte, error) {
	if raw, ok := v.(jsonrpc2.RawMessage); ok {
		return raw, nil
	}
	return protocol.Marshal(v)
}

// Unmarshal is protocol.Unmarshal.
func (codec) Unmarshal(data []byte, v any) error { return protocol.Unmarshal(data, v) }
