package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// inJSON checks a value in a file that holds one JSON document and nothing
// else: [!] json FILE [PATH [VALUE]]. FILE may be stdout or stderr; PATH is like
// findings.0.code, where * is any element or field, and ** any way down. VALUE is the
// text of a string, else JSON; ~EXPRESSION is a regular expression for it. Without
// VALUE the path must be there.
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
	values := valuesAt(v, strings.Split(args[1], "."))
	if len(args) == 2 {
		if (len(values) > 0) == neg {
			ts.Fatalf("%s in %s: %v", args[1], args[0], !neg)
		}
		return
	}
	is := func(text string) bool { return text == args[2] }
	if expression, ok := strings.CutPrefix(args[2], "~"); ok {
		is = regexp.MustCompile(expression).MatchString
	}
	if slices.ContainsFunc(values, is) == neg {
		ts.Fatalf("%s in %s is %q, want %q", args[1], args[0], values, args[2])
	}
}

// valuesAt returns the values at a path; a string is its text, anything else JSON.
func valuesAt(v any, path []string) []string {
	if len(path) == 0 {
		return []string{valueText(v)}
	}
	step, rest := path[0], path[1:]
	var out []string
	if step == "**" {
		out = valuesAt(v, rest)
		rest = path
	}
	wild := step == "*" || step == "**"
	switch x := v.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(x)) {
			if wild || key == step {
				out = append(out, valuesAt(x[key], rest)...)
			}
		}
	case []any:
		for i, e := range x {
			if wild || strconv.Itoa(i) == step {
				out = append(out, valuesAt(e, rest)...)
			}
		}
	}
	return out
}

// valueText returns the text of a string, and JSON of anything else.
func valueText(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	out, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(err)
	}
	return string(out)
}
