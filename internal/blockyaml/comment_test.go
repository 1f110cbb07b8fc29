package blockyaml

import (
	"runtime"
	"strings"
	"testing"
)

// TestManyComments reads comments in a row: their cost is proportional to their number.
func TestManyComments(t *testing.T) {
	text := strings.Repeat("# a comment\n", 20_000)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	root, ok := read([]byte("a: b\n"+text+"c: d\n"), nil)
	runtime.ReadMemStats(&after)
	if !ok {
		t.Fatal("not read")
	}
	if n := after.TotalAlloc - before.TotalAlloc; n > uint64(40*len(text)) {
		t.Errorf("%d bytes of comments take %d bytes", len(text), n)
	}
	if got := root.Content[2].HeadComment; got+"\n" != text {
		t.Errorf("the comment has %d bytes, want %d", len(got), len(text)-1)
	}
}
