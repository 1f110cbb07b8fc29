package main

import (
	"fmt"
	"io"
	"os"
	"strings"
)

// replace puts a table in the place of the one between the markers
//
//	<!-- bench NAME -->
//	<!-- bench end -->
//
// of a Markdown file. It fails where there are no such markers.
func replace(file, name, table string) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	text, err := replaced(string(data), name, table)
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return os.WriteFile(file, []byte(text), 0o644)
}

func replaced(text, name, table string) (string, error) {
	begin, end := "<!-- bench "+name+" -->\n", "<!-- bench end -->\n"
	before, rest, ok := strings.Cut(text, begin)
	_, after, closed := strings.Cut(rest, end)
	if !ok || !closed {
		return "", fmt.Errorf("there is no table %q between markers", name)
	}
	return before + begin + "\n" + strings.TrimSpace(table) + "\n\n" + end + after, nil
}

// replaceFrom prints a table that another program measured, and puts it in the
// place of the one of the same name, if there is a file.
func replaceFrom(in io.Reader, file, name string) error {
	data, err := io.ReadAll(io.TeeReader(in, os.Stdout))
	if err != nil {
		return err
	}
	at := strings.Index(string(data), "|")
	if at < 0 {
		return fmt.Errorf("there is no table %q to read", name)
	}
	if file == "" {
		return nil
	}
	return replace(file, name, string(data[at:]))
}
