package kube

import (
	"testing"

	"github.com/kgw-dev/kgw/internal/ir"
)

// TestFitting holds which listeners serve routes for a host of a namespace, and
// the reasons of the others.
func TestFitting(t *testing.T) {
	web := func(change func(*ParentListener)) ParentListener {
		l := ParentListener{Name: "web", Host: "*", Port: 443, Protocol: "HTTPS", from: "All"}
		change(&l)
		return l
	}
	all := web(func(*ParentListener) {})
	for name, c := range map[string]struct {
		listeners []ParentListener
		sections  []string
		known     *Namespace
		fit       string
		why       string
	}{
		"every host":        {listeners: []ParentListener{all}, fit: "web "},
		"named":             {listeners: []ParentListener{all}, sections: []string{"web"}, fit: "web "},
		"another is named":  {listeners: []ParentListener{all}, sections: []string{"x", "y"}, why: "it has none of the name x, y"},
		"of the host":       {listeners: []ParentListener{web(func(l *ParentListener) { l.Host = "a.example.com" })}, fit: "web "},
		"of its domain":     {listeners: []ParentListener{web(func(l *ParentListener) { l.Host = "*.example.com" })}, fit: "web "},
		"of another host":   {listeners: []ParentListener{web(func(l *ParentListener) { l.Host = "b.example.com" })}, why: "web: it serves b.example.com"},
		"TCP":               {listeners: []ParentListener{web(func(l *ParentListener) { l.Protocol = "TCP" })}, why: "web: its protocol is TCP"},
		"HTTP":              {listeners: []ParentListener{web(func(l *ParentListener) { l.Protocol = "HTTP" })}, fit: "web "},
		"no protocol":       {listeners: []ParentListener{web(func(l *ParentListener) { l.Protocol = "" })}, fit: "web "},
		"its own namespace": {listeners: []ParentListener{web(func(l *ParentListener) { l.from = "Same" })}, why: "web: it accepts routes of its own namespace only"},
		"listed":            {listeners: []ParentListener{web(func(l *ParentListener) { l.only = []string{"hall", "attic"} })}, fit: "web "},
		"others are listed": {listeners: []ParentListener{web(func(l *ParentListener) { l.only = []string{"hall", "cellar"} })}, why: "web: it accepts routes of hall, cellar only"},
		"without a name":    {listeners: []ParentListener{web(func(l *ParentListener) { l.Name, l.from = "", "Same" })}, why: "each: it accepts routes of its own namespace only"},
		"two reasons":       {listeners: []ParentListener{web(func(l *ParentListener) { l.from = "Same" }), web(func(l *ParentListener) { l.Name, l.Protocol = "raw", "TLS" })}, why: "web: it accepts routes of its own namespace only; raw: its protocol is TLS"},
		"a nearer listener": {listeners: []ParentListener{all, web(func(l *ParentListener) { l.Name, l.Host, l.from = "near", "a.example.com", "Same" })}, why: "web: listener near of its port is the one for that host; near: it accepts routes of its own namespace only"},
		"of another port":   {listeners: []ParentListener{all, web(func(l *ParentListener) { l.Name, l.Host, l.Port, l.from = "near", "a.example.com", 80, "Same" })}, fit: "web ", why: "near: it accepts routes of its own namespace only"},
		"a nearer one fits": {listeners: []ParentListener{web(func(l *ParentListener) { l.Host = "*.example.com" }), web(func(l *ParentListener) { l.Name, l.Host = "near", "a.example.com" })}, fit: "near ", why: "web: listener near of its port is the one for that host"},
		"selected":          {listeners: []ParentListener{web(func(l *ParentListener) { l.from, l.labels = "Selector", map[string]string{"a": "b"} })}, known: &Namespace{Labels: map[string]string{"a": "b"}}, fit: "web "},
		"not selected":      {listeners: []ParentListener{web(func(l *ParentListener) { l.from, l.labels = "Selector", map[string]string{"a": "b"} })}, known: &Namespace{}, why: "web: its selector leaves the namespace out"},
		"not known":         {listeners: []ParentListener{web(func(l *ParentListener) { l.from, l.labels = "Selector", map[string]string{"a": "b"} })}, fit: "web "},
		"another condition": {listeners: []ParentListener{web(func(l *ParentListener) { l.from, l.labels, l.odd = "Selector", map[string]string{"a": "b"}, true })}, known: &Namespace{}, fit: "web "},
		"selected by name": {listeners: []ParentListener{web(func(l *ParentListener) {
			l.from, l.labels = "Selector", map[string]string{"kubernetes.io/metadata.name": "attic"}
		})}, fit: "web "},
		"another name": {listeners: []ParentListener{web(func(l *ParentListener) {
			l.from, l.labels = "Selector", map[string]string{"kubernetes.io/metadata.name": "hall"}
		})}, why: "web: its selector leaves the namespace out"},
		"a Gateway of none":  {why: "it has none of the name "},
		"an upper-case host": {listeners: []ParentListener{web(func(l *ParentListener) { l.Host = "*.example.com" })}, fit: "web "},
	} {
		t.Run(name, func(t *testing.T) {
			p := &ParentGateway{Name: ir.Name{Namespace: "infra", Name: "gw"}, Listeners: c.listeners}
			host := "a.example.com"
			if name == "an upper-case host" {
				host = "A.Example.com"
			}
			fit, why := p.Fitting(c.sections, host, "attic", c.known)
			got := ""
			for _, l := range fit {
				got += l.Name + " "
			}
			// Where all fit, the reason speaks of names that nothing has.
			if got != c.fit || c.why != "" && why != c.why {
				t.Errorf("%q, %q, want %q, %q", got, why, c.fit, c.why)
			}
		})
	}
}

// TestKnownParent holds the listeners of a Gateway that a configuration describes.
func TestKnownParent(t *testing.T) {
	list := func(p *ParentGateway) string {
		out := ""
		for _, l := range p.Listeners {
			out += l.Name + " " + l.Host + " " + l.from
			for _, n := range l.only {
				out += " " + n
			}
			out += "; "
		}
		return out
	}
	for want, c := range map[string][3][]string{
		" * All; ":                             {},
		"a * All; b * All; ":                   {{"a", "b"}},
		" x.example.com All; ":                 {nil, {"X.example.com"}},
		"a x All; a y All; b x All; b y All; ": {{"a", "b"}, {"x", "y"}, {"all"}},
		" * Same; ":                            {nil, nil, {"same"}},
		" * All hall attic; ":                  {nil, nil, {"hall", "attic"}},
	} {
		p := KnownParent(ir.Name{Namespace: "infra", Name: "gw"}, c[0], c[1], c[2])
		if got := list(p); got != want || p.Name.Name != "gw" {
			t.Errorf("%v: %q, want %q", c, got, want)
		}
	}
}

// TestAt holds the host under which a listener serves routes.
func TestAt(t *testing.T) {
	for _, c := range [][3]string{
		{"*", "a.example.com", "a.example.com"},
		{"*.example.com", "A.example.com", "a.example.com"},
		{"a.example.com", "*.example.com", "a.example.com"},
		{"b.example.com", "a.example.com", ""},
		{"*.example.com", "*.a.example.com", "*.a.example.com"},
		{"*.example.org", "*.example.com", ""},
	} {
		if got := (&ParentListener{Host: c[0]}).At(c[1]); got != c[2] {
			t.Errorf("%s for %s: %q, want %q", c[0], c[1], got, c[2])
		}
	}
}
