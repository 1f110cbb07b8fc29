package route

import (
	"testing"
	"time"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/match"
)

func TestMaxAgeIsWholeSeconds(t *testing.T) {
	for age, refused := range map[time.Duration]bool{
		time.Second: false, 90 * time.Minute: false,
		0: true, -time.Second: true, time.Millisecond: true, 1500 * time.Millisecond: true, time.Second + 1: true,
	} {
		var found diag.List
		checkCORS(&ir.Gateway{Routes: []*ir.Route{{CORS: &ir.CORS{MaxAge: &age}}}}, match.NewJudge(), &found)
		if (len(found) > 0) != refused || refused && found[0].Code != diag.BadDuration {
			t.Errorf("%s: %v", age, found)
		}
	}
}
