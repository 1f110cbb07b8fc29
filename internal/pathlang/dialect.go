package pathlang

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"strings"
)

// Engine names a program that compiles path texts.
type Engine uint8

// The engines.
const (
	// RE2Istio is Istio's admission webhook: a VirtualService regex must
	// compile as Go's regexp, must not be empty, and has at most 1024 bytes.
	// What it admits compiles in Envoy's RE2 too.
	RE2Istio Engine = iota + 1
	// Oathkeeper compiles a rule URL: template brackets as ladon v1.1.0
	// splits them, expressions by regexp2 v1.2.0 with its RE2 option, globs by
	// gobwas/glob v0.2.3.
	Oathkeeper
)

// String returns the name a message can use for the engine.
func (e Engine) String() string {
	switch e {
	case RE2Istio:
		return "Istio"
	case Oathkeeper:
		return "Oathkeeper"
	}
	return "unknown"
}

// maxIstioRegex is the limit of Istio's validation in bytes.
const maxIstioRegex = 1024

// RefusedBy reports whether the engine refuses to compile the path as it would
// be written for it, and why. A path of language Regexp2, Regex or Template is
// an expression for both engines; the other languages are literals or patterns
// that only their own engine can refuse.
func RefusedBy(p Path, e Engine) (reason string, refused bool) {
	if len(p.Text) <= maxIstioRegex && plainExpression(p.Text) || p.Lang == Template && plainTemplate(p.Text) {
		return "", false
	}
	var err error
	switch e {
	case RE2Istio:
		err = refusedByIstio(p)
	case Oathkeeper:
		err = refusedByOathkeeper(p)
	}
	if err != nil {
		return err.Error(), true
	}
	return "", false
}

// plainTemplate reports whether a template is made of plain segments and
// operators, and short enough when its operators are written out.
func plainTemplate(text string) bool {
	const longest = 70 // characters of an operator's expression
	literal := operatorless.Replace(text)
	return len(text)+longest*strings.Count(text, "{") <= maxIstioRegex && (literal == "" || plainExpression(literal))
}

var operatorless = strings.NewReplacer("{**}", "", "{*}", "")

// plainExpression reports whether a text is one of the expressions that every
// engine compiles and reads alike, and that most paths are: letters, digits,
// "/", "_" and "-", with "." and "[^/]", each followed by "*" or "+" or not.
func plainExpression(text string) bool {
	for i := 0; i < len(text); {
		c := text[i]
		switch {
		case c == '.':
			i++
		case strings.HasPrefix(text[i:], "[^/]"):
			i += len("[^/]")
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '/', c == '_', c == '-':
			i++
			continue
		default:
			return false
		}
		if i < len(text) && (text[i] == '*' || text[i] == '+') {
			i++
		}
	}
	return text != ""
}

// RegexOf returns the expression for the path in a regex field.
func RegexOf(p Path) (string, bool) {
	switch p.Lang {
	case Regex, Regexp2:
		return p.Text, true
	case Template:
		if p.Text != "/*" {
			return TemplateRegex(p.Text), true
		}
	}
	return "", false
}

// CompileWhole compiles an expression of RE2 for texts that it matches as a whole. The
// group keeps Go from looking for a program of one pass, which takes as long as all
// the rest and pays where many texts are matched.
func CompileWhole(text string) (*regexp.Regexp, error) {
	return regexp.Compile(`(^)(?:` + text + `)$`)
}

func refusedByIstio(p Path) error {
	text, ok := RegexOf(p)
	switch {
	case !ok:
		return nil
	case text == "":
		return errors.New("the expression is empty")
	case len(text) > maxIstioRegex:
		return fmt.Errorf("the expression has %d bytes, more than %d", len(text), maxIstioRegex)
	}
	_, err := regexp.Compile(text)
	var parse *syntax.Error
	if errors.As(err, &parse) {
		return fmt.Errorf("%s: `%s`", parse.Code, parse.Expr)
	}
	return err
}

func refusedByOathkeeper(p Path) error {
	if text, ok := RegexOf(p); ok {
		_, _, err := ParsePath2(text)
		return err
	}
	switch p.Lang {
	case Glob:
		if _, err := SplitBraces("<" + p.Text + ">"); err != nil {
			return err
		}
		_, err := ParseGlob(p.Text)
		return err
	case Exact:
		_, err := SplitBraces(p.Text)
		return err
	}
	return nil
}

