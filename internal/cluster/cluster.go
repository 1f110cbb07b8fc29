// Package cluster asks a Kubernetes API server how objects are and how they
// would be: live objects, lists of them, and what a server-side apply would
// make of them.
//
// It takes the flags of kubectl and plain JSON objects and returns plain JSON
// objects and problems, one for each object concerned. Every request reads or
// is a dry run; nothing is written. Only this package imports a Kubernetes
// client. It must not know what the objects mean or how they are compared.
package cluster

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"k8s.io/client-go/rest"

	"github.com/kgw-dev/kgw/internal/parallel"
)

// Reason is the kind of a problem.
type Reason string

// The reasons of problems.
const (
	Misconfigured Reason = "misconfigured" // kubeconfig or flags name no cluster that could be asked
	Unreachable   Reason = "unreachable"   // no connection to the server, or its certificate is not trusted
	Unauthorized  Reason = "unauthorized"  // the server does not accept the credentials, or there are none
	Forbidden     Reason = "forbidden"     // the user may not do this
	NotInstalled  Reason = "not installed" // the server does not know the kind
	NoNamespace   Reason = "no namespace"  // the object's namespace does not exist
	Refused       Reason = "refused"       // schema or admission does not accept the object
	Conflict      Reason = "conflict"      // the object is another one, or changed meanwhile
	Timeout       Reason = "timeout"       // no answer in time
	Broken        Reason = "broken"        // the answer broke off, or is not an answer
	Other         Reason = "other"         // anything else the server says
)

// Problem is the reason why a question to the cluster has no answer. Text is one
// sentence in which no token and no value of a Secret occurs.
type Problem struct {
	Reason Reason
	Text   string
}

// Error returns the text.
func (p *Problem) Error() string { return p.Text }

// Result is what the cluster says about one object.
type Result struct {
	// Live is the object as it is, in the version that was asked for; nil if
	// there is none, or if a Problem kept it from being read.
	Live map[string]any
	// Merged is the object as a server-side apply would leave it, defaults and
	// admission included, and without what somebody else added to its spec; nil
	// after Get.
	Merged map[string]any
	// Problem is nil if all questions were answered.
	Problem *Problem
}

// Kind names a kind of objects.
type Kind struct{ APIVersion, Kind string }

// Options are what flags do not say.
type Options struct {
	// Concurrency bounds how many requests are under way at once; 0 is 32.
	Concurrency int
	// FieldManager owns the fields of a dry run; "" is kgw.
	FieldManager string
	// UserAgent names the client to the server; "" is kgw.
	UserAgent string
}

const (
	defaultConcurrency = 32
	defaultTimeout     = 30 * time.Second
	pageSize           = 500
)

// Client asks one API server. It may be used by many goroutines at once.
//
// One failure to connect, or refused credentials, ends all questions: they
// would all fail alike. The same holds when as many answers as may be under
// way at once failed in a row by time or by breaking off.
type Client struct {
	rest        *rest.RESTClient
	host        string
	namespace   string // of objects that name none
	manager     string
	concurrency int
	secrets     []string // never shown

	ended   atomic.Pointer[Problem]
	inVain  atomic.Int64 // answers in a row that timed out or broke off
	mu      sync.Mutex   // guards the maps; their values have locks of their own
	asked   map[string]*groupVersion
	schemas map[string]*schemas                        // by group and version
	waiting func(ctx context.Context, d time.Duration) // pauses when the server says so
}

// each calls work for 0 to n-1, as many at once as the client may.
func (c *Client) each(n int, work func(i int)) {
	parallel.Bounded(n, c.concurrency, work)
}
