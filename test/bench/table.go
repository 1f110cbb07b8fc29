package main

import (
	"cmp"
	"fmt"
	"io"
	"strings"
)

// table measures lines, prints them as they come, and keeps what was measured.
type table struct {
	out      io.Writer
	dir      string // working directory of the commands
	measured map[string]sample
}

// run measures lines below a head and returns all of it as text.
func (t *table) run(head string, cases []testCase) (string, error) {
	var text strings.Builder
	out := io.MultiWriter(t.out, &text)
	fmt.Fprintf(out, "| %s | wall s | / decode | CPU s | peak MiB | / input |\n|---|---:|---:|---:|---:|---:|\n", head)
	for i := range cases {
		c := &cases[i]
		c.dir = cmp.Or(c.dir, t.dir)
		s, err := measure(c)
		if err != nil {
			return "", fmt.Errorf("%s: %w", c.name, err)
		}
		if c.id != "" {
			t.measured[c.id] = s
		}
		line, err := t.line(c, s)
		if err != nil {
			return "", err
		}
		fmt.Fprint(out, line)
	}
	fmt.Fprintln(t.out)
	return text.String(), nil
}

func (t *table) line(c *testCase, s sample) (string, error) {
	relative, ratio := "", ""
	if base, ok := t.measured[c.decode]; ok {
		relative = fmt.Sprintf("%.2f", float64(s.wall)/float64(base.wall))
	}
	if c.input != "" {
		size, err := sizeOf(c.input)
		if err != nil {
			return "", err
		}
		ratio = fmt.Sprintf("%.1f", float64(s.peak)/float64(size))
	}
	return fmt.Sprintf("| %s | %.3f | %s | %.3f | %.0f | %s |\n", c.name, s.wall.Seconds(), relative, s.cpu.Seconds(), float64(s.peak)/(1<<20), ratio), nil
}

// growths returns a table of how processor time and memory grow from half to
// whole: 1.00 is with the input.
func (t *table) growths(in *inputs) string {
	var text strings.Builder
	text.WriteString("| from half to double | CPU s, half | CPU s, whole | growth | growth of memory |\n|---|---:|---:|---:|---:|\n")
	for i := range in.growths {
		g := &in.growths[i]
		half, whole := t.measured[g.paths[0]], t.measured[g.paths[1]]
		fmt.Fprintf(&text, "| "+g.name+" | %.2f | %.2f | %.2f | %.2f |\n", g.n, half.cpu.Seconds(), whole.cpu.Seconds(),
			float64(whole.cpu)/float64(half.cpu)/2, float64(whole.peak)/float64(half.peak)/2)
	}
	fmt.Fprintln(t.out, text.String())
	return text.String()
}

// promise is a figure that kgw is to reach.
type promise struct {
	what, unit string
	aim        float64
	value      func(*table) (float64, error)
}

// wall returns how many seconds a line took.
func wall(id string) func(*table) (float64, error) {
	return func(t *table) (float64, error) { return t.measured[id].wall.Seconds(), nil }
}

// times returns how many times the wall time of one line another took.
func times(id, base string) func(*table) (float64, error) {
	return func(t *table) (float64, error) {
		return float64(t.measured[id].wall) / float64(t.measured[base].wall), nil
	}
}

// timesCPU returns times of processor time.
func timesCPU(id, base string) func(*table) (float64, error) {
	return func(t *table) (float64, error) {
		return float64(t.measured[id].cpu) / float64(t.measured[base].cpu), nil
	}
}

// timesInput returns how many times the size of the input a line had in memory.
func timesInput(id, input string) func(*table) (float64, error) {
	return func(t *table) (float64, error) {
		size, err := sizeOf(input)
		return float64(t.measured[id].peak) / float64(max(size, 1)), err
	}
}

func promises(o *options, in *inputs) []promise {
	return []promise{
		{"build of the files, wall", "decodes", 0.7, times(buildFiles, decodeFiles)},
		{"build of the files, processor time", "decodes", 1.2, timesCPU(buildFiles, decodeFiles)},
		{"validate of the files, wall", "decodes", 1.2, times(validateFiles, decodeFiles)},
		{"build of APIRules v2 with Services, wall", "decodes", 1.2, times(buildMesh, decodeMesh)},
		{"validate of APIRules v2 with Services, wall", "decodes", 1.8, times(validateMesh, decodeMesh)},
		{"validate of what one changed file of many can touch", "s", 0.3, wall(validateChanged)},
		{"peak memory of a build, files", "inputs", 8, timesInput(buildFiles, in.files)},
		{"peak memory of a build, one file", "inputs", 10, timesInput(buildSingle, in.single)},
		{"migrate of 1,000 rules with proofs", "s", 2, wall("migrate")},
		{"diff --semantic of 2,000 resources, 200 changed", "s", 3, wall("semantic-2000")},
		{"trace among Rules of one file", "s", 0.3, wall("trace-file")},
		{"trace among Rules as files", "s", 0.3, wall("trace-files")},
		{"trace in a dump", "s", 0.3, wall("trace-dump")},
		{"trace of a list of requests", "s", 2, wall("trace-requests")},
		{"version", "s", 0.01, wall(version)},
		{"peak memory of version", "MiB", 15, func(t *table) (float64, error) { return float64(t.measured[version].peak) / (1 << 20), nil }},
		{"the program, with symbols", "MB", 29, func(*table) (float64, error) {
			size, err := sizeOf(o.kgw)
			return float64(size) / 1e6, err
		}},
	}
}

// goalTable returns a table of the goals and the measurements.
func (t *table) goalTable(o *options, in *inputs) (string, error) {
	var text strings.Builder
	text.WriteString("| promise | aim | measured | reached |\n|---|---:|---:|---|\n")
	for _, p := range promises(o, in) {
		v, err := p.value(t)
		if err != nil {
			return "", err
		}
		reached := "no"
		if v <= p.aim {
			reached = "yes"
		}
		fmt.Fprintf(&text, "| %s | %g %s | %.2f | %s |\n", p.what, p.aim, p.unit, v, reached)
	}
	fmt.Fprintln(t.out, text.String())
	return text.String(), nil
}
