package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestPromises holds that every promise and every growth is about lines that are
// measured.
func TestPromises(t *testing.T) {
	dir := t.TempDir()
	o := &options{kgw: filepath.Join(dir, "kgw"), rules: 100}
	in := inputsIn(dir, o)
	tab := table{out: &strings.Builder{}, measured: map[string]sample{}}
	cases := append(append(compileCases(o, in, "bench"), proofCases(o, in)...), growthCases(o, in)...)
	for _, c := range cases {
		if c.id != "" {
			tab.measured[c.id] = sample{wall: time.Second, cpu: 2 * time.Second, peak: 1 << 20}
		}
	}
	for _, name := range []string{o.kgw, in.files, in.single} {
		if err := os.WriteFile(name, make([]byte, 1000), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	text, err := tab.goalTable(o, in)
	if text += tab.growths(in); err != nil || strings.Contains(text, "NaN") || strings.Contains(text, "Inf") || strings.Count(text, " 0.00 ") > 1 {
		t.Errorf("%v\n%s", err, text)
	}
	if n := strings.Count(text, " 0.50 | 0.50 |"); n != len(in.growths) {
		t.Errorf("%d shapes grow by half:\n%s", n, text)
	}
}
