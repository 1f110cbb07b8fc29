package rule

import (
	"fmt"
	"slices"
	"strconv"
	"text/template/parse"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/lazyregexp"
	"github.com/kgw-dev/kgw/internal/source"
)

// maxRepeats is how often a template may repeat something for one request, by
// the numbers that are written in it.
const maxRepeats = 100_000

// repeating are functions of sprig and of text/template whose results have a
// size that an argument says.
var repeating = []string{"repeat", "until", "untilStep", "seq", "indent", "nindent", "randAlphaNum", "randAlpha", "randNumeric", "randAscii", "randBytes"}

// calculating are functions whose results may be larger than their arguments, or
// are numbers that a text says.
var calculating = []string{"mul", "mulf", "add", "addf", "add1", "add1f", "atoi", "int", "int64", "float64", "toDecimal"}

var wideFormat = lazyregexp.New(`%[^a-zA-Z%]*\d{6,}`)

// checkCosts looks at all templates of a mutator.
func checkCosts(h *ir.Handler, found *diag.List) {
	for _, m := range templatesOf(h) {
		if text, ok := m.Value.(string); ok {
			checkCost(h.Origin, m.Key, text, found)
		}
	}
}

// checkCost reports a template that repeats something more often than
// maxRepeats, or as often as it calculates: each request of the rule costs that.
// What the session says is bounded by the size of a request and not reported.
func checkCost(at source.Ref, key, text string, found *diag.List) {
	trees := map[string]*parse.Tree{}
	tree := parse.New(key)
	tree.Mode = parse.SkipFuncCheck
	if _, err := tree.Parse(text, "", "", trees); err != nil {
		return
	}
	c := cost{trees: trees, numbers: map[string]amount{}}
	c.list(tree.Root, 1)
	if c.why != "" {
		found.Add(diag.Finding{
			Code: diag.TemplateCost, At: at.At("config"),
			Message: fmt.Sprintf("the template for %q %s: Oathkeeper does that for every request", key, c.why),
			Help:    "write it without the repetition",
		})
	}
}

// cost walks through a template.
type cost struct {
	trees   map[string]*parse.Tree
	numbers map[string]amount // the largest that a variable was given
	open    []string          // templates that are being called
	visits  int
	why     string
}

// amount is a number that a template says.
type amount struct {
	largest    int
	calculated bool // it may be larger
}

func (a amount) or(b amount) amount {
	return amount{max(a.largest, b.largest), a.calculated || b.calculated}
}

func (c *cost) list(list *parse.ListNode, times int) {
	if list == nil || c.why != "" {
		return
	}
	for _, n := range list.Nodes {
		if c.visits++; c.visits > maxRepeats {
			c.why = "calls too many templates"
			return
		}
		switch n := n.(type) {
		case *parse.ActionNode:
			c.addPipe(n.Pipe, times)
		case *parse.RangeNode:
			over := c.addPipe(n.Pipe, times)
			count := max(over.largest, 1)
			switch {
			case c.why != "":
				return
			case over.calculated:
				c.why = "repeats a part as often as it calculates"
				return
			case count > maxRepeats/times:
				c.why = fmt.Sprintf("repeats a part more than %d times", maxRepeats)
				return
			}
			c.list(n.List, times*count)
			c.list(n.ElseList, times)
		case *parse.IfNode:
			c.addBranch(&n.BranchNode, times)
		case *parse.WithNode:
			c.addBranch(&n.BranchNode, times)
		case *parse.TemplateNode:
			c.addCall(n.Name, times)
		}
	}
}

func (c *cost) addBranch(n *parse.BranchNode, times int) {
	c.addPipe(n.Pipe, times)
	c.list(n.List, times)
	c.list(n.ElseList, times)
}

// addCall follows a call of another template. One that calls itself has no end
// that its text shows.
func (c *cost) addCall(name string, times int) {
	if slices.Contains(c.open, name) {
		c.why = fmt.Sprintf("calls the template %q in itself", name)
		return
	}
	if t := c.trees[name]; t != nil {
		c.open = append(c.open, name)
		c.list(t.Root, times)
		c.open = c.open[:len(c.open)-1]
	}
}

// addPipe returns the largest number in a pipeline, and looks at its functions.
func (c *cost) addPipe(p *parse.PipeNode, times int) amount {
	var out amount
	if p == nil {
		return out
	}
	repeats := false
	for _, command := range p.Cmds {
		for _, arg := range command.Args {
			switch arg := arg.(type) {
			case *parse.NumberNode:
				out = out.or(amount{largest: number(arg)})
			case *parse.VariableNode:
				out = out.or(c.numbers[arg.Ident[0]])
			case *parse.PipeNode:
				out = out.or(c.addPipe(arg, times))
			case *parse.IdentifierNode:
				repeats = repeats || slices.Contains(repeating, arg.Ident)
				out.calculated = out.calculated || slices.Contains(calculating, arg.Ident)
			case *parse.StringNode:
				if wideFormat().MatchString(arg.Text) {
					c.why = "writes a value wider than any header: " + strconv.Quote(arg.Text)
				}
			}
		}
	}
	switch {
	case repeats && out.calculated:
		c.why = "repeats a value as often as it calculates"
	case repeats && out.largest > maxRepeats/times:
		c.why = fmt.Sprintf("repeats a value more than %d times", maxRepeats)
	}
	for _, v := range p.Decl {
		c.numbers[v.Ident[0]] = c.numbers[v.Ident[0]].or(out)
	}
	return out
}

func number(n *parse.NumberNode) int {
	if n.IsInt {
		return int(n.Int64)
	}
	return 0
}

// templatesOf returns the templates of a mutator by the names of what they
// fill.
func templatesOf(h *ir.Handler) source.Object {
	key := map[string]string{"header": "headers", "cookie": "cookies"}[h.Name]
	values, _ := h.Config.Get(key)
	texts, _ := values.(source.Object)
	if claims, ok := h.Config.Get("claims"); ok && h.Name == "id_token" {
		texts = source.Object{{Key: "claims", Value: claims}}
	}
	return texts
}
