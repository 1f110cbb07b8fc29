package schema

import (
	"bytes"
	"regexp"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/kinds"
	"github.com/kgw-dev/kgw/internal/lazyregexp"
	"github.com/kgw-dev/kgw/internal/source"
)

// Sieve separates documents that kgw reads from files that have nothing to do
// with gateways.
var Sieve = &source.Sieve{May: mayHold, Names: namesOurs, Count: countOurs}

// heads are the keys of which a document that kgw reads has at least one:
// those of a head, and of an access rule of Oathkeeper's own.
var heads = []string{"apiVersion", "kind", "authenticators"}

func mayHold(text []byte) bool {
	for _, key := range heads {
		if source.HasKey(text, key) {
			return true
		}
	}
	return source.HasKey(text, "gateway") && source.HasKey(text, "rules")
}

var (
	ourGroups = []string{
		"gateway.kyma-project.io", "oathkeeper.ory.sh", "networking.istio.io", "security.istio.io", "zalando.org", "kgw.dev",
	}
	ourKinds     = append([]string{"APIRule", "FabricGateway", "ExternalGateway"}, tellingKinds()...)
	named        = lazyregexp.New(`(?i)\b(?:kind|apiVersion)["']?[ \t]*:[ \t]*["']?(?:` + joinWords(ourKinds) + `|(?:` + joinWords(ourGroups) + `)/)`)
	compiledKind = lazyregexp.New(`(?m)^[ \t]*["']?kind["']?[ \t]*:[ \t]*["']?(?:APIRule|FabricGateway|RateLimit|ExternalGateway)\b`)
)

// tellingKinds lists the kinds that kgw writes whose name says enough where no group
// is read: not Rule, which many groups have, nor the kinds of Kubernetes' own groups,
// which repositories have that have nothing to do with kgw.
func tellingKinds() []string {
	var out []string
	for _, k := range kinds.All() {
		if k.Name != kinds.Rule && slices.Contains(ourGroups, k.Group) {
			out = append(out, k.Name)
		}
	}
	return out
}

func joinWords(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = regexp.QuoteMeta(w)
	}
	return strings.Join(quoted, "|")
}

// namesOurs reports whether a text names one of the kinds that must not be
// passed over.
func namesOurs(text []byte) bool {
	return bytes.IndexByte(text, ':') >= 0 && named().Match(text)
}

// countOurs counts the resources in a text that kgw would compile.
func countOurs(text []byte) int { return len(compiledKind().FindAll(text, -1)) }
