package eskip

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Route is a whole route as text: what an annotation or a routes file holds.
type Route struct {
	// ID is "" where the text names none.
	ID                  string
	Predicates, Filters []Call
	// Backend is "<shunt>", "<loopback>", "<dynamic>" or "<forward>", "<>" for
	// several addresses among which the load is balanced, or "" for one.
	Backend string
	// Addresses are those of the last two.
	Addresses []string
}

// parser reads the part of Skipper's syntax that kgw writes, and what authors
// may add to it. It follows eskip/lexer.go of Skipper v0.27.57.
type parser struct{ rest string }

var errEnd = errors.New("the text ends too early")

// space skips space and comments.
func (p *parser) space() {
	for p.rest != "" && (p.rest[0] <= ' ' || p.rest[0] == '/') {
		p.rest = strings.TrimLeft(p.rest, " \t\n\v\f\r")
		if !strings.HasPrefix(p.rest, "//") {
			return
		}
		_, p.rest, _ = strings.Cut(p.rest, "\n")
	}
}

// accept skips white space and reads a fixed text.
func (p *parser) accept(text string) bool {
	p.space()
	rest, ok := strings.CutPrefix(p.rest, text)
	if ok {
		p.rest = rest
	}
	return ok
}

func (p *parser) end() error {
	p.space()
	if p.rest != "" {
		return fmt.Errorf("%.20q is left over", p.rest)
	}
	return nil
}

func nameByte(c byte, first bool) bool {
	return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || !first && c >= '0' && c <= '9'
}

// call reads one predicate or filter.
func (p *parser) call() (Call, error) {
	p.space()
	i := 0
	for i < len(p.rest) && nameByte(p.rest[i], i == 0) {
		i++
	}
	c := Call{Name: p.rest[:i]}
	if i == 0 {
		return c, errors.New("a name is missing")
	}
	p.rest = p.rest[i:]
	if !p.accept("(") {
		return c, fmt.Errorf("%s has no arguments in parentheses", c.Name)
	}
	if p.accept(")") {
		return c, nil
	}
	c.Args = make([]any, 0, 2)
	for {
		a, err := p.argument()
		if err != nil {
			return c, fmt.Errorf("%s: %w", c.Name, err)
		}
		c.Args = append(c.Args, a)
		if p.accept(")") {
			return c, nil
		}
		if !p.accept(",") {
			return c, fmt.Errorf("%s: a comma or a parenthesis is missing", c.Name)
		}
	}
}

func (p *parser) argument() (any, error) {
	p.space()
	if p.rest == "" {
		return nil, errEnd
	}
	switch c := p.rest[0]; {
	case c == '"' || c == '`':
		return p.text(c)
	case c == '/':
		return p.regexp()
	case c >= '0' && c <= '9' || c == '.':
		return p.number()
	}
	return nil, fmt.Errorf("%.10q is not an argument", p.rest)
}

// text reads a string in quotes of either kind. A backslash before any other
// character is literal.
func (p *parser) text(quote byte) (any, error) {
	if end := strings.IndexByte(p.rest[1:], quote) + 1; end > 0 && strings.IndexByte(p.rest[1:end], '\\') < 0 {
		text := p.rest[1:end]
		p.rest = p.rest[end+1:]
		return text, nil
	}
	var b []byte
	for i := 1; i < len(p.rest); i++ {
		switch c := p.rest[i]; {
		case c == quote:
			p.rest = p.rest[i+1:]
			return string(b), nil
		case c != '\\':
			b = append(b, c)
		case i+1 == len(p.rest):
			return nil, errEnd
		default:
			i++
			b = unescape(b, p.rest[i], quote)
		}
	}
	return nil, errEnd
}

func unescape(b []byte, c, quote byte) []byte {
	if c == quote {
		return append(b, c)
	}
	if e := strings.IndexByte(escapes, c); e > 0 {
		return append(b, escaped[e])
	}
	return append(b, '\\', c)
}

// regexp reads an expression between slashes; a slash in a character class
// does not end it.
func (p *parser) regexp() (any, error) {
	if strings.HasPrefix(p.rest, "//") {
		return nil, errors.New("a comment is in place of an argument")
	}
	var b []byte
	class := false
	for i := 1; i < len(p.rest); i++ {
		c := p.rest[i]
		switch {
		case c == '\\' && i+1 < len(p.rest):
			i++
			if e := p.rest[i]; e != '/' && e != '\\' {
				b = append(b, '\\')
			}
			b = append(b, p.rest[i])
			continue
		case c == '[':
			class = true
		case c == ']':
			class = false
		case c == '/' && !class:
			p.rest = p.rest[i+1:]
			return Regexp(b), nil
		}
		b = append(b, c)
	}
	return nil, errEnd
}

