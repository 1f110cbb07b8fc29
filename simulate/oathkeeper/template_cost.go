package oathkeeper

import (
	"errors"
	"fmt"
	"io"
	"text/template"
	"text/template/parse"

	"github.com/kgw-dev/kgw/internal/lazyregexp"
)

// The limits of the execution of one template. A template that exceeds one fails
// with 500, like other templates that fail. In Oathkeeper it would keep a request
// waiting.
const (
	maxTemplateSteps  = 100_000 // lists of nodes that are executed
	maxTemplateOutput = 1 << 20 // bytes
)

var errTemplateCost = errors.New("the template does or writes too much")

const stepFunction = "kgw_step"

// costed is a writer and a counter that end a template which costs too much.
type costed struct {
	io.Writer
	steps, size int
}

func (c *costed) Write(b []byte) (int, error) {
	if c.size += len(b); c.size > maxTemplateOutput {
		return 0, errTemplateCost
	}
	return c.Writer.Write(b)
}

func (c *costed) step() (string, error) {
	if c.steps++; c.steps > maxTemplateSteps {
		return "", errTemplateCost
	}
	return "", nil
}

// executeBounded executes a template that countSteps has prepared.
func executeBounded(t *template.Template, w io.Writer, data any) error {
	c := &costed{Writer: w}
	own, err := t.Clone()
	if err != nil {
		return err
	}
	return own.Funcs(template.FuncMap{stepFunction: c.step}).Execute(c, data)
}

// stepFuncs declare the functions that countSteps adds, and the functions of
// text/template whose values may have any size.
var stepFuncs = template.FuncMap{
	stepFunction: func() (string, error) { return "", nil },
	"printf": func(format string, args ...any) (string, error) {
		if wide().MatchString(format) {
			return "", errTemplateCost
		}
		text := fmt.Sprintf(format, args...)
		return text, boundedText(text)
	},
	"println": func(args ...any) (string, error) {
		text := fmt.Sprintln(args...)
		return text, boundedText(text)
	},
	"html":     func(args ...any) (string, error) { return escaped(template.HTMLEscaper, args) },
	"js":       func(args ...any) (string, error) { return escaped(template.JSEscaper, args) },
	"urlquery": func(args ...any) (string, error) { return escaped(template.URLQueryEscaper, args) },
}

// wide are formats that widen a value to any size.
var wide = lazyregexp.New(`%[^a-zA-Z%]*(\*|\d{4,})`)

func escaped(escape func(...any) string, args []any) (string, error) {
	text := escape(args...)
	return text, boundedText(text)
}

// maxTemplateText bounds the size of one value, which a template may concatenate with itself again
// and again.
const maxTemplateText = 64 << 10

func boundedText(text string) error {
	if len(text) > maxTemplateText {
		return errTemplateCost
	}
	return nil
}

// countSteps adds a step to every list of nodes of a template: loops and calls
// of other templates go through one each time.
func countSteps(t *template.Template) {
	step := template.Must(template.New("").Funcs(stepFuncs).Parse("{{" + stepFunction + "}}")).Root.Nodes[0]
	for _, one := range t.Templates() {
		if one.Tree != nil {
			addSteps(one.Root, step)
		}
	}
}

func addSteps(list *parse.ListNode, step parse.Node) {
	if list == nil {
		return
	}
	for _, n := range list.Nodes {
		switch n := n.(type) {
		case *parse.RangeNode:
			addSteps(n.List, step)
			addSteps(n.ElseList, step)
		case *parse.IfNode:
			addSteps(n.List, step)
			addSteps(n.ElseList, step)
		case *parse.WithNode:
			addSteps(n.List, step)
			addSteps(n.ElseList, step)
		}
	}
	list.Nodes = append([]parse.Node{step}, list.Nodes...)
}
