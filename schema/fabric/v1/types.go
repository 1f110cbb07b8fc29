// Package v1 is Zalando's FabricGateway, zalando.org/v1: an API described by
// paths and verbs, with who may call them.
//
// It takes a document's YAML and returns the model with findings: decode, check,
// lift. The behaviour is that of zalando-incubator/fabric-gateway at cdef22c
// (2021-11), the last that was published. It must not know any target.
package v1

import (
	"github.com/kgw-dev/kgw/internal/source"
)

// FabricGateway is a decoded document.
type FabricGateway struct {
	doc         *source.Document
	labels      map[string]string
	annotations map[string]string
	services    []service
	hasServices bool // the list is there, empty or not
	provider    *provider
	admins      []string
	whitelist   []string
	whitelisted bool // the list is there, empty or not
	employees   *employees
	cors        *cors
	compression *compression
	operations  []operation // by path and verb
	newer       []source.Ref
}

type service struct {
	at               source.Ref
	host, name, port string
}

type provider struct {
	at       source.Ref
	stackSet string
	hosts    []string
}

type employees struct {
	at    source.Ref
	kind  string
	users []string
}

type cors struct {
	at               source.Ref
	origins, headers []string
}

type compression struct {
	factor   int64
	encoding string
}

// operation is one verb of one path.
type operation struct {
	at, pathAt source.Ref
	path, verb string // as written
	method     string // the verb in upper case
	privileges []string
	limits     *limits
	whitelist  *whitelist
	employees  *employees
	static     *static
}

type limits struct {
	at      source.Ref
	rate    int64
	period  string
	targets []target // sorted by name
}

type target struct {
	at   source.Ref
	name string
	rate int64
}

type whitelist struct {
	at       source.Ref
	listed   bool // there is a list, empty or not
	services []string
	disabled bool
}

type static struct {
	at      source.Ref
	status  int64
	headers map[string]string
	body    string
}
