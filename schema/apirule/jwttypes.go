package apirule

import (
	"fmt"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/shape"
	"github.com/kgw-dev/kgw/internal/source"
)

// goType is a Go type that the controller of v1beta1 (2.7.0) decodes a jwt
// configuration into: a struct, a list, or text.
type goType struct {
	name   string
	fields []goField
	elem   *goType
}

type goField struct {
	key string
	is  goType
}

var (
	goText  = goType{name: "string"}
	goTexts = goType{name: "[]string", elem: &goText}

	goHeader = goType{name: "v1beta1.JwtHeader", fields: []goField{{"name", goText}, {"prefix", goText}}}

	goAuthentication = goType{name: "v1beta1.JwtAuthentication", fields: []goField{
		{"issuer", goText},
		{"jwksUri", goText},
		{"fromHeaders", goType{name: "[]*v1beta1.JwtHeader", elem: &goHeader}},
		{"fromParams", goTexts},
	}}
	goAuthorization = goType{name: "v1beta1.JwtAuthorization", fields: []goField{{"requiredScopes", goTexts}, {"audiences", goTexts}}}

	goJWT = goType{name: "v1beta1.JwtConfig", fields: []goField{
		{"authentications", goType{name: "[]*v1beta1.JwtAuthentication", elem: &goAuthentication}},
		{"authorizations", goType{name: "[]*v1beta1.JwtAuthorization", elem: &goAuthorization}},
	}}
)

// CheckTypes checks a free-form configuration in Istio's form against the types
// that the controller decodes it into, and for keys that it does not read;
// known are keys that are checked elsewhere. readable is false when the
// controller cannot read it; says is its message then.
func CheckTypes(config source.Object, at source.Ref, known []string, found *diag.List) (says string, readable bool) {
	c := typeChecker{at: at, found: found}
	for _, k := range known {
		c.known = append(c.known, at.At(k).Path)
	}
	c.checkValue(config, &goJWT, "", nil, at)
	return c.says, c.says == ""
}

type typeChecker struct {
	at    source.Ref // the configuration
	known []string
	says  string
	found *diag.List
}

// checkValue checks one value: owner is the struct whose field it is in, under
// the keys of trail.
func (c *typeChecker) checkValue(v any, t *goType, owner string, trail []string, at source.Ref) {
	if v == nil {
		return
	}
	switch {
	case t.fields != nil:
		o, ok := v.(source.Object)
		if !ok {
			c.reportWrong(v, t, owner, trail, at, "an object")
			return
		}
		c.checkMembers(o, t, trail, at)
	case t.elem != nil:
		list, ok := v.([]any)
		if !ok {
			c.reportWrong(v, t, owner, trail, at, "a list")
			return
		}
		for i := range list {
			c.checkValue(list[i], t.elem, owner, trail, at.Elem(i))
		}
	default:
		if _, ok := v.(string); !ok {
			c.reportWrong(v, t, owner, trail, at, "a string")
		}
	}
}

func (c *typeChecker) reportWrong(v any, t *goType, owner string, trail []string, at source.Ref, want string) {
	says := fmt.Sprintf("Can't read json: json: cannot unmarshal %s into Go struct field %s.%s of type %s",
		goName(v), strings.TrimPrefix(owner, "v1beta1."), strings.Join(trail, "."), t.name)
	f := c.found.Add(Fault(diag.BadJWTConfig, at, "write it as "+want, says, "%q must be %s", trail[len(trail)-1], want))
	f.Upstream.Attribute = "." + c.at.Path
	if c.says != "" {
		f.Upstream = &diag.Upstream{} // the controller says the first only
		return
	}
	c.says = says
}

func (c *typeChecker) checkMembers(o source.Object, t *goType, trail []string, at source.Ref) {
	names := make([]string, len(t.fields))
	for i := range t.fields {
		names[i] = t.fields[i].key
	}
	for _, m := range o {
		field := -1
		for i, name := range names {
			if name == m.Key {
				field = i
			}
		}
		if field < 0 {
			c.reportUnread(m.Key, names, at.At(m.Key))
			continue
		}
		c.checkValue(m.Value, &t.fields[field].is, t.name, append(trail[:len(trail):len(trail)], m.Key), at.At(m.Key))
	}
}

// reportUnread reports a key that the controller does not read. One that
// differs in case it does read, as encoding/json does: kgw refuses it.
func (c *typeChecker) reportUnread(key string, names []string, at source.Ref) {
	for _, k := range c.known {
		if k == at.Path {
			return
		}
	}
	f := diag.Finding{
		Code: diag.UnreadKey, At: at, Message: fmt.Sprintf("%q is not a key of a jwt configuration and has no effect", key),
		Help: "remove it; the keys are " + strings.Join(names, ", "), Upstream: &diag.Upstream{},
	}
	if near := shape.Nearest(key, names); near != "" {
		f.Help = fmt.Sprintf("did you mean %q?", near)
	}
	for _, name := range names {
		if strings.EqualFold(name, key) {
			f.Code, f.Message, f.Help = diag.BadJWTConfig, fmt.Sprintf("%q is spelled %q", key, name), "write it so"
		}
	}
	f.At.Key = true
	c.found.Add(f)
}
