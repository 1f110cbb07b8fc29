package skipper

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/eskip"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/simulate"
)

func registerHeaders() {
	const header = "it changes a header of the request, for all that comes after it"
	request(changes, 2, 2, header, setHeader, "setRequestHeader", "appendRequestHeader", "requestHeader")
	request(changes, 1, 1, header, dropHeader, "dropRequestHeader")
	request(changes, 2, 2, header, dropMatching, "dropRequestHeaderRegexp")
	request(changes, 2, 2, header, copyHeader, "copyRequestHeader", "requestCopyHeader")
	request(changes, 3, 3, header, modHeader, "modRequestHeader")
	request(changes, 2, 3, header, queryToHeader, "queryToHeader")
	hidden := func(x *exchange, c *eskip.Call) *served {
		key, _ := textArg(c.Args, 0)
		if x.in.Header(key) != "" || strings.Contains(c.Name, "Context") || strings.Contains(c.Name, "Secret") {
			x.setUnknown(key, c.Name+" sets it")
		}
		return nil
	}
	request(changes, 1, -1, "it sets a header of the request to a value that kgw does not know", hidden, "setContextRequestHeader", "appendContextRequestHeader", "setRequestHeaderFromSecret",
		"encodeRequestHeader", "encodeBase64RequestHeader", "decodeBase64RequestHeader")
	request(changes, 1, 2, "it changes the cookies of the request", changeCookie, "requestCookie", "dropRequestCookie")

	const target = "it changes the path or the query of the request, for all that comes after it"
	request(changes, 1, 1, target, setPath, "setPath")
	request(changes, 2, 2, target, modPath, "modPath")
	request(changes, 1, 2, target, changeQuery, "setQuery", "dropQuery")
	request(changes, 0, 2, target, changeQuery, "stripQuery")
	request(changes, 2, 2, target, headerToQuery, "headerToQuery")

	const where = "it says where a dynamic backend is"
	literal := func(x *exchange, c *eskip.Call) *served {
		x.dynamic, _ = textArg(c.Args, 0)
		return nil
	}
	fromHeader := func(x *exchange, c *eskip.Call) *served {
		key, _ := textArg(c.Args, 0)
		if value := x.in.Header(key); value != "" {
			x.dynamic = value
			x.trail.Say(name, x.route.at, "%s: the caller chooses the backend with the header %s", c.Name, key)
		}
		return nil
	}
	none := func(*exchange, *eskip.Call) *served { return nil }
	request(changes, 1, 1, where, literal, "setDynamicBackendUrl", "setDynamicBackendHost")
	request(changes, 1, 1, where, fromHeader, "setDynamicBackendUrlFromHeader", "setDynamicBackendHostFromHeader")
	request(changes, 1, 1, where, none, "setDynamicBackendScheme", "setDynamicBackendSchemeFromHeader")
}

// setUnknown notes that a header has a value that kgw does not know, which is
// not the caller's.
func (x *exchange) setUnknown(key, reason string) {
	x.given[strings.ToLower(key)] = reason
}

var placeholder = regexp.MustCompile(`\$\{([^{}]+)\}`)

// expand fills in what a template takes from the request (eskip/template.go).
// Where something is not there or not known, Skipper or kgw has no value.
func expand(x *exchange, text string) (value string, known bool) {
	known = true
	value = placeholder.ReplaceAllStringFunc(text, func(p string) string {
		v := lookUp(x.in, p[2:len(p)-1])
		known = known && v != ""
		return v
	})
	return value, known
}

func lookUp(q *simulate.Request, key string) string {
	path, query, _ := strings.Cut(q.Target, "?")
	if h, ok := strings.CutPrefix(key, "request.header."); ok {
		return q.Header(h)
	}
	if p, ok := strings.CutPrefix(key, "request.query."); ok {
		values, _ := url.ParseQuery(query)
		return values.Get(p)
	}
	if c, ok := strings.CutPrefix(key, "request.cookie."); ok {
		value, _ := cookie(q, c)
		return value
	}
	switch key {
	case "request.method":
		return q.Method
	case "request.host":
		return q.Host
	case "request.path":
		seen, _ := url.PathUnescape(path)
		return seen
	case "request.rawQuery":
		return query
	}
	return ""
}

