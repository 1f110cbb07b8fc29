package prove

import (
	"github.com/kgw-dev/kgw/simulate"
	"github.com/kgw-dev/kgw/simulate/skipper"
)

// Repeat sends a request several times within one period of rate limits, and
// returns what becomes of the last one, whose steps go to the trail.
func (c *Cluster) Repeat(r *simulate.Request, times int, trail *simulate.Trail) simulate.Decision {
	if times < 2 || c.Skipper.Size() == 0 {
		return c.Mesh.Decide(r, trail)
	}
	return simulate.Outcomes(r, trail, func(q *simulate.Request, t *simulate.Trail) simulate.Decision {
		mesh, period := *c.Mesh, &limited{c.Skipper, c.Skipper.Session()}
		if mesh.Beside != nil {
			mesh.Beside = period
		}
		if mesh.Front == simulate.Engine(c.Skipper) {
			mesh.Front = period
		}
		for range times - 1 {
			mesh.Decide(q, nil)
		}
		return mesh.Decide(q, t)
	})
}

// limited is Skipper within one period of rate limits.
type limited struct {
	*skipper.Engine
	period *skipper.Session
}

// Decide decides a request of the period.
func (l *limited) Decide(r *simulate.Request, t *simulate.Trail) simulate.Decision {
	return l.period.Decide(r, t)
}
