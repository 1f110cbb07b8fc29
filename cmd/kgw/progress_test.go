package main

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

// TestProgress drives the clock by hand: nothing is shown of a short run, and what
// is shown of a long one is gone when it ends.
func TestProgress(t *testing.T) {
	now := time.Unix(0, 0)
	var out bytes.Buffer
	p := &progress{terminal: &out, now: func() time.Time { return now }}
	p.Stage("read")
	p.Read(3)
	p.show(p.ticking)
	if out.Len() > 0 {
		t.Errorf("a young run shows %q", out.String())
	}
	now = now.Add(2 * time.Second)
	p.show(p.ticking)
	if got := out.String(); got != "\r\x1b[Kkgw: read, 3 documents" {
		t.Errorf("got %q", got)
	}
	p.Stage("link")
	done := p.ticking
	now = now.Add(time.Second)
	p.Stage("")
	if !strings.HasSuffix(out.String(), "\r\x1b[K") {
		t.Errorf("the line stays: %q", out.String())
	}
	n := out.Len()
	p.show(done)
	if out.Len() > n {
		t.Error("shown after the end")
	}
	p.Stage("read")
	now = now.Add(time.Second)
	p.Stage("")
	if got := p.timings(); got != "  read  3.000 s\n  link  1.000 s\n   all  4.000 s\n3 documents read\n" {
		t.Errorf("got %q", got)
	}
	p.started = now.Add(-9 * time.Second)
	if got := p.timings(); got != "   read  3.000 s\n   link  1.000 s\n  other  5.000 s\n    all  9.000 s\n3 documents read\n" {
		t.Errorf("the rows are not all of the run: %q", got)
	}
}

// TestProgressOnTerminalsOnly: pipes, CI and dumb terminals show nothing.
func TestProgressOnTerminalsOnly(t *testing.T) {
	for _, c := range []struct {
		terminal bool
		env      map[string]string
		shown    bool
	}{
		{true, nil, true},
		{false, nil, false},
		{true, map[string]string{"CI": "true"}, false},
		{true, map[string]string{"CI": "false"}, true},
		{true, map[string]string{"TF_BUILD": "True"}, false},
		{true, map[string]string{"TERM": "dumb"}, false},
	} {
		a := &app{stderr: &bytes.Buffer{}, getenv: func(name string) string { return c.env[name] }}
		a.terminal.stderr = c.terminal
		if shown := a.observer().terminal != nil; shown != c.shown {
			t.Errorf("%+v: shown %v", c, shown)
		}
	}
}
