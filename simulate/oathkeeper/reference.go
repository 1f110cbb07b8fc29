package oathkeeper

import (
	"bytes"
	"fmt"
	"maps"
	"slices"

	"github.com/kgw-dev/kgw/simulate"
)

// asked are the handlers whose services kgw does not ask, with the field of a request that says the
// reply.
var asked = map[string]string{
	"oauth2_introspection": "`token.introspection`, or `answers`", "oauth2_client_credentials": "`answers`, else the endpoint accepts the client", "cookie_session": "`token.session`, or `answers`, else the store knows it",
	"bearer_token": "`token.session`, or `answers`, else the store knows it", "remote": "`answers`, else it allows", "remote_json": "`answers`, else it allows", "keto_engine_acp_ory": "`answers`, else it allows",
	"hydrator": "`answers`, else the session is unchanged",
}

// Reference writes the table of handlers as a section of the page
// docs/fields.md.
func Reference() []byte {
	var b bytes.Buffer
	b.WriteString("\n## Handlers of Oathkeeper\n\nIn a rule with another handler, or with a configuration against its schema, requests that reach it are answered 500.\n\n| handler | | by |\n|---|---|---|\n")
	names := slices.Collect(maps.Keys(simAuthenticators))
	names = slices.AppendSeq(names, maps.Keys(simMutators))
	names = append(names, "allow", "deny", "remote", "remote_json", "keto_engine_acp_ory", "json", "redirect", "www_authenticate")
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		reading := simulate.Decides
		if asked[name] != "" {
			reading = simulate.FromRequest
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", name, reading, asked[name])
	}
	return b.Bytes()
}
