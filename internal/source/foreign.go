package source

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Sieve separates files that can be inputs from files that have nothing to do
// with gateways, among the files of a walk. A file that the user names is
// always an input.
type Sieve struct {
	// May reports whether a text can hold a document to be read; it is cheap.
	May func(text []byte) bool
	// Names reports whether a text names a kind of kgw's own or of its
	// companions: what cannot be parsed then is an error.
	Names func(text []byte) bool
	// Count returns how many gateway resources a text seems to hold.
	Count func(text []byte) int
}

// Chart is a Helm chart that a walk came by. Its templates are not read.
type Chart struct {
	// Dir is the chart's directory, and File its Chart.yaml in findings.
	Dir, File string
	// Resources is how many gateway resources its templates seem to hold.
	Resources int
}

// chartFile makes a directory a Helm chart.
const chartFile = "Chart.yaml"

// isChart reports whether a directory with these entries is a Helm chart.
func isChart(entries []os.DirEntry) bool {
	return slices.ContainsFunc(entries, func(e os.DirEntry) bool { return e.Name() == chartFile && !e.IsDir() })
}

// addChart notes a Helm chart with what its templates, and those of the charts in
// it, hold.
func (w *walker) addChart(name, real string) {
	c := Chart{Dir: name, File: w.loader.display(filepath.Join(name, chartFile))}
	for _, dir := range []string{"templates", "charts"} {
		w.countBelow(filepath.Join(real, dir), 0, &c.Resources)
	}
	w.charts = append(w.charts, c)
}

// maxChartDepth bounds how deep directories of a chart are looked into.
const maxChartDepth = 12

func (w *walker) countBelow(dir string, depth int, count *int) {
	entries, err := os.ReadDir(dir)
	if err != nil || depth > maxChartDepth {
		return
	}
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		switch {
		case e.IsDir():
			w.countBelow(path, depth+1, count)
		case e.Type().IsRegular():
			if data, err := w.tree.read(path, MaxSettingsBytes, false); err == nil {
				*count += w.loader.Sieve.Count(data)
			}
		}
	}
}

// testFileName is a part of the names of policy tests, which are meant for kgw
// whatever they hold.
const testFileName = ".kgw-test."

// sift drops what has nothing to do with gateways of the files that a walk came
// by, and counts it.
func (l *Loader) sift(in *input, f *File, p *Problem) (*File, *Problem, bool) {
	if l.Sieve == nil || in.named || strings.Contains(in.name, testFileName) {
		return f, p, false
	}
	if f == nil {
		return f, p, p != nil && p.Kind == DocumentTooLarge
	}
	f.Walked = true
	text := f.Data
	if p != nil { // UTF-16 shows its letters between zero bytes
		text = bytes.ReplaceAll(text, []byte{0}, nil)
		if !l.Sieve.Names(text) {
			return nil, nil, true
		}
		return f, p, false
	}
	if !l.Sieve.May(text) {
		return nil, nil, true
	}
	return f, p, false
}

// HasKey reports whether a text has a key of a mapping of that name, in YAML or
// JSON. It may report one that is part of a text.
func HasKey(text []byte, name string) bool {
	for {
		at := bytes.Index(text, []byte(name))
		if at < 0 {
			return false
		}
		before := byte('\n')
		if at > 0 {
			before = text[at-1]
		}
		text = text[at+len(name):]
		rest := bytes.TrimLeft(text, "\"' \t")
		if len(rest) > 0 && rest[0] == ':' && !isWordByte(before) {
			return true
		}
	}
}

func isWordByte(b byte) bool { return isWord(b) || b == '-' }
