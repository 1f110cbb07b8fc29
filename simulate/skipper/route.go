package skipper

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/eskip"
	"github.com/kgw-dev/kgw/internal/lazyregexp"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/simulate"
)

// route is a route as Skipper holds it.
type route struct {
	id     string // routes of one id are one route
	object string // name of the Ingress or RouteGroup
	at     source.Ref
	// hosts are the hosts of the object. A route without hosts is for all.
	hosts   []string
	path    []string // segments of Path or PathSubtree; nil without one
	subtree bool
	// predicates are the predicates of the route as written, and pathExprs the
	// expressions that Skipper made of an Ingress's path.
	predicates []eskip.Call
	pathExprs  []string
	tests      []test
	filters    []eskip.Call
	backend    backend
	weight     int
	// redirect is the status of a redirect to https that Skipper adds, or 0.
	redirect int
	// forwarded is the condition that Skipper forwards requests without running
	// filters or asking backends of the route, nil if it does not.
	forwarded *simulate.Unknown
	// uncertain is the reason why the route may not exist, nil if it certainly does.
	uncertain *doubt
	// dropped is the reason why Skipper drops the route, "" if it does not. Foreign
	// reports that a Skipper with more filters or predicates would keep it.
	dropped string
	foreign bool
}

// text returns a text for what the route does.
func (r *route) text() string {
	var b strings.Builder
	for _, c := range r.filters {
		fmt.Fprintf(&b, "%s -> ", c)
	}
	fmt.Fprint(&b, r.backend.kind, " ", r.backend.to, ":", r.backend.port)
	return b.String()
}

// doubt is something that kgw does not know, with its place. The key is the key of
// the condition, "" if the reason is the key.
type doubt struct {
	at          source.Ref
	field       string
	reason, key string
}

// backend is the end of a route: a service, an address, or none.
type backend struct {
	kind backendKind
	// to is the Service with its namespace, or an address.
	to string
	// port is the port of the Service, by name or number.
	port string
	// at is where the backend is written.
	at source.Ref
}

type backendKind uint8

const (
	shunt backendKind = iota
	service
	network
	balanced
	loopback
	dynamic
	forward
)

// backendKinds are the kinds by their names in RouteGroups.
var backendKinds = map[string]backendKind{
	"": service, "service": service, "network": network, "lb": balanced, "shunt": shunt, "loopback": loopback, "dynamic": dynamic, "forward": forward,
}

// isBehind reports whether the backend is a service or an address behind Skipper.
func (b *backend) isBehind() bool {
	return b.kind == service || b.kind == network || b.kind == balanced || b.kind == dynamic
}

const forwardedProto = "X-Forwarded-Proto"

// compile splits the predicates of a route into those that choose its place in the
// tree of paths and those that are tested there, and computes the weight of the
// route (routing/datasource.go, processRouteDef). A route that Skipper cannot build
// is dropped.
func (r *route) compile(predicates []eskip.Call) {
	r.predicates = predicates
	headers := map[string]int{} // tests by header
	tree := 0
	if r.hosts != nil {
		r.weight++
	}
	for _, c := range predicates {
		if r.dropped != "" {
			return
		}
		switch c.Name {
		case "Weight":
			n, ok := number(c.Args, 0)
			if !ok || len(c.Args) != 1 {
				r.drop("the predicate %s needs one number", c.Name)
			}
			r.weight += int(n)
		case "Path", "PathSubtree":
			text, ok := textArg(c.Args, 0)
			if tree++; !ok || len(c.Args) != 1 || tree > 1 {
				r.drop("it has more than one path, or one that is not a text")
				return
			}
			r.setPath(text, c.Name == "PathSubtree")
		case "Header", "HeaderRegexp":
			r.addHeader(c, headers)
		default:
			r.addTest(c)
		}
	}
}

// drop notes that Skipper does not have the route.
func (r *route) drop(format string, args ...any) {
	if r.dropped == "" {
		r.dropped = fmt.Sprintf(format, args...)
	}
}

