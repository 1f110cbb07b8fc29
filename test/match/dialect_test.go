package match_test

import (
	"fmt"
	"math/rand"
	"regexp"
	"strings"
	"testing"

	"github.com/dlclark/regexp2"
	"github.com/gobwas/glob"
	re2 "github.com/wasilibs/go-re2"

	"github.com/kgw-dev/kgw/internal/pathlang"
)

// compileOathkeeper compiles a path expression as ladon v1.1.0 does for the
// rule URL around it: each bracket alone, then the whole.
func compileOathkeeper(text string) (*regexp2.Regexp, error) {
	parts, err := brackets("<http|https>://h<" + text + ">")
	if err != nil {
		return nil, err
	}
	whole := "^"
	for i, p := range parts {
		if i%2 == 0 {
			whole += regexp.QuoteMeta(p)
			continue
		}
		if _, err := regexp2.Compile("^"+p+"$", regexp2.RE2); err != nil {
			return nil, err
		}
		whole += "(" + p + ")"
	}
	return regexp2.Compile(whole+"$", regexp2.RE2)
}

// brackets cuts a template: literals at even places, bracket contents at odd.
func brackets(s string) (out []string, err error) {
	level, start := 0, 0
	for i := range len(s) {
		switch s[i] {
		case '<':
			if level++; level == 1 {
				out, start = append(out, s[start:i]), i+1
			}
		case '>':
			if level--; level == 0 {
				out, start = append(out, s[start:i]), i+1
			} else if level < 0 {
				return nil, fmt.Errorf("unbalanced")
			}
		}
	}
	if level != 0 {
		return nil, fmt.Errorf("unbalanced")
	}
	return append(out, s[start:]), nil
}

var atoms = strings.Split(`a b / . \d \w \s \D \W \S \b \B ^ $ \A \z \Z \G ( ) (?: (?= (?! (?i) (?s) (?m) (?x) (?n) (?P<n> (?<n> (?<2> (?'n' (?<= (?> (?( (?(1) `+
	`| * + ? {2} {1,} {0,2} {2,1} {,2} *? +? [ab] [^a] [a-c] [a-z-[b]] [\d] [^\W] [\D\w] [[:alpha:]] [[:^digit:]] [[:x:]] [ ] [^ - \- \1 \2 \k<n> \<1> \Q \E \pN \p{L} \P{Lu} \p{X} `+
	`\x41 \x{61} \x \u0061 \0 \07 \12 \cA \_ \- \n \t \v \e \a # (?# { } < > ,  A é % \ 1 K`, " ")

func randomText(r *rand.Rand, n int) string {
	var b strings.Builder
	for range 1 + r.Intn(n) {
		b.WriteString(atoms[r.Intn(len(atoms))])
	}
	return b.String()
}

func TestRefusedByOracle(t *testing.T) {
	r := rand.New(rand.NewSource(1))
	accepted := 0
	for range 60000 {
		text := randomText(r, 6)
		_, err := compileOathkeeper(text)
		reason, refused := pathlang.RefusedBy(pathlang.Path{Lang: pathlang.Regexp2, Text: text}, pathlang.Oathkeeper)
		if refused != (err != nil) {
			t.Fatalf("%q: refused %v (%s), regexp2 says %v", text, refused, reason, err)
		}
		if !refused {
			accepted++
		}
	}
	if accepted < 5000 {
		t.Errorf("only %d expressions were accepted", accepted)
	}
}

func TestIstioAdmitsWhatRE2Compiles(t *testing.T) {
	r := rand.New(rand.NewSource(2))
	for range 3000 {
		text := randomText(r, 6)
		_, refused := pathlang.RefusedBy(pathlang.Path{Lang: pathlang.Regex, Text: text}, pathlang.RE2Istio)
		if refused {
			continue
		}
		if _, err := re2.Compile(text); err != nil {
			t.Errorf("%q is admitted, RE2 says %v", text, err)
		}
	}
}

func TestGlobRefusedByOracle(t *testing.T) {
	r := rand.New(rand.NewSource(3))
	parts := strings.Split(`a b / . * ** ? [ab] [!a] [a-c] [!a-c] [ ] [! - { } , {a,b} \ \\ \* é [c-a]`, " ")
	for range 60000 {
		var b strings.Builder
		for range 1 + r.Intn(7) {
			b.WriteString(parts[r.Intn(len(parts))])
		}
		_, err := glob.Compile(b.String(), '.', '/')
		reason, refused := pathlang.RefusedBy(pathlang.Path{Lang: pathlang.Glob, Text: b.String()}, pathlang.Oathkeeper)
		if refused != (err != nil) {
			t.Fatalf("%q: refused %v (%s), glob says %v", b.String(), refused, reason, err)
		}
	}
}
