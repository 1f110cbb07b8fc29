package classes

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/simulate"
)

// comparison is the comparison of one host.
type comparison struct {
	classifier  *match.Classifier
	purse       *match.Purse // the budget of the host
	host, shown string
	subject     string // the subject of notes; "" is the comparison
	sides       [2]Side
	decided     [2][]string // schemes that a side decides on: see Side.Schemes
	parts       [2][]Part
	named       [2]map[partKey]*Part
	matchers    []*match.Matcher // of both sides, one after the other
	all         []*Part
	tokens      [][]string // by part: see tokensOf

	// doubted is the reason why it is not known how one of the sides answers plain
	// HTTP, "" if both are compared.
	doubted string

	// world is the current world, and found are the changes in it.
	world     *simulate.World
	found     []Change
	changes   []Change
	merged    map[spelledKey]int
	unchanged int
	same      map[unchangedKey]bool
	notes     []string
	// seen are the classes that were compared, in order.
	seen []seenClass
}

func (c *comparison) run() {
	c.same = map[unchangedKey]bool{}
	schemes := c.compile()
	switch {
	case c.sides[0].Listed(c.host) && len(c.decided[1]) == 0 && len(c.parts[1]) > 0:
		c.addUnknown("/", "the Gateway of the host is among the inputs before, and not after")
	case c.sides[1].Listed(c.host) && len(c.decided[0]) == 0 && len(c.parts[0]) > 0:
		c.doubted = "the Gateway of the host is among the inputs after, and not before"
	}
	if !slices.Equal(untriedClaims(c.parts[0]), untriedClaims(c.parts[1])) {
		c.addUnknown("/", "policies distinguish more claims of tokens than kgw tries, and the others differ")
	}
	for _, scheme := range schemes {
		c.askScheme(scheme, c.compareClass)
	}
	if c.doubted != "" && !slices.Contains(schemes, "http") {
		c.askScheme("http", c.compareDoubted)
	}
	c.joinSpellings()
	c.dropImpliedPreflights()
	c.notePartial()
	c.noteIdentity()
}

