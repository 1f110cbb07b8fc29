package main

import (
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
)

// maxAllocated bounds what kgw's own packages allocate before main, in bytes. Each
// command pays for it: tables and regular expressions that few commands need are
// made when they are needed (sync.OnceValue).
const maxAllocated = 700_000

// TestStart adds up what the runtime says of the initialisation of packages
// (https://pkg.go.dev/runtime, inittrace).
func TestStart(t *testing.T) {
	cmd := exec.Command(os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), "GODEBUG=inittrace=1")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	total := 0
	for line := range strings.Lines(string(out)) {
		// init internal/bytealg @0.008 ms, 0 ms clock, 0 bytes, 0 allocs
		words := strings.Fields(line)
		if len(words) < 8 || words[0] != "init" || !strings.HasPrefix(words[1], "github.com/kgw-dev/kgw/") {
			continue
		}
		n, err := strconv.Atoi(words[7])
		if err != nil {
			t.Fatal(line)
		}
		total += n
	}
	if total == 0 || total > maxAllocated {
		t.Errorf("kgw's packages allocate %d bytes before main, at most %d are allowed:\n%s", total, maxAllocated, out)
	}
}
