package config

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"

	"sigs.k8s.io/yaml"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/shape"
	"github.com/kgw-dev/kgw/internal/source"
)

// Find returns the kgw.yaml that is nearest upwards from a directory, or "".
func Find(dir string, bounds source.Bounds) string {
	if files := FindAll(dir, bounds); len(files) > 0 {
		return files[0]
	}
	return ""
}

// FindAll returns every kgw.yaml upwards from a directory, the nearest first, also those
// that are unsaved.
// The search ends at the top of a git repository: what is above belongs to
// others. A submodule is in the repository that has it, whose settings hold.
func FindAll(dir string, bounds source.Bounds) []string {
	var out []string
	for dir, err := filepath.Abs(dir); err == nil; dir = filepath.Dir(dir) {
		file := filepath.Join(dir, FileName)
		if bounds.IsFile(file) {
			out = append(out, file)
		}
		if dir == filepath.Dir(dir) || isRepository(dir) {
			break
		}
	}
	return out
}

// isRepository reports whether a directory is the top of a git repository that
// is not a submodule. Of a submodule, .git is a file that names a directory
// below "modules" of the repository that has it
// (https://git-scm.com/docs/gitrepository-layout).
func isRepository(dir string) bool {
	git := filepath.Join(dir, ".git")
	info, err := os.Lstat(git)
	if err != nil || !info.Mode().IsRegular() {
		return err == nil
	}
	text, err := source.Bounds{FollowLinks: true}.ReadFile(git, source.MaxSettingsBytes)
	return err == nil && !strings.Contains(filepath.ToSlash(string(text)), "/modules/")
}

// Read reads a configuration over the defaults, from a file within the bounds.
// Findings name their places in the file.
func Read(file, display string, bounds source.Bounds) (*Config, diag.List) {
	name := func(f string) string {
		if f == file {
			return display
		}
		return filepath.ToSlash(f)
	}
	c, _, found := readExtended(file, name, bounds, 0)
	return c, found
}

// ReadNearest reads the nearest kgw.yaml upwards from a directory, within the
// policy of those further up: see Config.Above. It returns the defaults where
// there is none. display names a file in findings.
func ReadNearest(dir string, display func(string) string, bounds source.Bounds) (*Config, diag.List) {
	files := FindAll(dir, bounds)
	c, found := Default(), diag.List(nil)
	for i := len(files) - 1; i >= 0; i-- {
		nearer, doc, f := readExtended(files[i], display, bounds, 0)
		found = append(found, f...)
		if i < len(files)-1 && len(f) == 0 {
			found = append(found, nearer.applyBounds(c, display(files[i+1]), doc)...)
		}
		nearer.Sources = append(nearer.Sources, c.Sources...)
		c = nearer
	}
	return c, found
}

// readExtended reads a configuration and the ones that it extends; depth counts the
// files on the way to it.
func readExtended(file string, display func(string) string, bounds source.Bounds, depth int) (*Config, *source.Document, diag.List) {
	data, err := bounds.ReadFile(file, source.MaxSettingsBytes)
	if err != nil {
		c := Default()
		c.File = file
		return c, nil, diag.List{diag.FromProblem(*source.Unread(display(file), err))}
	}
	c, doc, found := parse(display(file), data)
	c.File = file
	if len(found) > 0 || c.Extends == "" {
		return c, doc, found
	}
	out := Default()
	found = out.extend(file, doc, c.own.root, display, bounds, depth)
	found = append(found, out.applyLayer(*c.own)...)
	out.File, out.own = file, c.own
	out.Sources = append(out.Sources, c.Sources...)
	return out, doc, found
}

// Parse reads a configuration from bytes, over the defaults. Files that it extends
// are not read.
func Parse(name string, data []byte) (*Config, diag.List) {
	c, _, found := parse(name, data)
	c.File = name
	return c, found
}

// oneDocument are the remedies for no document and for several.
var oneDocument = []string{"remove the file, or let kgw init write a commented one", "keep one: settings for some files or environments are overrides and environments"}

