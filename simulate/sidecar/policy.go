package sidecar

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/kgw-dev/kgw/internal/pathlang"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/simulate"
)

// authorization is an AuthorizationPolicy.
type authorization struct {
	manifest *simulate.Manifest
	order    int // in which it was loaded
	action   string
	provider string
	dry      bool // not enforced
	rules    []rule
	unread   []simulate.UnreadField
	refused  string // why Istio refuses it
	hosts    []string
}

// rule holds if one source, one operation and all conditions hold.
type rule struct {
	path string
	from [][]condition
	to   [][]condition
	when []condition
	// http reports that one of the alternatives names an attribute of HTTP.
	http bool
}

// condition compares one attribute of a request with values.
type condition struct {
	field     string // that of a source or an operation, or the key of a when
	values    []string
	not       bool
	path      string
	addresses bool // the field is one of addresses
	// patterns are those values that are compared as regular expressions.
	patterns map[string]*regexp.Regexp
}

func newCondition(field string, values []string, not bool, path string) condition {
	c := condition{field: field, values: values, not: not, path: path, addresses: field == "ipBlocks" || field == "remoteIpBlocks"}
	for _, v := range values {
		var text string
		switch {
		case field == "namespaces":
			text = "^.*/ns/" + strings.ReplaceAll(regexp.QuoteMeta(v), `\*`, ".*") + "/.*$"
		case field == "paths" && (strings.Contains(v, "{*}") || strings.Contains(v, "{**}")):
			text = "^(?:" + pathlang.PolicyPath(v).Text + ")$"
		default:
			continue
		}
		if c.patterns == nil {
			c.patterns = map[string]*regexp.Regexp{}
		}
		c.patterns[v], _ = regexp.Compile(text)
	}
	return c
}

// matches reports whether the pattern of a value matches a text. An invalid
// expression matches nothing.
func (c *condition) matches(value, text string) bool {
	re := c.patterns[value]
	return re != nil && re.MatchString(text)
}

func readPolicy(m *simulate.Manifest, order int) *authorization {
	spec := m.Spec()
	a := &authorization{
		manifest: m, order: order, action: source.Text(source.Field(spec, "action")),
		provider: source.Text(source.Field(source.Field(spec, "provider"), "name")),
	}
	if a.action == "" {
		a.action = "ALLOW"
	}
	a.dry, _ = strconv.ParseBool(source.Text(source.Field(source.Field(source.Field(m.Root, "metadata"), "annotations"), "istio.io/dry-run")))
	for i, n := range source.Elements(source.Field(spec, "rules")) {
		a.rules = append(a.rules, readRule(n, source.JoinIndex("spec.rules", i)))
	}
	if !m.Compiled {
		a.unread = simulate.AuthorizationPolicyFields.Unread(m.Root)
		a.refused, _ = RefusedPolicy(m)
	}
	a.hosts = a.onlyHosts()
	return a
}

func readRule(n *source.Node, path string) rule {
	r := rule{path: path}
	for i, f := range source.Elements(source.Field(n, "from")) {
		r.from = append(r.from, readConditions(source.Field(f, "source"), source.JoinIndex(path+".from", i)+".source"))
	}
	for i, f := range source.Elements(source.Field(n, "to")) {
		r.to = append(r.to, readConditions(source.Field(f, "operation"), source.JoinIndex(path+".to", i)+".operation"))
	}
	for i, w := range source.Elements(source.Field(n, "when")) {
		at := source.JoinIndex(path+".when", i)
		key := attributeOf(source.Text(source.Field(w, "key")))
		if v := source.Texts(source.Field(w, "values")); len(v) > 0 {
			r.when = append(r.when, newCondition(key, v, false, at+".values"))
		}
		if v := source.Texts(source.Field(w, "notValues")); len(v) > 0 {
			r.when = append(r.when, newCondition(key, v, true, at+".notValues"))
		}
	}
	for _, part := range [][][]condition{r.from, r.to, {r.when}} {
		for _, list := range part {
			r.http = r.http || slices.ContainsFunc(list, func(c condition) bool { return httpOnly(c.field) })
		}
	}
	return r
}

// fields are the lists of a source and an operation. Addresses come last, since
// they may not be known.
var fields = []string{
	"principals", "namespaces", "serviceAccounts", "trustDomains", "requestPrincipals",
	"hosts", "methods", "paths", "ports", "ipBlocks", "remoteIpBlocks",
}

// readConditions reads the lists that are not empty.
func readConditions(n *source.Node, path string) []condition {
	out := []condition{}
	for _, f := range fields {
		if v := source.Texts(source.Field(n, f)); len(v) > 0 {
			out = append(out, newCondition(f, v, false, path+"."+f))
		}
		negated := "not" + strings.ToUpper(f[:1]) + f[1:]
		if v := source.Texts(source.Field(n, negated)); len(v) > 0 {
			out = append(out, newCondition(f, v, true, path+"."+negated))
		}
	}
	return out
}

// attributeOf returns the field that a key of a when means, or the key itself.
func attributeOf(key string) string {
	if field, ok := map[string]string{
		"source.ip": "ipBlocks", "remote.ip": "remoteIpBlocks", "source.namespace": "namespaces", "source.principal": "principals",
		"source.serviceAccount": "serviceAccounts", "source.trustDomain": "trustDomains", "request.auth.principal": "requestPrincipals",
		"destination.port": "ports",
	}[key]; ok {
		return field
	}
	return key
}

// onlyHosts lists the authorities that the rules match, nil if some rule does not
// name authorities.
func (a *authorization) onlyHosts() []string {
	var out []string
	for _, r := range a.rules {
		for _, operation := range r.to {
			hosts := namedHosts(operation)
			if hosts == nil {
				return nil
			}
			out = append(out, hosts...)
		}
		if len(r.to) == 0 {
			return nil
		}
	}
	return out
}

func namedHosts(operation []condition) []string {
	for _, c := range operation {
		if c.field != "hosts" || c.not {
			continue
		}
		var out []string
		for _, h := range c.values {
			if strings.Contains(h, "*") {
				return nil
			}
			out = append(out, strings.ToLower(h))
		}
		return out
	}
	return nil
}
