// Package lines compares two texts line by line and prints the difference as
// patch and git apply read it.
//
// It takes two texts and returns a unified diff. It must not know what the texts
// are.
package lines

import (
	"fmt"
	"sort"
	"strings"
)

// Context is how many unchanged lines are shown around a change unless its
// reader asks for another number.
const Context = 3

// Diff returns the unified diff of two texts, as patch and git apply read it, or
// "" where they are equal. It is correct, and short for texts that are alike;
// it is not always the shortest. before and after name the two.
func Diff(before, after string, a, b []byte, context int) string {
	script := compare(split(a), split(b))
	var out strings.Builder
	at := &position{1, 1}
	for i := 0; i < len(script); {
		if script[i].kind == ' ' {
			at.advance(script[i])
			i++
			continue
		}
		start := max(0, i-context)
		end, quiet := i, 0
		for j := i; j < len(script) && quiet <= 2*context; j++ {
			if quiet++; script[j].kind != ' ' {
				end, quiet = j+1, 0
			}
		}
		stop := min(len(script), end+context)
		if out.Len() == 0 {
			fmt.Fprintf(&out, "--- %s\n+++ %s\n", before, after)
		}
		hunk(&out, script[start:stop], position{at.a - (i - start), at.b - (i - start)})
		for ; i < stop; i++ {
			at.advance(script[i])
		}
	}
	return out.String()
}

// position is a line of each text.
type position struct{ a, b int }

func (p *position) advance(s step) { p.a, p.b = p.a+present(s, '+'), p.b+present(s, '-') }

// step is one line of a comparison: ' ' in both, '-' in the first, '+' in the
// second.
type step struct {
	kind byte
	text string
}

func hunk(out *strings.Builder, script []step, from position) {
	to := from
	for _, s := range script {
		to.advance(s)
	}
	fmt.Fprintf(out, "@@ -%s +%s @@\n", extent(from.a, to.a-from.a), extent(from.b, to.b-from.b))
	for _, s := range script {
		out.WriteByte(s.kind)
		out.WriteString(s.text)
		if !strings.HasSuffix(s.text, "\n") {
			out.WriteString("\n\\ No newline at end of file\n")
		}
	}
}

// present is 1 for a line of the text whose own lines are not marked with kind.
func present(s step, kind byte) int {
	if s.kind == kind {
		return 0
	}
	return 1
}

func extent(from, n int) string {
	if n == 0 {
		from--
	}
	return fmt.Sprintf("%d,%d", from, n)
}

func split(text []byte) []string {
	if len(text) == 0 {
		return nil
	}
	out := strings.SplitAfter(string(text), "\n")
	if out[len(out)-1] == "" {
		out = out[:len(out)-1]
	}
	return out
}

// compare lines up two texts: equal lines at both ends, then those that occur
// once in both and in the same order, and so on between them (patience diff).
func compare(a, b []string) []step {
	var head, tail []step
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		head = append(head, step{' ', a[0]})
		a, b = a[1:], b[1:]
	}
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		tail = append(tail, step{' ', a[len(a)-1]})
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	out := head
	anchors := pairUnique(a, b)
	if len(anchors) == 0 {
		for _, l := range a {
			out = append(out, step{'-', l})
		}
		for _, l := range b {
			out = append(out, step{'+', l})
		}
	}
	i, j := 0, 0
	for k, p := range anchors {
		out = append(out, compare(a[i:p[0]], b[j:p[1]])...)
		out = append(out, step{' ', a[p[0]]})
		if i, j = p[0]+1, p[1]+1; k == len(anchors)-1 {
			out = append(out, compare(a[i:], b[j:])...)
		}
	}
	for i := len(tail) - 1; i >= 0; i-- {
		out = append(out, tail[i])
	}
	return out
}

// pairUnique pairs the lines that occur once in each text, as many as keep their
// order.
func pairUnique(a, b []string) [][2]int {
	count, at := map[string][2]int{}, map[string]int{}
	for _, l := range a {
		c := count[l]
		count[l] = [2]int{c[0] + 1, c[1]}
	}
	for j, l := range b {
		c := count[l]
		count[l] = [2]int{c[0], c[1] + 1}
		at[l] = j
	}
	var pairs [][2]int
	for i, l := range a {
		if count[l] == [2]int{1, 1} {
			pairs = append(pairs, [2]int{i, at[l]})
		}
	}
	return longestIncreasing(pairs)
}

// longestIncreasing is a longest subsequence whose second numbers increase.
func longestIncreasing(pairs [][2]int) [][2]int {
	var ends []int // index of the pair that ends the best run of each length
	before := make([]int, len(pairs))
	for i, p := range pairs {
		n := sort.Search(len(ends), func(k int) bool { return pairs[ends[k]][1] >= p[1] })
		before[i] = -1
		if n > 0 {
			before[i] = ends[n-1]
		}
		if n == len(ends) {
			ends = append(ends, i)
		} else {
			ends[n] = i
		}
	}
	out := make([][2]int, len(ends))
	for k := len(ends) - 1; k >= 0; k-- {
		i := ends[len(ends)-1]
		out[k] = pairs[i]
		ends[len(ends)-1] = before[i]
	}
	return out
}
