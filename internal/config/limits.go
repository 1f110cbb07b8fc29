package config

import (
	"encoding/json"
	"strconv"
	"strings"
)

// Bytes is a number of bytes as a configuration spells it: with a unit (Ki, Mi,
// Gi) or without. "" is a default.
type Bytes string

// UnmarshalJSON reads a text or a number.
func (b *Bytes) UnmarshalJSON(data []byte) error {
	var n json.Number
	if json.Unmarshal(data, &n) == nil {
		*b = Bytes(n)
		return nil
	}
	return json.Unmarshal(data, (*string)(b))
}

// Limits of what is written where the configuration names none: a number of
// bytes, and a multiple of the bytes that are read.
const (
	leastOutput = 32 << 20
	outputRatio = 32
)

// OutputLimit returns how many bytes of manifests may be written for the
// resources below the configuration, in a run that reads so many bytes.
func (c *Config) OutputLimit(read int) int {
	text, shift := string(c.Limits.Output), 0
	for i, unit := range []string{"Ki", "Mi", "Gi"} {
		if number, ok := strings.CutSuffix(text, unit); ok {
			text, shift = number, 10*(i+1)
		}
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		return max(leastOutput, outputRatio*read)
	}
	return n << shift
}

// boundOutput keeps the limit of what is written within that further up.
func (n *nearer) boundOutput() {
	own, above := n.Limits.Output, n.above.Limits.Output
	switch {
	case own == "":
		n.Limits.Output = above
	case n.OutputLimit(0) > n.above.OutputLimit(0):
		n.reportLooser(n.placeOf("limits", "output"), "limits.output is %s, and %d bytes further up", own, n.above.OutputLimit(0))
		n.Limits.Output = above
	}
}
