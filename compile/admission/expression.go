package admission

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/kgw-dev/kgw/internal/source"
)

// writer collects the expressions of a policy.
type writer struct {
	variables, validations []any
	size                   int // of all expressions, in bytes
}

// addVariable names the value of an expression. Each is calculated once for a
// resource, if it is used.
func (w *writer) addVariable(name, expression string) {
	w.size += len(expression)
	w.variables = append(w.variables, source.Object{{Key: "name", Value: name}, {Key: "expression", Value: expression}})
}

func (w *writer) addDemand(expression, message string) {
	w.size += len(expression)
	w.validations = append(w.validations, source.Object{{Key: "expression", Value: expression}, {Key: "message", Value: message}})
}

// maxExpression bounds an expression, in characters: the language reads at most
// 100,000 (cel-go, parser.New).
const maxExpression = 50_000

// addTable makes entries a variable that is a list of maps. The estimated cost of a
// look-up in a map does not depend on its size, unlike in a list: the API server
// refuses expressions that cost more than its limit. The entries are "key: value" and
// have different keys.
func (w *writer) addTable(name string, entries []string) {
	var maps []string
	for rest := entries; len(rest) > 0; {
		n, size := 0, 0
		for n < len(rest) && (n == 0 || size+len(rest[n]) <= maxExpression) {
			size += len(rest[n]) + len(", ")
			n++
		}
		part := fmt.Sprint(name, len(maps))
		w.addVariable(part, "{"+strings.Join(rest[:n], ", ")+"}")
		maps, rest = append(maps, "variables."+part), rest[n:]
	}
	w.addVariable(name, "["+strings.Join(maps, ", ")+"]")
}

// addSet is a table of names without values.
func (w *writer) addSet(name string, names []string) {
	var entries []string
	for _, n := range distinct(names) {
		entries = append(entries, quoted(n)+": true")
	}
	w.addTable(name, entries)
}

// inSet returns the expression that a text is in a set.
func inSet(text, set string) string { return fmt.Sprintf("variables.%s.exists(m, %s in m)", set, text) }

// write makes the variables and validations of a kind.
func (k *kind) write(p *Policy) *writer {
	w := &writer{}
	allow := p.Allow
	if allow == nil && k.allowDefault && p.DefaultDomain != "" {
		allow = []string{p.DefaultDomain}
	}
	public := p.NoPublic && k.open != ""
	if allow != nil || public {
		w.addVariable("hosts", k.spellings(p.DefaultDomain))
	}
	if public || k.services == ofRules && len(p.Block) > 0 {
		w.addVariable("rules", "has(object.spec.rules) ? object.spec.rules : []")
	}
	if allow != nil {
		w.demandDomains(k, allow)
	}
	if len(p.Block) > 0 {
		w.demandNotBlocked(k, p.Block)
	}
	if p.Gateways != nil && k.gateway != "" {
		w.demandGateways(k, p.Gateways)
	}
	if public {
		w.demandListedPublic(k, p.Public)
	}
	for _, l := range p.Labels {
		w.addDemand(fmt.Sprintf("has(object.metadata.labels) && %s in object.metadata.labels", quoted(l)), "the label "+l+" is required")
	}
	return w
}

// spellings are the hosts, each as a list: as it is written, and complete.
func (k *kind) spellings(domain string) string {
	short := "[h]"
	if domain != "" && !k.whole {
		short = fmt.Sprintf("[h, h + %s]", quoted("."+canonical(domain)))
	}
	return fmt.Sprintf("(%s).map(w, w.lowerAscii()).map(h, h.contains('.') ? [h] : %s)", k.hosts, short)
}

