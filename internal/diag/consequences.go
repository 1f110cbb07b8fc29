package diag

import (
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/source"
)

// follows lists, for each code, the codes that it follows from when they are
// about the same value: one fault is reported once.
var follows = map[Code][]Code{
	NoSuchHandler:   {UnknownHandler, WrongType},
	UnknownHandler:  {WrongType, MissingField, UnknownField},
	PathMisread:     {BadFormat, WrongType},
	NoDomain:        {BadFormat, BadLength, WrongType},
	BadLength:       {BadFormat},
	HandlerConfig:   {BadJWTConfig, WrongJWTDialect, BadURL, UnreadKey, HandlerDisabled},
	AmbiguousScalar: {WrongType, NotAllowed, BadFormat, BadName},
	GatewayNotFound: {BadFormat, BadGateway},
	RegexRefused:    {BadFormat, BadPathOperator},
	BadUpstream:     {OutOfRange},
	NoBackend:       {WrongType},
	PortNotFound:    {WrongType},
	OpenFirst:       {HandlerCombination},
}

// followsBelow and followsAbove list the same of codes about a value in it, and
// about a value that it is in.
var (
	followsBelow = map[Code][]Code{
		NotExactlyOne: {WrongType},
		NoPortNumber:  {WrongType},
		CORSDropped:   {UnknownField},
		TextWidens:    {NotAllowed},
	}
	followsAbove = map[Code][]Code{
		BadJWTConfig: {WrongType},
		OpenFirst:    {MixedHandlers},
	}
)

// WithoutConsequences returns the resolved findings without those that only follow from
// another one: for one value only the cause is reported, and a rule that is not valid
// is not reported as public.
func (l List) WithoutConsequences() List {
	type place struct {
		file         string
		line, column int
	}
	placeOf := func(f *Finding) place { return place{f.Span.File, f.Span.Line, f.Span.Column} }
	codes := map[place][]Code{}
	invalid := map[*source.Document][]string{}
	causes := map[*source.Document][]*Finding{}
	unknown := l.unknownFields()
	for i := range l {
		f := &l[i]
		if f.Severity != Error {
			continue
		}
		at := placeOf(f)
		codes[at] = append(codes[at], f.Code)
		causes[f.At.Doc] = append(causes[f.At.Doc], f)
		if f.Code < HostNotAllowed {
			invalid[f.At.Doc] = append(invalid[f.At.Doc], f.At.Path)
		}
	}
	return slices.DeleteFunc(l, func(f Finding) bool {
		if f.Code == PublicRoute {
			rule := strings.TrimSuffix(f.At.Path, "path")
			return slices.ContainsFunc(invalid[f.At.Doc], func(path string) bool { return strings.HasPrefix(path, rule) })
		}
		if f.At.Doc != nil && followsFromOne(&f, causes[f.At.Doc]) || f.Code == AmbiguousScalar && unknown.around(f.At) {
			return true
		}
		if len(follows[f.Code]) == 0 {
			return false
		}
		return slices.ContainsFunc(codes[placeOf(&f)], func(c Code) bool { return slices.Contains(follows[f.Code], c) })
	})
}

// followsFromOne reports whether a finding only follows from one of the errors
// of its document that are about a value in its own, or around it.
func followsFromOne(f *Finding, causes []*Finding) bool {
	below, above := followsBelow[f.Code], followsAbove[f.Code]
	if len(below)+len(above) == 0 {
		return false
	}
	return slices.ContainsFunc(causes, func(c *Finding) bool {
		return c.At.Path != f.At.Path && slices.Contains(below, c.Code) && source.Within(c.At.Path, f.At.Path) ||
			slices.Contains(above, c.Code) && source.Within(f.At.Path, c.At.Path)
	})
}

// WithProblems adds to the findings of a document what is wrong with its text. A scalar
// that is ambiguous is not reported where its value is at fault, or in a field that is
// unknown.
func (l List) WithProblems(problems []source.Problem) List {
	out, unknown, at := slices.Clone(l), l.unknownFields(), fields{}
	for i := range l {
		if slices.Contains(follows[AmbiguousScalar], l[i].Code) {
			at[l[i].At] = true
		}
	}
	for _, p := range problems {
		f := FromProblem(p)
		if f.Code != AmbiguousScalar || !at[f.At] && !unknown.around(f.At) {
			out.Add(f)
		}
	}
	return out
}

// fields are places of fields.
type fields map[source.Ref]bool

// unknownFields are the fields that are reported as unknown.
func (l List) unknownFields() fields {
	out := fields{}
	for i := range l {
		if l[i].Code == UnknownField {
			out[source.Ref{Doc: l[i].At.Doc, Path: l[i].At.Path}] = true
		}
	}
	return out
}

// around reports whether a place is one of the fields, or in it.
func (f fields) around(at source.Ref) bool {
	for i := 0; len(f) > 0 && i <= len(at.Path); i++ {
		if (i == len(at.Path) || at.Path[i] == '.' || at.Path[i] == '[') && f[source.Ref{Doc: at.Doc, Path: at.Path[:i]}] {
			return true
		}
	}
	return false
}
