package main

import (
	"encoding/json"
	"fmt"
	"io"
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
	e := json.NewEncoder(a.stdout)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		return &exitError{exitInput, fmt.Errorf("cannot write: %w", err)}
	}
	return nil
}