// addHeader adds a test of a header. The last of several Header predicates with one
// name counts. All expressions of HeaderRegexp are tested, and count once for the
// weight.
func (r *route) addHeader(c eskip.Call, headers map[string]int) {
	name, ok := textArg(c.Args, 0)
	if _, valued := textArg(c.Args, 1); !ok || !valued || len(c.Args) != 2 {
		r.drop("the predicate %s needs a name and a value", c.Name)
		return
	}
	key := c.Name + " " + strings.ToLower(name)
	i, again := headers[key]
	switch {
	case again && c.Name == "Header":
		if before, _ := textArg(r.tests[i].Args, 0); before != name && r.uncertain == nil {
			r.uncertain = &doubt{r.at, "predicates", fmt.Sprintf("Skipper uses the last of two predicates for the header %s, which are written differently", name), ""}
		}
		r.tests[i] = test{Call: c}
		return
	case !again:
		headers[key] = len(r.tests)
		r.weight++
	}
	r.addCompiled(c)
}

// addTest adds a predicate that is tested. Each adds one to the weight, except for
// those that only choose a share of the traffic.
func (r *route) addTest(c eskip.Call) {
	if i := slices.IndexFunc(r.tests, func(t test) bool { return t.Name == "Method" }); c.Name == "Method" && i >= 0 && acceptsPredicate(&c) {
		r.tests[i] = test{Call: c} // the last one counts
		return
	}
	if c.Name == "TrafficSegment" {
		r.weight-- // counted below: in Skipper it has the weight -1
	}
	r.weight++
	r.addCompiled(c)
}

func (r *route) addCompiled(c eskip.Call) {
	t := test{Call: c}
	kind, known := predicateKinds[c.Name]
	switch {
	case !known:
		r.foreign = r.foreign || r.dropped == ""
		r.drop("Skipper has no predicate %s", c.Name)
		return
	case !acceptsPredicate(&c):
		r.drop("the predicate %s has wrong arguments", c.Name)
	case kind.expression > 0:
		text, _ := textArg(c.Args, kind.expression-1)
		expr, err := regexp.Compile(text)
		if err != nil {
			r.drop("the expression of %s does not compile: %v", c.Name, err)
			return
		}
		t.expr = expr
	}
	r.tests = append(r.tests, t)
}

// setPath puts the route into the tree of paths.
func (r *route) setPath(text string, subtree bool) {
	text = cleanPath(text)
	r.subtree = subtree
	if subtree {
		text = restOfPath().ReplaceAllLiteralString(text, "")
		text = strings.TrimSuffix(text, "/")
	}
	r.path = strings.Split(strings.TrimPrefix(text, "/"), "/")
	for i, segment := range r.path {
		last := i == len(r.path)-1
		switch {
		case strings.HasPrefix(segment, "*") && !last:
			r.drop("the path %s has * before its end", text)
		case segment != "" && segment[0] != ':' && segment[0] != '*' && strings.ContainsAny(segment, ":*"):
			r.drop("the path %s has * or : in the middle of a segment", text)
		}
	}
}

var restOfPath = lazyregexp.New(`/[*][^/]*$`)

// cleanPath returns the path as Skipper cleans it: absolute, without empty segments
// and dots, but with its final slash (github.com/dimfeld/httppath).
func cleanPath(text string) string {
	var out []string
	for segment := range strings.SplitSeq(text, "/") {
		switch segment {
		case "", ".":
		case "..":
			out = out[:max(len(out)-1, 0)]
		default:
			out = append(out, segment)
		}
	}
	path := "/" + strings.Join(out, "/")
	if strings.HasSuffix(text, "/") && path != "/" {
		path += "/"
	}
	return path
}

// textArg returns an argument that is a text. To Skipper, an expression between
// slashes is a text too.
func textArg(args []any, i int) (string, bool) {
	if i >= len(args) {
		return "", false
	}
	switch a := args[i].(type) {
	case string:
		return a, true
	case eskip.Regexp:
		return string(a), true
	}
	return "", false
}

// number returns an argument that is a number.
func number(args []any, i int) (float64, bool) {
	if i >= len(args) {
		return 0, false
	}
	switch a := args[i].(type) {
	case int:
		return float64(a), true
	case float64:
		return a, true
	}
	return 0, false
}

// textsOf returns the arguments that are texts.
func textsOf(args []any) []string {
	var out []string
	for i := range args {
		if s, ok := textArg(args, i); ok {
			out = append(out, s)
		}
	}
	return out
}
