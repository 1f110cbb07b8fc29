package main

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/kgw-dev/kgw/internal/atomicfile"
	"github.com/kgw-dev/kgw/internal/diag"
)

// output is a report in one format: FORMAT, or FORMAT=FILE.
type output struct {
	format string
	file   string // "" prints it
}

// formatsKey is the annotation of --format that lists the formats of a command.
const formatsKey = "kgw_formats"

// registerFormats adds --format to a command that writes something in one of the
// formats, the first without the flag. auto is one more where the output can be of
// a format that a CI reads.
func registerFormats(flags *pflag.FlagSet, values *[]string, what string, formats []string) {
	flags.StringArrayVar(values, "format", nil, "")
	describeFormats(flags, what, formats)
}

// describeFormats sets the formats of an existing --format.
func describeFormats(flags *pflag.FlagSet, what string, formats []string) {
	f, auto := flags.Lookup("format"), ""
	f.Annotations = map[string][]string{formatsKey: slices.Clone(formats)}
	if slices.Contains(formats, "github") {
		auto = ", or auto, which the CI decides"
		f.Annotations[formatsKey] = append(f.Annotations[formatsKey], autoFormat)
	}
	f.Usage = fmt.Sprintf("format of the %s: %s%s; FORMAT=FILE writes to a file (repeatable; default %s)", what, strings.Join(formats, ", "), auto, formats[0])
}

// completeFormats completes the formats of the command.
func completeFormats(cmd *cobra.Command, _ []string, _ string) []string {
	return slices.Clone(cmd.Flags().Lookup("format").Annotations[formatsKey])
}

// outputsOf reads the values of --format, each of which must be one of the formats.
// Without any, it returns the first format.
func outputsOf(values, formats []string) ([]output, error) {
	if len(values) == 0 {
		return []output{{format: formats[0]}}, nil
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
// the CI that the process runs in, or by a similar one of the formats.
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

// printsText reports whether a report is only printed as text.
func printsText(outputs []output) bool {
	return len(outputs) == 1 && outputs[0] == output{format: "text"}
}

// printedFormat returns the format other than text that is printed, "" if there is
// none. Nothing else may be printed with it.
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
