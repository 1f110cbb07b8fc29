package lsp

import (
	"context"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.lsp.dev/protocol"

	"github.com/kgw-dev/kgw/internal/handlers"
	"github.com/kgw-dev/kgw/internal/shape"
	"github.com/kgw-dev/kgw/internal/source"
)

// completion offers the fields and the values that may be at a position.
func (s *Server) completion(ctx context.Context, p *protocol.CompletionParams) (*protocol.CompletionList, error) {
	v, err := s.view(ctx, p.TextDocument.URI)
	if err != nil || v == nil {
		return nil, err
	}
	at := v.gap(p.Position)
	if at == nil {
		return nil, nil //nolint:nilnil // nothing is known of the place
	}
	out := &protocol.CompletionList{Items: []protocol.CompletionItem{}}
	if at.value {
		for _, text := range v.values(&at.spot) {
			out.Items = append(out.Items, protocol.CompletionItem{Label: v.Secrets.About(text, v.file), Kind: protocol.CompletionItemKindValue})
		}
		return out, nil
	}
	for _, f := range at.fields {
		item := protocol.CompletionItem{Label: f.Name, Kind: protocol.CompletionItemKindField, Documentation: protocol.String(f.Type.Doc), InsertText: protocol.NewOptional(f.Name + ": ")}
		if f.Required {
			item.Detail = protocol.NewOptional("required")
		}
		out.Items = append(out.Items, item)
	}
	return out, nil
}

// gap is a place where something is being written.
type gap struct {
	spot
	value  bool          // a value is, and not the name of a field
	fields []shape.Field // that may be written, and are not there
}

// filler stands for what is being written, so that the text around it is YAML.
const filler = "kgw-writes-here"

var (
	keyBegun   = regexp.MustCompile(`^(\s*(?:- +)*)["\w./-]*$`)
	flowBegun  = regexp.MustCompile(`^(.*[\[,]\s*)[^\s\[\],{}:]*$`)
	valueBegun = regexp.MustCompile(`^(\s*(?:- +)*["\w./-]+:\s+)[^\[{]*$`)
)

// gap finds out what is written at a position: it is tried as a field first, then
// as a value.
func (v *view) gap(p protocol.Position) *gap {
	line := v.file.Line(int(p.Line) + 1)
	begun := line[:bytesOf(line, int(p.Character))]
	rest := line[len(begun):]
	if m := keyBegun.FindStringSubmatch(begun); m != nil {
		if at := v.filled(p, m[1]+filler+": x"); at != nil && at.typ != nil && at.typ.Kind == shape.Object {
			return &gap{spot: *at, fields: missing(at)}
		}
		return valueGap(v.filled(p, m[1]+filler))
	}
	if m := valueBegun.FindStringSubmatch(begun); m != nil {
		return valueGap(v.filled(p, m[1]+filler))
	}
	if m := flowBegun.FindStringSubmatch(begun); m != nil {
		if end := strings.IndexAny(rest, "],"); end >= 0 {
			rest = rest[end:]
		} else {
			rest = "]"
		}
		return valueGap(v.filled(p, m[1]+filler+rest))
	}
	return nil
}

func valueGap(at *spot) *gap {
	if at == nil {
		return nil
	}
	return &gap{spot: *at, value: true}
}

// filled returns the spot of the filler in the file with another text of the line: of
// a field, its object; of a value, the value. It is nil where that is not YAML.
func (v *view) filled(p protocol.Position, line string) *spot {
	text := string(v.file.Data)
	start := offset(text, protocol.Position{Line: p.Line})
	f, problem := source.NewFile(v.file.Name, []byte(text[:start]+line+text[lineBreak(text, start):]))
	if problem != nil {
		return nil
	}
	with := view{v.analysis, v.Checked, v.scope, f}
	for _, d := range with.documents() {
		if d.desc != nil {
			d.typ = d.desc.Type
		}
		d.node = d.root
		if at := d.find(filler); at != nil {
			return at
		}
	}
	return nil
}

// find goes down to the object that has a field of a name, or to a value.
func (s *spot) find(text string) *spot {
	for i, n := range s.node.Content {
		next := *s
		next.node = n
		switch {
		case isMapping(s.node):
			if i%2 == 0 {
				if n.Value == text {
					return s
				}
				continue
			}
			key := s.node.Content[i-1].Value
			next.typ, next.path = fieldOf(s.typ, key), source.JoinKey(s.path, key)
		default:
			next.typ, next.path = elementOf(s.typ), source.JoinIndex(s.path, i)
		}
		if len(n.Content) == 0 && n.Value == text {
			return &next
		}
		if at := next.find(text); at != nil {
			return at
		}
	}
	return nil
}

// missing are the fields of an object that it does not have.
func missing(s *spot) []shape.Field {
	have := source.Keys(s.node)
	return slices.DeleteFunc(slices.Clone(s.typ.Fields), func(f shape.Field) bool { return slices.Contains(have, f.Name) })
}

var index = regexp.MustCompile(`\[\d+\]`)

// values are what may be at a place: what the description lists, and what the
// folder knows.
func (v *view) values(at *spot) []string {
	var out []string
	if at.typ != nil {
		out = append(out, at.typ.Enum...)
		if at.typ.Kind == shape.Boolean {
			out = append(out, "false", "true")
		}
	}
	service := func() (namespace, name string) {
		parent := at.path[:max(strings.LastIndexByte(at.path, '.'), 0)]
		n := source.Lookup(at.root, parent)
		namespace = source.Text(source.Field(n, "namespace"))
		if namespace == "" {
			namespace = v.objectOf(at.doc).namespace
		}
		return namespace, source.Text(source.Field(n, "name"))
	}
	switch path := index.ReplaceAllString(at.path, ""); {
	case strings.HasSuffix(path, "accessStrategies.handler"):
		out = append(out, handlers.Authenticators.Names()...)
		out = append(out, "allow", "no_auth")
	case strings.HasSuffix(path, "mutators.handler"):
		out = append(out, handlers.Mutators.Names()...)
	case path == "spec.host", path == "spec.hosts", strings.HasPrefix(path, "spec.x-fabric-") && strings.HasSuffix(path, "hosts"):
		out = append(out, sorted(v.knownOf().hosts)...)
	case path == "spec.gateway":
		out = append(out, sorted(v.knownOf().gateways)...)
	case strings.HasSuffix(path, "service.name"):
		namespace, _ := service()
		out = append(out, v.names("Service", namespace)...)
	case strings.HasSuffix(path, "service.port"):
		namespace, name := service()
		out = append(out, v.ports(object{"Service", namespace, name})...)
	case strings.HasSuffix(path, "issuer"), strings.HasSuffix(path, "trusted_issuers"):
		out = append(out, sorted(v.knownOf().issuers)...)
	case strings.HasSuffix(path, "jwksUri"), strings.HasSuffix(path, "jwks_urls"):
		out = append(out, sorted(v.knownOf().keys)...)
	case strings.HasSuffix(path, "requiredScopes"), strings.HasSuffix(path, "required_scope"), strings.HasSuffix(path, "privileges"):
		out = append(out, sorted(v.knownOf().scopes)...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// ports are those of a Service in the folder.
func (v *view) ports(o object) []string {
	var out []string
	d := v.declared("Service")[o]
	for _, p := range source.Elements(source.Field(source.Field(d.root, "spec"), "ports")) {
		out = append(out, strconv.FormatInt(source.Int(source.Field(p, "port")), 10))
	}
	return out
}
