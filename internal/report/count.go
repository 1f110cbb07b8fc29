package report

import "fmt"

// Counted returns a number with a noun, which has an "s" for all numbers but 1.
func Counted(n int, noun string) string { return Plural(n, noun, noun+"s") }

// Plural returns a number with the noun of it: one for 1, many for the others.
func Plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
