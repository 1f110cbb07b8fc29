package main

import (
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// rowsOfFormats returns the formats by command, as the table of docs/formats.md
// has them.
func rowsOfFormats(t *testing.T) map[string][]string {
	t.Helper()
	page, err := os.ReadFile("../../docs/formats.md")
	if err != nil {
		t.Fatal(err)
	}
	quoted := regexp.MustCompile("`([^`]+)`")
	list := func(cell string) []string {
		var out []string
		for _, m := range quoted.FindAllStringSubmatch(cell, -1) {
			out = append(out, m[1])
		}
		return out
	}
	_, table, _ := strings.Cut(string(page), "| commands | formats |\n|---|---|\n")
	table, _, _ = strings.Cut(table, "\n\n")
	out := map[string][]string{}
	for row := range strings.Lines(table) {
		cells := strings.Split(row, " | ")
		for _, command := range list(cells[0]) {
			out[command] = list(cells[1])
		}
	}
	return out
}

// TestFormats walks all commands: each --format is a list of formats as
// docs/formats.md has it, says and completes them, and refuses any other before
// anything is read.
func TestFormats(t *testing.T) {
	rows := rowsOfFormats(t)
	arguments := map[string][]string{"trace": {"GET", "https://a.test/"}, "why": {"Rule/a/b"}, "migrate": {"."}}
	var walk func(cmd *cobra.Command)
	walk = func(cmd *cobra.Command) {
		for _, sub := range cmd.Commands() {
			walk(sub)
		}
		flag := cmd.Flags().Lookup("format")
		if flag == nil {
			return
		}
		name := strings.TrimPrefix(cmd.CommandPath(), "kgw ")
		want := rows[name]
		delete(rows, name)
		if got := completeFormats(cmd, nil, ""); !slices.Equal(got, want) {
			t.Errorf("%s completes %v; docs/formats.md has %v", name, got, want)
		}
		if flag.Value.Type() != "stringArray" {
			t.Errorf("--format of %s is a %s: it cannot be repeated", name, flag.Value.Type())
		}
		for _, format := range want {
			if !regexp.MustCompile(`[ ]` + format + `[,;]`).MatchString(flag.Usage) {
				t.Errorf("the help of %s does not name %s: %s", name, format, flag.Usage)
			}
		}
		args := slices.Concat(strings.Fields(name), arguments[name], []string{"--format", "nonsense"})
		r := execute(t.TempDir(), "", args...)
		if r.Code != exitUsage || !strings.Contains(r.Stderr, `there is no format "nonsense": use one of `+strings.Join(slices.DeleteFunc(want, func(s string) bool { return s == autoFormat }), ", ")) {
			t.Errorf("kgw %s exits %d: %s", strings.Join(args, " "), r.Code, r.Stderr)
		}
	}
	walk((&app{}).root())
	if len(rows) > 0 {
		t.Errorf("docs/formats.md has rows of commands without --format: %v", slices.Sorted(maps.Keys(rows)))
	}
}
