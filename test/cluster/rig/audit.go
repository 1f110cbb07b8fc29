package rig

import (
	"bufio"
	"encoding/json"
	"os"
	"strings"
)

// Event is one request of the audit log. Requests of Admin and of the server
// itself are not in it.
type Event struct {
	Verb       string
	RequestURI string
	User       struct{ Username string }
}

// DryRun reports whether the request asks for a dry run.
func (e Event) DryRun() bool { return strings.Contains(e.RequestURI, "dryRun=All") }

// Audit reads the audit log.
func (s *Server) Audit() ([]Event, error) {
	f, err := os.Open(s.file("audit.log"))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var events []Event
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var e Event
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			return nil, err
		}
		events = append(events, e)
	}
	return events, lines.Err()
}
