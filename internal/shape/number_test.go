package shape

import (
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/internal/source"
)

// TestLongNumbers holds numbers of any length to their bounds. Their cost does
// not grow with the square of their length: a megabyte ends.
func TestLongNumbers(t *testing.T) {
	bounded := &Type{Kind: Integer, Min: Int(1), Max: Int(65535)}
	digits := strings.Repeat("1", 1<<20)
	for text, want := range map[string]bool{
		"80": false, "8e1": false, "80." + strings.Repeat("0", 2000): false,
		"0": true, "-1": true, "65536": true, "1e999": true, digits: true, "-" + digits: true, "1." + digits: true, "+" + digits: true, "0b" + digits: true,
	} {
		root := source.NodeOf(source.Number(text))
		if got := len(bounded.Check(root, source.Ref{Doc: &source.Document{}})) > 0; got != want {
			t.Errorf("%.20s: refused %v", text, got)
		}
	}
}
