package workbench

import (
	"encoding/json"
	"fmt"

	"github.com/kgw-dev/kgw/prove"
	"github.com/kgw-dev/kgw/prove/trace"
)

// Replay is a recorded cluster, ready to be asked about. The zero value has none.
type Replay struct {
	recording *prove.Recording
	cluster   *prove.Cluster
	places    prove.Places
}

// OpenReplay makes the cluster of a recording.
func OpenReplay(r *prove.Recording) (*Replay, error) {
	cluster, places, err := r.Cluster()
	if err != nil {
		return nil, err
	}
	return &Replay{r, cluster, places}, nil
}

// Trace returns what kgw trace printed of a request where the cluster was recorded.
func (r *Replay) Trace(q Request) (*Traced, error) {
	request, err := q.request()
	if err != nil {
		return nil, err
	}
	return traced(trace.RunAt(r.cluster, request, q.URL, 1, nil, r.places), r.recording.Supposed, nil), nil
}

// replaying is the answer of Replay.Open.
type replaying struct {
	Masked bool `json:"masked"`
}

// Open reads a recording as JSON. The answer is JSON: whether secrets are masked in it,
// or with the key error.
func (r *Replay) Open(recording string) (out []byte) {
	defer recoverPanic(&out)
	var read prove.Recording
	if err := json.Unmarshal([]byte(recording), &read); err != nil || read.Config == nil {
		return answer(refusal{fmt.Sprintf("the recording cannot be read: %v", err)})
	}
	made, err := OpenReplay(&read)
	if err != nil {
		return answer(refusal{err.Error()})
	}
	*r = *made
	return answer(replaying{read.Masked})
}

// Ask answers a Request as JSON: with a Traced, or with the key error.
func (r *Replay) Ask(request string) (out []byte) {
	defer recoverPanic(&out)
	var q Request
	if err := json.Unmarshal([]byte(request), &q); err != nil {
		return answer(refusal{"the request cannot be read: " + err.Error()})
	}
	if r.cluster == nil {
		return answer(refusal{"there is no recording to ask about"})
	}
	t, err := r.Trace(q)
	if err != nil {
		return answer(refusal{err.Error()})
	}
	return answer(t)
}
