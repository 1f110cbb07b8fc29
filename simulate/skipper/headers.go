package skipper

import (
	"cmp"
	"encoding/base64"
	"net/http"
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
	registerRequest(changes, header, setHeader, "setRequestHeader", "appendRequestHeader", "requestHeader")
	registerRequest(changes, header, dropHeader, "dropRequestHeader")
	registerRequest(changes, header, dropMatching, "dropRequestHeaderRegexp")
	registerRequest(changes, header, copyHeader, "copyRequestHeader", "requestCopyHeader")
	registerRequest(changes, header, modHeader, "modRequestHeader")
	registerRequest(changes, header, queryToHeader, "queryToHeader")
	hidden := func(x *exchange, c *eskip.Call) *served {
		key, _ := textArg(c.Args, 0)
		if x.in.Header(key) != "" || strings.Contains(c.Name, "Context") || strings.Contains(c.Name, "Secret") {
			x.setUnknown(key, c.Name+" sets it")
		}
		return nil
	}
	registerRequest(changes, "it sets a header of the request to a value that kgw does not know", hidden, "setContextRequestHeader", "appendContextRequestHeader", "setRequestHeaderFromSecret", "encodeRequestHeader")
	registerRequest(changes, header, changeBase64, "encodeBase64RequestHeader", "decodeBase64RequestHeader")
	registerRequest(changes, "it changes the cookies of the request", changeCookie, "requestCookie", "dropRequestCookie")

	const target = "it changes the path or the query of the request, for all that comes after it"
	registerRequest(changes, target, setPath, "setPath")
	registerRequest(changes, target, modPath, "modPath")
	registerRequest(changes, target, changeQuery, "setQuery", "dropQuery")
	registerRequest(changes, target, changeQuery, "stripQuery")
	registerRequest(changes, target, headerToQuery, "headerToQuery")

	registerRequest(changes, "it keeps escapes of the path, for all that comes after it", keepEscapes, "rfcPath")
	registerRequest(changes, "it changes X-Forwarded-For, for all that comes after it", func(x *exchange, c *eskip.Call) *served {
		x.in.RemoveHeader("X-Forwarded-For")
		x.setUnknown("X-Forwarded-For", c.Name+" sets it")
		return nil
	}, "xforward", "xforwardFirst")

	const where = "it sets the address of a dynamic backend"
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
	registerRequest(changes, where, literal, "setDynamicBackendUrl", "setDynamicBackendHost")
	registerRequest(changes, where, fromHeader, "setDynamicBackendUrlFromHeader", "setDynamicBackendHostFromHeader")
	registerRequest(changes, where, none, "setDynamicBackendScheme", "setDynamicBackendSchemeFromHeader")
}

// setUnknown notes that a header has a value that kgw does not know, which is
// not the caller's.
func (x *exchange) setUnknown(key, reason string) {
	x.given[strings.ToLower(key)] = reason
	x.in.SetHeader(key, "<not known: "+reason+">")
}

// changeBase64 encodes or decodes a header. kgw does not follow changes of a part of it.
func changeBase64(x *exchange, c *eskip.Call) *served {
	key, _ := textArg(c.Args, 0)
	value := x.in.Header(key)
	switch {
	case value == "":
	case len(c.Args) > 1:
		x.setUnknown(key, c.Name+" changes a part of it")
	case c.Name == "encodeBase64RequestHeader":
		x.in.SetHeader(key, base64.StdEncoding.EncodeToString([]byte(value)))
	default:
		if text, err := base64.StdEncoding.DecodeString(value); err == nil {
			x.in.SetHeader(key, string(text))
		}
	}
	return nil
}

// setHeader sets a header, or adds a line to it. The value is the
// configuration's unless it is made of what the caller sent.
func setHeader(x *exchange, c *eskip.Call) *served {
	key, _ := textArg(c.Args, 0)
	text, _ := textArg(c.Args, 1)
	value := text
	if c.Name != "requestHeader" {
		e := expand(x, text)
		if value = e.value; e.hidden != "" {
			x.setUnknown(key, "its template reads "+e.hidden)
			return nil
		}
		if e.missing {
			return nil // Skipper sets nothing
		}
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
	if !anyHeader(x.in, key, func(string) bool { return true }) {
		delete(x.given, strings.ToLower(key))
	}
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

// changeCookie adds a cookie at the end of the first line, or drops the cookies of
// a name from all lines, as net/http writes them (filters/cookie).
func changeCookie(x *exchange, c *eskip.Call) *served {
	key, _ := textArg(c.Args, 0)
	r := cookies(x.in)
	if c.Name == "requestCookie" {
		value, _ := textArg(c.Args, 1)
		r.AddCookie(&http.Cookie{Name: key, Value: value})
	} else {
		all := r.Cookies()
		kept := slices.DeleteFunc(slices.Clone(all), func(c *http.Cookie) bool { return c.Name == key })
		if len(kept) == len(all) {
			return nil // the lines stay as they are
		}
		r.Header.Del("Cookie")
		for _, one := range kept {
			r.AddCookie(one)
		}
	}
	x.in.RemoveHeader("Cookie")
	for _, line := range r.Header["Cookie"] {
		x.in.Headers = append(x.in.Headers, simulate.Header{Name: "Cookie", Value: line})
	}
	return nil
}

// cookies returns a request with the Cookie headers of another.
func cookies(q *simulate.Request) *http.Request {
	out := &http.Request{Header: http.Header{}}
	for _, h := range q.Headers {
		if strings.EqualFold(h.Name, "Cookie") {
			out.Header.Add("Cookie", strings.Trim(h.Value, " \t"))
		}
	}
	return out
}

// location returns the address that a redirect leads to. Parts that the redirect
// leaves out are those of the request; the scheme is that of the connection on
// which the request was sent on, or https (filters/builtin/redirect.go).
func location(q *simulate.Request, c *eskip.Call, scheme string) string {
	text, _ := textArg(c.Args, 1)
	u, err := url.Parse(text)
	if err != nil {
		return text
	}
	path, query, _ := strings.Cut(q.Target, "?")
	if u.Scheme == "" {
		u.Scheme = cmp.Or(scheme, "https")
	}
	if u.Host == "" {
		u.Host = cmp.Or(q.Header("Host"), q.Host)
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

// seenPath returns the path as predicates see it: decoded and cleaned.
func seenPath(q *simulate.Request) string {
	path, _ := match.SlashedPath.See(q.RawPath())
	return path
}
