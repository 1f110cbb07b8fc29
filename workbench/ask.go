package workbench

import (
	"encoding/json"
	"fmt"
)

// Question is one question about the files that Desk.Open was given.
type Question struct {
	// Ask is "validate", "build", "report", "trace" or "migrate".
	Ask string `json:"ask"`
	// Request is what to trace, To what to migrate to.
	Request Request `json:"request"`
	To      string  `json:"to"`
}

// Desk answers questions in JSON with answers in JSON: the form for callers that are
// not written in Go. The zero value has no files.
type Desk struct{ bench *Bench }

// refusal is the answer to a question that cannot be answered.
type refusal struct {
	Error string `json:"error"`
}

// opened is the answer of Open.
type opened struct {
	// Ready reports that questions can be asked; Report holds the findings
	// about the configuration.
	Ready  bool    `json:"ready"`
	Report *Report `json:"report,omitempty"`
}

// Open reads a JSON object of files, texts by names, for the questions that follow: see
// the function Open. The answer has the keys error, ready and report.
func (d *Desk) Open(files, env string) (out []byte) {
	defer recoverPanic(&out)
	d.bench = nil
	var texts map[string]string
	if err := json.Unmarshal([]byte(files), &texts); err != nil {
		return answer(refusal{"the files are not a JSON object of texts: " + err.Error()})
	}
	b, report, err := Open(texts, env)
	if err != nil {
		return answer(refusal{err.Error()})
	}
	d.bench = b
	return answer(opened{Ready: b != nil, Report: report})
}

// Ask answers one Question. The answer is that of the Bench, or has the key error.
func (d *Desk) Ask(question string) (out []byte) {
	defer recoverPanic(&out)
	var q Question
	if err := json.Unmarshal([]byte(question), &q); err != nil {
		return answer(refusal{"the question cannot be read: " + err.Error()})
	}
	if d.bench == nil {
		return answer(refusal{"there are no files to ask about"})
	}
	v, err := d.bench.ask(q)
	if err != nil {
		return answer(refusal{d.bench.secrets.Text(err.Error())})
	}
	return answer(v)
}

func (b *Bench) ask(q Question) (any, error) {
	switch q.Ask {
	case "validate":
		return b.Validate(), nil
	case "build":
		return b.Build(), nil
	case "trace":
		return b.Trace(q.Request)
	case "report":
		return b.Expose(), nil
	case "migrate":
		return b.Migrate(q.To)
	}
	return nil, fmt.Errorf("there is no question %q: ask validate, build, report, trace or migrate", q.Ask)
}

// recoverPanic makes an answer of a panic, which is a mistake in kgw: the
// caller lives on.
func recoverPanic(out *[]byte) {
	if p := recover(); p != nil {
		*out = answer(refusal{fmt.Sprintf("internal error, please report it: %v", p)})
	}
}

// answer returns a value as JSON.
func answer(v any) []byte {
	out, err := json.Marshal(v)
	if err != nil {
		out, _ = json.Marshal(refusal{"internal error, please report it: " + err.Error()})
	}
	return out
}
