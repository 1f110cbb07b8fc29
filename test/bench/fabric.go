package main

import (
	"fmt"
	"strings"
)

// operations of each FabricGateway, on half as many paths.
const operations = 20

// fabricGateway writes a gateway with privileges, administrators and limits.
func fabricGateway(i int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "apiVersion: zalando.org/v1\nkind: FabricGateway\nmetadata:\n  name: gateway-%d\n  namespace: team-%d\nspec:\n", i, i%50)
	fmt.Fprintf(&b, "  x-fabric-service:\n  - host: api-%d.example.com\n    serviceName: api-%d\n  x-fabric-admins: [jdoe]\n  paths:\n", i, i)
	for j := range operations / 2 {
		fmt.Fprintf(&b, "    /resources-%d/{id}:\n      get:\n        x-fabric-privileges: [resources.read]\n", j)
		fmt.Fprintf(&b, "      put:\n        x-fabric-privileges: [resources.write]\n        x-fabric-ratelimits:\n          default-rate: 10\n")
	}
	return b.String()
}
