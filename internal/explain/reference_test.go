package explain_test

import (
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/sebdah/goldie/v2"

	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/explain"
	"github.com/kgw-dev/kgw/internal/shape"
)

// TestReference fails when docs/ is not what the pages and the settings produce; "make
// generate" rewrites it.
func TestReference(t *testing.T) {
	rules, err := explain.Rules()
	if err != nil {
		t.Fatal(err)
	}
	docs := goldie.New(t, goldie.WithFixtureDir("../../docs"), goldie.WithNameSuffix(".md"))
	for file, text := range rules {
		docs.Assert(t, file, text)
	}
	docs.Assert(t, "configuration", explain.Settings())
}

func TestRulesNamesEveryCode(t *testing.T) {
	rules, err := explain.Rules()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range diag.Rules {
		file := "rules/" + string(r.Code)[3:4] + "xx"
		row := fmt.Sprintf("\n| [%s %s](%s.md#%s-%s) | ", r.Code, r.Name, file, strings.ToLower(string(r.Code)), strings.ToLower(r.Name))
		heading := fmt.Sprintf("\n## %s %s\n", r.Code, r.Name)
		if !strings.Contains(string(rules["rules"]), row) || !strings.Contains(string(rules[file]), heading) {
			t.Errorf("docs/rules.md has no row of %s, or docs/%s.md no page", r.Code, file)
		}
	}
}

func TestLevels(t *testing.T) {
	for code, want := range map[diag.Code]string{
		diag.Syntax:       "Level: error. It cannot be changed or suppressed.",
		diag.RegexRefused: "Level: error with `compat: strict`, warning with `compat: controller`. It cannot be changed or suppressed.",
		diag.HostConflict: "Level: error. `rules: {KGW305: ...}` in kgw.yaml or `--rule KGW305=...` changes it, `# kgw:ignore KGW305 reason` suppresses one finding.",
	} {
		if r, _ := diag.Lookup(code); explain.Levels(r) != want {
			t.Errorf("%s: %s", code, explain.Levels(r))
		}
	}
}

// TestTemplate checks that the template is a valid configuration that changes
// nothing, and that it stays valid when every setting in it is made effective.
func TestTemplate(t *testing.T) {
	text := string(explain.Template("kgw.schema.json", nil))
	c, found := config.Parse("kgw.yaml", []byte(text))
	if len(found) > 0 {
		t.Errorf("%v\n%s", found, text)
	}
	if s := c.Settings(); len(s) > 0 {
		t.Errorf("the template changes the defaults: %+v", s)
	}
	if !strings.HasPrefix(text, "# yaml-language-server: $schema=kgw.schema.json\n") {
		t.Errorf("the first line is no modeline:\n%s", text)
	}
	effective := regexp.MustCompile(`(?m)^#(\w| +[\w#])`).ReplaceAllStringFunc(text, func(s string) string {
		if strings.HasPrefix(s, "# ") && !strings.HasPrefix(s, "#  ") {
			return s
		}
		return s[1:]
	})
	c, found = config.Parse("kgw.yaml", []byte(effective))
	if len(found) > 0 {
		t.Errorf("%v\n%s", found, effective)
	}
	for _, path := range paths("", config.Type.Fields) {
		name := path[strings.LastIndexByte(path, '.')+1:]
		if !regexp.MustCompile(`(?m)^ *` + name + `:`).MatchString(effective) {
			t.Errorf("the template has no %s", path)
		}
	}
	if len(c.Domains.Allow) != 1 || c.Oathkeeper.Port != 4455 || len(c.Known.Services) != 1 {
		t.Errorf("the settings of the template are not read: %+v", c)
	}
}

// paths lists the settings that are not below a list, a map, or an object that
// the template writes out in one line.
func paths(path string, fields []shape.Field) []string {
	var out []string
	for _, f := range fields {
		switch p := strings.TrimPrefix(path+"."+f.Name, "."); {
		case p == "metadata":
		case f.Type.Kind != shape.Object, p == "oathkeeper.handlers", path == "fabric.issuers":
			out = append(out, p)
		default:
			out = append(out, paths(p, f.Type.Fields)...)
		}
	}
	return out
}

// TestDefaults holds the defaults that the reference names to those that hold.
func TestDefaults(t *testing.T) {
	checkDefaults(t, "", config.Type.Fields, reflect.ValueOf(*config.Default()))
}

func checkDefaults(t *testing.T, path string, fields []shape.Field, v reflect.Value) {
	t.Helper()
	for _, f := range fields {
		i := fieldOf(v.Type(), f.Name)
		if i < 0 {
			if f.Type.Default != "" {
				t.Errorf("%s%s is not read", path, f.Name)
			}
			continue
		}
		value := v.Field(i)
		if f.Type.Kind == shape.Object && value.Kind() == reflect.Struct {
			checkDefaults(t, path+f.Name+".", f.Type.Fields, value)
		} else if path+f.Name == "limits.output" {
			if limit := config.Default().OutputLimit(0); fmt.Sprintf("%dMi", limit>>20) != f.Type.Default {
				t.Errorf("the limit of the output is %d, and the reference says %q", limit, f.Type.Default)
			}
		} else if text := fmt.Sprint(value); path+f.Name != "apiVersion" && path+f.Name != "kind" && isScalar(value) && text != f.Type.Default {
			t.Errorf("%s%s has the default %q, and the reference says %q", path, f.Name, text, f.Type.Default)
		}
	}
}

func isScalar(v reflect.Value) bool {
	return v.Kind() == reflect.String || v.Kind() == reflect.Bool || v.CanUint() || v.CanInt()
}

func fieldOf(t reflect.Type, name string) int {
	for i := range t.NumField() {
		if tag, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ","); tag == name {
			return i
		}
	}
	return -1
}
