package envoy

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/kgw-dev/kgw/internal/lazyregexp"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/simulate"
)

// Treatments returns what each route does besides sending requests on, by the name
// of the route in decisions.
func (g *Gateway) Treatments() map[string]simulate.Treatment {
	out := map[string]simulate.Treatment{}
	for _, t := range g.tables {
		for _, host := range slices.Sorted(maps.Keys(t.hosts)) {
			for _, r := range t.hosts[host].routes {
				if _, ok := out[r.id()]; !ok {
					out[r.id()] = r.treatment()
				}
			}
		}
	}
	return out
}

// told are the parts of an http entry that are compared in other ways.
var told = []string{"name", "match", "route", "timeout", "corsPolicy", "headers", "rewrite", "redirect", "mirror", "mirrors", "mirrorPercent", "mirrorPercentage"}

func (r *route) treatment() simulate.Treatment {
	t := simulate.Treatment{Timeout: timeoutText(source.Text(source.Field(r.entry, "timeout"))), CORS: corsText(source.Field(r.entry, "corsPolicy"))}
	for _, o := range source.Elements(source.Field(source.Field(r.entry, "corsPolicy"), "allowOrigins")) {
		if exact := source.Text(source.Field(o, "exact")); exact != "" {
			t.Origins = append(t.Origins, exact)
		}
	}
	var response, removed, other []string
	destinations := source.Elements(source.Field(r.entry, "route"))
	for _, n := range append([]*source.Node{r.entry}, destinations...) {
		headers := source.Field(n, "headers")
		response = append(response, responseTexts(source.Field(headers, "response"))...)
		removed = append(removed, source.Texts(source.Field(source.Field(headers, "request"), "remove"))...)
	}
	for _, key := range source.Keys(r.entry) {
		if !slices.Contains(told, key) {
			other = append(other, key+" "+simulate.Canonical(source.Field(r.entry, key)))
		}
	}
	other = append(other, r.rewriteTexts()...)
	other = append(other, r.mirrorTexts()...)
	if n := source.Field(r.entry, "redirect"); n != nil {
		other = append(other, "redirect "+redirectText(n))
	}
	if len(removed) > 0 {
		other = append(other, "removes "+strings.Join(removed, ", "))
	}
	sort.Strings(other)
	t.Response, t.Other = strings.Join(response, "; "), other
	if len(destinations) > 1 {
		t.Split = r.splitText(destinations)
	}
	return t
}

// timeoutText returns a duration as a text. Equal durations have equal texts.
func timeoutText(text string) string {
	switch d, err := time.ParseDuration(text); {
	case err != nil:
		return text
	case d == 0:
		return ""
	default:
		return strconv.FormatFloat(d.Seconds(), 'f', -1, 64) + "s"
	}
}

// splitText returns which share of the requests goes where.
func (r *route) splitText(destinations []*source.Node) string {
	var out []string
	for _, n := range destinations {
		out = append(out, shareText(n, r.manifest.Namespace))
	}
	return strings.Join(out, ", ")
}

// shareText returns the share of the requests that a destination gets, in words
// that do not depend on how its host is spelled.
func shareText(n *source.Node, namespace string) string {
	text := strconv.FormatInt(source.Int(source.Field(n, "weight")), 10) + " to " + destinationText(source.Field(n, "destination"), namespace)
	if headers := source.Field(n, "headers"); len(source.Keys(headers)) > 0 {
		text += " with " + simulate.Canonical(headers)
	}
	return text
}

func destinationText(n *source.Node, namespace string) string {
	text := service(n, namespace)
	if subset := source.Text(source.Field(n, "subset")); subset != "" {
		text += " subset " + subset
	}
	return text
}

// rewriteTexts returns texts for the changes of host and path: of the matched
// prefix, as far as its whole segments go, or of the whole path.
func (r *route) rewriteTexts() []string {
	n := source.Field(r.entry, "rewrite")
	var out []string
	if host := source.Text(source.Field(n, "authority")); host != "" {
		out = append(out, "rewrites the host to "+host)
	}
	pattern := source.Field(n, "uriRegexRewrite")
	expression, text := source.Text(source.Field(pattern, "match")), source.Text(source.Field(pattern, "rewrite"))
	uri := source.Text(source.Field(n, "uri"))
	from, prefixed := r.prefix()
	switch {
	case expression == "/.*":
		out = append(out, "rewrites the path to "+text)
	case pattern != nil:
		if from, to, segments := segmentsOf(expression, text); segments {
			out = append(out, prefixText(from, to))
		} else {
			out = append(out, "rewrites "+expression+" of the path to "+text)
		}
	case uri == "" || prefixed && uri == from:
	case prefixed:
		if strings.HasSuffix(from, "/") && strings.HasSuffix(uri, "/") {
			from, uri = strings.TrimSuffix(from, "/"), strings.TrimSuffix(uri, "/")
		}
		out = append(out, prefixText(from, uri))
	default:
		out = append(out, "rewrites the path to "+uri)
	}
	return out
}

