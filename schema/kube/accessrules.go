package kube

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/lazyregexp"
	"github.com/kgw-dev/kgw/internal/source"
)

// AccessRule is a rule of Oathkeeper: from a Rule, or as Oathkeeper itself
// reads it, from a list of rules in a file or in a ConfigMap.
type AccessRule struct {
	ID string
	// Node is the rule: the spec of a Rule, or the element of a list.
	Node *source.Node
	// Origin is the node's place. Within a ConfigMap, Inside is set: places in
	// the rule are all that of the key that holds the list.
	Origin source.Ref
	Inside bool
	// Native reports that no Maester fills in what is absent.
	Native bool
	// URL, Methods and Canonical are what Forget keeps of the node.
	URL       string
	Methods   []string
	Canonical string
	// Closed reports that the rule lets nobody in.
	Closed bool
	// Issuers are those whose tokens it accepts, with the address of their keys:
	// of handlers that name one of each. Several do not say whose keys are whose.
	Issuers []Issuer
	// Unmatched reports that a native rule does not have the field match:
	// Oathkeeper answers 500 to everything then. With match: null, and with a
	// Rule without it, which the Maester writes so, the rule matches nothing
	// (measured with Oathkeeper v0.40.9).
	Unmatched bool
}

// Forget drops the node, and keeps what the rule matches and, of a native one,
// its canonical text.
func (r *AccessRule) Forget() {
	on := source.Field(r.Node, "match")
	r.Unmatched = r.Native && on == nil
	r.Closed, r.Issuers = refusesAll(r.Node), issuersOf(r.Node)
	r.URL, r.Methods = source.Text(source.Field(on, "url")), source.Texts(source.Field(on, "methods"))
	if r.Native {
		r.Canonical = r.Text()
	}
	r.Node = nil
}

// refusesAll reports whether a rule names handlers that refuse everybody.
func refusesAll(rule *source.Node) bool {
	list := source.Elements(source.Field(rule, "authenticators"))
	open := slices.ContainsFunc(list, func(n *source.Node) bool { return source.Text(source.Field(n, "handler")) != "unauthorized" })
	return len(list) > 0 && !open || source.Text(source.Field(source.Field(rule, "authorizer"), "handler")) == "deny"
}

func issuersOf(rule *source.Node) []Issuer {
	var out []Issuer
	for _, h := range source.Elements(source.Field(rule, "authenticators")) {
		config := source.Field(h, "config")
		issuers, keys := source.Texts(source.Field(config, "trusted_issuers")), source.Texts(source.Field(config, "jwks_urls"))
		if source.Text(source.Field(h, "handler")) == "jwt" && len(issuers) == 1 && len(keys) == 1 {
			out = append(out, Issuer{Issuer: issuers[0], Keys: keys[0]})
		}
	}
	return out
}

// At is a place in the rule.
func (r *AccessRule) At(path ...string) source.Ref {
	if r.Inside {
		return r.Origin
	}
	return r.Origin.At(path...)
}

// AccessRules reads a list of rules as Oathkeeper does: a document that is a
// JSON or YAML list, or the keys of a ConfigMap that hold one. Anything else
// has none.
func AccessRules(doc *source.Document, root *source.Node) []AccessRule {
	at := source.Ref{Doc: doc}
	if isRules(root) {
		return nativeRules(root, func(i int) (source.Ref, bool) { return source.Ref{Doc: doc, Path: source.JoinIndex("", i)}, false })
	}
	var out []AccessRule
	eachText(root, func(field, key, text string) {
		if list := source.NodeOfText(text); isRules(list) {
			out = append(out, nativeRules(list, func(int) (source.Ref, bool) { return at.At(field, key), true })...)
		}
	})
	return out
}

// eachText visits the values of a ConfigMap that may be YAML or JSON, in the fields
// data and binaryData.
func eachText(root *source.Node, visit func(field, key, text string)) {
	if _, kind, _, _ := source.Head(root); kind != "ConfigMap" {
		return
	}
	for _, field := range []string{"data", "binaryData"} {
		data := source.Field(root, field)
		for _, key := range source.Keys(data) {
			text := source.Text(source.Field(data, key))
			if field == "binaryData" {
				decoded, err := base64.StdEncoding.DecodeString(text)
				if err != nil {
					continue
				}
				text = string(decoded)
			}
			if strings.Contains(text, "match") || strings.Contains(text, "access_rules") {
				visit(field, key, text)
			}
		}
	}
}

// isRules reports whether a node is a list of rules: its elements say what they
// match, or who is asked about it.
func isRules(n *source.Node) bool {
	elements := source.Elements(n)
	return len(elements) > 0 && slices.ContainsFunc(elements, func(e *source.Node) bool {
		return source.Field(e, "match") != nil && (source.Field(e, "authenticators") != nil || source.Field(e, "upstream") != nil || source.Field(e, "authorizer") != nil) ||
			source.Field(e, "id") != nil && source.Field(e, "authenticators") != nil
	})
}

func nativeRules(list *source.Node, at func(int) (source.Ref, bool)) []AccessRule {
	var out []AccessRule
	for i, e := range source.Elements(list) {
		r := AccessRule{ID: source.Text(source.Field(e, "id")), Node: e, Native: true}
		r.Origin, r.Inside = at(i)
		out = append(out, r)
	}
	return out
}

// Text is the rule in canonical form: what is equal is one rule.
func (r *AccessRule) Text() string {
	data, err := json.Marshal(source.Plain(source.Value(r.Node), func(n source.Number) any { return string(n) }))
	if err != nil {
		return r.ID
	}
	return string(data)
}

