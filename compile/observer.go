package compile

// Observer receives the progress of a run. Its methods may be called from
// several goroutines; they must not take long.
type Observer interface {
	// Stage reports that a stage of the line begins, as docs/architecture.md
	// names it, and that the one before has ended; "" is the end of the line.
	Stage(name string)
	// Read reports that n more documents were read.
	Read(documents int)
}

// enterStage reports to the observer, if there is one, that a stage begins.
func (r *run) enterStage(name string) {
	if r.options.Observer != nil {
		r.options.Observer.Stage(name)
	}
}
