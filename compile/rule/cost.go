package rule

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"text/template/parse"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/source"
)

// maxRepeats is how often a template may repeat something for one request, by
// the numbers that are written in it.
const maxRepeats = 100_000

// repeating are functions of sprig and of text/template whose results have a
// size that an argument says.
var repeating = []string{"repeat", "until", "untilStep", "seq", "indent", "nindent", "randAlphaNum", "randAlpha", "randNumeric", "randAscii", "randBytes"}

var wideFormat = regexp.MustCompile(`%[^a-zA-Z%]*\d{6,}`)

// checkCosts looks at all templates of a mutator.
func checkCosts(h *ir.Handler, found *diag.List) {
	for _, m := range templatesOf(h) {
		if text, ok := m.Value.(string); ok {
			checkCost(h.Origin, m.Key, text, found)
		}
	}
}

// checkCost reports a template that repeats something more often than
// maxRepeats: each request of the rule costs that. What depends on the
// session is not known and not reported.
func checkCost(at source.Ref, key, text string, found *diag.List) {
	trees := map[string]*parse.Tree{}
	tree := parse.New(key)
	tree.Mode = parse.SkipFuncCheck
	if _, err := tree.Parse(text, "", "", trees); err != nil {
		return
	}
	c := cost{trees: trees, numbers: map[string]int{}}
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
	numbers map[string]int // the largest number that a variable was given
	open    []string       // templates that are being called
	visits  int
	why     string
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
			c.pipe(n.Pipe, times)
		case *parse.RangeNode:
			count := max(c.pipe(n.Pipe, times), 1)
			if count > maxRepeats/times {
				c.why = fmt.Sprintf("repeats a part more than %d times", maxRepeats)
				return
			}
			c.list(n.List, times*count)
			c.list(n.ElseList, times)
		case *parse.IfNode:
			c.branch(&n.BranchNode, times)
		case *parse.WithNode:
			c.branch(&n.BranchNode, times)
		case *parse.TemplateNode:
			c.call(n.Name, times)
		}
	}
}

func (c *cost) branch(n *parse.BranchNode, times int) {
	c.pipe(n.Pipe, times)
	c.list(n.List, times)
	c.list(n.ElseList, times)
}

// call follows a call of another template. One that calls itself has no end
// that its text shows.
func (c *cost) call(name string, times int) {
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

// pipe returns the largest number in a pipeline, and looks at its functions.
func (c *cost) pipe(p *parse.PipeNode, times int) int {
	if p == nil {
		return 0
	}
	largest, repeats := 0, false
	for _, command := range p.Cmds {
		for _, arg := range command.Args {
			switch arg := arg.(type) {
			case *parse.NumberNode:
				largest = max(largest, number(arg))
			case *parse.VariableNode:
				largest = max(largest, c.numbers[arg.Ident[0]])
			case *parse.PipeNode:
				largest = max(largest, c.pipe(arg, times))
			case *parse.IdentifierNode:
				repeats = repeats || slices.Contains(repeating, arg.Ident)
			case *parse.StringNode:
				if wideFormat.MatchString(arg.Text) {
					c.why = "writes a value wider than any header: " + strconv.Quote(arg.Text)
				}
			}
		}
	}
	if repeats && largest > maxRepeats/times {
		c.why = fmt.Sprintf("repeats a value more than %d times", maxRepeats)
	}
	for _, v := range p.Decl {
		c.numbers[v.Ident[0]] = max(c.numbers[v.Ident[0]], largest)
	}
	return largest
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
