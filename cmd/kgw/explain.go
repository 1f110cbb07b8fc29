package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/explain"
	"github.com/kgw-dev/kgw/internal/shape"
)

func (a *app) explainCommand() *cobra.Command {
	var output string
	cmd := &cobra.Command{
		Use:   "explain [CODE]",
		Short: "Say what a finding means and how to fix it",
		Long: "Prints the page of a code: what it means, why it matters, how to fix it, a bad and a good example.\n" +
			"Without a code, lists all codes with their levels under compat strict and controller.",
		Example:           "  kgw explain\n  kgw explain KGW305\n  kgw explain -o json",
		Args:              cobra.MaximumNArgs(1),
		ValidArgsFunction: completeCodes,
		RunE: func(_ *cobra.Command, args []string) error {
			if output != "text" && output != "json" {
				return usage("-o must be text or json, not %q", output)
			}
			if len(args) == 0 {
				return a.explainAll(output)
			}
			return a.explain(output, args[0])
		},
	}
	cmd.Flags().StringVarP(&output, "output", "o", "text", "format: text or json")
	return cmd
}

func completeCodes(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	var out []string
	for _, r := range diag.Rules {
		if len(args) == 0 {
			out = append(out, cobra.CompletionWithDesc(string(r.Code), r.Summary))
		}
	}
	return out, cobra.ShellCompDirectiveNoFileComp
}

// codeEntry is a code in JSON. Text is the page, left out of the list.
type codeEntry struct {
	Code       diag.Code `json:"code"`
	Name       string    `json:"name"`
	Strict     string    `json:"strict"`
	Controller string    `json:"controller"`
	Adjustable bool      `json:"adjustable"`
	Summary    string    `json:"summary"`
	Text       string    `json:"text,omitempty"`
}

func entryOf(r diag.Rule) codeEntry {
	return codeEntry{
		Code: r.Code, Name: r.Name, Strict: r.Levels[diag.Strict].String(), Controller: r.Levels[diag.Controller].String(),
		Adjustable: r.Code.Adjustable(), Summary: r.Summary,
	}
}

func (a *app) explainAll(output string) error {
	if output == "json" {
		entries := make([]codeEntry, 0, len(diag.Rules))
		for _, r := range diag.Rules {
			entries = append(entries, entryOf(r))
		}
		return a.printValue(entries)
	}
	var b strings.Builder
	row := func(code, name, strict, controller, summary string) {
		fmt.Fprintf(&b, "%-6s  %-20s  %-7s  %-10s  %s\n", code, name, strict, controller, summary)
	}
	row("CODE", "NAME", "STRICT", "CONTROLLER", "FINDS")
	for _, r := range diag.Rules {
		e := entryOf(r)
		row(string(e.Code), e.Name, e.Strict, e.Controller, e.Summary)
	}
	return a.printText(b.String())
}

func (a *app) explain(output, name string) error {
	code, err := codeOf(name)
	if err != nil {
		return err
	}
	page, err := explain.Lookup(code)
	if err != nil {
		return &exitError{exitInternal, err}
	}
	if output == "json" {
		entry := entryOf(page.Rule)
		entry.Text = page.Text
		return a.printValue(entry)
	}
	return a.printText(page.Text)
}

// codeOf reads a code as people write it: KGW305, kgw305, 305 or its name.
func codeOf(name string) (diag.Code, error) {
	var known []string
	for _, r := range diag.Rules {
		if strings.EqualFold(name, string(r.Code)) || strings.EqualFold("KGW"+name, string(r.Code)) || strings.EqualFold(name, r.Name) {
			return r.Code, nil
		}
		known = append(known, string(r.Code), r.Name)
	}
	slices.Sort(known)
	if near := shape.Nearest(name, known); near != "" {
		return "", usage("there is no code %q: did you mean %s?", name, near)
	}
	return "", usage("there is no code %q: kgw explain lists all codes", name)
}
