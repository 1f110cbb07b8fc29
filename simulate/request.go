package simulate

import (
	"errors"
	"fmt"
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
	// Caller is the mesh identity of the sender, and To the service that the
	// request is sent to, with its port. Both are empty for the first hop.
	Caller, To string
	// SourceIP is the address that the request comes from, "" if it is not
	// known.
	SourceIP string
	// Gateway names the gateway that the request comes to, as "namespace/name",
	// "" if it is not known.
	Gateway string
	// Inside reports that Caller sends the request to a service itself,
	// bypassing all gateways.
	Inside bool
	// Subset names the pods of To that it is sent to, "" for all.
	Subset string
	// Stream reports that a gateway passed the connection on without reading
	// it.
	Stream bool
	// Answers are the statuses of services that are asked about the request, by the
	// name of the handler or filter that asks. A service that is not among them
	// allows the request.
	Answers map[string]int
	// Free describes which parts the request leaves to the caller.
	Free Freedom
	// Verified are the claims of the token that the last proxy verified, as its
	// conditions see them; nil without one.
	Verified map[string]any
	// Certified reports that the client may have shown a certificate to the
	// gateway, so that Caller is not known there.
	Certified bool
	// Unsettled names headers, in lower case, whose values are not known; "*" is
	// all of them.
	Unsettled []string
	// Rewritten is the last change of the URL of a symbolic request, nil if there
	// was none.
	Rewritten *Rewriting

	// Terse says that nobody reads the reasons of the decision. Sentences about
	// them are left out, but not those about what is not known.
	Terse bool

	world *World
}

// Because returns a sentence about a decision, "" for a Terse request.
func (r *Request) Because(format string, args ...any) string {
	if r.Terse {
		return ""
	}
	return fmt.Sprintf(format, args...)
}

// Freedom describes which parts of a request are left open, so that it represents many
// requests. The caller chooses whether a condition on an open part holds.
type Freedom uint8

// The freedoms.
const (
	// Concrete requests leave nothing open.
	Concrete Freedom = iota
	// AnyHeader requests may have further headers and parameters.
	AnyHeader
	// AnyRequest requests may also have a port in the Host header, further claims
	// in a token, and be preflights.
	AnyRequest
)

// From sets the sender of the request: "outside", or "NAMESPACE/SERVICEACCOUNT" of
// a workload in the mesh. It reports whether the text has one of these forms.
func (r *Request) From(caller string) bool {
	if caller == "" || caller == "outside" {
		return true
	}
	namespace, account, ok := strings.Cut(caller, "/")
	if !ok || namespace == "" || account == "" || strings.Contains(account, "/") {
		return false
	}
	r.Inside, r.Caller = true, "cluster.local/ns/"+namespace+"/sa/"+account
	return true
}

func (r *Request) stream() bool { return r != nil && r.Stream }

// In returns the request as it is in a world.
func (r *Request) In(w *World) *Request {
	out := *r
	out.world = w
	return &out
}

// With returns the request with a token.
func (r *Request) With(t Token) *Request {
	out := *r
	out.Token = t
	return &out
}

// World returns the world that the request is in, nil for none.
func (r *Request) World() *World { return r.world }

// Holds reports whether a condition that the inputs leave open holds in the
// world of the request.
func (r *Request) Holds(u Unknown) bool { return r.world.Holds(u) }

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
	r.Unsettled = slices.DeleteFunc(slices.Clone(r.Unsettled), func(s string) bool { return strings.EqualFold(s, name) })
	r.Headers = slices.DeleteFunc(r.Headers, func(h Header) bool { return strings.EqualFold(h.Name, name) })
}

// Unsettle notes that the value of a header is not known.
func (r *Request) Unsettle(name string) {
	r.Unsettled = append(slices.Clip(r.Unsettled), strings.ToLower(name))
}

// IsUnsettled reports whether the value of a header is not known.
func (r *Request) IsUnsettled(name string) bool {
	return len(r.Unsettled) > 0 && (slices.Contains(r.Unsettled, "*") || slices.Contains(r.Unsettled, strings.ToLower(name)))
}

// IsWrittenByEnvoy reports whether Envoy sets the header itself, adds to what the
// client sent, or removes it, so that the client's own lines do not say what a
// condition sees (envoy/common/http/conn_manager_utility.cc). X-Forwarded-Proto is
// not among them: [Request.MakeReal] sets it.
func IsWrittenByEnvoy(name string) bool {
	name = strings.ToLower(name)
	switch name {
	case "x-forwarded-for", "x-forwarded-client-cert", "x-request-id":
		return true
	}
	return strings.HasPrefix(name, "x-envoy-") || strings.HasPrefix(name, "x-istio-")
}

// Clone returns a copy whose headers can be changed.
func (r *Request) Clone() *Request {
	c := *r
	c.Headers = append(make([]Header, 0, len(r.Headers)+2), r.Headers...)
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

// hostRunes are the characters that a Host header may contain (golang.org/x/net/http/httpguts).
const hostRunes = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!$%&()*+,-.:;='[]_~@"

func isToken(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(c rune) bool {
		return c <= ' ' || c >= 0x7F || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, c)
	})
}

func isControl(c rune) bool { return c < ' ' && c != '\t' || c == 0x7F }

// IsHeader reports whether a header can be sent.
func IsHeader(name, value string) bool {
	return isToken(name) && !strings.ContainsFunc(value, isControl)
}
