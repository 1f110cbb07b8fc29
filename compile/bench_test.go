package compile_test

import (
	"bytes"
	"fmt"
	"os"
	"runtime"
	"testing"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/source"
)

// BenchmarkRun compiles the rule of the first example a thousand times, each on
// a host of its own, as files and as one file.
func BenchmarkRun(b *testing.B) {
	text, err := os.ReadFile("../examples/httpbin/apirule.yaml")
	if err != nil {
		b.Fatal(err)
	}
	var files []*source.File
	var all bytes.Buffer
	for i := range 1000 {
		one := bytes.ReplaceAll(text, []byte("httpbin"), fmt.Appendf(nil, "httpbin-%d", i))
		files = append(files, &source.File{Name: fmt.Sprintf("%d.yaml", i), Data: one})
		fmt.Fprintf(&all, "---\n%s", one)
	}
	for _, c := range []struct {
		name  string
		files []*source.File
	}{{"files", files}, {"one file", []*source.File{{Name: "all.yaml", Data: all.Bytes()}}}} {
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(int64(all.Len()))
			b.ReportAllocs()
			for b.Loop() {
				result := compile.Run(compile.Input{Files: c.files}, compile.Options{})
				if result.Summary.Errors > 0 || len(result.Objects) < 1000 {
					b.Fatalf("%+v", result.Summary)
				}
				runtime.KeepAlive(result)
			}
		})
	}
}
