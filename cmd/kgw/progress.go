package main

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"text/tabwriter"
	"time"

	"github.com/kgw-dev/kgw/internal/report"
)

// If a run takes longer than progressAfter, a terminal shows its progress,
// updated every progressEvery.
const (
	progressAfter = time.Second
	progressEvery = 200 * time.Millisecond
)

// progress observes a run. It measures each stage, and shows the number of
// documents that were read on a terminal. It is a compile.Observer.
type progress struct {
	mu sync.Mutex
	// terminal shows the progress, nil for none.
	terminal io.Writer
	now      func() time.Time
	started  time.Time // when the process began; zero where only stages count
	begun    time.Time
	stages   []stageTime
	stage    string // the one that runs, "" for none
	since    time.Time
	ticking  chan struct{} // closed when nothing is shown any more
	shown    bool
	read     atomic.Int64
}

// stageTime is the time that a stage took in all its runs.
type stageTime struct {
	name string
	took time.Duration
}

// Stage implements compile.Observer.
func (p *progress) Stage(name string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	if p.begun.IsZero() {
		p.begun = now
	}
	if p.stage != "" {
		p.add(p.stage, now.Sub(p.since))
	}
	p.stage, p.since = name, now
	switch {
	case name == "":
		p.clear()
	case p.terminal != nil && p.ticking == nil:
		p.ticking = make(chan struct{})
		go p.tick(p.ticking)
	}
}

// Read implements compile.Observer.
func (p *progress) Read(documents int) { p.read.Add(int64(documents)) }

func (p *progress) add(name string, took time.Duration) {
	for i := range p.stages {
		if p.stages[i].name == name {
			p.stages[i].took += took
			return
		}
	}
	p.stages = append(p.stages, stageTime{name, took})
}

// tick shows progress until done is closed.
func (p *progress) tick(done chan struct{}) {
	ticker := time.NewTicker(progressEvery)
	defer ticker.Stop()
	for {
		select {
		case <-done:
			return
		case <-ticker.C:
			p.show(done)
		}
	}
}

// show prints the line of progress over the one before, unless the run is young
// or over.
func (p *progress) show(done chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ticking != done || p.now().Sub(p.begun) < progressAfter {
		return
	}
	p.shown = true
	fmt.Fprintf(p.terminal, "\r\x1b[Kkgw: %s, %s", p.stage, report.Counted(int(p.read.Load()), "document"))
}

// clear removes the line of progress: what is printed next begins a line.
func (p *progress) clear() {
	if p.ticking != nil {
		close(p.ticking)
		p.ticking = nil
	}
	if p.shown {
		fmt.Fprint(p.terminal, "\r\x1b[K")
		p.shown = false
	}
}

// timings returns a table of the stages, in the order in which they first ran, and of
// the rest of the time since the process began.
func (p *progress) timings() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out strings.Builder
	w := tabwriter.NewWriter(&out, 0, 4, 2, ' ', tabwriter.AlignRight)
	total := time.Duration(0)
	for _, s := range p.stages {
		total += s.took
		fmt.Fprintf(w, "%s\t%.3f s\t\n", s.name, s.took.Seconds())
	}
	if !p.started.IsZero() {
		all := p.now().Sub(p.started)
		fmt.Fprintf(w, "other\t%.3f s\t\n", max(all-total, 0).Seconds())
		total = all
	}
	fmt.Fprintf(w, "all\t%.3f s\t\n", total.Seconds())
	w.Flush() //nolint:errcheck // a strings.Builder
	return out.String() + report.Counted(int(p.read.Load()), "document") + " read\n"
}

// observer returns the progress of the run. It is shown on terminals, but never in
// CI.
func (a *app) observer() *progress {
	if a.progress == nil {
		a.progress = &progress{now: time.Now, started: a.started}
		if a.terminal.stderr && !a.inCI() && a.getenv("TERM") != "dumb" {
			a.progress.terminal = a.stderr
		}
	}
	return a.progress
}

// inCI reports whether the process runs in CI, as far as such systems say so:
// most set CI.
func (a *app) inCI() bool {
	for _, name := range []string{"CI", "GITHUB_ACTIONS", "GITLAB_CI", "TF_BUILD", "JENKINS_URL", "TEAMCITY_VERSION"} {
		if v := a.getenv(name); v != "" && !strings.EqualFold(v, "false") {
			return true
		}
	}
	return false
}

// runTimed runs a function that prints by itself, without showing progress
// meanwhile, and measures it.
func (a *app) runTimed(name string, do func() error) error {
	p := a.observer()
	begun := p.now()
	err := do()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.add(name, p.now().Sub(begun))
	return err
}

// runStage runs a stage that is not one of the compiler's.
func (a *app) runStage(name string, do func()) {
	a.observer().Stage(name)
	do()
	a.observer().Stage("")
}
