package diag

import "strings"

// Mode is what kgw measures against: its own judgement, or faithfulness to the
// resource's controller (compat in kgw.yaml).
type Mode uint8

// The modes.
const (
	Strict Mode = iota
	Controller
)

// Rule describes a code: its short CamelCase name, its level in each mode, and
// one sentence that says what it finds.
type Rule struct {
	Code    Code
	Name    string
	Levels  [2]Severity // by Mode
	Summary string
}

// Adjustable tells whether configuration may re-level or suppress the code:
// only policy and references (3xx) and overlap and exposure (4xx).
func (c Code) Adjustable() bool {
	return strings.HasPrefix(string(c), "KGW3") || strings.HasPrefix(string(c), "KGW4")
}

// Acceptable tells whether a user may take on what the code says: a loss of
// something that the target does not have.
func (c Code) Acceptable() bool {
	return c >= LimitLost && c <= WeightsLost && c != GrantLost && len(c) == len(LimitLost)
}

// Lookup returns the rule of a code.
func Lookup(code Code) (Rule, bool) {
	for _, r := range Rules {
		if r.Code == code {
			return r, true
		}
	}
	return Rule{}, false
}
