package v1

import (
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/ir"
)

// employee rules, resolved.
type employeeRule uint8

const (
	scoped employeeRule = iota
	allowAll
	allowList
	denyAll
)

// rule resolves a block: its type, or allow_list when there is a list. A list
// without entries has no effect.
func (e *employees) rule() employeeRule {
	kind := strings.ToLower(e.kind)
	if kind == "" && len(e.users) > 0 {
		kind = "allow_list"
	}
	switch {
	case kind == "allow_all":
		return allowAll
	case kind == "deny_all":
		return denyAll
	case kind == "allow_list" && len(e.users) > 0:
		return allowList
	}
	return scoped
}

// employeesOf is the block that holds for an operation: its own, even an empty
// one, or the gateway's.
func (f *FabricGateway) employeesOf(o *operation) *employees {
	if o.employees != nil {
		return o.employees
	}
	if f.employees != nil {
		return f.employees
	}
	return &employees{}
}

// servicesOf are the services that an operation is restricted to.
func (f *FabricGateway) servicesOf(o *operation) (services []string, restricted bool) {
	switch {
	case o.whitelist == nil:
		return unique(f.whitelist), f.whitelisted
	case o.whitelist.disabled:
		return nil, false
	default:
		return unique(o.whitelist.services), true
	}
}

// scopes puts uid in front and drops repetitions.
func scopes(privileges []string) []string {
	out := []string{uid}
	for _, p := range privileges {
		if !strings.EqualFold(p, uid) && !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	return out
}

func unique(list []string) []string {
	var out []string
	for _, s := range list {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// access says who may send the requests of an operation: administrators in any
// case, then employees as their rule says, then services.
func (f *FabricGateway) access(o *operation, gateway string) ir.Access {
	var a ir.Access
	grant := func(who ir.Principal, scopes []string, limit *ir.RateLimit) *ir.Grant {
		a.Grants = append(a.Grants, ir.Grant{Origin: o.at, Who: who, Proof: callers, Scopes: scopes, Limit: limit})
		return &a.Grants[len(a.Grants)-1]
	}
	if len(f.admins) > 0 {
		grant(employeesOf(unique(f.admins), true), []string{uid}, nil).Exempt = true
	}
	group := gateway + "_" + pathSlug(o.path) + "_" + o.method
	switch e := f.employeesOf(o); e.rule() {
	case denyAll:
		a.Deny, a.Denied = []ir.Principal{employeesOf(nil, true)}, denied
	case allowAll:
		grant(employeesOf(nil, true), []string{uid}, o.limits.limit(group+"_users", o.limits.base()))
	case allowList:
		grant(employeesOf(unique(e.users), false), []string{uid}, o.limits.limit(group+"_users", o.limits.base()))
	case scoped:
	}
	need := scopes(o.privileges)
	services, restricted := f.servicesOf(o)
	if restricted {
		a.Restricted, a.Refused = true, refused
		for _, s := range services {
			grant(serviceOf(s), need, o.limits.limit(group+"_"+s, o.limits.target(s)))
		}
		return a
	}
	for _, t := range o.limits.all() {
		if !slices.Contains(f.admins, t.name) {
			grant(serviceOf(t.name), need, o.limits.limit(group+"_"+t.name, t.rate))
		}
	}
	grant(nil, need, o.limits.limit(group, o.limits.base()))
	return a
}

func (l *limits) all() []target {
	if l == nil {
		return nil
	}
	return l.targets
}

// base is the limit of those who have none of their own.
func (l *limits) base() int64 {
	if l == nil {
		return 0
	}
	return l.rate
}

// target is the limit of one service.
func (l *limits) target(service string) int64 {
	for _, t := range l.all() {
		if t.name == service {
			return t.rate
		}
	}
	return l.base()
}

// limit makes a limit of one group, or none where the operation has none.
func (l *limits) limit(group string, rate int64) *ir.RateLimit {
	if l == nil {
		return nil
	}
	period := "1m"
	switch l.period {
	case "second":
		period = "1s"
	case "hour":
		period = "1h"
	}
	return &ir.RateLimit{Group: group, Count: int(rate), Period: period, Exceeded: exceeded}
}

// Claims and realms of Zalando's tokens. A token and what token information
// says of it name the realm differently.
const (
	serviceClaim  = "sub"
	serviceRealm  = "/services"
	employeeClaim = "https://identity.zalando.com/managed-id"
	employeeRealm = "/employees"
	realmClaim    = "https://identity.zalando.com/realm"
	employeeMark  = "users"
)

// employeesOf are employees: those listed, or all of them.
func employeesOf(ids []string, marked bool) ir.Employees {
	return ir.Employees{
		All: len(ids) == 0, IDs: ids, Marked: marked, Claim: employeeClaim, Realm: employeeRealm,
		Mark: ir.Claim{Name: realmClaim, Value: employeeMark},
	}
}

func serviceOf(id string) ir.Services {
	return ir.Services{IDs: []string{id}, Claim: serviceClaim, Realm: serviceRealm}
}
