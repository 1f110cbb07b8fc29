package sidecar

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/kgw-dev/kgw/internal/pathlang"
	"github.com/kgw-dev/kgw/simulate"
)

// truth is the value of a condition, as far as it is known.
type truth uint8

const (
	no truth = iota
	maybe
	yes
)

func truthOf(b bool) truth {
	if b {
		return yes
	}
	return no
}

// httpOnly reports whether an attribute belongs to HTTP: it is not known on a
// port that is treated as TCP.
func httpOnly(field string) bool {
	return slices.Contains([]string{"hosts", "methods", "paths", "requestPrincipals"}, field) || strings.HasPrefix(field, "request.")
}

// matches reports whether a rule of the policy matches, and asks about unknown
// conditions only if needed.
func (a *authorization) matches(c *call) (rule, bool) {
	for _, ask := range []bool{false, true} {
		unsure := false
		for i := range a.rules {
			switch c.holdsRule(a, &a.rules[i], ask) {
			case yes:
				return a.rules[i], true
			case maybe:
				unsure = true
			}
		}
		if !unsure {
			break
		}
	}
	return rule{}, false
}

// holdsRule compares all parts of a rule. An absent part holds. On a port that is
// treated as TCP, ALLOW policies lose the rules that name an attribute of HTTP in any
// alternative (pilot/pkg/security/authz/builder).
func (c *call) holdsRule(a *authorization, r *rule, ask bool) truth {
	if c.tcp && a.action == "ALLOW" && r.http {
		return no
	}
	out := yes
	for _, part := range [][][]condition{r.to, r.from, {r.when}} {
		if len(part) == 0 {
			continue
		}
		best := no
		for _, list := range part {
			if best = max(best, c.holdAll(a, list, ask)); best == yes {
				break
			}
		}
		if out = min(out, best); out == no {
			return no
		}
	}
	return out
}

// holdAll reports whether every condition of a list holds.
func (c *call) holdAll(a *authorization, list []condition, ask bool) truth {
	out := yes
	for i := range list {
		if c.tcp && httpOnly(list[i].field) {
			continue // a connection has no such attribute: the rest decides
		}
		got := c.holdsCondition(a, &list[i])
		if got == maybe && ask {
			got = truthOf(c.in.Holds(c.unknownCondition(a, &list[i])))
		}
		if out = min(out, got); out == no {
			return no
		}
	}
	return out
}

// holdsCondition compares an attribute with the values.
func (c *call) holdsCondition(a *authorization, k *condition) truth {
	got := no
	if k.addresses && anyAddress(k.values) {
		got = yes
	}
	for _, v := range k.values {
		if got = max(got, c.holdsValue(a, k, v)); got == yes {
			break
		}
	}
	if k.not {
		return yes - got
	}
	return got
}

// holdsValue compares an attribute with one value.
func (c *call) holdsValue(a *authorization, k *condition, v string) truth {
	switch k.field {
	case "principals", "namespaces", "serviceAccounts", "trustDomains":
		if c.gateway && c.in.Certified {
			return maybe // whatever the client's certificate says
		}
		return truthOf(c.isCaller(a, k, v))
	case "requestPrincipals":
		return c.holdsPrincipal(v)
	case "hosts":
		return truthOf(pathlang.PolicyText(strings.ToLower(v), c.authority()))
	case "methods":
		return truthOf(pathlang.PolicyText(v, c.in.Method))
	case "paths":
		if w := c.in.Rewritten; w != nil && w.Scattered {
			return maybe
		}
		if k.patterns[v] != nil {
			return truthOf(k.matches(v, c.path))
		}
		return truthOf(pathlang.PolicyText(v, c.path))
	case "ports":
		if c.port == "" {
			return maybe
		}
		return truthOf(samePort(v, c.port))
	case "ipBlocks", "remoteIpBlocks":
		return c.holdsAddress(k.field, v)
	}
	return c.holdsAttribute(k.field, v)
}

// isCaller compares the identity in the caller's certificate.
func (c *call) isCaller(a *authorization, k *condition, v string) bool {
	parts := strings.Split(c.in.Caller, "/")
	switch k.field {
	case "principals":
		return pathlang.PolicyText(v, c.in.Caller)
	case "namespaces":
		return k.matches(v, c.in.Caller)
	case "serviceAccounts":
		if !strings.Contains(v, "/") {
			v = a.manifest.Namespace + "/" + v
		}
		return len(parts) == 5 && parts[2]+"/"+parts[4] == v
	}
	return pathlang.PolicyText(v, parts[0])
}

// authority returns the Host header in lower case.
func (c *call) authority() string { return strings.ToLower(c.host()) }

