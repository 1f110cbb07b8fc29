// Package lsptest is a client of language servers, for tests.
//
// It takes the two ends of a connection and returns what the server answers and
// notifies. It knows only the framing of the Language Server Protocol and JSON,
// so that its answers do not depend on the library that the server uses.
package lsptest

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/textproto"
	"strconv"
	"testing"
	"time"
)

// Message is one message of the protocol.
type Message struct {
	ID     *json.RawMessage `json:"id,omitempty"`
	Method string           `json:"method,omitempty"`
	Params json.RawMessage  `json:"params,omitempty"`
	Result json.RawMessage  `json:"result,omitempty"`
	Error  json.RawMessage  `json:"error,omitempty"`
}

// Client is one connection to a server.
type Client struct {
	in       io.Writer
	next     int
	messages chan Message
	// Answer answers what the server asks; nil answers an empty list.
	Answer func(method string) any
}

// patience is how long the server may need for an answer on a busy machine.
const patience = 2 * time.Minute

// New returns a client that writes to a server's input and reads its output until
// that ends.
func New(in io.Writer, out io.Reader) *Client {
	c := &Client{in: in, messages: make(chan Message, 10_000)}
	go c.receive(bufio.NewReader(out))
	return c
}

func (c *Client) receive(r *bufio.Reader) {
	defer close(c.messages)
	for {
		header, err := textproto.NewReader(r).ReadMIMEHeader()
		if err != nil {
			return
		}
		n, _ := strconv.Atoi(header.Get("Content-Length"))
		body := make([]byte, n)
		if _, err := io.ReadFull(r, body); err != nil {
			return
		}
		var m Message
		if json.Unmarshal(body, &m) == nil {
			c.messages <- m
		}
	}
}

// Send writes a message.
func (c *Client) Send(v any) error {
	body, err := json.Marshal(v)
	if err == nil {
		err = c.Write(body)
	}
	return err
}

// Write writes the bytes of a message, whatever they are.
func (c *Client) Write(body []byte) error {
	_, err := fmt.Fprintf(c.in, "Content-Length: %d\r\n\r\n%s", len(body), body)
	return err
}

// Notify sends the server a notification.
func (c *Client) Notify(t testing.TB, method string, params any) {
	t.Helper()
	if err := c.Send(map[string]any{"jsonrpc": "2.0", "method": method, "params": params}); err != nil {
		t.Fatal(err)
	}
}

// Ask sends a request and returns its id.
func (c *Client) Ask(t testing.TB, method string, params any) int {
	t.Helper()
	c.next++
	if err := c.Send(map[string]any{"jsonrpc": "2.0", "id": c.next, "method": method, "params": params}); err != nil {
		t.Fatal(err)
	}
	return c.next
}

// Call sends a request and waits for the answer; other messages that arrive
// meanwhile go to their receivers.
func (c *Client) Call(t testing.TB, method string, params any, others func(Message)) Message {
	t.Helper()
	id := strconv.Itoa(c.Ask(t, method, params))
	return c.Wait(t, func(m Message) bool {
		is := m.Method == "" && m.ID != nil && string(*m.ID) == id
		if !is && others != nil {
			others(m)
		}
		return is
	})
}

// Wait drops messages until the expected one. Requests of the server are
// answered.
func (c *Client) Wait(t testing.TB, is func(Message) bool) Message {
	t.Helper()
	deadline := time.After(patience)
	for {
		select {
		case m, ok := <-c.messages:
			if !ok {
				t.Fatal("the language server ended")
			}
			if m.Method != "" && m.ID != nil {
				c.answer(t, &m)
			}
			if is(m) {
				return m
			}
		case <-deadline:
			t.Fatal("the language server does not answer")
		}
	}
}

func (c *Client) answer(t testing.TB, m *Message) {
	t.Helper()
	var result any = []any{}
	if c.Answer != nil {
		result = c.Answer(m.Method)
	}
	if err := c.Send(map[string]any{"jsonrpc": "2.0", "id": m.ID, "result": result}); err != nil {
		t.Fatal(err)
	}
}