// TemplateRegex is the expression that Kyma's controller (3.10.0) writes in a
// VirtualService for a path template of APIRule v2. Nothing but the operators is
// translated: literal parts are not escaped.
func TemplateRegex(text string) string {
	text = strings.ReplaceAll(text, "{**}", templateRest)
	text = strings.ReplaceAll(text, "{*}", templateSegment)
	return "^" + text + "$"
}

// TemplateOf spells an expression that TemplateRegex wrote as the template. An
// expression of another origin is returned with those parts replaced that read
// like an operator, and without anchors.
func TemplateOf(expression string) string {
	text := strings.ReplaceAll(expression, templateRest, "{**}")
	text = strings.ReplaceAll(text, templateSegment, "{*}")
	return strings.TrimSuffix(strings.TrimPrefix(text, "^"), "$")
}

// ReadDifferently lists, in reading order and without duplicates, what Istio's
// RE2 on the raw path and Oathkeeper's regexp2 on the decoded path read
// differently in an expression. Each entry is a clause a message can show. An
// expression that one of them refuses is a matter for RefusedBy.
func ReadDifferently(text string) []string {
	if plainExpression(text) {
		return nil
	}
	s := differences{text: []rune(text), seen: map[string]bool{}}
	for s.pos < len(s.text) {
		s.step()
	}
	return s.out
}

type differences struct {
	text  []rune
	pos   int
	inSet bool
	first bool
	seen  map[string]bool
	out   []string
}

func (s *differences) say(clause string) {
	if !s.seen[clause] {
		s.seen[clause] = true
		s.out = append(s.out, clause)
	}
}

func (s *differences) skipRest(n int) string {
	return string(s.text[s.pos:min(s.pos+n, len(s.text))])
}

func (s *differences) step() {
	r := s.text[s.pos]
	switch {
	case r == '\\':
		s.readEscape()
		return
	case r == '%' && isEscape(s.skipRest(3)):
		s.say(fmt.Sprintf("%q is an escape in Istio's raw path and never occurs in Oathkeeper's decoded path", s.skipRest(3)))
	case r > '~' || r <= ' ' || strings.ContainsRune("\"`", r):
		s.say(fmt.Sprintf("%q occurs in Oathkeeper's decoded path and is escaped in Istio's raw path", string(r)))
	case s.inSet:
		s.readInSet(r)
	default:
		s.readOutside(r)
	}
	s.pos++
}

func isEscape(s string) bool {
	return len(s) == 3 && hexDigit(rune(s[1])) >= 0 && hexDigit(rune(s[2])) >= 0
}

func (s *differences) readInSet(r rune) {
	switch {
	case r == ']' && !s.first:
		s.inSet = false
	case r == '[' && s.skipRest(9) == "[:digit:]", r == '[' && s.skipRest(9) == "[:space:]":
		s.say(fmt.Sprintf("%q is ASCII in Istio and Unicode in Oathkeeper", s.skipRest(9)))
	case r == '-' && s.skipRest(2) == "-[":
		s.say(`"-[" in a set subtracts in Oathkeeper and is literal in Istio`)
	}
	s.first = false
}

func (s *differences) readOutside(r rune) {
	switch r {
	case '[':
		s.inSet, s.first = true, true
		if s.skipRest(2) == "[^" {
			s.pos++
		}
	case '$':
		s.say(`"$" also holds before a final newline in Oathkeeper`)
	case '^':
		s.say(`"^" never holds in Oathkeeper, where the scheme and host precede the path`)
	case '(':
		s.readOptions()
	}
}

// readOptions looks for the flag i in a group that sets options.
func (s *differences) readOptions() {
	if s.skipRest(2) != "(?" {
		return
	}
	for i := s.pos + 2; i < len(s.text) && strings.ContainsRune("imsU-", s.text[i]); i++ {
		if s.text[i] == '-' {
			return
		}
		if s.text[i] == 'i' {
			s.say(`"(?i)" folds other letters beyond ASCII in Oathkeeper than in Istio`)
		}
	}
}

func (s *differences) readEscape() {
	what := s.skipRest(2)
	switch what {
	case `\d`, `\D`, `\w`, `\W`, `\s`, `\S`, `\b`, `\B`:
		if !s.inSet || what != `\b` {
			s.say(fmt.Sprintf("%q is ASCII in Istio and Unicode in Oathkeeper", what))
		}
	case `\A`:
		s.say(`"\A" never holds in Oathkeeper, where the scheme and host precede the path`)
	}
	s.first = false
	s.pos += len([]rune(what))
}