// setHeader sets a header, or adds a line to it. The value is the
// configuration's unless it is made of what the caller sent.
func setHeader(x *exchange, c *eskip.Call) *served {
	key, _ := textArg(c.Args, 0)
	text, _ := textArg(c.Args, 1)
	value, complete := text, true
	if c.Name != "requestHeader" {
		value, complete = expand(x, text)
	}
	if !complete {
		if strings.Contains(text, "${request.") {
			return nil // a part is not there, and Skipper sets nothing
		}
		x.setUnknown(key, "its template is not known")
		return nil
	}
	first := x.in.Header(key) == ""
	if c.Name == "setRequestHeader" {
		x.in.SetHeader(key, value)
	} else {
		x.in.Headers = append(x.in.Headers, simulate.Header{Name: key, Value: value})
	}
	if value == text && (first || c.Name == "setRequestHeader") {
		x.given[strings.ToLower(key)] = ""
	}
	return nil
}

func dropHeader(x *exchange, c *eskip.Call) *served {
	key, _ := textArg(c.Args, 0)
	x.in.RemoveHeader(key)
	delete(x.given, strings.ToLower(key))
	return nil
}

func dropMatching(x *exchange, c *eskip.Call) *served {
	key, _ := textArg(c.Args, 0)
	text, _ := textArg(c.Args, 1)
	expr, err := regexp.Compile(text)
	if err != nil {
		return nil // the route was dropped
	}
	x.in.Headers = slices.DeleteFunc(x.in.Headers, func(h simulate.Header) bool { return strings.EqualFold(h.Name, key) && expr.MatchString(h.Value) })
	return nil
}

func copyHeader(x *exchange, c *eskip.Call) *served {
	from, _ := textArg(c.Args, 0)
	to, _ := textArg(c.Args, 1)
	value := x.in.Header(from)
	if value == "" {
		return nil
	}
	x.in.SetHeader(to, value)
	delete(x.given, strings.ToLower(to))
	if reason, given := x.given[strings.ToLower(from)]; given {
		x.given[strings.ToLower(to)] = reason
	}
	return nil
}

func modHeader(x *exchange, c *eskip.Call) *served {
	key, _ := textArg(c.Args, 0)
	text, _ := textArg(c.Args, 1)
	replacement, _ := textArg(c.Args, 2)
	expr, err := regexp.Compile(text)
	if err != nil || !anyHeader(x.in, key, func(string) bool { return true }) {
		return nil
	}
	x.in.SetHeader(key, expr.ReplaceAllString(x.in.Header(key), replacement))
	if token := x.in.Token.Text(); !keepsToken(replacement) && (token == "" || !strings.Contains(x.in.Header(key), token)) {
		x.given[strings.ToLower(key)] = ""
	}
	return nil
}

func queryToHeader(x *exchange, c *eskip.Call) *served {
	parameter, _ := textArg(c.Args, 0)
	key, _ := textArg(c.Args, 1)
	form, formed := textArg(c.Args, 2)
	if !formed {
		form = "%s"
	}
	_, query, _ := strings.Cut(x.in.Target, "?")
	values, _ := url.ParseQuery(query)
	if v := values.Get(parameter); v != "" && x.in.Header(key) == "" {
		x.in.SetHeader(key, strings.Replace(form, "%s", v, 1))
	}
	return nil
}

