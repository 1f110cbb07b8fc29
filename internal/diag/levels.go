package diag

// Levels gives each finding its severity: the table's for the mode, then what
// the configuration says (rules: in kgw.yaml), then the command line.
type Levels struct {
	Mode   Mode
	Config map[Code]Severity
	Flags  map[Code]Severity
}

// Of returns the severity of a code.
func (l Levels) Of(code Code) Severity {
	if code.Adjustable() {
		if s, ok := l.Flags[code]; ok {
			return s
		}
		if s, ok := l.Config[code]; ok {
			return s
		}
	}
	if r, ok := Lookup(code); ok {
		return r.Levels[l.Mode]
	}
	return Error
}

// Apply levels the findings that have no severity yet and drops those that are
// off.
func (l Levels) Apply(in List) List {
	out := in[:0]
	for _, f := range in {
		if f.Severity == 0 {
			f.Severity = l.Of(f.Code)
		}
		if f.Severity != Off {
			out = append(out, f)
		}
	}
	return out
}
