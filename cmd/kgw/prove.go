package main

import (
	"fmt"
	"strconv"

	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/validate"
)

// printProof prints the result of the analysis of overlap: to standard output, or
// to standard error where a report that is not text goes there.
func (a *app) printProof(f *inputFlags, p *validate.Proof) error {
	w := a.stdout
	if printedFormat(f.formats) != "" {
		w = a.stderr
	}
	for _, part := range []struct {
		noun   string
		counts match.Counts
	}{{"rules", p.Rules}, {"routes", p.Routes}} {
		c := part.counts
		if _, err := fmt.Fprintf(w, "%s of %s disjoint, %s meeting, %s unknown\n", countPairs(c.Disjoint), part.noun, thousands(c.Meeting), thousands(c.Unknown)); err != nil {
			return &exitError{exitInput, fmt.Errorf("cannot write: %w", err)}
		}
	}
	return nil
}

func countPairs(n int) string {
	if n == 1 {
		return "1 pair"
	}
	return thousands(n) + " pairs"
}

// thousands writes a number with commas: 1,284.
func thousands(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