func prefixText(from, to string) string {
	return "rewrites " + strconv.Quote(from) + " at the start of the path to " + strconv.Quote(to)
}

// segmentsOf reads the expressions that istiod writes for whole segments: for a
// prefix, and for a prefix that is removed.
func segmentsOf(expression, text string) (from, to string, ok bool) {
	quoted, ok := strings.CutPrefix(expression, "^")
	if removed, is := strings.CutSuffix(quoted, "(/?)(.*)"); is && text == `/\2` {
		quoted, text = removed, ""
	}
	from = unquoted().ReplaceAllString(quoted, "$1")
	return from, text, ok && regexp.QuoteMeta(from) == quoted
}

var unquoted = lazyregexp.New(`\\(.)`)

// prefix returns the prefix of the path that the route matched; ok is false where the
// path is matched whole.
func (r *route) prefix() (text string, ok bool) {
	for i := range r.conditions {
		if c := &r.conditions[i]; c.isAbout("uri") {
			return c.text, c.kind == "prefix"
		}
	}
	return "/", true
}

// mirrorTexts returns texts for the destinations of copies of requests.
func (r *route) mirrorTexts() []string {
	var out []string
	for _, m := range r.mirrors() {
		out = append(out, fmt.Sprintf("copies of %g%% to %s", m.percent, destinationText(m.to, r.manifest.Namespace)))
	}
	return out
}

// redirectText returns a redirect as a text, with its defaults.
func redirectText(n *source.Node) string {
	if source.Field(n, "redirectCode") == nil {
		n = source.With(n, "redirectCode", source.NodeOf(source.Number("301")))
	}
	return simulate.Canonical(n)
}

// corsText returns what a CORS policy allows.
func corsText(n *source.Node) string {
	if n == nil {
		return ""
	}
	var origins []string
	for _, o := range source.Elements(source.Field(n, "allowOrigins")) {
		for _, kind := range source.Keys(o) {
			origins = append(origins, kind+" "+source.Text(source.Field(o, kind)))
		}
	}
	parts := []string{"origins " + strings.Join(append(origins, source.Texts(source.Field(n, "allowOrigin"))...), ", ")}
	for _, list := range [][2]string{{"methods", "allowMethods"}, {"headers", "allowHeaders"}, {"exposed headers", "exposeHeaders"}} {
		if texts := source.Texts(source.Field(n, list[1])); len(texts) > 0 {
			parts = append(parts, list[0]+" "+strings.Join(texts, ", "))
		}
	}
	for _, key := range source.Keys(n) {
		if said := corsSetting(key, source.Field(n, key)); said != "" {
			parts = append(parts, key+" "+said)
		}
	}
	slices.Sort(parts[1:])
	return strings.Join(parts, "; ")
}

// corsSetting returns the value of a field of a CORS policy that is not a list, ""
// for the default.
func corsSetting(key string, n *source.Node) string {
	switch key {
	case "allowOrigins", "allowOrigin", "allowMethods", "allowHeaders", "exposeHeaders":
		return ""
	case "allowCredentials":
		if yes, is := source.Bool(n); is && !yes {
			return "" // Envoy sends no header for it
		}
	case "unmatchedPreflights":
		if text := source.Text(n); text == "FORWARD" || text == "UNSPECIFIED" {
			return ""
		}
	}
	return fmt.Sprint(source.Value(n))
}

// responseTexts returns what is done to the headers of responses.
func responseTexts(n *source.Node) []string {
	var out []string
	for _, verb := range []string{"set", "add"} {
		m := source.Field(n, verb)
		for _, key := range source.Keys(m) {
			out = append(out, "response "+key+": "+source.Text(source.Field(m, key)))
		}
	}
	if gone := source.Texts(source.Field(n, "remove")); len(gone) > 0 {
		slices.Sort(gone)
		out = append(out, "response without "+strings.Join(gone, ", "))
	}
	slices.Sort(out)
	return out
}
