// Package explain is kgw's reference of itself: a page for each code that a
// finding can have, the settings of kgw.yaml, and a kgw.yaml to start from.
//
// It takes the tables of codes and settings with the embedded pages and returns
// Markdown and YAML. It must not know how findings are made: the examples on
// the pages are text, and a test compiles them.
package explain

import (
	"embed"
	"fmt"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
)

//go:generate go test -run ^TestReference$ -update .

//go:embed pages/*.md
var pages embed.FS

// Page is what there is to say about one code.
type Page struct {
	Rule diag.Rule
	// Text is the whole page in Markdown, with the levels of the code.
	Text string
	// Bad is an input that has the finding, Good the same input repaired.
	Bad, Good Example
}

// Example is an input: files that are validated, or given to Command; or a
// shell script that makes them and runs kgw.
type Example struct {
	Files  []File
	Script string
	// Command is the command of kgw with its flags, such as "migrate --cors
	// drop"; "" is validate.
	Command string
}

// File is one file of an example.
type File struct{ Name, Text string }

// Lookup returns the page of a code. An error is a mistake in kgw: a code
// without a page, or a page that cannot be read.
func Lookup(code diag.Code) (*Page, error) {
	rule, ok := diag.Lookup(code)
	if !ok {
		return nil, fmt.Errorf("there is no code %q", code)
	}
	text, err := pages.ReadFile("pages/" + string(code) + ".md")
	if err != nil {
		return nil, fmt.Errorf("%s has no page", code)
	}
	return read(rule, string(text))
}

// sections are the headings of every page, in order.
var sections = []string{"Why it matters", "How to fix it", "Bad", "Good"}

// read splits a page and puts the levels below its title.
func read(rule diag.Rule, text string) (*Page, error) {
	title := Title(rule)
	body, ok := strings.CutPrefix(text, "# "+title+"\n\n")
	if !ok {
		return nil, fmt.Errorf("the page of %s does not start with its title, %q", rule.Code, title)
	}
	p := &Page{Rule: rule, Text: "# " + title + "\n\n" + Levels(rule) + "\n\n" + body}
	for i, s := range sections {
		before, after, found := strings.Cut(body, "\n## "+s+"\n")
		if !found || strings.TrimSpace(before) == "" {
			return nil, fmt.Errorf("the page of %s has nothing before or no section %q", rule.Code, s)
		}
		if body = after; i < 2 {
			continue
		}
		part, _, _ := strings.Cut(body, "\n## ")
		example, err := readExample(part)
		if err != nil {
			return nil, fmt.Errorf("%s example of %s: %w", s, rule.Code, err)
		}
		if s == "Bad" {
			p.Bad = example
		} else {
			p.Good = example
		}
	}
	return p, nil
}

// readExample reads the fences of a section: "yaml" is apirule.yaml, "yaml
// NAME" another file, "yaml NAME COMMAND" one that a command is run with, "sh"
// a script.
func readExample(text string) (Example, error) {
	var e Example
	for {
		_, after, found := strings.Cut("\n"+text, "\n```")
		if !found {
			break
		}
		block, rest, closed := strings.Cut(after, "\n```\n")
		info, content, _ := strings.Cut(block, "\n")
		if !closed {
			return e, fmt.Errorf("a fence is not closed")
		}
		text = rest
		language, name, _ := strings.Cut(info, " ")
		switch {
		case language == "sh":
			e.Script = content + "\n"
		case language != "yaml":
			return e, fmt.Errorf("a fence has the language %q", language)
		case name == "":
			e.Files = append(e.Files, File{Name: "apirule.yaml", Text: content + "\n"})
		default:
			name, command, _ := strings.Cut(name, " ")
			e.Files = append(e.Files, File{Name: name, Text: content + "\n"})
			e.Command += command
		}
	}
	if len(e.Files) == 0 && e.Script == "" {
		return e, fmt.Errorf("there is none")
	}
	return e, nil
}

// Title is how a page names its code: "KGW305 HostConflict".
func Title(r diag.Rule) string { return string(r.Code) + " " + r.Name }

// Levels says in one paragraph how severe a code is and who may change that.
func Levels(r diag.Rule) string {
	strict, controller := r.Levels[diag.Strict], r.Levels[diag.Controller]
	text := "Level: " + strict.String()
	if strict != controller {
		text += fmt.Sprintf(" with `compat: strict`, %s with `compat: controller`", controller)
	}
	if r.Code.Acceptable() {
		return text + fmt.Sprintf(". `--accept %s` accepts the loss and makes it a warning.", r.Code)
	}
	if !r.Code.Adjustable() {
		return text + ". It cannot be changed or suppressed."
	}
	text += fmt.Sprintf(". `rules: {%s: ...}` in kgw.yaml or `--rule %s=...` changes it", r.Code, r.Code)
	if slices.Contains(diag.DefaultLocked, r.Code) {
		return text + "; nothing suppresses a finding unless `policy.locked` of kgw.yaml leaves the code out."
	}
	return text + fmt.Sprintf(", `# kgw:ignore %s reason` suppresses one finding.", r.Code)
}