// host returns the Host header. A symbolic request may name any port.
func (c *call) host() string {
	host := c.in.Host
	if c.in.Free > simulate.Concrete && !strings.Contains(host, ":") && c.in.Holds(anyPort) {
		return host + ":1"
	}
	return host
}

var anyPort = simulate.Unknown{Why: simulate.Chosen, What: "the Host header names a port", Key: "a port in the Host header", HostPort: true}

// samePort compares two ports by their numbers, or by their texts if they are not numbers.
func samePort(a, b string) bool {
	n, err := strconv.ParseUint(a, 10, 16)
	m, wrong := strconv.ParseUint(b, 10, 16)
	return a == b || err == nil && wrong == nil && n == m
}

// holdsPrincipal compares the issuer and the subject of the verified token.
func (c *call) holdsPrincipal(v string) truth {
	if c.identity == nil {
		return no
	}
	issuer, issued := c.identity.claims["iss"].(string)
	subject, has := c.identity.claims["sub"].(string)
	p := readPrincipal(v)
	return truthOf(issued && has && p.issuer.matches(issuer) && p.subject.matches(subject))
}

// principal is a value of requestPrincipals: the patterns of the issuer and of the
// subject of a token.
type principal struct{ issuer, subject textPattern }

// textPattern matches one text, texts with a prefix or a suffix, or any text that
// is not empty.
type textPattern struct {
	text                string
	any, prefix, suffix bool
}

func (p textPattern) matches(s string) bool {
	switch {
	case p.any:
		return s != ""
	case p.prefix:
		return strings.HasPrefix(s, p.text)
	case p.suffix:
		return strings.HasSuffix(s, p.text)
	}
	return s == p.text
}

// example returns a text that the pattern matches. A pattern for any text returns the given one.
func (p textPattern) example(otherwise string) string {
	if p.any {
		return otherwise
	}
	return p.text
}

// readPrincipal reads a value as Istio does: it cuts the value at its last slash. A
// "*" at the beginning belongs to the issuer, a "*" at the end to the subject, and
// a value never has both (pilot/pkg/security/authz/model,
// requestPrincipalGenerator).
func readPrincipal(v string) principal {
	issuer, subject, cut := v, "", false
	if i := strings.LastIndexByte(v, '/'); i >= 0 {
		issuer, subject, cut = v[:i], v[i+1:], true
	}
	one, other := textPattern{text: issuer}, textPattern{text: subject}
	switch {
	case v == "*", !cut && strings.HasPrefix(v, "*"):
		one, other = textPattern{any: true}, textPattern{text: v[1:], any: v == "*", suffix: true}
	case strings.HasPrefix(v, "*"):
		one = textPattern{text: issuer[1:], any: issuer == "*", suffix: true}
	case cut && strings.HasSuffix(v, "*"):
		other = textPattern{text: subject[:len(subject)-1], any: subject == "*", prefix: true}
	case strings.HasSuffix(v, "*"):
		one, other = textPattern{text: v[:len(v)-1], prefix: true}, textPattern{any: true}
	}
	return principal{one, other}
}

// holdsAddress compares the address of the connection, or of the client.
func (c *call) holdsAddress(field, v string) truth {
	b, ok := parseBlock(v)
	if !ok {
		return maybe
	}
	source := c.in.SourceIP
	if field == "remoteIpBlocks" {
		source = c.clientAddress()
	}
	if source == "" || field == "ipBlocks" && !c.gateway {
		return maybe
	}
	addr, err := netip.ParseAddr(source)
	return truthOf(err == nil && b.Contains(addr.Unmap()))
}

// clientAddress returns the address that the proxy uses as the client's: the address
// of the connection, or the one that trusted proxies wrote last into
// X-Forwarded-For. It is "" where it is not known.
func (c *call) clientAddress() string {
	var list []string
	for _, h := range c.in.Headers {
		if strings.EqualFold(h.Name, "X-Forwarded-For") {
			list = append(list, strings.Split(h.Value, ",")...)
		}
	}
	if n := c.mesh.TrustedProxies; n > 0 && len(list) >= n {
		return strings.TrimSpace(list[len(list)-n])
	}
	return c.in.SourceIP
}

// anyAddress reports whether blocks hold every address of both versions.
func anyAddress(values []string) bool {
	four, six := false, false
	for _, v := range values {
		b, ok := parseBlock(v)
		four, six = four || ok && b.Bits() == 0 && b.Addr().Is4(), six || ok && b.Bits() == 0 && b.Addr().Is6()
	}
	return four && six
}

