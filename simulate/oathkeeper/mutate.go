package oathkeeper

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"text/template"

	"github.com/kgw-dev/kgw/internal/lazyregexp"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/simulate"
)

// mutator changes the session's headers; an error is answered with 500. The
// sources are those of Oathkeeper v0.40.9, pipeline/mutate.
type mutator func(x *exchange, r *accessRule, h *handler) error

var simMutators = map[string]mutator{
	"noop":     mutateNoop,
	"header":   mutateHeader,
	"cookie":   mutateCookie,
	"id_token": mutateIDToken,
	"hydrator": func(x *exchange, _ *accessRule, h *handler) error {
		if status, told := x.in.Answers[h.name]; told && status != http.StatusOK {
			return fmt.Errorf("its service answers %d", status)
		}
		x.recordAssumption(h, "the hydrator's service answers with the session unchanged")
		return nil
	},
}

// mutateNoop hands on the request's own headers.
func mutateNoop(x *exchange, _ *accessRule, _ *handler) error {
	set := x.session.Header
	x.session.Header = x.http.Header
	for k, v := range set {
		x.session.Header.Set(k, append(v, "")[0])
	}
	return nil
}

func mutateHeader(x *exchange, r *accessRule, h *handler) error {
	headers, _ := objectAt(h.config, "headers")
	for _, m := range sorted(headers) {
		value, err := expand(x, r.id+":"+m.Key, r.firstTemplate(h.name, "headers", m.Key))
		if err != nil {
			return err
		}
		x.session.SetHeader(m.Key, value)
	}
	return nil
}

// firstTemplate returns the text that the rule's first mutator of that name has for
// a header or cookie. Oathkeeper keeps templates by rule and header, and uses
// the first one for all later mutators.
func (r *accessRule) firstTemplate(mutator, list, key string) string {
	for i := range r.mutators {
		if r.mutators[i].name != mutator {
			continue
		}
		values, _ := objectAt(r.mutators[i].config, list)
		if v, has := values.Get(key); has {
			text, _ := v.(string)
			return text
		}
	}
	return ""
}

func mutateCookie(x *exchange, r *accessRule, h *handler) error {
	var pairs []string
	cookies, _ := objectAt(h.config, "cookies")
	for _, m := range sorted(cookies) {
		value, err := expand(x, r.id+":"+m.Key, r.firstTemplate(h.name, "cookies", m.Key))
		if err != nil {
			return err
		}
		pairs = append(pairs, m.Key+"="+cookieValue(value))
	}
	for _, c := range x.http.Cookies() {
		if _, set := cookies.Get(c.Name); !set {
			pairs = append(pairs, c.Name+"="+cookieValue(c.Value))
		}
	}
	x.session.SetHeader("Cookie", strings.Join(pairs, "; "))
	return nil
}

// cookieValue drops the characters that no cookie may contain and quotes the value
// where it must be quoted, as net/http does.
func cookieValue(v string) string {
	v = strings.Map(func(c rune) rune {
		if c < ' ' || c >= 0x7F || strings.ContainsRune(`";\`, c) {
			return -1
		}
		return c
	}, v)
	if strings.ContainsAny(v, " ,") {
		return `"` + v + `"`
	}
	return v
}

func mutateIDToken(x *exchange, r *accessRule, h *handler) error {
	if claims := textAt(h.config, "claims"); claims != "" {
		if _, err := expand(x, r.id, claims); err != nil {
			return err
		}
	}
	x.session.SetHeader("Authorization", "Bearer <a token that Oathkeeper signs>")
	return nil
}

func sorted(o source.Object) source.Object {
	return slices.SortedFunc(slices.Values(o), func(a, b source.Member) int { return strings.Compare(a.Key, b.Key) })
}

// expand executes a template over the session as Oathkeeper does (x/template.go).
// Functions of sprig are known only by name, and return a placeholder.
func expand(x *exchange, id, text string) (string, error) {
	if !strings.Contains(text, "{{") {
		return text, nil
	}
	if h := x.unknown; h != nil && ofSession().MatchString(text) {
		return unknownResult(x, h, text)
	}
	parsed, ok := x.e.templates.Load(text)
	if !ok {
		t, err := template.New(id).Option("missingkey=zero").Funcs(templateFuncs).Funcs(stepFuncs).Parse(text)
		if err == nil {
			countSteps(t)
		}
		parsed, _ = x.e.templates.LoadOrStore(text, &parsedTemplate{t, err})
	}
	t, _ := parsed.(*parsedTemplate)
	if t.err != nil {
		return "", t.err
	}
	if strings.Contains(text, "MatchContext") {
		x.session.MatchContext = x.matchContext()
	}
	var b bytes.Buffer
	if err := executeBounded(t.Template, &b, &x.session); err != nil {
		return "", err
	}
	return b.String(), nil
}

// Templates that read the session, and templates that fail if it lacks a field
// of a field.
var (
	ofSession = lazyregexp.New(`\.(Subject|Extra)\b`)
	ofField   = lazyregexp.New(`\.Extra(\.\w+){2,}|index +\.Extra`)
)

// unknownResult returns the result of a template whose session is not known.
func unknownResult(x *exchange, h *handler, text string) (string, error) {
	if ofField().MatchString(text) && !x.in.Holds(simulate.Unknown{
		Why: simulate.Asked, At: h.at, What: fmt.Sprintf("the session that %s asks for has the fields that the template %q reads", h.name, text), Needs: "token.session in a test",
	}) {
		return "", errors.New("the session lacks a field that the template " + text + " reads")
	}
	return "<of the session>", nil
}

// parsedTemplate is a template, or the error of parsing it.
type parsedTemplate struct {
	*template.Template
	err error
}

var templateFuncs = templateFunctions()

func templateFunctions() template.FuncMap {
	funcs := template.FuncMap{
		"print": func(v any) string {
			if v == nil {
				return ""
			}
			return fmt.Sprintf("%v", v)
		},
		"printIndex": func(list any, i int) string {
			if v := reflect.ValueOf(list); list != nil && v.Kind() == reflect.Slice && i < v.Len() {
				return fmt.Sprintf("%v", v.Index(i))
			}
			return ""
		},
	}
	for _, name := range strings.Fields(sprigNames) {
		funcs[name] = func(...any) any { return "<" + name + ">" }
	}
	funcs["fail"] = func(why string) (string, error) { return "", errors.New(why) }
	return funcs
}
