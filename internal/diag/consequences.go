package diag

import (
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/source"
)

// follows lists, for each code, the codes that it only follows from when they
// are about the same value: one fault is told once.
var follows = map[Code][]Code{
	NoSuchHandler:   {UnknownHandler},
	HandlerConfig:   {BadJWTConfig, WrongJWTDialect, BadURL, UnreadKey, HandlerDisabled},
	AmbiguousScalar: {WrongType, NotAllowed, BadFormat},
	GatewayNotFound: {BadFormat, BadGateway},
	RegexRefused:    {BadFormat, BadPathOperator},
	BadUpstream:     {OutOfRange},
}

// WithoutConsequences returns the findings without those that only follow from
// another one: of one value the cause is told, and of a rule that is not
// valid nobody is told that it is public.
func (l List) WithoutConsequences() List {
	type place struct {
		doc  *source.Document
		path string
	}
	codes := map[place][]Code{}
	invalid := map[*source.Document][]string{}
	for i := range l {
		f := &l[i]
		if f.Severity != Error {
			continue
		}
		at := place{f.At.Doc, f.At.Path}
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
		if len(follows[f.Code]) == 0 || f.At.Doc == nil {
			return false
		}
		return slices.ContainsFunc(codes[place{f.At.Doc, f.At.Path}], func(c Code) bool { return slices.Contains(follows[f.Code], c) })
	})
}
