package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"syscall"
	"time"
)

// sample is what one run of a process took. The kernel counts a child's peak
// memory from the moment of the fork, so it is never below what this program
// uses itself: inputs are written and decoded in other processes.
type sample struct {
	wall, cpu time.Duration
	peak      int64 // bytes
}

// measure runs the case's command as often as it says and returns the medians.
func measure(c *testCase) (sample, error) {
	runs := make([]sample, max(c.runs, 1))
	for i := range runs {
		s, err := once(c)
		if err != nil {
			return sample{}, err
		}
		runs[i] = s
	}
	return sample{
		wall: median(runs, func(s sample) int64 { return int64(s.wall) }),
		cpu:  median(runs, func(s sample) int64 { return int64(s.cpu) }),
		peak: int64(median(runs, func(s sample) int64 { return s.peak })),
	}, nil
}

func median(runs []sample, of func(sample) int64) time.Duration {
	values := make([]int64, len(runs))
	for i, r := range runs {
		values[i] = of(r)
	}
	slices.Sort(values)
	return time.Duration(values[len(values)/2])
}

// once runs the command with its output thrown away by the kernel.
func once(c *testCase) (sample, error) {
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		return sample{}, err
	}
	defer null.Close()
	var problems bytes.Buffer
	cmd := exec.Command(c.command[0], c.command[1:]...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = c.dir, null, &problems
	start := time.Now()
	err = cmd.Run()
	wall := time.Since(start)
	if err != nil && (cmd.ProcessState == nil || cmd.ProcessState.ExitCode() != c.exits) {
		return sample{}, fmt.Errorf("%w: %.500s", err, problems.String())
	}
	usage := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	return sample{wall: wall, cpu: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), peak: usage.Maxrss << 10}, nil
}