// demandDomains demands that every host is a domain or below it, and holds it
// once, as kgw validate does. A host that is not complete is not judged.
func (w *writer) demandDomains(k *kind, allow []string) {
	unjudged := "!h.contains('.') || "
	if k.whole {
		unjudged = ""
	}
	w.addSet("domains", canonicals(allow))
	var depths []int
	for _, d := range allow {
		depths = append(depths, strings.Count(canonical(d), "."))
	}
	slices.Sort(depths)
	var ends []string
	for _, n := range slices.Compact(depths) {
		ends = append(ends, fmt.Sprintf("h.find('[^.]+([.][^.]+){%d}$')", n))
	}
	w.addDemand(fmt.Sprintf("variables.hosts.map(s, s[s.size() - 1]).all(h, %s[%s].exists(d, %s && h.split(d).size() == 2))", unjudged, strings.Join(ends, ", "), inSet("d", "domains")),
		"the host must be in one of the domains "+listNames(allow))
}

// demandNotBlocked demands that no Service is on the list, whether it is
// written with its namespace or without.
func (w *writer) demandNotBlocked(k *kind, block []string) {
	w.addSet("blocked", canonicals(block))
	w.addDemand(fmt.Sprintf("!(%s).map(s, [s[0].lowerAscii().split('.'), [string(s[1])]]).map(s, s[0].size() > 1 && s[0][1] != '' ? s[0] : [s[0][0]] + s[1]).exists(s, %s)",
		k.services, inSet("s[0] + '.' + s[1]", "blocked")), "the Service must not be exposed")
}

// demandGateways demands one of the Gateways in any spelling. An
// ExternalGateway is not one.
func (w *writer) demandGateways(k *kind, gateways []string) {
	w.addSet("gateways", gateways)
	w.addDemand(fmt.Sprintf("[%s].all(g, g == '' || %s)", k.gateway,
		inSet("(g.contains('/') ? g : g.contains('.') ? g.split('.')[1] + '/' + g.split('.')[0] : object.metadata.namespace + '/' + g)", "gateways")),
		"the gateway must be one of "+listNames(gateways))
}

// demandListedPublic demands that each open rule is one of the routes: its
// path, all of its methods, and every host. Routes are found by the host, ""
// for any, and the path.
func (w *writer) demandListedPublic(k *kind, routes []Public) {
	var keys []string
	of := map[string][]string{}
	for _, r := range routes {
		key := strings.ToLower(r.Host) + " " + r.Path
		if of[key] == nil {
			keys = append(keys, key)
		}
		of[key] = append(of[key], r.option())
	}
	var entries []string
	for _, key := range keys {
		entries = append(entries, quoted(key)+": ["+strings.Join(distinct(of[key]), ", ")+"]")
	}
	w.addTable("public", entries)
	w.addDemand(fmt.Sprintf("variables.rules.all(r, !(%s) || ([''] + variables.hosts[0]).exists(s, (s == '' || variables.hosts.all(h, s in h)) && "+
		"[s + ' ' + r.path].exists(p, variables.public.exists(m, p in m && m[p].exists(o, "+
		"!('methods' in o) || has(r.methods) && r.methods.all(m, m in o.methods) && !(%s))))))", k.open, k.anyMethod),
		"a route without authentication must be one of policy.publicRoutes")
}

// option returns what a route demands besides its host and path.
func (p *Public) option() string {
	if p.Methods == nil {
		return "{}"
	}
	return "{'methods': " + list(p.Methods) + "}"
}

// canonical spells a name in one way: in lower case, without the final dot.
func canonical(name string) string { return strings.TrimSuffix(strings.ToLower(name), ".") }

func canonicals(names []string) []string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = canonical(n)
	}
	return out
}

// distinct leaves out repeated entries: a map must not have a key twice.
func distinct(texts []string) []string {
	seen := map[string]bool{}
	var out []string
	for _, t := range texts {
		if !seen[t] {
			seen[t] = true
			out = append(out, t)
		}
	}
	return out
}

const shown = 10 // names in a message

// listNames lists names for a message.
func listNames(names []string) string {
	if len(names) <= shown {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:shown], ", "), len(names)-shown)
}

func list(names []string) string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = quoted(n)
	}
	return "[" + strings.Join(out, ", ") + "]"
}

// quoted returns a text as a literal of the language, whose escapes are Go's.
func quoted(text string) string { return strconv.QuoteToASCII(text) }
