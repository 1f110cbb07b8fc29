package simulate

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kgw-dev/kgw/internal/lazyregexp"
	"github.com/kgw-dev/kgw/internal/source"
)

// form is the form of the values of a field. The API server or Istio's webhook
// refuses values of another form. It checks a text, a bool or a Number.
type form struct {
	what  string
	takes func(v any) bool
}

// forms are the forms of values by the names that tables have for them; a field
// without one is a text (istio.io/istio/pkg/config/validation).
var forms = map[string]form{
	"":           {"a text", textForm(func(string) bool { return true })},
	"some":       {"a text of one character or more", textForm(func(s string) bool { return s != "" })},
	"bool":       {"true or false", func(v any) bool { _, ok := v.(bool); return ok }},
	"int":        {"a whole number", wholeNumber(-1<<31, 1<<31-1)},
	"count":      {"a whole number of 0 or more", wholeNumber(0, 1<<32-1)},
	"weight":     {"a whole number of 0 or more", wholeNumber(0, 1<<31-1)},
	"port":       {"a port from 1 to 65535", wholeNumber(1, 65535)},
	"anyport":    {"a port", wholeNumber(0, 65535)},
	"share":      {"a percentage from 0 to 100", percentage},
	"wholeshare": {"a percentage from 0 to 100", wholeNumber(0, 100)},
	"status":     {"a status from 200 to 599", wholeNumber(200, 599)},
	"duration":   {"a duration of at least 1ms", textForm(duration)},
	"label":      {"a DNS label", textForm(func(s string) bool { return s == "" || dnsLabel(s) })},
	"value":      {"a value of a label", textForm(func(s string) bool { return labelValue().MatchString(s) })},
	"selects":    {"a label without a wildcard", textForm(func(s string) bool { return !strings.Contains(s, "*") })},
	"space":      {"a namespace, . or *", textForm(func(s string) bool { return s == "." || s == "*" || dnsLabel(s) })},
	"gateway":    {"the name of a Gateway", textForm(gatewayName)},
	"host":       {"a host or an address", textForm(func(s string) bool { return wildcardName(s) || address(s) })},
	"service":    {"the name of a service", textForm(func(s string) bool { return s != "*" && wildcardName(s) })},
	"services":   {"the name of a service, or of several", textForm(wildcardName)},
	"served":     {"a host, with a namespace before it or without", textForm(servedHost)},
	"subnet":     {"an address or a block of addresses", textForm(subnet)},
	"header":     {"the name of a header", textForm(func(s string) bool { return s == "*" || headerName().MatchString(s) })},
	"ownheader":  {"the name of a header that may be changed", textForm(func(s string) bool { return s != "" && s[0] != ':' && !strings.EqualFold(s, "host") })},
	"plain":      {"the name of a header", textForm(func(s string) bool { return plainHeader().MatchString(s) })},
	"written":    {"a value of a header", textForm(headerText)},
	"scheme":     {"http or https", textForm(func(s string) bool { return s == "" || s == "http" || s == "https" })},
	"method":     {"a method", textForm(func(s string) bool { return slices.Contains(corsMethods, s) })},
	"protocol":   {"a protocol that Istio knows", textForm(func(s string) bool { return slices.Contains(protocols, strings.ToUpper(s)) })},
}

var (
	labelText   = lazyregexp.New(`^[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?$`)
	wildText    = lazyregexp.New(`^(?:\*|(?:\*-?)?[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?)$`)
	labelValue  = lazyregexp.New(`^(?:(?:[A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$`)
	headerName  = lazyregexp.New("^[!#$%&'*+.^_`|~0-9a-zA-Z-]+$")
	plainHeader = lazyregexp.New(`^[-_A-Za-z0-9]+$`)
	corsMethods = []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "CONNECT", "OPTIONS", "TRACE", "*"}
	protocols   = []string{"TCP", "UDP", "GRPC", "GRPC-WEB", "HTTP", "HTTP_PROXY", "HTTP2", "HTTPS", "TLS", "MONGO", "REDIS", "MYSQL"}
)

func textForm(takes func(string) bool) func(any) bool {
	return func(v any) bool { s, ok := v.(string); return ok && takes(s) }
}

func wholeNumber(low, high int64) func(any) bool {
	return func(v any) bool {
		n, ok := v.(source.Number)
		if !ok {
			return false
		}
		f, err := strconv.ParseFloat(string(n), 64)
		return err == nil && f == float64(int64(f)) && int64(f) >= low && int64(f) <= high
	}
}

func percentage(v any) bool {
	n, ok := v.(source.Number)
	f, err := strconv.ParseFloat(string(n), 64)
	return ok && err == nil && f >= 0 && f <= 100
}

func duration(s string) bool {
	d, err := time.ParseDuration(s)
	return err == nil && d >= time.Millisecond && d%time.Millisecond == 0
}