func changeCookie(x *exchange, c *eskip.Call) *served {
	key, _ := textArg(c.Args, 0)
	if c.Name == "requestCookie" {
		value, _ := textArg(c.Args, 1)
		line := strings.TrimPrefix(x.in.Header("Cookie")+"; "+key+"="+value, "; ")
		x.in.SetHeader("Cookie", line)
		return nil
	}
	var keep []string
	for pair := range strings.SplitSeq(x.in.Header("Cookie"), ";") {
		if n, _, _ := strings.Cut(strings.TrimSpace(pair), "="); n != key && n != "" {
			keep = append(keep, strings.TrimSpace(pair))
		}
	}
	if x.in.RemoveHeader("Cookie"); keep != nil {
		x.in.SetHeader("Cookie", strings.Join(keep, "; "))
	}
	return nil
}

// setPath replaces the path. A template may take parameters of the route's
// path, which kgw does not fill in.
func setPath(x *exchange, c *eskip.Call) *served {
	text, _ := textArg(c.Args, 0)
	value, complete := expand(x, text)
	if !complete {
		x.lost = fmt.Sprintf("setPath sets the path to %q, which kgw does not fill in", text)
		return nil
	}
	x.replacePath(value)
	return nil
}

func modPath(x *exchange, c *eskip.Call) *served {
	text, _ := textArg(c.Args, 0)
	replacement, _ := textArg(c.Args, 1)
	expr, err := regexp.Compile(text)
	if err != nil {
		return nil
	}
	path, err := url.PathUnescape(x.in.RawPath())
	if err != nil {
		return nil
	}
	x.replacePath(expr.ReplaceAllString(path, replacement))
	return nil
}

// replacePath sets the decoded path and keeps the query.
func (x *exchange) replacePath(path string) {
	_, query, has := strings.Cut(x.in.Target, "?")
	x.in.Target = (&url.URL{Path: path}).EscapedPath()
	if has {
		x.in.Target += "?" + query
	}
}

func changeQuery(x *exchange, c *eskip.Call) *served {
	path, query, _ := strings.Cut(x.in.Target, "?")
	values, _ := url.ParseQuery(query)
	key, _ := textArg(c.Args, 0)
	value, valued := textArg(c.Args, 1)
	key, _ = expand(x, key)
	value, _ = expand(x, value)
	switch {
	case c.Name == "stripQuery":
		x.in.Target = path
		return nil
	case c.Name == "setQuery" && !valued:
		x.in.Target = path + "?" + key
		return nil
	case c.Name == "setQuery":
		values.Set(key, value)
	default:
		values.Del(key)
	}
	x.in.Target = path
	if text := values.Encode(); text != "" {
		x.in.Target += "?" + text
	}
	return nil
}

func headerToQuery(x *exchange, c *eskip.Call) *served {
	key, _ := textArg(c.Args, 0)
	parameter, _ := textArg(c.Args, 1)
	path, query, _ := strings.Cut(x.in.Target, "?")
	values, _ := url.ParseQuery(query)
	values.Set(parameter, x.in.Header(key))
	x.in.Target = path + "?" + values.Encode()
	return nil
}

// location is where a redirect leads: what its address leaves out is the
// request's (filters/builtin/redirect.go).
func location(q *simulate.Request, c *eskip.Call) string {
	text, _ := textArg(c.Args, 1)
	u, err := url.Parse(text)
	if err != nil {
		return text
	}
	path, query, _ := strings.Cut(q.Target, "?")
	if u.Scheme == "" {
		u.Scheme = "https"
	}
	if u.Host == "" {
		u.Host = q.Host
	}
	if u.Path == "" {
		u.Path, _ = url.PathUnescape(path)
	}
	if c.Name == "redirectToLower" {
		u.Path = strings.ToLower(u.Path)
	}
	if u.RawQuery == "" {
		u.RawQuery = query
	}
	return u.String()
}

// seenPath is the path as predicates see it: decoded and cleaned.
func seenPath(q *simulate.Request) string {
	path, _ := match.SlashedPath.See(q.RawPath())
	return path
}
