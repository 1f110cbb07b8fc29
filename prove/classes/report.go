// Package classes compares two states of the gateways by class of requests:
// who may send what, where it goes, and what is done on the way.
//
// It takes two sides that list what matches requests and decide any request, and
// returns the changes, each with a request that shows it, and a count of what
// stays. Each side decides all requests of a class alike, so that one of them
// represents all. It must not know manifests, resources or engines.
package classes

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/source"
)

// Kind is the kind of a change.
type Kind string

// The kinds, the gravest first.
const (
	// Exposed: somebody gets through who did not before.
	Exposed Kind = "EXPOSED"
	// Removed: nobody gets through any more, because nothing matches the
	// requests.
	Removed Kind = "REMOVED"
	// Tightened: somebody does not get through any more.
	Tightened Kind = "TIGHTENED"
	// Internal: callers in the mesh that do not come through the gateway are
	// treated otherwise.
	Internal Kind = "INTERNAL"
	// Moved: the requests go to another backend.
	Moved Kind = "MOVED"
	// CORS: browsers get other headers, or preflights other answers.
	CORS Kind = "CORS"
	// Headers: the upstream gets other headers, or the client does.
	Headers Kind = "HEADERS"
	// Timeout: the timeout of the gateway is another one.
	Timeout Kind = "TIMEOUT"
	// Routing: anything else that the route does differs, such as rewriting or retrying.
	Routing Kind = "ROUTING"
	// Added: requests that nothing matched before get through with a token.
	Added Kind = "ADDED"
	// Status: requests are refused as before, with another status.
	Status Kind = "STATUS"
	// Unknown: it could not be decided.
	Unknown Kind = "UNKNOWN"
)

// Kinds lists the kinds, the gravest first.
func Kinds() []Kind {
	return []Kind{Exposed, Removed, Tightened, Unknown, Internal, Moved, CORS, Headers, Timeout, Routing, Added, Status}
}

// Change is one difference in one class of requests.
type Change struct {
	Kind Kind
	// Methods are the ones of the class; Others reports that it includes
	// methods beyond those of HTTP.
	Methods []string
	Others  bool
	// Host and Path name the class: a host name or wildcard, and the path as the
	// author of the route wrote it.
	Host, Path string
	// Before and After describe the two sides of the difference.
	Before, After string
	Witness       Witness
	// WasAt and IsAt are the places that decided, where there are any.
	WasAt, IsAt source.Ref

	// Part is the path of one request, if the change is about only a part of the
	// requests of Path, "" if it is about all of them.
	Part string

	preflight bool         // the answer to preflights differs
	in        map[int]bool // the classes that have it
	requests  []string     // texts that identify the requests: see Identity
	callers   []string     // who gets through on which side
	pods      string       // those of the service that callers in the cluster ask
}

// Witness is a request that shows a change.
type Witness struct {
	Method, URL string
	// Token describes the token of the request: "" or the text of a credential.
	Token string
	// Origin is the Origin header of a preflight, "" for any other request.
	Origin string
	// Host is the Host header where it is not that of the URL: one with a port that
	// nobody needs to write.
	Host string
	// WasStatus and IsStatus are the statuses that the client gets.
	WasStatus, IsStatus int
}

// Verbs returns the methods as one text: "GET,POST", "*" for any, or
// "TRACE,others" or "others" where some are left out.
func (c *Change) Verbs() string {
	if !c.Others {
		return strings.Join(c.Methods, ",")
	}
	if len(c.Methods) == 0 || len(c.Methods) >= len(httpMethods) {
		return "*"
	}
	standIn := func(m string) bool { return strings.Trim(m, "X") == "" } // for the others: see match.Class
	return strings.Join(append(slices.DeleteFunc(slices.Clone(c.Methods), standIn), "others"), ",")
}

// httpMethods are the methods that a class names. All others count as one.
var httpMethods = []string{"GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"}

// Requests describes the requests that the change is about: "GET /admin/** on
// api.example.com", or "GET /admin of /admin.*" where a part of them is meant.
func (c *Change) Requests() string {
	switch c.Kind {
	case Unknown:
		return c.Path + " on " + c.Host
	case Internal:
		return c.Host
	default:
		path := c.Path
		if c.Part != "" {
			path = c.Part + " of " + path
		}
		return c.Verbs() + " " + path + " on " + c.Host
	}
}

// String returns the change on one line: "EXPOSED GET /admin/** on
// api.example.com: jwt(scope admin) -> no token".
func (c *Change) String() string {
	out := string(c.Kind) + " " + c.Requests() + ": "
	if c.Kind == Unknown {
		return out + c.After
	}
	return out + c.Before + " -> " + c.After
}

// Report is the result of a comparison.
type Report struct {
	// Changes are sorted by kind, host, path and methods.
	Changes []Change
	// Unchanged counts the classes of requests, among the ones that a side
	// matches, in which nothing changes.
	Unchanged int
	// Notes limit what was compared, sorted.
	Notes []string
}

// Has reports whether there is a change of one of the kinds, or one that could not
// be decided and so may be of any kind. Without kinds, it reports whether there is
// any change.
func (r *Report) Has(kinds ...Kind) bool {
	if len(kinds) == 0 {
		return len(r.Changes) > 0
	}
	return slices.ContainsFunc(r.Changes, func(c Change) bool { return c.Kind == Unknown || slices.Contains(kinds, c.Kind) })
}

// ParseKinds reads a list of kinds in any case. The error names a word that is not
// a kind.
func ParseKinds(list []string) ([]Kind, error) {
	var out []Kind
	for _, text := range list {
		k := Kind(strings.ToUpper(strings.TrimSpace(text)))
		if !slices.Contains(Kinds(), k) {
			return nil, fmt.Errorf("%q is not a kind of change; there are %s", text, names())
		}
		out = append(out, k)
	}
	return out, nil
}

func names() string {
	var out []string
	for _, k := range Kinds() {
		out = append(out, strings.ToLower(string(k)))
	}
	return strings.Join(out, ", ")
}
