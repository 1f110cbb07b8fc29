package diag

// Levels sets the severity of each finding: the table's for the mode, then the
// configuration's (rules: in kgw.yaml), at least Least, then the command line.
type Levels struct {
	Mode   Mode
	Config map[Code]Severity
	// Least are the lowest levels that a configuration further up allows.
	Least map[Code]Severity
	Flags map[Code]Severity
	// Supposed makes a warning of every finding about policy, whatever the
	// others say: for comparisons with what was supposed.
	Supposed bool
}

// Of returns the severity of a code.
func (l Levels) Of(code Code) Severity {
	if l.Supposed && code.OfPolicy() {
		return Warning
	}
	if s, ok := l.Flags[code]; ok && code.Adjustable() {
		return s
	}
	return max(l.configured(code), l.Least[code])
}

func (l Levels) configured(code Code) Severity {
	if s, ok := l.Config[code]; ok && code.Adjustable() {
		return s
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