// unknownCondition returns a condition as an unknown of the world.
func (c *call) unknownCondition(a *authorization, k *condition) simulate.Unknown {
	u := simulate.Unknown{Why: simulate.Asked, At: a.manifest.At(k.path), Needs: "--source-ip"}
	values := slices.Clone(k.values)
	slices.Sort(values)
	list := strings.Join(slices.Compact(values), ", ")
	not := ""
	if k.not {
		not = "not "
	}
	switch k.field {
	case "ipBlocks":
		u.What = fmt.Sprintf("the address that connects to %s is %sin %s", c.place.shown, not, list)
		if !c.gateway {
			u.Why, u.Needs = simulate.Absent, ""
		}
	case "remoteIpBlocks":
		u.What = fmt.Sprintf("the client's address is %sin %s", not, list)
	case "ports":
		u.What, u.Why, u.Needs = fmt.Sprintf("the port of the container at %s is %sone of %s", c.place.shown, not, list), simulate.Absent, "the Service with its targetPort"
	case "principals", "namespaces", "serviceAccounts", "trustDomains":
		u.What, u.Needs = fmt.Sprintf("the client's certificate has %s that are %samong %s", k.field, not, list), ""
	case "paths":
		u = c.in.Rewritten.Unknown(fmt.Sprintf("the path is %sone of %s", not, list))
	default:
		u.What, u.Needs = fmt.Sprintf("%s is %sone of %s", k.field, not, list), ""
		u.Why = simulate.Opaque
		if c.callerChooses(k.field) {
			u.Why, u.Example = simulate.Chosen, exampleOf(k)
		}
	}
	u.Key = cmp.Or(u.Key, u.What)
	if u.Why != simulate.Asked && u.Why != simulate.Chosen {
		u.Key += " at " + c.place.key
	}
	return u
}

// callerChooses reports whether the caller can set an attribute to any value.
func (c *call) callerChooses(field string) bool {
	if header, ok := strings.CutPrefix(field, "request.headers["); ok {
		return c.in.Free > simulate.Concrete && !simulate.IsWrittenByEnvoy(header)
	}
	return c.in.Free == simulate.AnyRequest && strings.HasPrefix(field, "request.auth.")
}

// exampleOf returns a header for which a condition holds, nil where there is none.
func exampleOf(k *condition) []simulate.Header {
	rest, ok := strings.CutPrefix(k.field, "request.headers[")
	if !ok || k.not {
		return nil
	}
	value := strings.Trim(k.values[0], "*")
	if value == "" {
		value = "x"
	}
	return []simulate.Header{{Name: strings.TrimSuffix(rest, "]"), Value: value}}
}

// holdsAttribute compares the attribute that the key of a condition names.
func (c *call) holdsAttribute(key, v string) truth {
	name, inside, _ := strings.Cut(strings.TrimSuffix(key, "]"), "[")
	switch name {
	case "request.headers":
		return c.holdsHeader(inside, v)
	case "request.auth.audiences":
		return c.holdsClaim("aud", nil, v)
	case "request.auth.presenter":
		return c.holdsClaim("azp", nil, v)
	case "request.auth.claims":
		path := strings.Split(inside, "][")
		return c.holdsClaim(path[0], path[1:], v)
	}
	return maybe // destination.ip, connection.sni, metadata of other filters
}

// holdsHeader compares all lines of a header together. An empty value is present
// too.
func (c *call) holdsHeader(name, v string) truth {
	if value, line := c.requestLine(strings.ToLower(name)); line {
		if c.in.Free > simulate.Concrete && !strings.EqualFold(name, ":method") {
			return maybe // the case of the host, the query and the scheme are the caller's
		}
		return truthOf(pathlang.PolicyText(v, value))
	}
	if c.in.IsUnsettled(name) || simulate.IsWrittenByEnvoy(name) {
		return maybe
	}
	values := lines(c.in, name)
	switch {
	case values != nil:
		return truthOf(v == "*" || pathlang.PolicyText(v, strings.Join(values, ",")))
	case c.in.Free > simulate.Concrete:
		return maybe
	}
	return no
}

// requestLine returns a part of the request line, which Envoy treats as a header.
func (c *call) requestLine(name string) (value string, has bool) {
	switch name {
	case ":authority", "host":
		return c.host(), true
	case ":method":
		return c.in.Method, true
	case ":path":
		return c.in.Target, true
	case ":scheme":
		return c.in.Scheme, true
	}
	return "", false
}

// holdsClaim compares a claim of the verified token, or a claim inside it. It only
// compares texts.
func (c *call) holdsClaim(name string, rest []string, v string) truth {
	if c.identity == nil {
		return no
	}
	value, has := c.identity.claims[name]
	if c.in.Free == simulate.AnyRequest && !has {
		return maybe
	}
	if len(rest) > 0 {
		inner, _ := value.(map[string]any)
		value = claimAt(inner, rest)
	}
	return truthOf(slices.ContainsFunc(texts(value), func(t string) bool { return pathlang.PolicyText(v, t) }))
}
