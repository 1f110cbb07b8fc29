package rule

import (
	"fmt"
	"slices"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/handlers"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/source"
)

// checkDemands reports what an authenticator demands of tokens in words that
// Oathkeeper reads otherwise: lists that demand nothing as they are written, and
// those that no token satisfies. defaults is the global configuration, as far as
// it is known.
func checkDemands(h *ir.Handler, defaults source.Object, found *diag.List) {
	checkEmptyTexts(h, found)
	if issuers, have := listIn(h.Config, "trusted_issuers"); have && len(issuers) == 0 {
		found.Add(diag.Finding{
			Code: diag.HandlerConfig, At: h.Origin.At("config", "trusted_issuers"),
			Message: fmt.Sprintf("no issuer is trusted by %s as it is written: Oathkeeper accepts tokens of every issuer where the list is empty", h.Name),
			Help:    "name the issuers, or remove the field where tokens of any issuer are meant to pass",
		})
	}
	if h.Name == "jwt" {
		checkRefusesAll(h, handlers.MergeConfig(defaults, h.Config), found)
	}
}

// checkEmptyTexts reports empty texts in the lists of what tokens must have. An
// introspection that compares no scopes asks for none then, an issuer without a
// name is that of tokens that name none, and otherwise no token has it. Empty
// issuers of jwt are reported where the addresses of all of them are checked.
func checkEmptyTexts(h *ir.Handler, found *diag.List) {
	for _, key := range []string{"required_scope", "target_audience", "trusted_issuers"} {
		list, _ := listIn(h.Config, key)
		i := slices.Index(list, any(""))
		if i < 0 || h.Name == "jwt" && key == "trusted_issuers" {
			continue
		}
		found.Add(diag.Finding{
			Code: diag.HandlerConfig, At: h.Origin.At("config", key).Elem(i),
			Message: fmt.Sprintf("a text in %q of %s is empty: it demands nothing of tokens, or what none of them has", key, h.Name),
			Help:    "write what tokens must have, or remove the text",
		})
	}
}

// checkRefusesAll reports settings of jwt with which it refuses every token: no
// keys to verify them, or scopes that nothing compares.
func checkRefusesAll(h *ir.Handler, config source.Object, found *diag.List) {
	if keys, have := listIn(config, "jwks_urls"); have && len(keys) == 0 {
		found.Add(diag.Finding{
			Code: diag.DeadRule, At: h.Origin.At("config", "jwks_urls"), Message: "jwt has no key to verify tokens with, and refuses all of them",
			Help: "name the addresses of the issuers' keys, or remove the field where the cluster's are meant",
		})
	}
	scopes, _ := listIn(config, "required_scope")
	if strategy, _ := config.Get("scope_strategy"); len(scopes) > 0 && strategy == "none" {
		found.Add(diag.Finding{
			Code: diag.DeadRule, At: h.Origin.At("config", "required_scope"), Message: "jwt demands scopes and refuses every token, because scope_strategy is none",
			Help: "write scope_strategy: exact",
		})
	}
}

// listIn returns a list of a configuration; have is false where there is none.
func listIn(config source.Object, key string) (list []any, have bool) {
	v, _ := config.Get(key)
	list, have = v.([]any)
	return list, have
}
