package testfile

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/source"
)

// Keys of the objects in lists of requests, by the path of the object. Objects
// that are not listed hold anything.
var (
	requestKeys = map[string][]string{
		"": {"request", "observed", "extra"}, "request": {"method", "scheme", "host", "path", "headers", "token"},
		"request.token":         {"kind", "value", "valid", "key", "claims", "introspection", "tokeninfo", "session", "prefix", "via"},
		"request.token.session": {"status", "subject", "extra"},
		"request.token.via":     {"in", "name", "scheme"},
	}
	fabricKeys = map[string][]string{
		"":        {"sequence", "step", "request", "observed", "extra"},
		"request": {"method", "host", "path", "xForwardedProto", "jwt", "token", "tokeninfo", "authorization", "origin"},
	}
)

// plainKeys reports whether a list of objects has no repeated key, and no key
// that differs from a known one in case only: encoding/json accepts both.
func plainKeys(data []byte, known map[string][]string) bool {
	dec := json.NewDecoder(bytes.NewReader(data))
	if t, err := dec.Token(); err != nil || t != json.Delim('[') {
		return false
	}
	for dec.More() {
		if !plainValue(dec, "", known) {
			return false
		}
	}
	return true
}

func plainValue(dec *json.Decoder, path string, known map[string][]string) bool {
	t, err := dec.Token()
	if err != nil {
		return false
	}
	switch t {
	case json.Delim('['):
		for dec.More() {
			if !plainValue(dec, path+"[]", known) {
				return false
			}
		}
		_, err = dec.Token()
	case json.Delim('{'):
		names, structural := known[path]
		seen := map[string]bool{}
		for dec.More() {
			key, err := dec.Token()
			name, _ := key.(string)
			if err != nil || seen[name] || structural && !slices.Contains(names, name) {
				return false
			}
			seen[name] = true
			if !plainValue(dec, strings.TrimPrefix(path+"."+name, "."), known) {
				return false
			}
		}
		_, err = dec.Token()
	}
	return err == nil
}

// tokenFaults finds what is wrong with a token though every field is one: a
// state that its kind cannot have, and a place without a name.
func tokenFaults(n *source.Node, at source.Ref) (found diag.List) {
	get := func(n *source.Node, key string) string { return source.Text(source.Field(n, key)) }
	kind, valid := get(n, "kind"), get(n, "valid")
	states := map[string][]string{"jwt": jwtValid, "opaque": opaqueValid, "none": {}, "malformed": {}}
	if allowed, known := states[kind]; known && valid != "" && !slices.Contains(allowed, valid) {
		help := "leave it out: a token of this kind has no state"
		if len(allowed) > 0 {
			help = "allowed are " + strings.Join(allowed, ", ")
		}
		found.Add(diag.Finding{Code: diag.NotAllowed, At: at.At("valid"), Message: "a token of kind \"" + kind + "\" cannot be \"" + valid + "\"", Help: help})
	}
	via := source.Field(n, "via")
	if in := get(via, "in"); in != "" && in != "bearer" && get(via, "name") == "" {
		found.Add(diag.Finding{Code: diag.MissingField, At: at.At("via"), Message: "a token in a " + in + " needs the name of it", Help: "add \"name\""})
	}
	return found
}
