package migrate

import (
	"regexp"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
	"github.com/kgw-dev/kgw/schema/apirule"
)

// cover is a set of v2 paths that replaces an older path. Every request that one
// of them matches, the older path matched. Lost is one that none of them matches;
// Why is why there is no such set.
type cover struct {
	paths []string
	lost  *match.Request
	why   string
	steps int // what it cost to find it
}

// budget bounds each question: paths that people write need a few hundred
// states, and hostile ones end soon.
const budget match.Budget = 20_000

// maxPath is how long an expression may be: Istio accepts no longer one.
const maxPath = 1024

// movePaths returns the v2 paths of a rule, and reports what is lost.
func (c *conversion) movePaths(r *rule, text string) []string {
	k := &cover{why: match.TooMuch}
	if !c.purse.Spent() {
		k = c.covers.coverOf(pathlang.Path{Lang: c.pathLang(text), Text: text})
		c.purse.Charge(k.steps)
	}
	if k.why != "" {
		c.leave(diag.PathNotCovered, r.at+".path", "write the paths that are in use, a rule for each: text, {*} for one segment, {**} for any rest", "path %q has no counterpart in v2: %s", text, k.why)
		return nil
	}
	if k.lost != nil && len(c.left) == 0 {
		lost := *k.lost
		if len(r.methods) > 0 {
			lost.Method = r.methods[0]
		}
		if hosts := c.hosts(); len(hosts) > 0 {
			lost.Host = hosts[0]
		}
		help := "add a rule for such requests if they are in use"
		if text == "/*" {
			help = "if every path is meant, write /.* before the move, or jwtHandler: istio in kgw.yaml where Istio checked tokens: here it is an expression, which matches slashes only"
		}
		f := c.tell(diag.PathNarrowed, r.at+".path", help, "path %q becomes %s: %s is lost", text, list(k.paths), lost.RawPath)
		f.Witness = witness(&lost)
	}
	return k.paths
}

func list(paths []string) string { return strings.Join(paths, " and ") }

// coverOf finds the smallest set of v2 paths for an older path.
func (c *covers) coverOf(p pathlang.Path) *cover {
	return c.found.get(p, func() *cover {
		q := &questions{covers: c}
		k := q.findCover(p)
		k.steps = q.steps
		return k
	})
}

// questions are those about one path, with what their answers cost.
type questions struct {
	*covers
	steps int
}

// difference asks for requests of a set that no other has.
func (c *questions) difference(m *match.Matcher, others ...*match.Matcher) match.Rest {
	r := m.Difference(budget, others...)
	c.steps += r.Steps
	return r
}

// v2Path is the form of paths that v2 accepts.
var v2Path = regexp.MustCompile(apirule.TemplatePattern.Expr)

func (c *questions) findCover(p pathlang.Path) *cover {
	if p.Lang == pathlang.Star {
		return &cover{paths: []string{p.Text}}
	}
	if len(p.Text) > maxPath {
		return &cover{why: "it is too long"}
	}
	old := c.judge.Compile(match.Set{Path: p})
	if err := old.Err(); err != nil {
		return &cover{why: err.Error()}
	}
	if old.IsEmpty() {
		return &cover{why: "no request has such a path"}
	}
	shapes, why := shapesOf(p.Text)
	if why != "" {
		return &cover{why: why}
	}
	paths := c.keepSound(old, shapes)
	if len(paths) == 0 {
		return &cover{why: "it is not made of whole segments"}
	}
	paths = c.keepLeast(paths)
	rest := c.askRest(old, paths)
	switch {
	case rest.Empty:
		return &cover{paths: paths}
	case rest.Witness == nil:
		return &cover{why: "kgw cannot decide which requests it matches"}
	case !shapes.loseOnly(c, old, paths):
		return &cover{why: "it is not made of whole segments"}
	}
	return &cover{paths: paths, lost: rest.Witness}
}

// keepSound keeps the candidates that v2 accepts and that match nothing that the
// older path did not.
func (c *questions) keepSound(old *match.Matcher, shapes shapes) []string {
	var out []string
	for _, s := range shapes {
		for _, path := range s.candidates {
			if v2Path.MatchString(path) && strings.Count(path, "{**}") < 2 && c.difference(c.literalMatcher(path), old).Empty {
				out = append(out, path)
			}
		}
	}
	return out
}

// literalMatcher is a v2 path as its policies enforce it: what is not an
// operator is text.
func (c *covers) literalMatcher(path string) *match.Matcher {
	if path == "/*" {
		return c.template(path)
	}
	const char = `[A-Za-z0-9\-._~!$&'()*+,;=:@]|%[0-9a-fA-F]{2}`
	var b strings.Builder
	for _, segment := range strings.Split(path[1:], "/") {
		b.WriteByte('/')
		switch segment {
		case "{*}":
			b.WriteString("(?:" + char + ")+")
		case "{**}":
			b.WriteString("(?:/|" + char + ")*")
		default:
			b.WriteString(regexp.QuoteMeta(segment))
		}
	}
	return c.judge.Compile(match.Set{Path: pathlang.Path{Lang: pathlang.Regex, Text: b.String()}})
}

// keepLeast drops the paths that the others cover.
func (c *questions) keepLeast(paths []string) []string {
	for i := 0; i < len(paths); {
		var others []*match.Matcher
		for k, p := range paths {
			if k != i {
				others = append(others, c.template(p))
			}
		}
		if len(others) > 0 && c.difference(c.template(paths[i]), others...).Empty {
			paths = append(paths[:i:i], paths[i+1:]...)
			continue
		}
		i++
	}
	return paths
}

// noURI matches paths that no URI has (RFC 3986): v2's operators do not match them.
const noURI = `(?:.*[^A-Za-z0-9\-._~!$&'()*+,;=:@/%].*)|(?:.*%(?:[^0-9a-fA-F].*|[0-9a-fA-F](?:[^0-9a-fA-F].*)?)?)`

// askRest returns what the older path matches and the new ones do not.
func (c *questions) askRest(old *match.Matcher, paths []string) match.Rest {
	others := []*match.Matcher{c.judge.Compile(match.Set{Path: pathlang.Path{Lang: pathlang.Regex, Text: noURI}})}
	for _, p := range paths {
		others = append(others, c.template(p))
	}
	return c.difference(old, others...)
}
