package envoy

import (
	"regexp"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/simulate"
)

// condition is one matcher of a route. A route matches where all of its conditions hold.
type condition struct {
	place place
	part  string // uri, method, scheme, authority; or the name of a header or parameter
	kind  string // exact, prefix, regex, present
	text  string
	fold  bool // without regard to case
	not   bool
	path  *match.Matcher // of a uri that is compared with case
	regex *regexp.Regexp // of other parts; nil where RE2 refuses the expression
	claim []string       // the path of a claim, instead of a header
}

// place is where in a request a condition looks.
type place int

const (
	head place = iota // the request line
	header
	parameter // of the query
)

// isAbout reports whether the condition is about a part of the request line.
func (c *condition) isAbout(part string) bool { return c.place == head && c.part == part }

func readConditions(n *source.Node) []condition {
	var out []condition
	fold, _ := source.Bool(source.Field(n, "ignoreUriCase"))
	for _, part := range []string{"uri", "method", "scheme", "authority"} {
		v := source.Field(n, part)
		if v == nil {
			continue
		}
		if c := readCondition(head, part, v, fold && part == "uri"); part != "uri" || c.kind != "present" {
			out = append(out, c)
		}
	}
	for _, list := range []struct {
		field string
		where place
	}{{"headers", header}, {"withoutHeaders", header}, {"queryParams", parameter}} {
		m := source.Field(n, list.field)
		for _, name := range source.Keys(m) {
			c := readCondition(list.where, name, source.Field(m, name), false)
			c.not = list.field == "withoutHeaders"
			if list.where == header {
				c.part, c.claim = strings.ToLower(name), claimPath(name)
			}
			out = append(out, c)
		}
	}
	return out
}

// readCondition reads a StringMatch. Without one, or with the regex "*", the value
// only has to be present.
func readCondition(where place, part string, n *source.Node, fold bool) condition {
	c := condition{place: where, part: part, kind: "present", fold: fold}
	for _, kind := range []string{"exact", "prefix", "regex"} {
		if v := source.Field(n, kind); v != nil {
			c.kind, c.text = kind, source.Text(v)
		}
	}
	if c.kind == "regex" && c.text == "*" && !c.isAbout("uri") {
		c.kind = "present"
	}
	if c.kind == "regex" {
		c.text = closeQuote(c.text)
	}
	if c.kind == "regex" && !c.isAbout("uri") {
		c.regex, _ = pathlang.CompileWhole(c.text)
	}
	if _, ok := languages[c.kind]; ok && c.isAbout("uri") {
		c.path = match.Compile(match.Set{Path: c.pattern(), View: match.RawPath})
	}
	return c
}

// pattern returns the set of paths that a condition on the path matches.
func (c *condition) pattern() pathlang.Path {
	switch {
	case !c.fold || c.kind == "regex":
		return pathlang.Path{Lang: languages[c.kind], Text: c.text}
	case c.kind == "prefix":
		return pathlang.Path{Lang: pathlang.Regex, Text: "(?is)" + regexp.QuoteMeta(c.text) + ".*"}
	}
	return pathlang.Path{Lang: pathlang.Regex, Text: "(?i)" + regexp.QuoteMeta(c.text)}
}

// closeQuote ends an open \Q at the end of an expression, so that the expression
// can be put into another.
func closeQuote(text string) string {
	if !strings.Contains(text, `\Q`) {
		return text
	}
	if _, err := regexp.Compile("(?:" + text + ")"); err == nil {
		return text
	}
	return text + `\E`
}

var languages = map[string]pathlang.Lang{"exact": pathlang.Exact, "prefix": pathlang.Prefix, "regex": pathlang.Regex}

// matches reports whether all conditions hold, and asks last about the ones that
// the request leaves open.
func (r *route) matches(q *simulate.Request) bool {
	open := false
	for i := range r.conditions {
		switch c := &r.conditions[i]; {
		case c.isOpen(q):
			open = true
		case c.holds(q) == c.not:
			return false
		}
	}
	for i := range r.conditions {
		if c := &r.conditions[i]; open && c.isOpen(q) && q.Holds(c.whereChosen(r, q)) == c.not {
			return false
		}
	}
	return true
}

// isOpen reports whether the request leaves it to the caller whether the
// condition holds.
func (c *condition) isOpen(q *simulate.Request) bool {
	switch {
	case c.claim != nil:
		return false
	case c.place == header && q.IsUnsettled(c.part):
		return true
	case q.Free == simulate.Concrete:
		return false
	case c.place == header:
		_, has := c.value(q)
		return !has
	case c.place == parameter:
		return true
	}
	return q.Free == simulate.AnyRequest && (c.isAbout("scheme") || c.isAbout("authority"))
}

