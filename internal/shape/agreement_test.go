package shape_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/kgw-dev/kgw/internal/shape"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/schema"
)

// inventor makes types, and documents that nearly fit them.
type inventor struct{ *rand.Rand }

var patterns = []*shape.Pattern{shape.DNSName, shape.DNSLabel, {Expr: `^/`, Means: "a path"}, {Expr: `b$`, Means: "an end"}}

func (r inventor) kind(depth int) *shape.Type {
	kinds := []shape.Kind{shape.Any, shape.String, shape.Integer, shape.Number, shape.Boolean, shape.StringOrInteger, shape.StringOrList, shape.Object, shape.Object, shape.Map, shape.List}
	if depth == 0 {
		kinds = kinds[:7]
	}
	t := &shape.Type{Kind: kinds[r.IntN(len(kinds))], Nullable: r.IntN(5) == 0}
	switch t.Kind {
	case shape.Object:
		r.fields(t, depth)
	case shape.Map, shape.List:
		t.Elem = r.kind(depth - 1)
		t.MinLen, t.MaxLen = r.IntN(2), r.IntN(4)
	case shape.StringOrList:
		t.Elem = &shape.Type{Kind: shape.String}
		r.text(t.Elem)
		t.MinLen, t.MaxLen = r.IntN(2), r.IntN(4)
	case shape.String:
		r.text(t)
	case shape.Integer, shape.Number:
		if r.IntN(2) == 0 {
			t.Min = shape.Int(int64(r.IntN(3)))
		}
		if r.IntN(2) == 0 {
			t.Max = shape.Int(int64(2 + r.IntN(80)))
		}
	}
	return t
}

func (r inventor) text(t *shape.Type) {
	switch r.IntN(4) {
	case 0:
		t.Enum = []string{"a", "on", "80"}
	case 1:
		t.Pattern = patterns[r.IntN(len(patterns))]
	case 2:
		t.MinLen = r.IntN(3)
		t.MaxLen = t.MinLen + r.IntN(4)
	}
}

func (r inventor) fields(t *shape.Type, depth int) {
	t.Open = r.IntN(4) == 0
	for _, name := range []string{"a", "b", "on", "", "x.y", "üb"}[:1+r.IntN(6)] {
		t.Fields = append(t.Fields, shape.Field{Name: name, Type: r.kind(depth - 1), Required: r.IntN(3) == 0})
	}
	switch r.IntN(6) {
	case 0:
		t.ExactlyOne = &shape.ExactlyOne{Fields: []string{"a"}, True: []string{"b"}, Message: "one of a and b"}
	case 1:
		t.AtLeastOne = []string{"a", "b"}
	}
}

var scalars = strings.Split("a|on|80|1|0|-1|2.0|2.5|81|1e1|1e400|true|null|~|''|'80'|ab|/b|a.b|A|ü|üüüü|012|.inf|0x10|'on'|2001-01-01|[]|{}|!!str 1", "|")

