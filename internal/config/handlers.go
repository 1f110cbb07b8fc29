package config

import "encoding/json"

// UnmarshalJSON reads the settings over what is there. The handlers of errors are in
// Oathkeeper's own shape, which differs from the other groups: their handlers are
// one level deeper, next to the fallback.
func (o *Oathkeeper) UnmarshalJSON(data []byte) error {
	type plain Oathkeeper
	in := struct {
		*plain
		Handlers struct {
			Authenticators, Authorizers, Mutators map[string]Handler
			Errors                                *struct {
				Fallback []string
				Handlers map[string]Handler
			}
		}
	}{plain: (*plain)(o)}
	if err := json.Unmarshal(data, &in); err != nil {
		return err
	}
	groups := map[string]map[string]Handler{"authenticators": in.Handlers.Authenticators, "authorizers": in.Handlers.Authorizers, "mutators": in.Handlers.Mutators}
	if in.Handlers.Errors != nil {
		groups["errors"], o.Fallback = in.Handlers.Errors.Handlers, in.Handlers.Errors.Fallback
	}
	for name, group := range groups {
		if group == nil {
			continue
		}
		if o.Handlers == nil {
			o.Handlers = map[string]map[string]Handler{}
		}
		o.Handlers[name] = group
	}
	return nil
}