func (p *parser) number() (any, error) {
	i := strings.IndexFunc(p.rest, func(r rune) bool { return (r < '0' || r > '9') && r != '.' })
	if i < 0 {
		i = len(p.rest)
	}
	text := p.rest[:i]
	p.rest = p.rest[i:]
	if n, err := strconv.Atoi(text); err == nil {
		return n, nil
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || strings.HasSuffix(text, ".") {
		return nil, fmt.Errorf("%q is not a number", text)
	}
	return f, nil
}

// calls reads calls between separators.
func (p *parser) calls(separator string) ([]Call, error) {
	out := make([]Call, 0, 1+strings.Count(p.rest, separator))
	for {
		c, err := p.call()
		if err != nil {
			return nil, err
		}
		out = append(out, c)
		if !p.accept(separator) {
			return out, nil
		}
	}
}

// ParsePredicates reads the predicate annotation. An empty text has none.
func ParsePredicates(text string) ([]Call, error) { return parseAll(text, "&&") }

// ParseFilters reads the filter annotation. An empty text has none.
func ParseFilters(text string) ([]Call, error) { return parseAll(text, "->") }

func parseAll(text, separator string) ([]Call, error) {
	p := parser{text}
	if p.space(); p.rest == "" {
		return nil, nil
	}
	out, err := p.calls(separator)
	if err == nil {
		err = p.end()
	}
	return out, err
}

// ParseRoute reads a whole route without an id.
func ParseRoute(text string) (*Route, error) {
	p := parser{text}
	r, err := p.route()
	if err != nil {
		return nil, err
	}
	return r, p.end()
}

// ParseRoutes reads a document of routes: one, or several with ids and
// semicolons between them (eskip/parser.y).
func ParseRoutes(text string) ([]Route, error) {
	p := parser{text}
	var out []Route
	for p.space(); p.rest != ""; p.space() {
		id, named := p.id()
		r, err := p.route()
		switch {
		case err != nil:
			return nil, err
		case !named && len(out) > 0:
			return nil, errors.New("one of several routes has no id")
		}
		r.ID = id
		out = append(out, *r)
		if !p.accept(";") || !named {
			break
		}
		for p.accept(";") {
		}
	}
	return out, p.end()
}

// id reads the name of a route.
func (p *parser) id() (name string, ok bool) {
	before := p.rest
	i := 0
	for i < len(p.rest) && nameByte(p.rest[i], i == 0) {
		i++
	}
	name, p.rest = p.rest[:i], p.rest[i:]
	if i == 0 || !p.accept(":") {
		p.rest = before
		return "", false
	}
	return name, true
}

// route reads predicates, filters and a backend. Some predicates may be there
// once only (eskip/eskip.go, applyPredicates).
func (p *parser) route() (*Route, error) {
	r := &Route{}
	seen := map[string]bool{}
	for {
		if !p.accept("*") {
			c, err := p.call()
			if err != nil {
				return nil, err
			}
			key := c.Name
			if c.Name == "Header" && len(c.Args) > 0 {
				key = fmt.Sprint(c.Name, c.Args[0])
			}
			if seen[key] && (c.Name == "Path" || c.Name == "Method" || c.Name == "Header") {
				return nil, fmt.Errorf("the predicate %s is repeated", c.Name)
			}
			seen[key] = true
			r.Predicates = append(r.Predicates, c)
		}
		if !p.accept("&&") {
			break
		}
	}
	for p.accept("->") {
		found, err := p.backend(r)
		if found || err != nil {
			return r, err
		}
		c, err := p.call()
		if err != nil {
			return nil, err
		}
		r.Filters = append(r.Filters, c)
	}
	return nil, errors.New("the route has no backend at its end")
}

// backend reads what a route ends with, if it is there.
func (p *parser) backend(r *Route) (found bool, err error) {
	for _, word := range []string{"<shunt>", "<loopback>", "<dynamic>", "<forward>"} {
		if p.accept(word) {
			r.Backend = word
			return true, nil
		}
	}
	p.space()
	if p.accept("<") {
		r.Backend = "<>"
		return true, p.addresses(r)
	}
	if p.rest == "" || p.rest[0] != '"' && p.rest[0] != '`' {
		return false, nil
	}
	address, err := p.text(p.rest[0])
	text, _ := address.(string)
	r.Addresses = []string{text}
	return true, err
}

// addresses reads what is between the angle brackets of a balanced backend: an
// algorithm, if it is named, and addresses.
func (p *parser) addresses(r *Route) error {
	i := 0
	for i < len(p.rest) && nameByte(p.rest[i], i == 0) {
		i++
	}
	if p.rest = p.rest[i:]; i > 0 && !p.accept(",") {
		return errors.New("a comma is missing behind the algorithm")
	}
	for {
		p.space()
		if p.rest == "" || p.rest[0] != '"' && p.rest[0] != '`' {
			return errors.New("an address is missing")
		}
		address, err := p.text(p.rest[0])
		if err != nil {
			return err
		}
		text, _ := address.(string)
		r.Addresses = append(r.Addresses, text)
		if p.accept(">") {
			return nil
		}
		if !p.accept(",") {
			return errors.New("a comma or > is missing between addresses")
		}
	}
}