// nativeFields are the fields of a rule as Oathkeeper reads it, with the forms of
// their values.
var nativeFields = map[string]string{
	"id": "text", "description": "text", "version": "version", "upstream": "object", "upstream.url": "text", "upstream.strip_path": "text", "upstream.preserve_host": "bool",
	"match": "object", "match.url": "text", "match.methods": "texts", "match.authority": "text", "match.full_method": "text",
	"authenticators": "handlers", "authorizer": "object", "authorizer.handler": "text", "mutators": "handlers", "errors": "handlers",
}

var versionText = lazyregexp.New(`^v?[0-9]+\.[0-9]+\.[0-9]+([-+].*)?$`)

// ReasonRefused returns why Oathkeeper refuses the whole list that a native rule is
// in, or reads a rule that kgw does not, "" for neither: a value has another type, a
// version cannot be read, or a name is in other capitals.
func (r *AccessRule) ReasonRefused() string {
	if !r.Native {
		return ""
	}
	if source.IsList(r.Node) || source.IsScalar(r.Node) && source.Scalar(r.Node) != nil {
		return "an element is not an object"
	}
	return reasonRefused(r.Node, "")
}

func reasonRefused(n *source.Node, before string) string {
	for _, key := range source.Keys(n) {
		value, form := source.Field(n, key), nativeFields[before+key]
		if form == "" && nativeFields[before+strings.ToLower(key)] != "" {
			return key + " is written in other capitals"
		}
		if form == "" || source.IsNull(value) {
			continue
		}
		if !isOfForm(value, form) {
			return before + key + " is of another type"
		}
		if form == "object" {
			if why := reasonRefused(value, key+"."); why != "" {
				return why
			}
		}
	}
	return ""
}

// isOfForm reports whether a value that is not null has a form of nativeFields.
func isOfForm(n *source.Node, form string) bool {
	var scalar any
	if source.IsScalar(n) {
		scalar = source.Scalar(n)
	}
	text, isText := scalar.(string)
	_, isBool := scalar.(bool)
	switch form {
	case "text":
		return isText
	case "bool":
		return isBool
	case "version":
		return isText && (text == "" || versionText().MatchString(text))
	case "object":
		return !source.IsScalar(n) && !source.IsList(n)
	}
	return source.IsList(n) && !slices.ContainsFunc(source.Elements(n), func(e *source.Node) bool {
		if form == "texts" {
			return !isOfForm(e, "text")
		}
		if source.IsScalar(e) || source.IsList(e) {
			return true
		}
		handler := source.Field(e, "handler")
		return handler != nil && !isOfForm(handler, "text")
	})
}

// OathkeeperFile is the configuration file of an Oathkeeper, as far as it says
// what becomes of requests.
type OathkeeperFile struct {
	Node   *source.Node
	Origin source.Ref
	// Strategy is access_rules.matching_strategy; "" is the default, regexp.
	Strategy string
	// Repositories are where the rules come from.
	Repositories []string
}

// ReadOathkeeperFile reads the configuration file of an Oathkeeper, or the
// ConfigMap that holds one; nil is anything else.
func ReadOathkeeperFile(doc *source.Document, root *source.Node) *OathkeeperFile {
	at := source.Ref{Doc: doc}
	if version, kind, _, _ := source.Head(root); version == "" && kind == "" && isConfig(root) {
		return oathkeeperFile(root, at)
	}
	var out *OathkeeperFile
	eachText(root, func(field, key, text string) {
		if n := source.NodeOfText(text); out == nil && isConfig(n) {
			out = oathkeeperFile(n, at.At(field, key))
		}
	})
	return out
}

// isConfig reports whether a node is such a configuration.
func isConfig(n *source.Node) bool {
	rules := source.Field(n, "access_rules")
	if rules != nil && (source.Field(rules, "repositories") != nil || source.Field(rules, "matching_strategy") != nil) {
		return true
	}
	return source.Field(n, "authenticators") != nil && source.Field(source.Field(n, "serve"), "proxy") != nil
}

func oathkeeperFile(n *source.Node, at source.Ref) *OathkeeperFile {
	rules := source.Field(n, "access_rules")
	f := &OathkeeperFile{Node: n, Origin: at, Strategy: source.Text(source.Field(rules, "matching_strategy"))}
	list := source.Field(rules, "repositories")
	if one := source.Text(list); one != "" {
		f.Repositories = []string{one}
	}
	f.Repositories = append(f.Repositories, source.Texts(list)...)
	return f
}

// Inline are the rules that the file itself holds, in a repository
// "inline://BASE64".
func (f *OathkeeperFile) Inline() []AccessRule {
	var out []AccessRule
	for _, r := range f.Repositories {
		encoded, ok := strings.CutPrefix(r, "inline://")
		if !ok {
			continue
		}
		data, err := base64.StdEncoding.DecodeString(encoded)
		if list := source.NodeOfText(string(data)); err == nil && isRules(list) {
			out = append(out, nativeRules(list, func(int) (source.Ref, bool) { return f.Origin, true })...)
		}
	}
	return out
}

// Remote are the repositories that kgw cannot read: what they hold is not
// known.
func (f *OathkeeperFile) Remote() []string {
	var out []string
	for _, r := range f.Repositories {
		scheme, _, ok := strings.Cut(r, "://")
		if ok && scheme != "file" && scheme != "inline" {
			out = append(out, r)
		}
	}
	return out
}
