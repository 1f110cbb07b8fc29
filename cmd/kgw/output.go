package main

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/atomicfile"
	"github.com/kgw-dev/kgw/internal/diag"
)

// output is a report in one format: FORMAT, or FORMAT=FILE.
type output struct {
	format string
	file   string // "" prints it
}

// outputsOf reads the values of --format: one of the formats that there are,
// text without any.
func outputsOf(values, formats []string) ([]output, error) {
	if len(values) == 0 {
		return []output{{format: "text"}}, nil
	}
	out := make([]output, 0, len(values))
	for _, v := range values {
		name, file, toFile := strings.Cut(v, "=")
		if !slices.Contains(formats, name) {
			return nil, usage("--format: there is no format %q: use one of %s", name, strings.Join(formats, ", "))
		}
		if toFile && file == "" {
			return nil, usage("--format %s names no file", v)
		}
		out = append(out, output{name, file})
	}
	return out, nil
}

// autoFormat is the value of --format that leaves the format to the CI.
const autoFormat = "auto"

// formatsOfCI returns the values of --format with auto replaced by the format of
// the CI that the process runs in, or by one of formats that is near to it.
func (a *app) formatsOfCI(values, formats []string) []string {
	out := slices.Clone(values)
	for i, v := range out {
		name, file, toFile := strings.Cut(v, "=")
		if name != autoFormat {
			continue
		}
		if name = diag.AutoFormat(a.getenv, toFile); !slices.Contains(formats, name) {
			name = "text"
			if toFile && slices.Contains(formats, "junit") {
				name = "junit"
			}
		}
		if out[i] = name; toFile {
			out[i] += "=" + file
		}
	}
	return out
}

// printedFormat returns the format that is printed and is not text, "" if there
// is none: nothing else may be printed where it is.
func printedFormat(values []string) string {
	for _, v := range values {
		if v != "text" && !strings.Contains(v, "=") {
			return v
		}
	}
	return ""
}

// writeReport writes a report in each format: to its file, whole or not at all, or to
// w. render gets the format, and whether it writes to a file.
func (a *app) writeReport(w io.Writer, outputs []output, render func(io.Writer, output) error) error {
	for _, o := range outputs {
		var b bytes.Buffer
		if err := render(&b, o); err != nil {
			return err
		}
		var err error
		if o.file != "" {
			err = atomicfile.Write(a.abs(o.file), b.Bytes())
		} else {
			_, err = w.Write(b.Bytes())
		}
		if err != nil {
			return &exitError{exitInput, fmt.Errorf("cannot write the report: %w", err)}
		}
	}
	return nil
}
