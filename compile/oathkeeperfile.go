package compile

import (
	"cmp"
	"encoding/json"

	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/schema/kube"
)

// WithOathkeeperFile returns a configuration in which the cluster's Oathkeeper
// is configured as its own file says: how URLs are read, and its handlers.
func WithOathkeeperFile(c *config.Config, f *kube.OathkeeperFile) *config.Config {
	out := *c
	out.Oathkeeper.MatchingStrategy = cmp.Or(f.Strategy, "regexp")
	groups := source.Object{}
	for _, key := range []string{"authenticators", "authorizers", "mutators", "errors"} {
		if n := source.Field(f.Node, key); n != nil {
			groups = append(groups, source.Member{Key: key, Value: source.Value(n)})
		}
	}
	data, err := json.Marshal(map[string]any{"handlers": source.Plain(groups, func(n source.Number) any { return json.Number(n) })})
	if err != nil || len(groups) == 0 {
		return &out
	}
	out.Oathkeeper.Handlers, out.Oathkeeper.Fallback = nil, nil
	if json.Unmarshal(data, &out.Oathkeeper) != nil {
		out.Oathkeeper.Handlers, out.Oathkeeper.Fallback = c.Oathkeeper.Handlers, c.Oathkeeper.Fallback
	}
	return &out
}
