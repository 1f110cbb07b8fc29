package testfile

import (
	"fmt"
	"strings"

	"github.com/kgw-dev/kgw/simulate"
)

// Outcome is what a test gave.
type Outcome struct {
	Case *Case
	// Failures are what is not as expected; none: the test passed.
	Failures []string
	// Decision is that of a test of one request.
	Decision *simulate.Decision
	// Undecided reports that a statement could not be decided.
	Undecided bool
}

// Passed reports whether the test did.
func (o *Outcome) Passed() bool { return len(o.Failures) == 0 }

// Verdict is what became of a request in one word: "allow", "answer" or "deny";
// "unknown" where the inputs do not decide.
func Verdict(d *simulate.Decision) string {
	switch {
	case d.Cause == simulate.Undecided || d.Cause == simulate.Anything:
		return "unknown"
	case d.Passed():
		return "allow"
	case d.Cause == simulate.Preflight || d.Cause == simulate.Answered:
		return "answer"
	}
	return "deny"
}

// Judge compares a decision with what a test expects of it: every outcome that
// the inputs leave open must be as expected.
func (c *Case) Judge(d *simulate.Decision) *Outcome {
	o := &Outcome{Case: c, Decision: d}
	met := 0
	outcomes := d.Each()
	for i := range outcomes {
		one := c.judge(&outcomes[i].Decision)
		if one.Passed() {
			met++
		} else if o.Failures == nil {
			o.Failures = one.Failures
		}
	}
	if met > 0 && met < len(outcomes) {
		o.Undecided = true
		o.Failures = []string{"it is not known whether it is so: " + strings.Join(Unknowns(d), "; ")}
	}
	return o
}

// Unknowns returns the facts that a decision depends on and the inputs lack.
func Unknowns(d *simulate.Decision) []string {
	var out []string
	for _, u := range d.Unknowns() {
		out = append(out, u.Sentence())
	}
	return out
}

func (c *Case) judge(d *simulate.Decision) *Outcome {
	o := &Outcome{Case: c, Decision: d}
	e := &c.Expect
	fail := func(format string, args ...any) { o.Failures = append(o.Failures, fmt.Sprintf(format, args...)) }
	if got := Verdict(d); e.Decision != "" && got != e.Decision {
		fail("the decision is %s, not %s", got, e.Decision)
	}
	if e.Status != nil && int64(d.Status) != *e.Status {
		fail("the status is %d, not %d", d.Status, *e.Status)
	}
	if e.Rule != "" && !namesEntry(e.Rule, d.Rule) && !namesEntry(e.Rule, d.Route) {
		fail("the request is matched by %q, not by %q", strings.Trim(d.Route+", "+d.Rule, ", "), e.Rule)
	}
	if e.Upstream != "" && !reachesUpstream(e.Upstream, d.Upstream) {
		fail("the request reaches %q, not %q", d.Upstream, e.Upstream)
	}
	compareHeaders(e.Headers, "upstream", func(k string) (string, bool) { return upstreamHeader(d, k) }, fail)
	compareHeaders(e.ResponseHeaders, "client", func(k string) (string, bool) { v, has := d.Response[k]; return v, has }, fail)
	if len(o.Failures) > 0 && d.Reason != "" {
		fail("%s", d.Reason)
	}
	return o
}

// compareHeaders compares headers with those that are expected.
func compareHeaders(want map[string]*string, who string, get func(string) (string, bool), fail func(string, ...any)) {
	for _, k := range keys(want) {
		got, has := get(k)
		switch w := want[k]; {
		case w == nil && has:
			fail("the %s gets the header %s: %q", who, k, got)
		case w != nil && !has:
			fail("the %s does not get the header %s", who, k)
		case w != nil && got != *w:
			fail("the %s gets the header %s: %q, not %q", who, k, got, *w)
		}
	}
}

// namesEntry reports whether a name means an entry: "name.namespace" of a rule,
// "namespace/name http[2]" of a route, or the name of the object.
func namesEntry(want, have string) bool {
	if have == "" {
		return false
	}
	object, _, _ := strings.Cut(have, " ")
	_, bare, namespaced := strings.Cut(object, "/")
	if !namespaced {
		bare = object[:strings.LastIndexByte(object, '.')+1]
		bare = strings.TrimSuffix(bare, ".")
	}
	return want == have || want == object || want == bare
}

func reachesUpstream(want, have string) bool {
	_, bare, ok := strings.Cut(have, "://")
	return strings.HasPrefix(have, want) || ok && strings.HasPrefix(bare, want)
}

// upstreamHeader is a header of the request as the upstream gets it.
func upstreamHeader(d *simulate.Decision, name string) (value string, has bool) {
	if d.Next == nil {
		return "", false
	}
	for _, h := range d.Next.Headers {
		if strings.EqualFold(h.Name, name) {
			return h.Value, true
		}
	}
	return "", false
}