// whereChosen returns the condition as an unknown that the caller decides, or whoever
// sets the header.
func (c *condition) whereChosen(r *route, q *simulate.Request) simulate.Unknown {
	what := condition{place: c.place, part: c.part, kind: c.kind, text: c.text}
	u := simulate.Unknown{Why: simulate.Chosen, At: r.at, What: "the request has " + what.describe()}
	if c.place == header && q.IsUnsettled(c.part) {
		u.Why, u.What = simulate.Opaque, "the request has "+what.describe()+", after an external authorizer may have set it"
		return u
	}
	if c.place == header && (c.kind == "exact" || c.kind == "prefix" || c.kind == "present") {
		value := c.text
		if value == "" {
			value = "x"
		}
		u.Example = []simulate.Header{{Name: c.part, Value: value}}
	}
	return u
}

// holds compares the value of the request. An absent value counts as empty in a
// condition that is negated, unless any value would do (Istio sets
// treat_missing_header_as_empty).
func (c *condition) holds(q *simulate.Request) bool {
	if c.claim != nil {
		return c.claimHolds(q)
	}
	if c.path != nil {
		ok, err := c.path.Accepts(match.Request{Method: q.Method, Scheme: q.Scheme, Host: q.Host, RawPath: q.RawPath()})
		return ok && err == nil
	}
	value, has := c.value(q)
	if c.kind == "present" {
		return has
	}
	return (has || c.not) && c.matches(value)
}

func (c *condition) matches(value string) bool {
	text := c.text
	if c.fold {
		value, text = strings.ToLower(value), strings.ToLower(text)
	}
	switch c.kind {
	case "exact":
		return value == text
	case "prefix":
		return strings.HasPrefix(value, text)
	}
	return c.regex != nil && c.regex.MatchString(value)
}

// value returns what the condition compares. Envoy has the request line among the
// headers, joins headers of one name, and does not decode parameters.
func (c *condition) value(q *simulate.Request) (value string, has bool) {
	switch {
	case c.isAbout("uri"):
		return q.RawPath(), true
	case c.place == head:
		return requestLine(":"+c.part, q), true
	case c.place == parameter:
		return c.parameter(q)
	}
	name := strings.ToLower(c.part)
	if strings.HasPrefix(name, ":") || name == "host" {
		return requestLine(name, q), true
	}
	var values []string
	for _, h := range q.Headers {
		if strings.EqualFold(h.Name, name) {
			values = append(values, h.Value)
		}
	}
	return strings.Join(values, ","), len(values) > 0
}

func (c *condition) parameter(q *simulate.Request) (value string, has bool) {
	_, query, _ := strings.Cut(q.Target, "?")
	for part := range strings.SplitSeq(query, "&") {
		if name, value, _ := strings.Cut(part, "="); name == c.part {
			return value, strings.Contains(q.Target, "?")
		}
	}
	return "", false
}

func requestLine(name string, q *simulate.Request) string {
	switch name {
	case ":path":
		return q.Target
	case ":method":
		return q.Method
	case ":scheme":
		return q.Scheme
	}
	return q.Host
}

// isAllowed reports whether a CORS policy allows an origin: Envoy also asks each
// matcher for "*".
func isAllowed(cors *source.Node, origin string) bool {
	if list := source.Elements(source.Field(cors, "allowOrigins")); len(list) > 0 {
		return slices.ContainsFunc(list, func(n *source.Node) bool {
			c := readCondition(header, "origin", n, false)
			return c.kind != "present" && (c.matches("*") || c.matches(origin))
		})
	}
	list := source.Texts(source.Field(cors, "allowOrigin"))
	return slices.Contains(list, origin) || slices.Contains(list, "*")
}

// claimPath reads the name of a header that means a claim:
// "@request.auth.claims.a.b" or "@request.auth.claims[a][b]"; nil for others.
func claimPath(name string) []string {
	rest, ok := strings.CutPrefix(strings.ToLower(name), "@request.auth.claims")
	if !ok || rest == "" {
		return nil
	}
	rest = name[len(name)-len(rest):]
	if inside, ok := strings.CutPrefix(rest, "["); ok {
		return strings.Split(strings.TrimSuffix(inside, "]"), "][")
	}
	return strings.Split(strings.TrimPrefix(rest, "."), ".")
}

// claimHolds compares a claim of the token that the gateway verified. Without such
// a token nothing matches.
func (c *condition) claimHolds(q *simulate.Request) bool {
	var value any = q.Verified
	for _, step := range c.claim {
		inner, _ := value.(map[string]any)
		value = inner[step]
	}
	switch v := value.(type) {
	case string:
		return c.matches(v)
	case []any:
		return slices.ContainsFunc(v, func(e any) bool { s, ok := e.(string); return ok && c.matches(s) })
	}
	return false
}
