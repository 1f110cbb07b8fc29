package prove

import "github.com/kgw-dev/kgw/compile"

// Validate compiles the input as validate does, its JSON Schemas too (at least
// compile.SchemaSome), with what is to be said of objects of Istio that somebody else wrote. Those are counted
// where there is nothing else.
func Validate(in compile.Input, o compile.Options) *compile.Result {
	return (*Memory)(nil).Validate(in, o)
}

// Validate returns Validate with what the runs before have left.
func (mem *Memory) Validate(in compile.Input, o compile.Options) *compile.Result {
	o.Schema = max(o.Schema, compile.SchemaSome)
	if mem != nil {
		o.Memory = &mem.compile
	}
	result := compile.Run(in, o)
	if o.Observer != nil {
		o.Observer.Stage("foreign")
		defer o.Observer.Stage("")
	}
	found, n := mem.reportForeign(in, o, result)
	result.Read += n
	if result.Summary.Resources == 0 {
		result.Summary.Resources = n
	}
	if len(found) == 0 {
		return result
	}
	result.Findings = append(result.Findings, found...)
	result.Findings.Sort()
	suppressed := result.Summary.Suppressed
	result.Summary.Count(result.Findings)
	result.Summary.Suppressed = suppressed
	return result
}
