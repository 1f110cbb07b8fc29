package ir

// Plan is how a target enforces access: the proofs that its proxy checks
// itself, the ones that it delegates to an external engine, and what that means
// for the proxy's routes. It is data of a target.
type Plan struct {
	// NativeJWT: the proxy checks tokens itself. Otherwise a JWT grant is
	// delegated under its Verbatim handler.
	NativeJWT bool
	// Ruled are the handlers that the external engine gets a rule for; nil
	// means all of them.
	Ruled map[string]bool
	// Policies: the target writes policies that enforce access at the
	// upstreams' pods.
	Policies bool
	// MethodsDelegated: a delegated route keeps its method match.
	MethodsDelegated bool
}

// Delegated reports whether the route's requests go through the external engine.
func (p *Plan) Delegated(r *Route) bool {
	delegated := false
	for i := range r.Access.Grants {
		switch r.Access.Grants[i].Proof.(type) {
		case None, Passthru:
		case JWT:
			if p.NativeJWT {
				return false
			}
			delegated = true
		case External:
			return false
		case TokenInfo, ByHandler:
			delegated = true
		}
	}
	return delegated || r.needsMutation()
}

// needsMutation reports whether the route needs a mutation handler, which only
// the external engine has.
func (r *Route) needsMutation() bool {
	for _, f := range r.Filters {
		if _, ok := f.(Mutate); ok {
			return true
		}
	}
	return false
}

// MatchesMethods reports whether the proxy's route for r carries a method match.
func (p *Plan) MatchesMethods(r *Route) bool {
	if r.AnyMethod || len(r.Match.Methods) == 0 {
		return false
	}
	return p.MethodsDelegated || !p.Delegated(r)
}