// parse also returns the document, nil where there is not exactly one.
func parse(name string, data []byte) (*Config, *source.Document, diag.List) {
	c := Default()
	f, problem := source.NewFile(name, data)
	if problem != nil {
		return c, nil, diag.List{diag.FromProblem(*problem)}
	}
	docs, problems := source.Split(f)
	var found diag.List
	for _, p := range problems {
		found.Add(diag.FromProblem(p))
	}
	if len(docs) != 1 {
		found.Add(diag.Finding{
			Code: diag.BadLength, Message: fmt.Sprintf("a configuration file holds one document, not %d", len(docs)), Help: oneDocument[min(len(docs), 1)],
			Span: source.Span{File: name, Line: 1, Column: 1, EndLine: 1, EndColumn: 1},
		})
		return c, nil, found
	}
	c.Sources = []*source.File{f}
	return c, docs[0], append(found, c.merge(docs[0], Type)...)
}

// FromNode reads a configuration from a document that was parsed already, over
// the defaults: a functionConfig.
func FromNode(doc *source.Document, root *source.Node) (*Config, diag.List) {
	c := Default()
	spellOff(root)
	return c, c.applyLayer(layer{doc: doc, root: root, t: Type})
}

func (c *Config) merge(doc *source.Document, t *shape.Type) diag.List {
	root, problems := doc.Parse()
	spellOff(root)
	problems = slices.DeleteFunc(problems, func(p source.Problem) bool {
		return p.Kind == source.Ambiguous && strings.HasPrefix(p.Message, `"off"`)
	})
	if root == nil {
		return diag.List(nil).WithProblems(problems)
	}
	c.own = &layer{doc: doc, root: root, t: t}
	return c.applyLayer(*c.own).WithProblems(problems)
}

// spellOff makes text of the level "off", which YAML 1.1 reads as false, and
// which a tool before kgw may have written as false.
func spellOff(root *source.Node) {
	rules := source.Field(root, "rules")
	for _, code := range source.Keys(rules) {
		n := source.Field(rules, code)
		if b, ok := source.Bool(n); ok && !b {
			*n = *source.NodeOf("off")
		}
	}
}

func (c *Config) readSettings(doc *source.Document, root *source.Node, t *shape.Type) diag.List {
	found := append(t.Check(root, source.Ref{Doc: doc}), checkLabels(doc, root)...)
	if len(found) > 0 {
		return found
	}
	data, err := yaml.Marshal(source.Plain(source.Value(root), number))
	if err == nil {
		err = yaml.Unmarshal(data, c)
	}
	if err != nil {
		found.Add(diag.Finding{Code: diag.WrongType, At: source.Ref{Doc: doc}, Message: err.Error()})
	}
	return append(append(found, c.checkRules(doc)...), c.checkLocked(doc)...)
}

// number is a Number as encoding/json has it.
func number(text source.Number) any {
	var n any
	_ = yaml.Unmarshal([]byte(text), &n)
	return n
}

// checkRules reports re-levelled codes that do not exist or cannot be
// re-levelled.
func (c *Config) checkRules(doc *source.Document) diag.List {
	var found diag.List
	codes := make([]string, 0, len(c.Rules))
	for code := range c.Rules {
		codes = append(codes, code)
	}
	sort.Strings(codes)
	for _, code := range codes {
		if err := diag.CheckLevel(diag.Code(code)); err != nil {
			found.Add(diag.Finding{
				Code: diag.NotAllowed, At: source.Ref{Doc: doc, Path: source.JoinKey("rules", code), Key: true},
				Message: err.Error(), Help: "kgw explain lists all codes",
			})
		}
	}
	return found
}

