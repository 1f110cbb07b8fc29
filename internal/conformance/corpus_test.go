package conformance

import (
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/source"
)

// reasons are why an APIRule of the corpus may be refused when kgw does as the
// controller does. Anything else is a document that the controller would have accepted.
var reasons = map[diag.Code]string{
	diag.Syntax:             "its YAML",
	diag.Tab:                "its YAML",
	diag.DuplicateKey:       "its YAML",
	diag.UnknownVersion:     "a version that never was",
	diag.UnknownField:       "the schema, strictly",
	diag.MissingField:       "the schema of its CRD",
	diag.WrongType:          "the schema of its CRD",
	diag.NotAllowed:         "the schema of its CRD",
	diag.BadFormat:          "the schema of its CRD",
	diag.OutOfRange:         "the schema of its CRD",
	diag.BadLength:          "the schema of its CRD",
	diag.NotExactlyOne:      "the schema of its CRD",
	diag.BadName:            "what the API server takes for a name",
	diag.RepeatedPath:       "a rule of the validator",
	diag.NoService:          "a rule of the validator",
	diag.UnknownHandler:     "a rule of the validator",
	diag.HandlerCombination: "a rule of the validator",
	diag.MixedHandlers:      "a rule of the validator",
	diag.NeedlessConfig:     "a rule of the validator",
	diag.BadJWTConfig:       "a rule of the validator",
	diag.BadURL:             "a rule of the validator",
	diag.WrongJWTDialect:    "a rule of the validator",
	diag.PathConflict:       "a rule of the validator",
	diag.IssuerConflict:     "a rule of the validator",
	diag.BadMutator:         "a rule of the validator",
	diag.Placeholder:        "text that something else fills in",
	diag.NotMigrated:        "an APIRule of v1beta1, shown in a newer version",
	diag.ShownAsOlder:       "an APIRule of v2, shown in an older version",
	diag.BadGateway:         "a rule of the validator",
	diag.HostNotAllowed:     "a rule of the validator",
	diag.ServiceBlocked:     "a rule of the validator",
	diag.GatewayNotFound:    "an ExternalGateway, which only the cluster has",
	diag.GatewayNotShort:    "a rule of the validator",
	diag.HandlerConfig:      "Oathkeeper's schema of a handler",
}

// ownCorpus holds documents as people write them, in words of our own.
var ownCorpus = filepath.Join(own, "corpus")

