package main

import (
	"fmt"
	"io"

	"github.com/kgw-dev/kgw/internal/report"
)

// printText writes to standard output.
func (a *app) printText(text string) error {
	if _, err := io.WriteString(a.stdout, text); err != nil {
		return &exitError{exitInput, fmt.Errorf("cannot write: %w", err)}
	}
	return nil
}

// printValue writes a value to standard output as indented JSON, keys of maps
// sorted.
func (a *app) printValue(v any) error {
	if err := report.JSON(a.stdout, v); err != nil {
		return &exitError{exitInput, fmt.Errorf("cannot write: %w", err)}
	}
	return nil
}
