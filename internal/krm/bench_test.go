package krm_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/internal/krm"
)

// BenchmarkReadAndWrite is what the protocol costs for 10,000 APIRules, without
// compiling them.
func BenchmarkReadAndWrite(b *testing.B) {
	var text strings.Builder
	text.WriteString(head + "items:\n")
	for i := range 10_000 {
		fmt.Fprintf(&text, "- apiVersion: gateway.kyma-project.io/v1beta1 # c\n  kind: APIRule\n  metadata:\n    name: r%d\n    annotations:\n      config.kubernetes.io/path: 'apis/%d.yaml'\n  spec:\n    host: h%d.example.com\n    rules:\n", i, i, i)
		for j := range 4 {
			fmt.Fprintf(&text, "    - path: /r%d/.*\n      methods: [GET, POST]\n      accessStrategies:\n      - handler: jwt\n        config:\n          jwks_urls: [\"https://example.com/keys\"]\n", j)
		}
	}
	data := []byte(text.String())
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		list, found := krm.Read("<stdin>", data)
		if list == nil {
			b.Fatal(found)
		}
		list.Write(krm.Keep(list.Items), nil)
	}
}
