package apirule

import (
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/source"
)

// LegacyStatus is the status that the controllers of v1alpha1 and v1beta1 set
// for a resource with these failures: that of the resource under
// "APIRuleStatus", then of each kind of object under the names given. sections
// are the parts of the spec in the order the controller validates them.
func LegacyStatus(failures []diag.Upstream, sections []string, objects ...string) source.Object {
	out := LegacyState("OK", "")
	if len(failures) > 0 {
		out = LegacyState("ERROR", LegacyDescription(Order(failures, sections)))
	}
	return append(out, LegacyParts(len(failures) > 0, objects)...)
}

// LegacyParts are the parts of a status about kinds of objects, which are left out
// where the resource failed.
func LegacyParts(failed bool, objects []string) source.Object {
	code := "OK"
	if failed {
		code = "SKIPPED"
	}
	var out source.Object
	for _, name := range objects {
		out = append(out, source.Member{Key: name, Value: source.Object{{Key: "code", Value: code}}})
	}
	return out
}

// LegacyState is a status that speaks of the resource alone. desc is left out
// where it is "".
func LegacyState(code, desc string) source.Object {
	state := source.Object{{Key: "code", Value: code}}
	if desc != "" {
		state = append(state, source.Member{Key: "desc", Value: desc})
	}
	return source.Object{{Key: "APIRuleStatus", Value: state}}
}

const shownFailures = 3

// LegacyDescription words failures, of which there is at least one: one in a sentence, of several the first
// three. A failure without an attribute is an error of its own, which shows
// only where validation found nothing.
func LegacyDescription(failures []diag.Upstream) string {
	if failures[0].Attribute == "" {
		return failures[0].Message
	}
	failures = slices.DeleteFunc(failures, func(f diag.Upstream) bool { return f.Attribute == "" })
	one := func(f diag.Upstream) string { return fmt.Sprintf("Attribute %q: %s", f.Attribute, f.Message) }
	if len(failures) == 1 {
		return "Validation error: " + one(failures[0])
	}
	var b strings.Builder
	b.WriteString("Multiple validation errors: ")
	for i, f := range failures {
		if i == shownFailures {
			fmt.Fprintf(&b, "\n%d more error(s)...", len(failures)-shownFailures)
			break
		}
		b.WriteString("\n" + one(f))
	}
	return b.String()
}

// Order sorts failures as a controller reports them: by the sections of the
// spec in its order, what concerns all rules before the rules, and the rules
// by number. Validation failures come before errors without an attribute.
func Order(failures []diag.Upstream, sections []string) []diag.Upstream {
	section := func(f diag.Upstream) int {
		for i, s := range sections {
			if source.Within(f.Attribute, s) {
				return i
			}
		}
		return len(sections)
	}
	out := append([]diag.Upstream(nil), failures...)
	sort.SliceStable(out, func(i, j int) bool {
		a, b := section(out[i]), section(out[j])
		if a != b {
			return a < b
		}
		return RuleNumber(out[i].Attribute) < RuleNumber(out[j].Attribute)
	})
	return out
}

// RuleNumber returns the index of the rule that an attribute is about, or -1.
func RuleNumber(attribute string) int {
	rest, ok := strings.CutPrefix(attribute, ".spec.rules[")
	if !ok {
		return -1
	}
	digits, _, _ := strings.Cut(rest, "]")
	n, err := strconv.Atoi(digits)
	if err != nil {
		return -1
	}
	return n
}
