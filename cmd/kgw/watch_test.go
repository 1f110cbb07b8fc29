package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// shared is a buffer that is written and read at once.
type shared struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *shared) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *shared) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// TestWatch changes files below what is watched, and waits for what is found
// anew: a fault, its end, a fault in a directory that is new, files that are removed,
// renamed, or saved as editors do, a directory that moves, a fault in kgw.yaml.
func TestWatch(t *testing.T) {
	dir := t.TempDir()
	put := func(name, text string) {
		t.Helper()
		writeFile(t, filepath.Join(dir, filepath.FromSlash(name)), text)
	}
	const good = `apiVersion: gateway.kyma-project.io/v1beta1
kind: APIRule
metadata: {name: shop, namespace: web}
spec:
  host: shop.example.com
  gateway: kyma-system/kyma-gateway
  service: {name: shop, port: 80}
  rules:
  - {path: /orders, methods: [GET], accessStrategies: [{handler: noop}]}
`
	put("apis/shop.yaml", good)
	ctx, cancel := context.WithCancel(context.Background())
	out := &shared{}
	a := &app{stdin: strings.NewReader(""), stdout: out, stderr: out, getenv: func(string) string { return "" }, dir: dir, ctx: ctx}
	done := make(chan int)
	go func() { done <- a.run([]string{"kgw", "validate", "apis", "--watch"}) }()
	seen := 0
	wait := func(want string) {
		t.Helper()
		for range 600 {
			if text := out.String(); strings.Contains(text[seen:], want) {
				seen += strings.Index(text[seen:], want) + len(want)
				return
			}
			time.Sleep(50 * time.Millisecond)
		}
		t.Fatalf("%q does not come:\n%s", want, out.String())
	}
	wait("in 1 resource")
	put("apis/shop.yaml", strings.Replace(good, "port: 80", "port: eighty", 1))
	wait("shop.yaml changed")
	wait("error[KGW")
	put("apis/shop.yaml", good)
	wait("shop.yaml changed")
	wait("in 1 resource")
	put("apis/deep/er/store.yaml", strings.ReplaceAll(good, "shop", "store"))
	wait("in 2 resources")
	put("apis/deep/er/store.yaml", strings.Replace(good, "spec:", "spec: [", 1))
	wait("KGW103")
	remove := func(name string) {
		t.Helper()
		if err := os.RemoveAll(filepath.Join(dir, filepath.FromSlash(name))); err != nil {
			t.Fatal(err)
		}
	}
	rename := func(from, to string) {
		t.Helper()
		if err := os.Rename(filepath.Join(dir, filepath.FromSlash(from)), filepath.Join(dir, filepath.FromSlash(to))); err != nil {
			t.Fatal(err)
		}
	}
	remove("apis/deep/er/store.yaml")
	wait("store.yaml changed")
	wait("in 1 resource")
	// Editors save into a file beside and rename it, some after the old one is moved away.
	put("apis/.shop.yaml.swp", strings.Replace(good, "port: 80", "port: ninety", 1))
	rename("apis/.shop.yaml.swp", "apis/shop.yaml")
	wait("shop.yaml changed")
	wait("ninety")
	rename("apis/shop.yaml", "apis/shop.yaml~")
	put("apis/shop.yaml", good)
	wait("shop.yaml changed")
	wait("in 1 resource")
	rename("apis/shop.yaml", "apis/deep/moved.yaml")
	wait("moved.yaml")
	wait("in 1 resource")
	// A directory that goes and comes again is watched again.
	rename("apis/deep", "away")
	wait("changed")
	rename("away", "apis/deep")
	wait("in 1 resource")
	put("apis/deep/moved.yaml", strings.Replace(good, "port: 80", "port: sixty", 1))
	wait("moved.yaml changed")
	wait("sixty")
	put("kgw.yaml", "apiVersion: kgw.dev/v1alpha1\nkind: Config\nnone: 1\n")
	wait("kgw.yaml changed")
	wait("is not valid")
	cancel()
	select {
	case <-done:
	case <-time.After(time.Minute):
		t.Fatal("it does not end")
	}
}
