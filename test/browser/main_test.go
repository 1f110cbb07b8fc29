package browser_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/kgw-dev/kgw/test/browser"
)

// chromium is the browser of all tests.
var chromium *browser.Browser

func TestMain(m *testing.M) {
	b, err := browser.Start()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	chromium = b
	code := m.Run()
	b.Close()
	os.Exit(code)
}

// write writes a file of the test and returns its URL.
func write(t testing.TB, name, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return "file://" + file
}
