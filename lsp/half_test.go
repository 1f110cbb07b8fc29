package lsp

import (
	"context"
	"io"
	"testing"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/source"
)

// TestHalfWrittenSettings: a folder whose kgw.yaml cannot be read offers what it named
// when it was compiled last, however often it is analysed meanwhile.
func TestHalfWrittenSettings(t *testing.T) {
	f, _ := source.NewFile("a.yaml", []byte("apiVersion: gateway.kyma-project.io/v2\nkind: APIRule\nmetadata: {name: a, namespace: n}\n"+
		"spec: {hosts: [a.example.com], gateway: istio/front, service: {name: a, port: 80}, rules: [{path: /a, methods: [GET], noAuth: true}]}\n"))
	in, o := compile.Input{Files: []*source.File{f}}, compile.Options{Model: true}.WithDefaults()
	good := &Checked{Input: in, Options: o, Result: compile.Run(in, o)}
	if got := good.knownOf().gateways; !got["istio/front"] {
		t.Fatalf("the folder names %v", got)
	}
	folder, other := scope{dir: "a"}, scope{dir: "b"}
	last := (&analysis{checked: map[scope]*Checked{folder: good, other: good}}).rememberLast(nil)
	for range 2 {
		broken, first := &Checked{}, &Checked{}
		last = (&analysis{checked: map[scope]*Checked{folder: broken, {dir: "c"}: first}}).rememberLast(last)
		if got := broken.knownOf().gateways; !got["istio/front"] {
			t.Errorf("with a broken kgw.yaml it names %v", got)
		}
		if got := first.knownOf().gateways; len(got) > 0 {
			t.Errorf("a folder that was never compiled names %v", got)
		}
	}
	if last[other] != nil || last[folder] != good {
		t.Errorf("kept are %v", last)
	}
}

// TestCancelRunning: a request that is cancelled while it is answered has no part of an
// answer.
func TestCancelRunning(t *testing.T) {
	asks, answers := io.Pipe()
	replies, out := io.Pipe()
	s := &Server{initialized: true, state: &state{}, asked: map[jsonrpc2.ID]func(){}}
	s.conn = jsonrpc2.NewConn(stream{jsonrpc2.NewStream(pipes{asks, out})}, jsonrpc2.WithCodec(codec{}))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	s.conn.Go(ctx, s.handleInOrder(func(ctx context.Context, req *jsonrpc2.Request) (any, error) {
		if req.Method() == "whole" {
			return "whole", nil
		}
		id, _ := req.ID().Number()
		if err := s.cancelRequest(ctx, &protocol.CancelParams{ID: protocol.Integer(id)}); err != nil {
			return nil, err
		}
		return "a part", nil
	}))
	client := jsonrpc2.NewConn(stream{jsonrpc2.NewStream(pipes{replies, answers})}, jsonrpc2.WithCodec(codec{}))
	client.Go(ctx, jsonrpc2.MethodNotFoundHandler)
	var got string
	if _, err := client.Call(ctx, "whole", nil, &got); err != nil || got != "whole" {
		t.Errorf("answered with %q and %v", got, err)
	}
	got = ""
	if _, err := client.Call(ctx, "part", nil, &got); err == nil || got != "" {
		t.Errorf("a cancelled request is answered with %q and %v", got, err)
	}
}
