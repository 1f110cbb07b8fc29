package v1

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/source"
)

// exposure collects fields that kgw writes as asked for, but that do not do
// what they seem to. Each block is reported once.
type exposure struct {
	gateway *FabricGateway
	found   *diag.List
	told    map[string]bool
}

// checkExposure reports rules of access that surprise.
func (f *FabricGateway) checkExposure(found *diag.List) {
	e := &exposure{gateway: f, found: found, told: map[string]bool{}}
	spec := source.Ref{Doc: f.doc, Path: "spec"}
	e.reportNames(f.whitelist, spec.At(keyWhitelist))
	e.list(f.employees)
	for i := range f.operations {
		o := &f.operations[i]
		e.list(o.employees)
		e.reset(o)
		e.reportEmployees(o)
		e.reportServices(o, spec.At(keyWhitelist))
		e.reportLimits(o)
	}
}

// report adds a finding once for each code and place.
func (e *exposure) report(code diag.Code, at source.Ref, help, format string, args ...any) *diag.Finding {
	id := string(code) + at.Path
	if e.told[id] {
		return &diag.Finding{}
	}
	e.told[id] = true
	return e.found.Add(diag.Finding{Code: code, At: at, Message: fmt.Sprintf(format, args...), Help: help})
}

// reportNames reports services that no token of Zalando's calls itself.
func (e *exposure) reportNames(services []string, at source.Ref) {
	for i, s := range services {
		e.name(s, at.Elem(i))
	}
}

func (e *exposure) name(service string, at source.Ref) {
	if service != "" && !strings.HasPrefix(service, "stups_") {
		e.report(diag.OddServiceName, at, "tokens of services have a sub that begins with stups_", "service %q does not begin with stups_", service)
	}
}

func (e *exposure) list(b *employees) {
	if b != nil && b.kind == "allow_list" && len(b.users) == 0 {
		e.report(diag.EmptyAllowList, keyPlace(b.at), "list employees, or write type: deny_all to keep them out", "allow_list has no user-list and changes nothing")
	}
}

func (e *exposure) reset(o *operation) {
	global := e.gateway.employees
	if o.employees == nil || o.employees.kind != "" || len(o.employees.users) > 0 || global == nil || global.rule() == scoped {
		return
	}
	f := e.report(diag.EmployeesReset, keyPlace(o.employees.at), "remove the empty object, or write the rule that is meant",
		"the empty object cancels the gateway's rule for employees here")
	f.Related = []diag.Related{{Message: "the gateway's rule", At: keyPlace(global.at)}}
}

// reportEmployees reports rules that let in more people than they name.
func (e *exposure) reportEmployees(o *operation) {
	b := e.gateway.employeesOf(o)
	_, restricted := e.gateway.servicesOf(o)
	open := len(scopes(o.privileges)) == 1
	switch rule := b.rule(); {
	case rule == denyAll && !restricted:
		f := e.report(diag.DenyByToken, keyPlace(b.at), "demand a privilege that employees do not have, or restrict the operation to services",
			"deny_all does not hold for opaque tokens: an employee with one is treated like a service")
		f.Related = []diag.Related{{Message: "an operation that it is for", At: keyPlace(o.at)}}
	case rule == allowList && !restricted && open:
		f := e.report(diag.AllowListOpen, keyPlace(b.at), "demand a privilege in the operation, or restrict it to services",
			"the list blocks nobody: an operation demands no privilege, so that employees who are not listed get in like services")
		f.Related = []diag.Related{{Message: "the operation", At: keyPlace(o.at)}}
	case (rule == allowList || rule == allowAll) && restricted:
		e.report(diag.WhitelistBypassed, keyPlace(o.at), "", "employees of the rule get in although the operation is restricted to services")
	}
}

// reportServices reports lists of services that let nobody in.
func (e *exposure) reportServices(o *operation, global source.Ref) {
	switch {
	case o.whitelist == nil:
		if e.gateway.whitelisted && len(e.gateway.whitelist) == 0 {
			e.report(diag.EmptyWhitelist, keyPlace(global), "remove the list to let every service in", "the empty list lets no service in")
		}
	case !o.whitelist.disabled:
		e.reportNames(o.whitelist.services, o.whitelist.at.At("service-list"))
		if o.whitelist.listed && len(o.whitelist.services) == 0 {
			e.report(diag.EmptyWhitelist, keyPlace(o.whitelist.at), "write state: disabled to let every service in", "the empty list lets no service in")
		}
	}
}

func (e *exposure) reportLimits(o *operation) {
	if o.limits == nil {
		return
	}
	if !e.told[string(diag.LimitPerToken)] {
		e.told[string(diag.LimitPerToken)] = true
		e.report(diag.LimitPerToken, keyPlace(o.limits.at), "plan limits for the number of tokens that a caller may have",
			"limits count by token, not by caller: a caller with a new token has a new budget")
	}
	services, restricted := e.gateway.servicesOf(o)
	for _, t := range o.limits.all() {
		e.name(t.name, keyPlace(t.at))
		switch {
		case t.rate == 0:
			e.report(diag.LimitZero, t.at, "write a limit of at least 1, or use a list of services to keep this one out", "a limit of 0 lets no request of %q through", t.name)
		case restricted && !slices.Contains(services, t.name):
			e.report(diag.LimitUnused, keyPlace(t.at), "add the service to the list, or remove its limit", "service %q is not in the list of services: its limit has no effect", t.name)
		case !restricted && slices.Contains(e.gateway.admins, t.name):
			e.report(diag.LimitUnused, keyPlace(t.at), "give the service another name than the administrator", "%q is an administrator: its limit has no effect", t.name)
		}
	}
}
