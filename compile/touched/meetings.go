package touched

import (
	"bytes"
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/source"
)

// meetings are the names by which the resources of files meet others: every host,
// namespace or issuer of tokens that they name. Hosts and namespaces are in lower case.
// uses are the Services that gateways name, and services those that exist.
type meetings struct {
	namespaces, hosts, issuers map[string]bool
	uses, services             map[ir.Name]bool
}

func newMeetings() *meetings {
	return &meetings{map[string]bool{}, map[string]bool{}, map[string]bool{}, map[ir.Name]bool{}, map[ir.Name]bool{}}
}

func (m *meetings) add(o *meetings) {
	maps.Copy(m.namespaces, o.namespaces)
	maps.Copy(m.hosts, o.hosts)
	maps.Copy(m.issuers, o.issuers)
	maps.Copy(m.uses, o.uses)
	maps.Copy(m.services, o.services)
}

// size returns how many names have to be searched for.
func (m *meetings) size() int { return len(m.namespaces) + len(m.hosts) }

// without returns the names of m that o does not have.
func (m *meetings) without(o *meetings) *meetings {
	out := newMeetings()
	out.add(m)
	maps.DeleteFunc(out.namespaces, func(n string, _ bool) bool { return o.namespaces[n] })
	maps.DeleteFunc(out.hosts, func(h string, _ bool) bool { return o.hosts[h] })
	return out
}

// meets reports whether the resources of two files may have to do with each other. o
// has no wildcards.
func (m *meetings) meets(o *meetings) bool {
	for n := range m.namespaces {
		if o.namespaces[n] {
			return true
		}
	}
	for h := range m.hosts {
		if o.hosts[h] {
			return true
		}
		for other := range o.hosts {
			if hostsMayMeet(h, other) {
				return true
			}
		}
	}
	return false
}

// hostsMayMeet reports whether two hosts may match the same requests. Of a host
// without a dot the domain is not known.
func hostsMayMeet(h, name string) bool {
	if i := strings.LastIndexByte(h, '*'); i >= 0 {
		return !strings.Contains(name, ".") || strings.HasSuffix(name, h[i+1:])
	}
	label, _, full := strings.Cut(h, ".")
	other, _, otherFull := strings.Cut(name, ".")
	return label == other && (!full || !otherFull)
}

// needles returns words, as mentions finds them, of which a file contains at least one if
// it meets m.
func (m *meetings) needles() map[string]bool {
	out := maps.Clone(m.namespaces)
	for h := range m.hosts {
		label, _, _ := strings.Cut(h, ".")
		out[label] = true
	}
	return out
}

// namesSearchable reports whether all names can be searched for: names made of letters,
// digits, "-" and "." are in a text unchanged, however it is written.
func (m *meetings) namesSearchable() bool {
	for name := range m.namespaces {
		if !searchable(name) {
			return false
		}
	}
	for name := range m.hosts {
		if !searchable(name) {
			return false
		}
	}
	return true
}

// searchable reports whether mentions finds a name, in lower case, wherever it is a
// value.
func searchable(name string) bool { return strings.Trim(name, nameBytes) == "" }

const nameBytes = "abcdefghijklmnopqrstuvwxyz0123456789-."

// meetingsOf reads where the resources of a file meet others: those of plain kinds.
// namespace is that of documents that name none. A document that is not YAML has no
// resource.
func meetingsOf(f *source.File, namespace string) *meetings {
	m := newMeetings()
	docs, _ := source.Split(f)
	for _, d := range docs {
		root, ok := d.Skim()
		if !ok {
			root, _ = d.Parse()
		}
		m.readDocument(root, namespace)
	}
	return m
}

// readDocument records what a document of a plain kind names, or a list of such documents.
func (m *meetings) readDocument(root *source.Node, namespace string) {
	if root == nil {
		return
	}
	for _, item := range source.Elements(source.Field(root, "items")) {
		m.readDocument(item, namespace)
	}
	_, kind, own, name := source.Head(root)
	own = cmp.Or(own, namespace)
	if kind == "Service" {
		m.services[ir.Name{Namespace: own, Name: name}] = true
	}
	if meetsByName(kind) {
		m.namespaces[strings.ToLower(own)] = true
		m.read(root, own, slices.Contains(gatewayKinds, kind))
	}
}

// read records what the mappings below a node name; for a gateway in the namespace own,
// also hosts, issuers and Services.
func (m *meetings) read(n *source.Node, own string, gateway bool) {
	for _, e := range source.Elements(n) {
		m.read(e, own, gateway)
	}
	for _, key := range source.Keys(n) {
		below, name := source.Field(n, key), strings.ToLower(key)
		switch {
		case strings.Contains(name, "namespace"):
			texts(below, func(text string) { m.namespaces[strings.ToLower(text)] = true })
		case !gateway:
		case strings.Contains(name, "host"):
			texts(below, func(text string) { m.hosts[strings.ToLower(text)] = true })
		case strings.Contains(name, "issuer"):
			texts(below, func(text string) { m.issuers[text] = true })
		case name == "service":
			of := cmp.Or(source.Text(source.Field(below, "namespace")), own)
			m.uses[ir.Name{Namespace: of, Name: source.Text(source.Field(below, "name"))}] = true
		case name == "servicename":
			m.uses[ir.Name{Namespace: own, Name: source.Text(below)}] = true
		}
		m.read(below, own, gateway)
	}
}

