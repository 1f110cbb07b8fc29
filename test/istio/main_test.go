package istio

import (
	"os"
	"testing"

	"istio.io/istio/pkg/log"
)

// TestMain silences istiod, which logs every step of its start.
func TestMain(m *testing.M) {
	for _, scope := range log.Scopes() {
		scope.SetOutputLevel(log.NoneLevel)
	}
	os.Exit(m.Run())
}