// corpus returns the files of one folder of a corpus.
func corpus(t *testing.T, root, folder string) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir(filepath.Join(root, folder), func(file string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() && filepath.Ext(file) == ".yaml" {
			files = append(files, file)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// TestCorpusIsNeverLost compiles every APIRule that somebody wrote, under each handler:
// it compiles to objects, or a finding reports where it is refused and why.
func TestCorpusIsNeverLost(t *testing.T) { neverLost(t, shared(t, "corpus"), 500, 300) }

// TestOwnCorpusIsNeverLost does the same with the documents of the repository.
func TestOwnCorpusIsNeverLost(t *testing.T) { neverLost(t, ownCorpus, 20, 7) }

// neverLost compiles a corpus of at least so many documents, of which at least so many
// compile to objects.
func neverLost(t *testing.T, root string, leastInputs, leastOutputs int) {
	t.Helper()
	for _, handler := range []string{"ory", "istio"} {
		t.Run(handler, func(t *testing.T) {
			refused := map[diag.Code]int{}
			inputs, outputs, withFindings := 0, 0, 0
			for _, folder := range []string{"APIRule", "excerpt", "unparsable"} {
				for _, file := range corpus(t, root, folder) {
					inputs++
					data := read(t, file)
					r := compiled(t, filepath.ToSlash(file), data, clusterOf(t, data, handler))
					checkPlaces(t, file, data, r.Findings)
					errors := only(r.Findings, diag.Error)
					switch {
					case len(errors) == 0 && len(r.Objects) > 0:
						outputs++
					case len(errors) > 0 && len(r.Objects) == 0:
						withFindings++
						countCodes(t, file, errors, refused)
					default:
						t.Errorf("%s: %d objects, and these errors:\n%s", file, len(r.Objects), list(errors))
					}
				}
			}
			t.Logf("%d documents: %d give objects, %d are refused", inputs, outputs, withFindings)
			for _, code := range slices.Sorted(maps.Keys(refused)) {
				t.Logf("%s refuses %3d for %s", code, refused[code], reasons[code])
			}
			if inputs != outputs+withFindings || inputs < leastInputs || outputs < leastOutputs {
				t.Errorf("%d documents, %d give objects, %d are refused", inputs, outputs, withFindings)
			}
		})
	}
}

func countCodes(t *testing.T, file string, errors diag.List, refused map[diag.Code]int) {
	t.Helper()
	codes := map[diag.Code]bool{}
	for i := range errors {
		if reasons[errors[i].Code] == "" {
			t.Errorf("%s is refused for a reason that is not the controller's:\n%s", file, list(errors[i:i+1]))
		}
		codes[errors[i].Code] = true
	}
	for c := range codes {
		refused[c]++
	}
}

// checkPlaces checks that every finding is inside its file.
func checkPlaces(t *testing.T, name string, data []byte, l diag.List) {
	t.Helper()
	f := &source.File{Name: name, Data: data}
	lines := strings.Count(string(data), "\n") + 1
	for i := range l {
		s := l[i].Span
		width := len([]rune(f.Line(s.Line)))
		if s.Line < 1 || s.Line > lines || s.Column < 1 || s.Column > width+1 || s.EndLine < s.Line ||
			s.EndLine == s.Line && s.EndColumn < s.Column {
			t.Errorf("%s: a finding has the place %+v:\n%s", name, s, list(l[i:i+1]))
		}
	}
}

// clusterOf is the configuration of a cluster in which whatever the document
// refers to exists.
func clusterOf(t *testing.T, data []byte, handler string) *config.Config {
	t.Helper()
	c := config.Default()
	c.Compat, c.JWTHandler, c.Domains.Default = "controller", handler, "kyma.local"
	f := &source.File{Data: data}
	docs, _ := source.Split(f)
	for _, d := range docs {
		root, _ := d.Parse()
		if root == nil {
			continue
		}
		_, _, namespace, _ := source.Head(root)
		if namespace == "" {
			namespace = c.Namespace
		}
		spec := source.Field(root, "spec")
		if host := source.Text(source.Field(source.Field(spec, "service"), "host")); strings.Contains(host, ".") {
			c.Domains.Allow = []string{host}
		}
		gatewayOf(c, spec)
		servicesOf(c, spec, namespace)
	}
	return c
}

func gatewayOf(c *config.Config, spec *source.Node) {
	if namespace, name, ok := strings.Cut(source.Text(source.Field(spec, "gateway")), "/"); ok {
		c.Known.Gateways = append(c.Known.Gateways, config.KnownGateway{Namespace: namespace, Name: name, Hosts: []string{"*.kyma.local"}})
	}
}

func servicesOf(c *config.Config, spec *source.Node, namespace string) {
	main := source.Field(spec, "service")
	knowService(c, main, nil, namespace)
	for _, rule := range source.Elements(source.Field(spec, "rules")) {
		knowService(c, source.Field(rule, "service"), main, namespace)
		c.Known.Providers = append(c.Known.Providers, source.Texts(source.Field(source.Field(rule, "extAuth"), "authorizers"))...)
	}
}

func knowService(c *config.Config, n, main *source.Node, namespace string) {
	name := source.Text(source.Field(n, "name"))
	for _, ns := range []string{source.Text(source.Field(n, "namespace")), source.Text(source.Field(main, "namespace")), namespace} {
		if ns != "" && name != "" {
			c.Known.Services = append(c.Known.Services, config.KnownService{Name: name, Namespace: ns, Selector: map[string]string{"app": name}})
		}
	}
}

// TestCorpusInOneRun compiles the whole corpus at once: each APIRule is
// written or withheld with an error.
func TestCorpusInOneRun(t *testing.T) {
	in := compile.Input{}
	files := corpus(t, shared(t, "corpus"), "APIRule")
	for _, file := range files {
		f, problem := source.NewFile(filepath.ToSlash(file), read(t, file))
		if problem != nil {
			t.Fatalf("%s: %s", file, problem.Message)
		}
		in.Files = append(in.Files, f)
	}
	r := compile.Run(in, compile.Options{Schema: compile.SchemaAll})
	written, blamed := map[*source.Document]bool{}, map[*source.Document]bool{}
	for i := range r.Objects {
		written[r.Objects[i].Origin.Doc] = true
	}
	unknown := 0
	for _, f := range only(r.Findings, diag.Error) {
		blamed[f.Document()] = true
		if f.Code == diag.UnknownVersion {
			unknown++
		}
	}
	for _, res := range r.Resources {
		if written[res.Doc] == res.Withheld || blamed[res.Doc] != res.Withheld {
			t.Errorf("%s: written %v, withheld %v, with an error %v", res.Doc.File.Name, written[res.Doc], res.Withheld, blamed[res.Doc])
		}
	}
	t.Logf("%d files, %d resources, %d of unknown versions, %d written", len(files), len(r.Resources), unknown, len(written))
	// A few are written by two people in the same words, and taken as one.
	if lost := len(files) - len(r.Resources) - unknown; lost < 0 || lost > 8 {
		t.Errorf("%d files gave %d resources and %d of unknown versions", len(files), len(r.Resources), unknown)
	}
}

// ours is the group of a gateway, or the group that a RateLimit may be mistaken
// to have.
var ours = regexp.MustCompile(`(?m)^apiVersion: (gateway|operator)\.`)

// TestOtherKindsPass compiles what people wrote for other controllers: nothing
// is written, and nothing is said but where gateway configuration is left
// alone.
func TestOtherKindsPass(t *testing.T) { othersPass(t, shared(t, "corpus")) }

// TestOwnOtherKindsPass does the same with the documents of the repository.
func TestOwnOtherKindsPass(t *testing.T) { othersPass(t, ownCorpus) }

func othersPass(t *testing.T, root string) {
	t.Helper()
	for folder, said := range map[string]bool{
		"APIGateway": false, "Api": true, "RateLimit": true,
	} {
		for _, file := range corpus(t, root, folder) {
			data := read(t, file)
			r := compiled(t, filepath.ToSlash(file), data, config.Default())
			checkPlaces(t, file, data, r.Findings)
			if len(r.Objects) > 0 || (len(r.Findings) > 0) != (said && ours.Match(data)) {
				t.Errorf("%s: %d objects, findings:\n%s", file, len(r.Objects), list(r.Findings))
			}
			errors := only(r.Findings, diag.Error)
			for i := range r.Findings {
				if len(errors) == 0 && r.Findings[i].Code != diag.UncompiledKind {
					t.Errorf("%s: something is said:\n%s", file, list(r.Findings[i:i+1]))
				}
			}
			if folder != "RateLimit" && len(errors) > 0 {
				t.Errorf("%s is refused:\n%s", file, list(errors))
			}
		}
	}
}

// TestCompanionsAreChecked reads what people wrote beside gateways: nothing is
// written for it, and what is refused has a place and a reason in the kind's
// CustomResourceDefinition, or is what Oathkeeper refuses.
func TestCompanionsAreChecked(t *testing.T) { companionsAreChecked(t, shared(t, "corpus"), 25) }

// TestOwnCompanionsAreChecked does the same with the documents of the repository.
func TestOwnCompanionsAreChecked(t *testing.T) { companionsAreChecked(t, ownCorpus, 3) }

// companionsAreChecked reads a corpus, of which at least so many documents are accepted.
func companionsAreChecked(t *testing.T, root string, least int) {
	t.Helper()
	clean := 0
	for _, folder := range []string{"Group", "IDPPreset", "OAuth2Client", "Rule"} {
		for _, file := range corpus(t, root, folder) {
			data := read(t, file)
			r := compiled(t, filepath.ToSlash(file), data, config.Default())
			checkPlaces(t, file, data, r.Findings)
			errors := only(r.Findings, diag.Error)
			for i := range errors {
				if reasons[errors[i].Code] == "" {
					t.Errorf("%s is refused:\n%s", file, list(errors[i:i+1]))
				}
			}
			if len(r.Objects) > 0 {
				t.Errorf("%s gives objects", file)
			}
			if len(errors) == 0 {
				clean++
			}
		}
	}
	if clean < least {
		t.Errorf("only %d documents are accepted", clean)
	}
}

// TestOwnCorpusAnswers compares what becomes of each document of the repository with
// its line of want.txt: the objects that are written, or the errors and their places.
func TestOwnCorpusAnswers(t *testing.T) {
	var got strings.Builder
	for _, folder := range []string{"APIRule", "Api", "APIGateway", "FabricGateway", "Group", "IDPPreset", "OAuth2Client", "RateLimit", "Rule", "excerpt", "unparsable"} {
		for _, file := range corpus(t, ownCorpus, folder) {
			data := read(t, file)
			for _, handler := range []string{"ory", "istio"} {
				fmt.Fprintf(&got, "%s/%s, %s: %s\n", folder, filepath.Base(file), handler, becomes(compiled(t, "in.yaml", data, clusterOf(t, data, handler))))
			}
		}
	}
	if d := cmp.Diff(strings.Split(string(read(t, filepath.Join(ownCorpus, "want.txt"))), "\n"), strings.Split(got.String(), "\n")); d != "" {
		t.Errorf("(- want, + got)\n%s", d)
	}
}

// becomes counts the objects of a result by kind, or lists its errors.
func becomes(r *compile.Result) string {
	var out []string
	for _, f := range only(r.Findings, diag.Error) {
		out = append(out, fmt.Sprintf("%s at %d:%d", f.Code, f.Span.Line, f.Span.Column))
	}
	if len(out) > 0 {
		return strings.Join(out, ", ")
	}
	counts := map[string]int{}
	for i := range r.Objects {
		counts[r.Objects[i].Kind]++
	}
	for _, kind := range slices.Sorted(maps.Keys(counts)) {
		out = append(out, fmt.Sprintf("%d %s", counts[kind], kind))
	}
	if len(out) == 0 {
		return "nothing"
	}
	return strings.Join(out, ", ")
}
