package simulate

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Request is a request as a client sends it.
type Request struct {
	Method, Scheme, Host string
	// Target is the path, percent-encoded, with the query.
	Target  string
	Headers []Header
	Token   Token
	// Caller is the mesh identity of who sends, and To the service it is sent
	// to, with its port; both are empty for the first hop.
	Caller, To string
}

// Header is one header line.
type Header struct{ Name, Value string }

// RawPath returns the path without the query.
func (r *Request) RawPath() string {
	path, _, _ := strings.Cut(r.Target, "?")
	return path
}

// Header returns the value of the first header of that name, or "".
func (r *Request) Header(name string) string {
	for _, h := range r.Headers {
		if strings.EqualFold(h.Name, name) {
			return h.Value
		}
	}
	return ""
}

// SetHeader replaces all headers of that name by one.
func (r *Request) SetHeader(name, value string) {
	r.RemoveHeader(name)
	r.Headers = append(r.Headers, Header{name, value})
}

// RemoveHeader removes all headers of that name.
func (r *Request) RemoveHeader(name string) {
	r.Headers = slices.DeleteFunc(r.Headers, func(h Header) bool { return strings.EqualFold(h.Name, name) })
}

// Clone returns a copy whose headers can be changed.
func (r *Request) Clone() *Request {
	c := *r
	c.Headers = slices.Clone(r.Headers)
	return &c
}

// HTTP returns the request as Go's HTTP server hands it to a handler, with a
// prefix before its path. An error means that the server answers 400 itself
// (net/http, readRequest).
func (r *Request) HTTP(prefix string) (*http.Request, error) {
	target := prefix + r.Target
	if !isToken(r.Method) {
		return nil, errors.New("the method is not a token")
	}
	if strings.ContainsRune(target, ' ') {
		return nil, errors.New("the target has a space")
	}
	u, err := url.ParseRequestURI(target)
	if err != nil {
		return nil, errors.Unwrap(err)
	}
	out := &http.Request{
		Method: r.Method, URL: u, Host: r.Host, Header: make(http.Header, len(r.Headers)), RequestURI: target,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}
	for _, h := range r.Headers {
		value := strings.Trim(h.Value, " \t")
		if !isToken(h.Name) || strings.ContainsFunc(value, isControl) {
			return nil, errors.New("a header is malformed")
		}
		out.Header.Add(h.Name, value)
	}
	if u.Host != "" {
		out.Host = u.Host
	}
	if strings.Trim(r.Host, hostRunes) != "" {
		return nil, errors.New("the host has characters that no host has")
	}
	return out, nil
}

// hostRunes are what a Host header may hold (golang.org/x/net/http/httpguts).
const hostRunes = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!$%&()*+,-.:;='[]_~@"

func isToken(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(c rune) bool {
		return c <= ' ' || c >= 0x7F || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, c)
	})
}

func isControl(c rune) bool { return c < ' ' && c != '\t' || c == 0x7F }

// IsHeader tells whether a header can be sent.
func IsHeader(name, value string) bool {
	return isToken(name) && !strings.ContainsFunc(value, isControl)
}
