package skipper

import (
	"cmp"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/eskip"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/simulate"
)

// Options are flags of Skipper that change its routes.
type Options struct {
	// Class and GroupClass are expressions for the classes of Ingresses and
	// RouteGroups that Skipper serves; "" is Skipper's default, skipper.
	Class, GroupClass string
	// PathMode is what paths without a type mean: kubernetes-ingress (the
	// default of ""), path-regexp or path-prefix.
	PathMode string
	// NoRedirect reports that plain HTTP is not redirected by default, and
	// RedirectStatus is the status of redirects; 0 is 308.
	NoRedirect     bool
	RedirectStatus int
	// Absent are filters that Skipper does not have, by name.
	Absent map[string]bool
	// Unread are flags that kgw does not follow.
	Unread []string
	// Told reports whether the flags of the cluster's Skipper are known.
	Told bool
}

// Load reads the Ingresses and RouteGroups among the manifests as the Kubernetes
// client of Skipper v0.27.57 does, with the flags that it has by default and plain
// HTTP redirected to https. A Service that is not among the manifests is assumed to
// exist and to have endpoints.
func Load(manifests []simulate.Manifest, o Options) *Engine {
	e := &Engine{options: o, class: classOf(o.Class), groupClass: classOf(o.GroupClass), services: map[string]*simulate.Manifest{}}
	var objects []*simulate.Manifest
	for i := range manifests {
		switch m := &manifests[i]; {
		case m.Is("networking.k8s.io", "Ingress"), m.Is("extensions", "Ingress"), m.Is("zalando.org", "RouteGroup"):
			objects = append(objects, m)
		case m.Is("", "Service") || m.Kind == "Service" && m.APIVersion == "v1":
			e.services[m.Namespace+"/"+m.Name] = m
		}
	}
	slices.SortStableFunc(objects, func(a, b *simulate.Manifest) int { return strings.Compare(a.ID(), b.ID()) })
	l := &loader{Engine: e, ids: map[string]bool{}, hosts: map[string][]*route{}, redirects: map[string]int{}, kept: map[string]bool{}}
	for _, m := range objects {
		if m.Kind == "Ingress" {
			l.loadIngress(m)
		} else {
			l.loadGroup(m)
		}
	}
	l.addCatchAlls()
	if len(objects) > len(e.elsewhere) && !o.NoRedirect {
		l.addRedirectTwin(&route{id: "kube_"}, withPlainHTTP(nil), e.options.redirectStatus())
	}
	e.index()
	return e
}

// redirectStatus returns the status of the redirect of plain HTTP.
func (o *Options) redirectStatus() int {
	return cmp.Or(o.RedirectStatus, http.StatusPermanentRedirect)
}

func classOf(text string) *regexp.Regexp {
	if expr, err := regexp.Compile(text); err == nil && text != "" {
		return expr
	}
	return regexp.MustCompile("skipper")
}

// loader is an engine while its routes are made.
type loader struct {
	*Engine
	ids       map[string]bool
	hosts     map[string][]*route // of Ingresses, by the host of the rule
	redirects map[string]int      // the status of redirects for what no route matches, by host
	kept      map[string]bool     // hosts that are served over plain HTTP too
}

// annotationsOf returns the annotations of an object.
func annotationsOf(m *simulate.Manifest) map[string]string {
	return source.TextMap(source.Field(source.Field(m.Root, "metadata"), "annotations"))
}

// Dropped is an object or a route that Skipper does not have, and why.
type Dropped struct {
	At     source.Ref
	Object string
	// Hosts are the hosts that it would serve, none for all.
	Hosts  []string
	Reason string
}

func (l *loader) dropObject(m *simulate.Manifest, hosts []string, at source.Ref, format string, args ...any) {
	l.Dropped = append(l.Dropped, Dropped{at, m.Kind + " " + m.ID(), hosts, fmt.Sprintf(format, args...)})
}

// add adds a route, unless there is one with its id.
func (l *loader) add(r *route) {
	if r.backend.kind == forward {
		r.forwarded = l.options.whereForwarding(r.backend.at)
	}
	if l.ids[r.id] {
		if r.redirect == 0 {
			l.Dropped = append(l.Dropped, Dropped{r.at, "a route of " + r.object, r.hosts, "another route of the object has the same id, and Skipper keeps one of each"})
		}
		return
	}
	l.ids[r.id] = true
	r.check(l.options.Absent)
	l.routes = append(l.routes, r)
	if r.dropped != "" && r.redirect == 0 {
		l.Dropped = append(l.Dropped, Dropped{r.at, "a route of " + r.object, r.hosts, r.dropped})
	}
}

// check drops a route whose filters or hosts Skipper refuses.
func (r *route) check(absentFilters map[string]bool) {
	for i := range r.filters {
		c := &r.filters[i]
		switch k := filterOf(c.Name); {
		case absentFilters[c.Name]:
			r.drop("Skipper's flags are without the filter %s", c.Name)
		case k.class == absent:
			r.foreign = r.foreign || r.dropped == ""
			r.drop("Skipper has no filter %s", c.Name)
		case !accepts(c):
			r.drop("the filter %s has wrong arguments", c.Name)
		}
	}
	for _, h := range r.hosts {
		if _, err := regexp.Compile(hostExpression(h)); !isPlainHost(h) && err != nil {
			r.drop("Skipper makes an expression of the host %q, which does not compile", h)
		}
	}
}

// isPlainHost reports whether a host is not an expression to Skipper.
func isPlainHost(h string) bool { return !strings.ContainsAny(h, `\+*?()|[]{}^$`) }

func hostExpression(h string) string {
	return "^(" + strings.ReplaceAll(h, ".", "[.]") + `[.]?(:[0-9]+)?)$`
}

// heavy is the weight of redirects for Ingresses.
const heavy = 1000

// addRedirectTwin adds the redirect to https that Skipper adds for a route.
func (l *loader) addRedirectTwin(r *route, predicates []eskip.Call, status int) {
	twin := &route{
		id: r.id + "_https_redirect", object: r.object, at: r.at, hosts: r.hosts, uncertain: r.uncertain, redirect: status,
		filters: []eskip.Call{eskip.Of("redirectTo", status, "https:")},
	}
	if r.dropped != "" {
		twin.check(nil)
	}
	twin.compile(predicates)
	l.add(twin)
}

// withPlainHTTP returns the predicates that choose plain HTTP before all others.
func withPlainHTTP(rest []eskip.Call) []eskip.Call {
	return append([]eskip.Call{eskip.Of("Header", forwardedProto, "http"), eskip.Of("Weight", heavy)}, rest...)
}
