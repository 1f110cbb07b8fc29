package ir

import (
	"strings"

	"github.com/kgw-dev/kgw/internal/source"
)

// Part is a part of the model that has no place of its own there. Only the kind
// of a document knows under which field its documents have it: see Places.
type Part string

// The parts. Those behind a colon are one of several: by a key, or by a number.
const (
	PartName      Part = "name"
	PartNamespace Part = "namespace"
	PartLabel     Part = "label:"
	PartAnnotated Part = "annotation:"

	PartPath    Part = "path"
	PartMethods Part = "method:"
	PartTimeout Part = "timeout"
	PartHeaders Part = "header:"
	PartCookies Part = "cookies"

	PartCORSOrigins     Part = "cors origin:"
	PartCORSMethods     Part = "cors method:"
	PartCORSHeaders     Part = "cors header:"
	PartCORSExposed     Part = "cors exposed:"
	PartCORSCredentials Part = "cors credentials"
	PartCORSMaxAge      Part = "cors max age"
	PartCORSRemoved     Part = "cors removed"

	PartServiceName      Part = "service name"
	PartServiceNamespace Part = "service namespace"
	PartServicePort      Part = "service port"
	PartServiceWeight    Part = "service weight"

	PartHandler  Part = "handler"
	PartConfig   Part = "config:"
	PartScopes   Part = "scope:"
	PartAudience Part = "audience:"
	PartIssuer   Part = "issuer"
	PartKeys     Part = "keys"
	PartToken    Part = "token:"

	PartAdmins      Part = "admins"
	PartEmployees   Part = "employees"
	PartServices    Part = "services"
	PartLimits      Part = "limits"
	PartCompression Part = "compression"
	PartAnswer      Part = "answer:"
)

// Place is where the documents of a kind have a part. The first element of In
// that a document has counts: a path below the place of the part's owner, or with
// a slash in front below the document; "." and ".." are the names of the owner
// and of the owner's parent. "#" is the part's number, "*" for its key.
type Place struct {
	In []string
	// Of are more parts that the part is made of, besides In.
	Of []Part
	// Setting is the setting of kgw.yaml that applies where a document has none
	// of In; Absent describes what applies without such a setting.
	Setting, Absent string
}

// Places is the table of a kind: where its documents have the parts of the
// model. A line for one key of a part goes before the line of the part.
type Places map[Part]Place

// Of returns the place of a part with a key, which may be a path below a key that
// the table has; ok is false for what the table does not have.
func (p Places) Of(part Part, key string) (Place, bool) {
	head, _, _ := strings.Cut(key, "[")
	for _, k := range []string{key, head} {
		if own, ok := p[part+Part(k)]; ok {
			return own, true
		}
	}
	place, ok := p[part]
	return place, ok
}

// Said is where something is said: in a document, or by a setting of kgw.yaml.
type Said struct {
	At      source.Ref
	Setting string
}
