package report

import "strings"

// TAPName returns the description of a test point of the Test Anything
// Protocol: "#" would begin a directive (https://testanything.org/tap-version-14-specification.html).
func TAPName(s string) string {
	return strings.NewReplacer(`\`, `\\`, "#", `\#`).Replace(Visible(s))
}
