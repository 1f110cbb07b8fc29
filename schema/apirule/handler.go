package apirule

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/shape"
	"github.com/kgw-dev/kgw/internal/source"
)

// DecodeHandlers reads a list of access strategies or mutators.
func DecodeHandlers(n *source.Node, at source.Ref) []ir.Handler {
	elements := source.Elements(n)
	if elements == nil {
		return nil
	}
	out := make([]ir.Handler, len(elements))
	for i, e := range elements {
		h := ir.Handler{Origin: at.Elem(i), Name: source.Text(source.Field(e, "handler"))}
		if c := source.Field(e, "config"); c != nil {
			h.Config, _ = source.Value(c).(source.Object)
		}
		out[i] = h
	}
	return out
}

// unconfigured are the strategies whose configuration, if any, must be empty.
var unconfigured = []string{"allow", "no_auth", "noop", "unauthorized", "anonymous", "cookie_session"}

// CheckStrategy makes the checks of one access strategy that all legacy
// versions share: its name, and whether it may have a configuration.
func CheckStrategy(h *ir.Handler, known []string, found *diag.List) {
	if !slices.Contains(known, h.Name) {
		help := "use one of " + strings.Join(known, ", ")
		if near := shape.Nearest(h.Name, known); near != "" {
			help = fmt.Sprintf("did you mean %q?", near)
		}
		found.Add(Fault(diag.UnknownHandler, h.Origin.At("handler"), help,
			fmt.Sprintf("Unsupported accessStrategy: %s", h.Name), "access strategy %q is not supported", h.Name))
		return
	}
	if slices.Contains(unconfigured, h.Name) && len(h.Config) > 0 {
		found.Add(Fault(diag.NeedlessConfig, h.Origin.At("config"), "remove the configuration",
			fmt.Sprintf("strategy: %s does not support configuration", h.Name), "access strategy %q takes no configuration", h.Name))
	}
}

// Fault makes a finding that the controller reports too, under the attribute
// that belongs to the place and with the message given.
func Fault(code diag.Code, at source.Ref, help, upstream, format string, args ...any) diag.Finding {
	return diag.Finding{
		Code: code, At: at, Help: help, Message: fmt.Sprintf(format, args...),
		Upstream: &diag.Upstream{Attribute: "." + at.Path, Message: upstream},
	}
}

// CheckJWTTypes checks that the configuration of a jwt strategy is there and
// that the lists the controller reads from it are lists of strings. ok is
// false when the rest cannot be checked.
func CheckJWTTypes(h *ir.Handler, lists []string, found *diag.List) (ok bool) {
	if len(h.Config) == 0 {
		found.Add(Fault(diag.BadJWTConfig, h.Origin.At("config"), "configure at least jwks_urls or trusted_issuers",
			"supplied config cannot be empty", "access strategy \"jwt\" needs a configuration"))
		return false
	}
	for _, key := range lists {
		v, _ := h.Config.Get(key)
		if _, isList := StringList(v); !isList {
			wrong, goType := unreadable(v)
			f := found.Add(Fault(diag.BadJWTConfig, h.Origin.At("config", key), listHelp(key, v),
				fmt.Sprintf("Can't read json: json: cannot unmarshal %s into Go struct field JWTAccStrConfig.%s of type %s", goName(wrong), key, goType),
				"%q must be a list of strings", key))
			f.Upstream.Attribute = "." + h.Origin.At("config").Path
			return false
		}
	}
	return true
}

// unreadable returns the value at which encoding/json stops reading a list of
// strings, and the Go type that it is read as: the first element that is not a
// string, or the value itself where it is not a list.
func unreadable(v any) (wrong any, goType string) {
	elements, _ := v.([]any)
	for _, e := range elements {
		if _, isText := e.(string); !isText && e != nil {
			return e, "string"
		}
	}
	return v, "[]string"
}

// listHelp returns how to write a value that must be a list of strings.
func listHelp(key string, v any) string {
	if s, ok := v.(string); ok {
		return fmt.Sprintf("write it as a list: %s: [%q]", key, s)
	}
	return fmt.Sprintf("write it as a list of strings, each in quotes: %s: [%q]", key, "https://login.example.com")
}

// goName is how encoding/json names a value in its errors.
func goName(v any) string {
	switch v.(type) {
	case bool:
		return "bool"
	case source.Number:
		return "number"
	case source.Object:
		return "object"
	case []any:
		return "array"
	}
	return "string"
}

// StringList returns the strings of a list value; null and absent are an empty
// list. ok is false for anything else.
func StringList(v any) (list []string, ok bool) {
	if v == nil {
		return nil, true
	}
	elements, ok := v.([]any)
	if !ok {
		return nil, false
	}
	for _, e := range elements {
		s, isText := e.(string)
		if !isText && e != nil {
			return nil, false
		}
		list = append(list, s)
	}
	return list, true
}

// Strings returns the strings of a list in a handler's configuration.
func Strings(config source.Object, key string) []string {
	v, _ := config.Get(key)
	list, _ := StringList(v)
	return list
}

// CheckURLs checks that every string of a list in a handler's configuration is
// a URL as Go's url.ParseRequestURI reads it. says turns the error into the
// controller's message.
func CheckURLs(h *ir.Handler, key string, says func(error) string, found *diag.List) {
	for k, u := range Strings(h.Config, key) {
		if err := RequestURI(u); err != nil {
			at := h.Origin.At("config", key).Elem(k)
			found.Add(Fault(diag.BadURL, at, "write a full address, such as https://issuer.example.com", says(err), "%q is empty or not a valid URL", u))
		}
	}
}

// RequestURI returns why the text is not a request URI, as the controller words
// it.
func RequestURI(text string) error {
	if text == "" {
		return fmt.Errorf("value is empty")
	}
	_, err := url.ParseRequestURI(text)
	return err
}

// Grants turns access strategies into grants: any of them admits. oryJWT reads
// a jwt strategy in Oathkeeper's form.
func Grants(strategies []ir.Handler) []ir.Grant {
	out := make([]ir.Grant, 0, len(strategies))
	for i := range strategies {
		out = append(out, grant(&strategies[i]))
	}
	return out
}

func grant(h *ir.Handler) ir.Grant {
	g := ir.Grant{Origin: h.Origin, Verbatim: h, Proof: ir.ByHandler{Handler: *h}}
	switch h.Name {
	case "allow":
		g.Proof = ir.Passthru{}
	case "no_auth":
		g.Proof = ir.None{}
	case "jwt":
		g.Proof = oryJWT(h.Config)
		g.Scopes, g.Aud = Strings(h.Config, "required_scope"), Strings(h.Config, "target_audience")
	case "oauth2_introspection", "oauth2_client_credentials":
		g.Scopes, g.Aud = Strings(h.Config, "required_scope"), Strings(h.Config, "target_audience")
	}
	return g
}

// oryJWT pairs issuers and key sets for analysis; Oathkeeper itself trusts any
// key of any listed set.
func oryJWT(config source.Object) ir.JWT {
	var jwt ir.JWT
	issuers, keys := Strings(config, "trusted_issuers"), Strings(config, "jwks_urls")
	for i := range max(len(issuers), len(keys)) {
		var issuer ir.Issuer
		if i < len(issuers) {
			issuer.Issuer = issuers[i]
		}
		if i < len(keys) {
			issuer.JWKS = keys[i]
		}
		jwt.Issuers = append(jwt.Issuers, issuer)
	}
	return jwt
}