// value writes a value in flow style that fits the type, mostly.
func (r inventor) value(t *shape.Type, depth int) string {
	if r.IntN(6) == 0 || depth == 0 {
		return scalars[r.IntN(len(scalars))]
	}
	switch t.Kind {
	case shape.Object:
		return r.object(t, depth)
	case shape.Map, shape.List:
		var parts []string
		for i := range r.IntN(4) {
			part := r.value(t.Elem, depth-1)
			if t.Kind == shape.Map {
				part = fmt.Sprintf("%q: %s", strings.Repeat("k", i), part)
			}
			parts = append(parts, part)
		}
		if t.Kind == shape.Map {
			return "{" + strings.Join(parts, ", ") + "}"
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case shape.StringOrList:
		return []string{"a", "[]", "[a]", "[a, b]", "[80]", "on", "'80'"}[r.IntN(7)]
	case shape.Boolean:
		return []string{"true", "false", "on", "'true'"}[r.IntN(4)]
	case shape.Integer, shape.Number:
		return []string{"1", "2", "80", "2.0", "2.5", "-0", "1e1"}[r.IntN(7)]
	}
	return []string{"a", "ab", "/b", "a.b", "'80'", "80", "üü"}[r.IntN(7)]
}

func (r inventor) object(t *shape.Type, depth int) string {
	var parts []string
	for _, f := range t.Fields {
		if f.Required || r.IntN(2) == 0 {
			parts = append(parts, fmt.Sprintf("%q: %s", f.Name, r.value(f.Type, depth-1)))
		}
	}
	if r.IntN(8) == 0 {
		parts = append(parts, "extra: 1")
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

// TestCheckAgreesWithJSONSchema invents types and holds the strict check of
// documents to the JSON Schema of the type; what is found is where it is.
func TestCheckAgreesWithJSONSchema(t *testing.T) {
	r := inventor{rand.New(rand.NewPCG(3, 4))}
	accepted, refused := 0, 0
	for range 400 {
		typ := r.kind(3)
		v, err := schema.NewValidator(typ.JSONSchema())
		if err != nil {
			t.Fatal(err)
		}
		for range 10 {
			text := "root: " + r.value(typ, 5) + "\n"
			docs, _ := source.Split(&source.File{Name: "a.yaml", Data: []byte(text)})
			root, problems := docs[0].Parse()
			if root == nil {
				t.Fatalf("%s: %v", text, problems)
			}
			node := source.Field(root, "root")
			found := typ.Check(node, source.Ref{Doc: docs[0], Path: "root"})
			wrong := v.Validate(source.Value(node))
			if (len(found) > 0) != (len(wrong) > 0) {
				t.Fatalf("%sis found %v by the check and %v by the schema\n%v", text, found, wrong, typ.JSONSchema())
			}
			if len(found) > 0 {
				refused++
			} else {
				accepted++
			}
			for i := range found {
				if _, ok := source.SplitPath(found[i].At.Path); !ok || !strings.HasPrefix(found[i].At.Path, "root") || found[i].Message == "" {
					t.Errorf("%s: %+v", text, found[i])
				}
				if near := source.Lookup(root, found[i].At.Path); near == nil && !strings.Contains(found[i].Message, "is required") {
					t.Errorf("%snothing stands at %q: %s", text, found[i].At.Path, found[i].Message)
				}
			}
		}
	}
	t.Logf("%d accepted, %d refused", accepted, refused)
	if accepted < 500 || refused < 500 {
		t.Errorf("lopsided: %d accepted, %d refused", accepted, refused)
	}
}

func TestMessages(t *testing.T) {
	typ := &shape.Type{Kind: shape.Object, Hints: map[string]string{"hosts": "write host"}, Fields: []shape.Field{
		{Name: "host", Required: true, Type: &shape.Type{Kind: shape.String, MinLen: 2, MaxLen: 3, Enum: []string{"abc", "abd"}}},
		{Name: "port", Type: &shape.Type{Kind: shape.Integer, Min: shape.Int(1), Max: shape.Int(9)}},
		{Name: "list", Type: &shape.Type{Kind: shape.List, MinLen: 1, Elem: &shape.Type{Kind: shape.String}}},
		{Name: "map", Type: &shape.Type{Kind: shape.Map, Elem: &shape.Type{Kind: shape.Boolean}}},
		{Name: "name", Type: &shape.Type{Kind: shape.String, Pattern: shape.DNSLabel}},
		{Name: "like", Type: &shape.Type{Kind: shape.List, Elem: &shape.Type{Kind: shape.Map, Elem: &shape.Type{Kind: shape.String}, Like: "{exact: a}", LikeStar: "{regex: .*}"}}},
	}}
	for text, want := range map[string]string{
		"{}":                          `host: "host" is required (add "host")`,
		"{host: abc, hosts: x}":       `hosts: unknown field "hosts" (write host)`,
		"{host: abc, prot: 1}":        `prot: unknown field "prot" (did you mean "port"?)`,
		"{host: abc, zzzzzz: 1}":      `zzzzzz: unknown field "zzzzzz" (remove it; known fields are host, port, list, map, name, like)`,
		"{host: abc, \"\": 1}":        `[""]: unknown field "" (remove it; known fields are host, port, list, map, name, like)`,
		"{host: abe}":                 `host: "abe" is not an allowed value of "host" (did you mean "abc"? allowed are abc, abd)`,
		"{host: [abc]}":               `host: "host" must be a string, not a list (write it without a list: abc)`,
		"{host: 123}":                 `host: "host" must be a string, not the number 123 (use one of abc, abd)`,
		"{host: on}":                  `host: "host" must be a string, not the boolean on (use one of abc, abd)`,
		"{host: null}":                `host: "host" is null but must be a string (give a value or remove the field)`,
		"{host: abc, port: '1'}":      `port: "port" must be an integer, not the string "1" (write it without quotes)`,
		"{host: abc, port: 1.5}":      `port: "port" must be an integer, not the number 1.5 ()`,
		"{host: abc, port: 10}":       `port: "port" must be at most 9, not 10 ()`,
		"{host: abc, port: 0x0}":      `port: "port" must be at least 1, not 0 ()`,
		"{host: abc, list: []}":       `list: "list" must have at least 1 element, not 0 ()`,
		"{host: abc, list: x}":        `list: "list" must be a list, not the string "x" (write it as a list: [x])`,
		"{host: abc, list: '*.x'}":    `list: "list" must be a list, not the string "*.x" (write it as a list: ["*.x"])`,
		"{host: abc, like: '*'}":      `like: "like" must be a list, not the string "*" (write it as a list: [{regex: .*}])`,
		"{host: abc, like: a}":        `like: "like" must be a list, not the string "a" (write it as a list: [{exact: a}])`,
		"{host: abc, like: ['*']}":    `like[0]: an element of "like" must be an object, not the string "*" (write it like {regex: .*})`,
		"{host: abc, list: [a, 1]}":   `list[1]: an element of "list" must be a string, not the number 1 (write it in quotes: "1")`,
		"{host: abc, map: {\"\": 1}}": `map[""]: "" must be true or false, not the number 1 ()`,
		"{host: abc, map: {a.b: 1}}":  `map["a.b"]: "a.b" must be true or false, not the number 1 ()`,
		"{host: abc, name: A_b}":      `name: "A_b" is not a DNS-1123 label (lower-case letters, digits and "-") (write a-b)`,
	} {
		docs, _ := source.Split(&source.File{Name: "a.yaml", Data: []byte(text)})
		root, _ := docs[0].Parse()
		found := typ.Check(root, source.Ref{Doc: docs[0]})
		if len(found) != 1 {
			t.Errorf("%s: %v", text, found)
			continue
		}
		if got := fmt.Sprintf("%s: %s (%s)", found[0].At.Path, found[0].Message, found[0].Help); got != want {
			t.Errorf("%s\n got %s\nwant %s", text, got, want)
		}
	}
}

func TestNearest(t *testing.T) {
	candidates := []string{"accessStrategies", "methods", "path", "service", "GET", "v1beta1"}
	for word, want := range map[string]string{
		"accessStrategy": "accessStrategies", "acessStrategies": "accessStrategies", "ACCESSSTRATEGIES": "accessStrategies", "method": "methods", "mehtods": "methods",
		"paht": "path", "pth": "path", "p": "", "get": "GET", "": "", "zzz": "", "servce": "service", "v1beat1": "v1beta1", "ü": "", strings.Repeat("x", 500): "",
	} {
		if got := shape.Nearest(word, candidates); got != want {
			t.Errorf("%q is taken for %q, want %q", word, got, want)
		}
	}
}

// TestTreeWithoutPlaces checks a tree that was made and not read.
func TestTreeWithoutPlaces(t *testing.T) {
	typ := &shape.Type{Kind: shape.Map, Elem: &shape.Type{Kind: shape.Integer}}
	node := &yaml.Node{Kind: yaml.MappingNode, Content: []*yaml.Node{{Kind: yaml.ScalarNode, Tag: "!!str", Value: "a"}, {Kind: yaml.ScalarNode, Tag: "!!str", Value: "b"}}}
	if found := typ.Check(node, source.Ref{}); len(found) != 1 || found[0].At.Path != "a" {
		t.Errorf("%v", found)
	}
}