// checkLocked reports locked codes that do not exist or that nobody can
// suppress anyway.
func (c *Config) checkLocked(doc *source.Document) diag.List {
	var found diag.List
	for i, code := range c.Policy.Locked {
		if err := diag.CheckLevel(diag.Code(code)); err != nil {
			found.Add(diag.Finding{
				Code: diag.NotAllowed, At: source.Ref{Doc: doc}.At("policy", "locked").Elem(i),
				Message: err.Error(), Help: "kgw explain lists all codes",
			})
		}
	}
	return found
}

// Levels returns the re-levelled codes.
func (c *Config) Levels() map[diag.Code]diag.Severity {
	out := map[diag.Code]diag.Severity{}
	for code, level := range c.Rules {
		if s, ok := diag.ParseSeverity(level); ok {
			out[diag.Code(code)] = s
		}
	}
	return out
}

// Mode returns what kgw measures against.
func (c *Config) Mode() diag.Mode {
	if c.Compat == "controller" {
		return diag.Controller
	}
	return diag.Strict
}

// Variable is an environment variable that sets a scalar of the configuration.
type Variable struct{ Name, Path, Doc string }

// Variables lists the environment variables, in the order of the settings.
func Variables() []Variable { return variables("", fields) }

func variables(path string, fields []shape.Field) []Variable {
	var out []Variable
	for _, f := range fields {
		p := source.JoinKey(path, f.Name)
		switch f.Type.Kind {
		case shape.Object:
			out = append(out, variables(p, f.Type.Fields)...)
		case shape.String, shape.Integer, shape.Boolean, shape.StringOrInteger, shape.StringOrList:
			out = append(out, Variable{Name: "KGW_" + strings.ToUpper(strings.ReplaceAll(p, ".", "_")), Path: p, Doc: f.Type.Doc})
		}
	}
	return out
}

// Environment applies the KGW_* variables that set scalars. Findings name the
// variables.
func (c *Config) Environment(getenv func(string) string) diag.List {
	var found diag.List
	t := &shape.Type{Kind: shape.Object, Fields: fields}
	if c.Above != nil {
		c.Above.Environment(getenv)
	}
	for _, v := range Variables() {
		value := getenv(v.Name)
		if value == "" {
			continue
		}
		found = append(found, c.set(v, value, t, "<environment>")...)
	}
	return found
}

// Set applies one setting that is a scalar, given by its path, such as
// "domains.default". Findings call it by name, that of a flag.
func (c *Config) Set(path, name, value string) diag.List {
	t := &shape.Type{Kind: shape.Object, Fields: fields}
	return c.set(Variable{Name: name, Path: path}, value, t, "<command line>")
}

func (c *Config) set(v Variable, value string, t *shape.Type, from string) diag.List {
	var found diag.List
	doc, root := overlayDocument(v, value)
	for _, f := range c.applyLayer(layer{doc: doc, root: root, t: t, name: v.Name}) {
		f.Message = fmt.Sprintf("%s: %s", v.Name, f.Message)
		f.Span = source.Span{File: from, Line: 1, Column: 1, EndLine: 1, EndColumn: 1}
		found.Add(f)
	}
	return found
}

// overlayDocument is a document that sets one field to the text.
func overlayDocument(v Variable, value string) (*source.Document, *source.Node) {
	parts := strings.Split(v.Path, ".")
	text := strings.Builder{}
	for i, p := range parts {
		text.WriteString(strings.Repeat("  ", i) + p + ":")
		if i < len(parts)-1 {
			text.WriteString("\n")
		}
	}
	if isText(v.Path, fields) {
		value = fmt.Sprintf("%q", value)
	}
	f := &source.File{Name: "<environment>", Data: []byte(text.String() + " " + value + "\n")}
	docs, _ := source.Split(f)
	root, _ := docs[0].Parse()
	if root == nil {
		root = &source.Node{}
	}
	return docs[0], root
}

func isText(path string, fields []shape.Field) bool {
	name, rest, _ := strings.Cut(path, ".")
	for _, f := range fields {
		if f.Name == name {
			return f.Type.Kind == shape.String || rest != "" && isText(rest, f.Type.Fields)
		}
	}
	return false
}
