//go:build !linux

package renderdir

// exchange does nothing where directories cannot be exchanged.
func (p *Plan) exchange() (done bool, err error) { return false, nil }
