package compile

import (
	"github.com/kgw-dev/kgw/compile/oathkeeper"
	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/source"
)

// OathkeeperOptions gives what the simulator is told about the cluster's
// Oathkeeper.
func OathkeeperOptions(c *config.Config) oathkeeper.Options {
	o := oathkeeper.Options{Version: c.Oathkeeper.Version, Fallback: c.Oathkeeper.Fallback}
	for group, handlers := range c.Oathkeeper.Handlers {
		if o.Handlers == nil {
			o.Handlers = map[string]map[string]ir.HandlerDefaults{}
		}
		o.Handlers[group] = map[string]ir.HandlerDefaults{}
		for name, h := range handlers {
			o.Handlers[group][name] = ir.HandlerDefaults{Disabled: h.Enabled == nil || !*h.Enabled, Config: source.ObjectOf(h.Config)}
		}
	}
	return o
}