// untriedClaims lists the claims for which no token is tried, each once, sorted.
func untriedClaims(parts []Part) []string {
	var out []string
	for i := range parts {
		out = append(out, parts[i].Untried...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// dropAnswers drops everything except for the findings, to save memory: there may be thousands of
// hosts.
func (c *comparison) dropAnswers() {
	*c = comparison{unchanged: c.unchanged, notes: c.notes, changes: c.changes}
}

// read collects the parts of both sides. Parts that only further states have are
// added to the second side.
func (c *comparison) read(further ...Side) {
	for i, side := range c.sides {
		c.parts[i] = side.Parts(c.host)
	}
	for _, f := range further {
		c.parts[1] = slices.Concat(c.parts[1], ownParts(f.Parts(c.host), slices.Concat(c.parts[0], c.parts[1])))
	}
	for i := range c.sides {
		c.named[i] = map[partKey]*Part{}
		for j := range c.parts[i] {
			p := &c.parts[i][j]
			if p.Name != "" {
				c.named[i][partKey{name: p.Name}], c.named[i][partKey{p.Name, p.At.Path}] = p, p
			}
			if p.Loose != "" {
				c.notes = append(c.notes, fmt.Sprintf("%s on %s: %s", p.Text, c.shown, p.Loose))
			}
			c.all = append(c.all, p)
		}
	}
}

// partKey is the name of a part and the field path of its place, which is empty
// for any.
type partKey struct{ name, at string }

// partOf returns the part of a side with a name, the one at a place if there is
// one, nil if there is none.
func (c *comparison) partOf(side int, name, at string) *Part {
	if p := c.named[side][partKey{name, at}]; p != nil {
		return p
	}
	return c.named[side][partKey{name: name}]
}

// maxParts is the most routes and rules on a host, of both sides together, that
// are compared.
const maxParts = 5000

// compile makes the sets of the parts, and returns the schemes to be compared.
func (c *comparison) compile() []string {
	for i, s := range c.sides {
		c.decided[i] = s.Schemes(c.host)
	}
	if len(c.all) > maxParts {
		c.addUnknown("/", fmt.Sprintf("the host has more than %d routes and rules", maxParts))
		return nil
	}
	sets := make([]match.Set, len(c.all))
	for i, p := range c.all {
		sets[i] = p.Set
		c.matchers = append(c.matchers, c.classifier.Compile(p.Set))
	}
	schemes := []string{"https"}
	if slices.ContainsFunc(sets, func(s match.Set) bool { return s.Schemes != nil && len(s.Schemes) < 2 }) {
		schemes = append(schemes, "http")
	}
	for _, s := range c.decided[0] {
		if slices.Contains(c.decided[1], s) && !slices.Contains(schemes, s) {
			schemes = append(schemes, s)
		}
	}
	return schemes
}

// seenClass is the part of a class that is needed to decide whether a change is
// about all requests of a path.
type seenClass struct {
	scheme, path string
	base         *Change
	takes        []int
}

// notePartial notes which changes are about only a part of the requests of their
// path: not every class of the path and of their methods has them. It ignores
// spellings that no client sends.
func (c *comparison) notePartial() {
	for i := range c.changes {
		ch := &c.changes[i]
		if !slices.Contains([]Kind{Exposed, Removed, Tightened, Added, Moved}, ch.Kind) || len(ch.in) == 0 {
			continue
		}
		schemes := map[string]bool{}
		for k := range ch.in {
			schemes[c.seen[k].scheme] = true
		}
		for k, s := range c.seen {
			if !ch.in[k] && schemes[s.scheme] && s.base.Path == ch.Path && ch.sharesMethod(s.base) && !NeedlesslyEncoded(s.path) && !strings.Contains(s.path, "*") {
				ch.Part = c.seen[slices.Min(slices.Collect(maps.Keys(ch.in)))].path
				break
			}
		}
		if ch.Part == ch.Path {
			ch.Part = ""
		}
	}
}

// sharesMethod reports whether two changes have a method in common.
func (ch *Change) sharesMethod(o *Change) bool {
	return ch.Others && o.Others || slices.ContainsFunc(ch.Methods, func(m string) bool { return slices.Contains(o.Methods, m) })
}

// dropImpliedPreflights drops changes of preflights where the route itself is added
// or removed.
func (c *comparison) dropImpliedPreflights() {
	comes := map[string]bool{}
	for i := range c.changes {
		if ch := &c.changes[i]; ch.Before == NoRoute || ch.After == NoRoute {
			comes[ch.Path] = true
		}
	}
	c.changes = slices.DeleteFunc(c.changes, func(ch Change) bool { return ch.preflight && comes[ch.Path] })
}

// askScheme asks about each class of the requests of a scheme.
func (c *comparison) askScheme(scheme string, ask func(*match.Class)) {
	p := c.purse.Classes(c.classifier, scheme, c.host, c.matchers, 0)
	for i := range c.all {
		if why, ok := p.Unknown[i]; ok {
			c.addUnknown(c.all[i].Text, why)
		}
	}
	if p.Reason != "" {
		c.addUnknown("/", p.Reason)
	}
	if p.Within != "" {
		c.notes = append(c.notes, cmp.Or(c.subject, "the comparison")+" holds for "+p.Within)
	}
	for i := range p.Classes {
		if !c.purse.Charge(len(c.all) * stepsOfAnswer) {
			c.addUnknown("/", match.TooMuch)
			return
		}
		ask(&p.Classes[i])
	}
}

// stepsOfAnswer is the cost of asking both sides about a request, for each route
// and rule.
const stepsOfAnswer = 50

func (c *comparison) addUnknown(path, why string) {
	c.addChange(Change{Kind: Unknown, Host: c.shown, Path: path, After: why})
}

// compareClass compares the answers to the requests of one class.
func (c *comparison) compareClass(class *match.Class) {
	if !slices.ContainsFunc(class.Takes, func(i int) bool { return !c.all[i].Beside || c.all[i].Unmatched }) {
		return
	}
	credentials := c.credentials(class)
	all, base := &findings{c: c}, Change{}
	reached := false
	complete := simulate.Worlds(true, func(w *simulate.World) bool {
		c.world, c.found = w, nil
		requests := c.requests(class, credentials)
		was, is := c.ask(c.sides[0], 0, requests), c.ask(c.sides[1], 1, requests)
		base = Change{Methods: class.Methods, Others: class.Others, Host: c.shown, Path: c.classLabel(was, is), WasAt: was.placeOf(), IsAt: is.placeOf()}
		reached = reached || was.reaches() || is.reaches() || was.anyUnread()
		d := &delta{c: c, class: class, base: base, credentials: credentials, requests: requests, was: was, is: is}
		d.compareAll()
		all.add(w, c.found)
		return true
	})
	c.seen = append(c.seen, seenClass{class.Witness.Scheme, class.Witness.RawPath, &base, class.Takes})
	all.addChanges(complete, base)
	if len(all.list) == 0 && reached {
		c.countUnchanged(base)
	}
}

// compareDoubted compares the answers to requests of a class that come to a Gateway
// which is not among the inputs of one side. What seems to change may have been so
// before.
func (c *comparison) compareDoubted(class *match.Class) {
	trial := c.sibling()
	trial.compareClass(class)
	if len(trial.changes) > 0 {
		c.addUnknown("/", c.doubted+": plain HTTP may be answered otherwise")
	}
}

// countUnchanged counts an unchanged class, once for each path and set of
// methods.
func (c *comparison) countUnchanged(base Change) {
	key := unchangedKey{base.Path, base.Verbs()}
	if !c.same[key] {
		c.same[key] = true
		c.unchanged++
	}
}

// changeKey identifies a change: changes of several classes with one key are one change.
type changeKey struct {
	kind                Kind
	path, before, after string
}

func keyOf(c *Change) changeKey { return changeKey{c.Kind, c.Path, c.Before, c.After} }

// unchangedKey is a path and the methods with which it is unchanged.
type unchangedKey struct{ path, verbs string }

// spelledKey is the same for changes whose requests have the same spelling.
type spelledKey struct {
	changeKey
	Spelling
}

// joinSpellings joins changes that differ only in the spelling of requests, if one
// of them is shown by a request as clients spell it. That request is the witness.
func (c *comparison) joinSpellings() {
	out := map[int]bool{}
	for i := range c.changes {
		if at, ok := c.merged[spelledKey{keyOf(&c.changes[i]), Plain}]; ok && at != i {
			out[i] = true
			c.changes[at].addRequests(&c.changes[i])
		}
	}
	i := -1
	c.changes = slices.DeleteFunc(c.changes, func(Change) bool { i++; return out[i] })
}

// addRequests adds the requests of a change to those of another.
func (ch *Change) addRequests(more *Change) {
	maps.Copy(ch.in, more.in)
	ch.callers = append(ch.callers, more.callers...)
	ch.Others = ch.Others || more.Others
	for _, m := range more.Methods {
		if !slices.Contains(ch.Methods, m) {
			ch.Methods = append(slices.Clone(ch.Methods), m)
		}
	}
}

// addChange adds a change. Equal changes of several classes of one path become one,
// if their requests have the same spelling.
func (c *comparison) addChange(ch Change) {
	key := spelledKey{keyOf(&ch), SpellingOf(ch.Witness.URL)}
	i, ok := c.merged[key]
	if !ok {
		i = len(c.changes)
		c.merged[key], ch.in = i, map[int]bool{}
		c.changes = append(c.changes, ch)
	}
	have := &c.changes[i]
	if len(c.seen) > 0 {
		have.in[len(c.seen)-1] = true
	}
	have.addRequests(&ch)
}

// classLabel returns the path that identifies a class for users: the path of the
// rule or route that matches it, on the side where it gets further, or the path of
// its witness.
func (c *comparison) classLabel(was, is *answers) string {
	for _, pick := range []func(*simulate.Decision) string{
		func(d *simulate.Decision) string { return d.Rule },
		func(d *simulate.Decision) string { return d.Route },
	} {
		for _, further := range []bool{true, false} {
			for side, a := range []*answers{was, is} {
				name := pick(a.best())
				p := c.partOf(side, name, a.best().At.Path)
				if p != nil && p.Text != "" && a.reaches() == further {
					return p.Text
				}
			}
		}
	}
	return was.path
}
