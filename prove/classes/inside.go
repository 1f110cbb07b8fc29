package classes

import (
	"cmp"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/simulate"
)

// maxCallers is the maximal number of callers in the cluster that are tried.
const maxCallers = 16

// maxInside is the maximal number of credentials with which callers in the cluster
// are tried, and maxInner the maximal number at a service to which no route leads,
// where only these callers are asked.
const maxInside, maxInner = 8, 64

// isReached reports whether somebody gets through the gateway.
func (d *delta) isReached() bool { return d.was.reaches() || d.is.reaches() }

// compareInside compares what callers in the cluster get from the services
// behind the routes, past the gateway. They send any host, path and header.
func (d *delta) compareInside() {
	callers := d.callers()
	for _, service := range d.services() {
		if d.compareInsideOf(service, callers) {
			return
		}
	}
}

// services returns the services that the requests of the class go to on either side.
func (d *delta) services() []string {
	var out []string
	add := func(to string) {
		if to != "" && !slices.Contains(out, to) {
			out = append(out, to)
		}
	}
	for _, n := range d.class.Takes {
		add(d.c.all[n].Service)
	}
	for i := range d.credentials {
		if w := &d.was.decisions[i]; w.Passed() && d.is.decisions[i].Passed() {
			add(spellBackend(w.Upstream, simulate.Treatment{}))
		}
	}
	return out
}

// callers returns the callers that the policies of a side distinguish, besides
// anybody.
func (d *delta) callers() []string {
	out := []string{simulate.Insider, simulate.Bare}
	for _, p := range d.c.all {
		for _, caller := range p.Callers {
			if len(out) < maxCallers && !slices.Contains(out, caller) {
				out = append(out, caller)
			}
		}
	}
	return out
}

// compareInsideOf compares one service, and reports whether it found a caller that
// is treated otherwise.
func (d *delta) compareInsideOf(service string, callers []string) bool {
	bare := hostOf(service)
	hosts := []string{d.class.Witness.Host, bare}
	tried, most := 0, maxInside
	if d.inner {
		most = maxInner
	}
	for k := range d.credentials {
		if k > 0 && (d.credentials[k].of == [2]bool{} && !d.inner || !d.was.decisions[k].Passed() && !d.is.decisions[k].Passed() && d.isReached()) || tried == most {
			continue
		}
		tried++
		r := *d.requests[k]
		r.Free = simulate.AnyHeader
		for i := 0; i < len(callers)*len(hosts); i++ {
			caller := callers[i%len(callers)]
			r.Host = hosts[i/len(callers)]
			d.c.world.Phase = 0
			was := d.c.sides[0].Inside(&r, service, caller)
			d.c.world.Phase = 1
			is := d.c.sides[1].Inside(&r, service, caller)
			if was.Passed() == is.Passed() && (was.Cause == simulate.Anything) == (is.Cause == simulate.Anything) {
				continue
			}
			ch := d.base
			ch.Kind, ch.Path, ch.Host = Internal, "/", service
			ch.Methods, ch.Others = nil, true
			if pods := cmp.Or(was.Pods, is.Pods); pods != "" {
				ch.pods = namespaceOf(bare) + " " + pods
			}
			if ch.WasAt.Doc == nil && ch.IsAt.Doc == nil {
				ch.WasAt, ch.IsAt = was.At, is.At
			}
			token := d.credentials[k].text(false)
			ch.Before, ch.After = describeInMesh(&was, caller, token), describeInMesh(&is, caller, token)
			ch.Witness = Witness{Method: d.class.Witness.Method, URL: "http://" + service + d.class.Witness.RawPath}
			d.c.found = append(d.c.found, ch)
			return true
		}
	}
	return false
}

// namespaceOf returns the namespace in a service's host.
func namespaceOf(host string) string {
	_, rest, _ := strings.Cut(host, ".")
	namespace, _, _ := strings.Cut(rest, ".")
	return namespace
}

func describeInMesh(d *simulate.Decision, caller, token string) string {
	who := callersOf(caller)
	switch {
	case d.Passed():
		return who + " get in with " + token
	case d.Cause == simulate.Anything:
		return who + " may get in with " + token
	}
	return who + " are refused with " + token
}

// callersOf names the callers in the cluster that an identity represents.
func callersOf(identity string) string {
	const who = "callers in the cluster"
	switch identity {
	case simulate.Insider:
		return who
	case simulate.Bare:
		return who + " without a sidecar"
	}
	parts := strings.Split(identity, "/")
	return who + " as " + cmp.Or(strings.Join(parts[max(0, len(parts)-3):], "/"), identity)
}
