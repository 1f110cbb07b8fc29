package manifest

import (
	"fmt"
	"strings"
	"time"
)

// Duration writes a duration as protobuf's JSON form does: seconds with no, 3,
// 6 or 9 fractional digits ("180s", "1.500s").
func Duration(d time.Duration) string {
	sign := ""
	if d < 0 {
		sign, d = "-", -d
	}
	out := fmt.Sprintf("%s%d.%09d", sign, d/time.Second, d%time.Second)
	out = strings.TrimSuffix(out, "000")
	out = strings.TrimSuffix(out, "000")
	return strings.TrimSuffix(out, ".000") + "s"
}
