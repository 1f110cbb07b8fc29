package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
	"github.com/spf13/pflag"

	"github.com/kgw-dev/kgw/internal/atomicfile"
)

// undated is the placeholder for the month in a page.
const undated = "Jan 0001"

func (a *app) manCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "man DIR",
		Short: "Write the manual pages into a directory",
		Long: "Writes a page of section 1 for each command and topic, for packages of kgw. The pages carry the month of\n" +
			"SOURCE_DATE_EPOCH, or no date: the same program writes the same bytes.",
		Hidden: true,
		Args:   cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.man(cmd.Root(), args[0])
		},
	}
}

func (a *app) man(root *cobra.Command, dir string) error {
	date, err := a.sourceDate()
	if err != nil {
		return err
	}
	if !filepath.IsAbs(dir) {
		dir = filepath.Join(a.dir, dir)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return &exitError{exitInput, err}
	}
	root.DisableAutoGenTag = true
	root.InitDefaultHelpFlag()
	return writeManual(root, dir, date)
}

// sourceDate returns the month of SOURCE_DATE_EPOCH
// (https://reproducible-builds.org/specs/source-date-epoch/), else empty.
func (a *app) sourceDate() (string, error) {
	epoch := a.getenv("SOURCE_DATE_EPOCH")
	if epoch == "" {
		return "", nil
	}
	seconds, err := strconv.ParseInt(epoch, 10, 64)
	if err != nil {
		return "", usage("SOURCE_DATE_EPOCH must be seconds since 1970, not %q", epoch)
	}
	return time.Unix(seconds, 0).UTC().Format("Jan 2006"), nil
}

// writeManual writes the page of a command and those of all below it.
func writeManual(cmd *cobra.Command, dir, date string) error {
	for _, child := range cmd.Commands() {
		if child.Hidden || child.Name() == "help" {
			continue
		}
		if err := writeManual(child, dir, date); err != nil {
			return err
		}
	}
	page, err := manualPage(cmd, date)
	if err != nil {
		return err
	}
	name := strings.ReplaceAll(cmd.CommandPath(), " ", "-") + ".1"
	if err := atomicfile.Write(filepath.Join(dir, name), page); err != nil {
		return &exitError{exitInput, fmt.Errorf("cannot write %s: %w", name, err)}
	}
	return nil
}

// plain escapes text that Markdown would interpret.
var plain = strings.NewReplacer(`\`, `\\`, "_", `\_`, "*", `\*`, "<", `\<`)

// manualPage returns one page in man's format, written by way of Markdown: the
// tables of topics are kept as they are, other text is filled.
func manualPage(cmd *cobra.Command, date string) ([]byte, error) {
	if cmd.IsAdditionalHelpTopicCommand() {
		cmd.Long = "```\n" + cmd.Long + "\n```"
	} else {
		cmd.Long = plain.Replace(cmd.Long)
	}
	cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
		f.Usage = plain.Replace(f.Usage)
	})
	header := &doc.GenManHeader{Section: "1", Date: &time.Time{}, Source: "kgw " + version(), Manual: "kgw manual"}
	var page bytes.Buffer
	if err := doc.GenMan(cmd, header, &page); err != nil {
		return nil, err
	}
	return bytes.Replace(page.Bytes(), []byte(undated), []byte(date), 1), nil
}
