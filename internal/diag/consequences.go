package diag

import (
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/source"
)

// follows lists, for each code, the codes that it only follows from when they
// are about the same value: one fault is told once.
var follows = map[Code][]Code{
	NoSuchHandler:   {UnknownHandler, WrongType},
	UnknownHandler:  {WrongType},
	HandlerConfig:   {BadJWTConfig, WrongJWTDialect, BadURL, UnreadKey, HandlerDisabled},
	AmbiguousScalar: {WrongType, NotAllowed, BadFormat},
	GatewayNotFound: {BadFormat, BadGateway},
	RegexRefused:    {BadFormat, BadPathOperator},
	BadUpstream:     {OutOfRange},
}

// WithoutConsequences returns the resolved findings without those that only follow from
// another one: of one value the cause is told, and of a rule that is not
// valid nobody is told that it is public.
func (l List) WithoutConsequences() List {
	type place struct {
		file         string
		line, column int
	}
	placeOf := func(f *Finding) place { return place{f.Span.File, f.Span.Line, f.Span.Column} }
	codes := map[place][]Code{}
	invalid := map[*source.Document][]string{}
	for i := range l {
		f := &l[i]
		if f.Severity != Error {
			continue
		}
		at := placeOf(f)
		codes[at] = append(codes[at], f.Code)
		if f.Code < HostNotAllowed {
			invalid[f.At.Doc] = append(invalid[f.At.Doc], f.At.Path)
		}
	}
	return slices.DeleteFunc(l, func(f Finding) bool {
		if f.Code == PublicRoute {
			rule := strings.TrimSuffix(f.At.Path, "path")
			return slices.ContainsFunc(invalid[f.At.Doc], func(path string) bool { return strings.HasPrefix(path, rule) })
		}
		if len(follows[f.Code]) == 0 {
			return false
		}
		return slices.ContainsFunc(codes[placeOf(&f)], func(c Code) bool { return slices.Contains(follows[f.Code], c) })
	})
}
