package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// inJSON checks a value in a file that holds one JSON document and nothing
// else: [!] json FILE [PATH [VALUE]]. FILE may be stdout or stderr; PATH is like
// findings.0.code; VALUE is the text of a string, else JSON. Without VALUE the
// path must be there.
func inJSON(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) < 1 || len(args) > 3 {
		ts.Fatalf("usage: [!] json file [path [value]]")
	}
	dec := json.NewDecoder(strings.NewReader(ts.ReadFile(args[0])))
	dec.UseNumber()
	var v any
	ts.Check(dec.Decode(&v))
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		ts.Fatalf("%s: something follows the JSON document", args[0])
	}
	if len(args) == 1 {
		return
	}
	got, found := inValue(v, strings.Split(args[1], "."))
	switch {
	case len(args) == 2:
		if found == neg {
			ts.Fatalf("%s in %s: %v", args[1], args[0], found)
		}
	case (found && got == args[2]) == neg:
		ts.Fatalf("%s in %s is %q, want %q", args[1], args[0], got, args[2])
	}
}

// inValue looks a path up; a string is its text, anything else JSON.
func inValue(v any, path []string) (text string, found bool) {
	for _, step := range path {
		switch x := v.(type) {
		case map[string]any:
			v, found = x[step]
		case []any:
			i, err := strconv.Atoi(step)
			found = err == nil && i >= 0 && i < len(x)
			if found {
				v = x[i]
			}
		default:
			found = false
		}
		if !found {
			return "", false
		}
	}
	if s, ok := v.(string); ok {
		return s, true
	}
	out, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(err), true
	}
	return string(out), true
}