// texts calls a function for every scalar at a node and below.
func texts(n *source.Node, take func(string)) {
	if source.IsScalar(n) {
		if n.Value != "" {
			take(n.Value)
		}
		return
	}
	for _, e := range source.Elements(n) {
		texts(e, take)
	}
	for _, key := range source.Keys(n) {
		texts(source.Field(n, key), take)
	}
}

// plainKinds are the kinds of resources that meet others only through a namespace or a
// host, apart from what Gateways, policies and the like say about them: gatewayKinds,
// Services, and kinds that nothing in their namespace is compared with. podKinds are
// such kinds too, except for policies of the root namespace: what these select depends
// on the pods of all namespaces.
var (
	gatewayKinds = []string{"APIRule", "FabricGateway"}
	plainKinds   = append(slices.Clone(gatewayKinds), "Service", "ServiceAccount", "HorizontalPodAutoscaler", "PodDisruptionBudget")
	podKinds     = []string{"Deployment", "StatefulSet", "DaemonSet", "Pod"}
)

// meetsByName reports whether resources of a kind meet others through their namespace.
func meetsByName(kind string) bool {
	return slices.Contains(plainKinds, kind) || slices.Contains(podKinds, kind)
}

// hidden are words of files whose documents are not all recognized by their kind:
// merged mappings, and files that Oathkeeper reads itself.
var hidden = []string{"<<", "authenticators", "access_rules"}

// shownKinds are what a text shows of the kinds of its documents. It is plain if the text
// itself shows that it holds only documents of plainKinds and podKinds: each "kind" in it
// is a key with one of them as its value, and no escape can hide a name. pods and services
// report that there are some of podKinds, and Services.
type shownKinds struct{ plain, pods, services bool }

func kindsIn(text []byte) shownKinds {
	if hasEscape(text) || slices.ContainsFunc(hidden, func(word string) bool { return bytes.Contains(text, []byte(word)) }) {
		return shownKinds{}
	}
	var k shownKinds
	for {
		at := bytes.Index(text, []byte("kind"))
		if at < 0 {
			return k
		}
		rest := text[at+len("kind"):]
		if (at == 0 || !isNameByte(text[at-1])) && (len(rest) == 0 || !isNameByte(rest[0])) {
			kind := kindIn(rest)
			k.plain, k.pods, k.services = true, k.pods || slices.Contains(podKinds, kind), k.services || kind == "Service"
			if !meetsByName(kind) {
				return shownKinds{}
			}
		}
		text = rest
	}
}

// kindIn returns the value of the key "kind" from the text behind it; "" if that "kind"
// is not a key.
func kindIn(rest []byte) string {
	rest = bytes.TrimLeft(rest, `"' `)
	if len(rest) == 0 || rest[0] != ':' {
		return ""
	}
	value := bytes.TrimLeft(rest[1:], `"' `)
	end := 0
	for end < len(value) && isNameByte(value[end]) {
		end++
	}
	return string(value[:end])
}

func isNameByte(c byte) bool {
	return c >= '0' && c <= '9' || c|' ' >= 'a' && c|' ' <= 'z' || strings.IndexByte("._-/", c) >= 0 || c >= 0x80
}

// hasEscape reports whether a text has an escape that can mean a letter, a
// digit, a dot or a slash, or that joins two lines.
func hasEscape(text []byte) bool { return source.HasEscape(text, "xuU/\r\n") }

// mentions reports whether a text in lower case has one of the needles as a value,
// or as the beginning of one that goes on with a dot.
func mentions(text []byte, needles map[string]bool) bool {
	for i := 0; i < len(text); {
		start := i
		for i < len(text) && ofName[text[i]] {
			i++
		}
		if i > start && (start == 0 || beforeValue[text[start-1]]) && (i == len(text) || afterValue[text[i]]) {
			word := text[start:i]
			if needles[string(word)] {
				return true
			}
			if dot := bytes.IndexByte(word, '.'); dot > 0 && needles[string(word[:dot])] {
				return true
			}
		}
		i++
	}
	return false
}

// ofName are the bytes of names in lower case, beforeValue and afterValue the bytes
// around a value.
var ofName, beforeValue, afterValue = bytesOf(nameBytes), bytesOf(" \t\r\n\"'[{,:"), bytesOf(" \t\r\n\"']},:")

func bytesOf(text string) (out [256]bool) {
	for i := range len(text) {
		out[text[i]] = true
	}
	return out
}

// mayHaveWildcard reports whether a text may have a host with a wildcard: one that
// begins with "*.", or "*" as a value, which is not a {*} of a path.
func mayHaveWildcard(text []byte) bool {
	for i, c := range text {
		if c != '*' {
			continue
		}
		if i+1 < len(text) && text[i+1] == '.' || (i == 0 || text[i-1] != '{' && beforeValue[text[i-1]]) && (i+1 == len(text) || afterValue[text[i+1]]) {
			return true
		}
	}
	return false
}
