// Package recorded reads calls that somebody recorded: lists of requests, HAR files
// and access logs.
//
// It takes bytes and returns requests with their lines, and findings about what
// cannot be read. No credential is kept: only a few headers, none of them a
// credential, and URLs without a user. The package must not know who decides the
// requests.
package recorded

import (
	"bytes"
	"fmt"
	"net/url"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/internal/testfile"
	"github.com/kgw-dev/kgw/simulate"
)

// Bounds of a file.
const (
	// MaxBytes is the size of a file.
	MaxBytes = 64 << 20
	// MaxCalls is the number of different calls.
	MaxCalls = 10_000
	// maxLine is the size of a line of a log.
	maxLine = 64 << 10
)

// Call is a request that somebody sent.
type Call struct {
	// Request has a token only where Token says so.
	Request simulate.Request
	// Token reports that it is known whether the request had a token.
	Token bool
	// Line is where the call is in its file.
	Line int
}

// File is what was read of a file. Of calls that differ in nothing but the query the
// first is kept.
type File struct {
	Calls []Call
	// Failed counts calls that were answered with 401, 403, 404 or 405 when they were
	// recorded: they did not work, and are left out.
	Failed int

	name  string
	host  string
	found diag.List
	seen  map[string]bool
	// unread are the lines of a log that are none of its format.
	unread []int
	full   bool
}

// Read reads a file. host is where calls went of which the file does not say it, ""
// for unknown.
func Read(name string, data []byte, host string) (*File, diag.List) {
	f := &File{name: name, host: host, seen: map[string]bool{}}
	text := bytes.TrimLeft(data, " \t\r\n\ufeff")
	switch {
	case len(text) == 0:
		f.addFault(1, "the file is empty")
	case isList(text):
		f.list(data)
	case text[0] == '{' && isHAR(text):
		f.readHAR(data)
	default:
		f.readLines(data)
	}
	if f.full {
		f.addFault(1, fmt.Sprintf("the file has more than %d different calls: the others are not judged", MaxCalls))
	}
	f.unreadLines()
	if len(f.Calls)+f.Failed+len(f.found) == 0 {
		f.addFault(1, "the file has no call that comes to a gateway")
	}
	return f, f.found
}

// isList reports whether a text is a list of objects in JSON. Logs begin with "["
// too.
func isList(text []byte) bool {
	rest := bytes.TrimLeft(text[1:], " \t\r\n")
	return text[0] == '[' && len(rest) > 0 && (rest[0] == '{' || rest[0] == ']')
}

func (f *File) addFault(line int, message string) {
	f.found.Add(diag.Finding{
		Code: diag.CallsUnread, Message: message, Span: source.Span{File: f.name, Line: line, Column: 1, EndLine: line, EndColumn: 1},
		Help: "a list of requests, a HAR file, or an access log in combined or Envoy's JSON format is read",
	})
}

// maxShown bounds the line numbers in a finding, and the findings about entries of a
// HAR file.
const maxShown = 5

// unreadLines reports the lines that were not read. A log in which some were read
// may have messages between them.
func (f *File) unreadLines() {
	if len(f.unread) == 0 {
		return
	}
	var numbers []string
	for _, n := range f.unread[:min(len(f.unread), maxShown)] {
		numbers = append(numbers, fmt.Sprint(n))
	}
	if len(f.unread) > maxShown {
		numbers = append(numbers, fmt.Sprintf("%d more", len(f.unread)-maxShown))
	}
	f.addFault(f.unread[0], "no call can be read in lines "+strings.Join(numbers, ", "))
	last := &f.found[len(f.found)-1]
	if len(f.Calls)+f.Failed > 0 {
		last.Code, last.Help = diag.CallsUnjudged, "remove them, or what keeps them from being read"
	}
	if f.host == "" {
		last.Help += "; where a log does not name the host, write HOST=FILE"
	}
}

// add keeps a call, unless there is one like it.
func (f *File) add(r *simulate.Request, status, line int) {
	switch status {
	case 401, 403, 404, 405:
		f.Failed++
		return
	}
	key := strings.Join([]string{r.Method, r.Scheme, r.Host, r.RawPath()}, " ")
	if f.seen[key] || f.full {
		return
	}
	if f.full = len(f.Calls) >= MaxCalls; f.full {
		return
	}
	f.seen[key] = true
	f.Calls = append(f.Calls, Call{Request: *r, Line: line})
}

// list reads a list of requests.
func (f *File) list(data []byte) {
	requests, found := testfile.ReadRequests(f.name, data)
	f.found = append(f.found, found...)
	if f.full = len(requests) > MaxCalls; f.full {
		requests = requests[:MaxCalls]
	}
	at := elementLines(data)
	for i := range requests {
		c := Call{Request: requests[i], Line: 1, Token: requests[i].Token.Kind != ""}
		if c.Request.Token.Kind == "none" {
			c.Request.Token = simulate.Token{}
		}
		if i < len(at) {
			c.Line = at[i]
		}
		f.Calls = append(f.Calls, c)
	}
}

// request makes a request of a URL. It is nil for one that no gateway gets.
func request(method, address string) *simulate.Request {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || method == "" {
		return nil
	}
	scheme := map[string]string{"http": "http", "https": "https", "ws": "http", "wss": "https"}[strings.ToLower(u.Scheme)]
	if scheme == "" {
		return nil
	}
	target := u.EscapedPath()
	if target == "" {
		target = "/"
	}
	if u.RawQuery != "" {
		target += "?" + u.RawQuery
	}
	return &simulate.Request{Method: method, Scheme: scheme, Host: hostOf(u.Host), Target: target}
}

// hostOf is a host in lower case, without the ports that schemes have.
func hostOf(text string) string {
	return strings.ToLower(strings.TrimSuffix(strings.TrimSuffix(text, ":443"), ":80"))
}