func dnsLabel(s string) bool { return len(s) <= 63 && labelText().MatchString(s) }

// domain reports whether Istio accepts a text as a DNS name: labels, the last
// of which is not a number.
func domain(s string) bool {
	s = strings.TrimSuffix(s, ".")
	if s == "" || len(s) > 255 {
		return false
	}
	labels := strings.Split(s, ".")
	_, err := strconv.Atoi(labels[len(labels)-1])
	return err != nil && !slices.ContainsFunc(labels, func(l string) bool { return !dnsLabel(l) })
}

// wildcardName is such a name whose first label may begin with a wildcard.
func wildcardName(s string) bool {
	first, rest, more := strings.Cut(s, ".")
	return len(s) <= 255 && len(first) <= 63 && wildText().MatchString(first) && (!more || domain(rest))
}

func gatewayName(s string) bool {
	namespace, name, qualified := strings.Cut(s, "/")
	return qualified && dnsLabel(namespace) && dnsLabel(name) || !qualified && domain(s)
}

// servedHost is a host of a server of a Gateway.
func servedHost(s string) bool {
	if namespace, name, qualified := strings.Cut(s, "/"); qualified {
		if s = name; namespace != "*" && namespace != "." && !dnsLabel(namespace) {
			return false
		}
	}
	partial := strings.HasPrefix(s, "*") && !strings.HasPrefix(s, "*.")
	return s == "*" || strings.Contains(s, ".") && !partial && (address(s) || wildcardName(s))
}

// headerText reports whether Envoy accepts a value with its % commands.
func headerText(s string) bool {
	if strings.ContainsFunc(s, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }) {
		return false
	}
	return strings.Count(strings.ReplaceAll(s, "%%", ""), "%")%2 == 0
}

// Refused returns why Istio refuses a field of the spec, and its path, "" if it
// refuses none: the field has another type, or a value of another form.
func (t *FieldTable) Refused(root *source.Node) (why, path string) {
	if spec := t.read().root.keys["spec"]; spec != nil {
		return spec.findRefused(source.Field(root, "spec"), "spec")
	}
	return "", ""
}

// findRefused returns Refused below a node of the table. Fields that the table does
// not have are not looked at, nor is what counts as a whole.
func (n *fieldNode) findRefused(v *source.Node, path string) (why, at string) {
	switch {
	case v == nil || n.all != nil && n.keys == nil:
		return "", ""
	case isLeaf(n):
		return n.rule.reasonMisfit(v, path), path
	case source.Scalar(v) == nil && source.IsScalar(v):
		return "", ""
	case n.list != source.IsList(v) || source.IsScalar(v):
		return shortPath(path) + " is not a list or an object, as it must be", path
	}
	for _, key := range source.Keys(v) {
		if next, below := n.child(key); next != nil && !below {
			if why, at = next.findRefused(source.Field(v, key), source.JoinKey(path, key)); why != "" {
				return why, at
			}
		}
	}
	for i, e := range source.Elements(v) {
		if source.IsNull(e) {
			return shortPath(path) + " has an element that is null", source.JoinIndex(path, i)
		}
		if why, at = n.any.findRefused(e, source.JoinIndex(path, i)); why != "" {
			return why, at
		}
	}
	return "", ""
}

// reasonMisfit returns why a value is not of the form of a field.
func (r *FieldRule) reasonMisfit(v *source.Node, path string) string {
	what, takes := forms[r.Form].what, forms[r.Form].takes
	if strings.Contains(r.Form, "|") {
		words := strings.Split(r.Form, "|")
		what, takes = "one of "+strings.Join(words, ", "), textForm(func(s string) bool { return slices.Contains(words, s) })
	}
	if source.IsScalar(v) && (source.Scalar(v) == nil || takes(source.Scalar(v))) {
		return ""
	}
	return shortPath(path) + " is not " + what
}

func shortPath(path string) string { return strings.TrimPrefix(path, "spec.") }

func address(s string) bool {
	_, err := netip.ParseAddr(s)
	return err == nil
}

// subnet reports whether a text is an address or a block of addresses.
func subnet(s string) bool {
	_, err := netip.ParsePrefix(s)
	return err == nil || address(s)
}

// HeaderName reports whether Istio accepts a text as the name of a header.
func HeaderName(s string) bool { return headerName().MatchString(s) }

// RefusedExport returns why Istio refuses the exportTo of an object, and the path
// of the field, "" if it does not: each namespace must be there once, and none
// together with "*".
func RefusedExport(m *Manifest) (why, path string) {
	seen := map[string]bool{}
	list := source.Texts(source.Field(m.Spec(), "exportTo"))
	for i, to := range list {
		if to == "." {
			to = m.Namespace
		}
		if seen[to] || to == "*" && len(list) > 1 {
			return "it is exported to " + to + " and others", source.JoinIndex("spec.exportTo", i)
		}
		seen[to] = true
	}
	return "", ""
}
