package skipper

import (
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/eskip"
	"github.com/kgw-dev/kgw/internal/lazyregexp"
	"github.com/kgw-dev/kgw/simulate"
)

// setPath replaces the path. A missing value in a template is empty.
func setPath(x *exchange, c *eskip.Call) *served {
	text, _ := textArg(c.Args, 0)
	e := expand(x, text)
	if e.hidden != "" {
		x.lost = fmt.Sprintf("setPath sets the path to %q, and kgw does not know %s", text, e.hidden)
		return nil
	}
	x.replacePath(e.value)
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
	if x.in.Free != simulate.Concrete {
		x.in.Rewritten = &simulate.Rewriting{Text: c.String(), At: x.route.at, Scattered: true}
	}
	return nil
}

// keepEscapes keeps the escapes of reserved characters as text (rfc.PatchPath).
func keepEscapes(x *exchange, _ *eskip.Call) *served {
	kept := escape().ReplaceAllStringFunc(x.in.RawPath(), func(e string) string {
		if c, err := url.PathUnescape(e); err == nil && strings.Contains(";/?:@&=+$,", c) {
			return "%25" + e[1:]
		}
		return e
	})
	if path, err := url.PathUnescape(kept); err == nil {
		x.replacePath(path)
	}
	return nil
}

var escape = lazyregexp.New(`%[0-9A-Fa-f]{2}`)

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
	name, content := expand(x, key), expand(x, value)
	if hidden := name.hidden + content.hidden; hidden != "" {
		x.lost = fmt.Sprintf("%s changes the query by %s, which kgw does not know", c, hidden)
		return nil
	}
	key, value = name.value, content.value
	switch {
	case c.Name == "stripQuery":
		if text, _ := textArg(c.Args, 0); len(c.Args) == 1 && strings.EqualFold(text, "true") {
			x.keepQuery(values)
		}
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

// keepQuery sends the parameters of the query on as headers.
func (x *exchange) keepQuery(values url.Values) {
	for _, name := range slices.Sorted(maps.Keys(values)) {
		header := "X-Query-Param-" + strings.Map(func(c rune) rune {
			if simulate.IsHeader(string(c), "") {
				return c
			}
			return -1
		}, name)
		for _, v := range values[name] {
			x.in.Headers = append(x.in.Headers, simulate.Header{Name: header, Value: v})
		}
	}
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
