package main

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/prove/moves"
)

// TestMovedServices moves the public VirtualServices of the measured cases to
// the Gateway API: each one stays with a finding, or moves and nothing changes
// for callers, or what changes is listed with a request.
func TestMovedServices(t *testing.T) {
	root := filepath.Join("..", "..", "..", "shared", "cases")
	if _, err := os.Stat(root); err != nil {
		t.Skip("no measured cases")
	}
	left, same, other := 0, 0, 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".yaml" {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil || !bytes.Contains(text, []byte("kind: VirtualService")) {
			return err
		}
		var out, said bytes.Buffer
		a := &app{stdin: strings.NewReader(""), stdout: &out, stderr: &said, getenv: func(string) string { return "" }, dir: "."}
		a.run([]string{"kgw", "migrate", path, "--to", "gateway-api", "--format", "json", "--diff"})
		var result struct {
			Findings []struct{ Code, Severity string }
			Changes  *moves.Moves
		}
		if err := json.Unmarshal(said.Bytes(), &result); err != nil {
			t.Errorf("%s: %v\n%s", path, err, &said)
			return nil
		}
		if result.Changes == nil {
			if left++; len(result.Findings) == 0 && bytes.Contains(text, []byte("gateways:")) {
				t.Errorf("%s: nothing moves and no finding says why", path)
			}
			return nil
		}
		for _, one := range result.Changes.Resources {
			if len(one.Changes) == 0 && one.NotCompared == "" {
				same++
				continue
			}
			other++
			for _, c := range one.Changes {
				t.Logf("%s: %s %s %s%s: %s -> %s", path, one.Resource, c.Kind, c.Host, c.Path, c.Before, c.After)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d files stay, %d VirtualServices move without a change, %d with one", left, same, other)
	if same < 10 {
		t.Errorf("only %d VirtualServices move without a change", same)
	}
}
