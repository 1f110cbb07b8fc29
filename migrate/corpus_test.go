package migrate_test

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/migrate"
)

// corpus returns the APIRules and Apis of a folder.
func corpus(t testing.TB, dir string) []*source.File {
	t.Helper()
	var files []*source.File
	for _, folder := range []string{"APIRule", "Api"} {
		err := filepath.WalkDir(filepath.Join(dir, folder), func(name string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() || filepath.Ext(name) != ".yaml" {
				return err
			}
			data, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			files = append(files, file(t, filepath.ToSlash(name[len(dir)+1:]), string(data)))
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return files
}

// reasons are those that a document of the corpus may be left for.
var reasons = map[diag.Code]string{
	diag.PathNotCovered:   "its path",
	diag.StrategyNotMoved: "its access strategy",
	diag.TokensNotMoved:   "issuers and key sets",
	diag.MutatorNotMoved:  "its mutators",
	diag.OrderNotMoved:    "the order of its rules",
	diag.APINotMoved:      "excluded paths or a default issuer of Api",
	diag.NotValid:         "a value that no cluster takes: a host, a gateway, a method, a field",
	diag.FileLeft:         "its YAML",
	diag.NotMigrated:      "it is one of v1beta1, shown as v2 without its spec",
	diag.APIBeside:        "another document is of its name or its host",
}

// TestCorpus moves what people wrote, where it is beside the repository.
func TestCorpus(t *testing.T) {
	const dir = "../../shared/corpus"
	if _, err := os.Stat(dir); err != nil {
		t.Skip("there is no ../shared/corpus")
	}
	moveCorpus(t, dir, 300, 70)
}

// TestOwnCorpus moves the documents of the repository.
func TestOwnCorpus(t *testing.T) { moveCorpus(t, "../testdata/conformance/corpus", 12, 40) }

// moveCorpus moves at least so many documents of older versions, of which at least so
// many in a hundred move without a decision.
func moveCorpus(t *testing.T, dir string, least, share int) {
	t.Helper()
	files := corpus(t, dir)
	o := migrate.Options{To: "v2", ExtAuthorizer: "oauth2-proxy"}
	r := migrate.Run(files, o)
	checkSums(t, r)
	legacy, moved := 0, 0
	for i := range r.Documents {
		d := &r.Documents[i]
		beside := len(d.Findings) > 0 && d.Findings[0].Code == diag.APIBeside
		if beside {
			continue
		}
		if d.From == "v1alpha1" || d.From == "v1beta1" || d.Kind == "Api" {
			legacy++
			if d.Outcome == migrate.Moved {
				moved++
			}
		}
		for _, f := range d.Findings {
			if (d.Outcome == migrate.Decide || d.Outcome == migrate.Broken) && reasons[f.Code] == "" {
				t.Errorf("%s is left for %s: %s", d.Doc.File.Name, f.Code, f.Message)
			}
		}
		if d.Outcome == migrate.Decide && len(d.Findings) == 0 {
			t.Errorf("%s is left for no reason", d.Doc.File.Name)
		}
	}
	t.Logf("%d of %d documents of older versions move without a decision", moved, legacy)
	if legacy < least || moved*100 < legacy*share {
		t.Errorf("%d of %d move without a decision", moved, legacy)
	}
	for _, f := range again(t, r, o).Files {
		if f.After != nil {
			t.Errorf("%s: a second run changes it", f.Name)
		}
	}
	for _, f := range r.Files {
		if f.After != nil {
			validate(t, f)
		}
	}
}

// checkSums checks that each document is counted once, and each that is left
// under one reason.
func checkSums(t *testing.T, r *migrate.Result) {
	t.Helper()
	a := r.Assess("v2", diag.Levels{}.Apply(r.Findings))
	sum := 0
	for _, reason := range a.Reasons {
		sum += reason.Documents
		if reason.Documents != len(reason.Resources) {
			t.Errorf("%s counts %d documents and lists %d", reason.Code, reason.Documents, len(reason.Resources))
		}
	}
	if a.Documents != len(r.Documents) || a.Documents != a.Moves+a.Decisions+a.Current+a.Broken || sum != a.Decisions+a.Broken {
		t.Errorf("the sums do not agree: %d documents, %d + %d + %d + %d, %d by reason", a.Documents, a.Moves, a.Decisions, a.Current, a.Broken, sum)
	}
}

// validate checks that a file that was moved has no error, given that what it
// refers to exists.
func validate(t *testing.T, f migrate.File) {
	t.Helper()
	after := file(t, f.Name, string(f.After))
	c := config.Default()
	c.Domains.Default, c.Services.Block = "kyma.local", []string{}
	c.Known.Providers = append(c.Known.Providers, "oauth2-proxy", "ory-authz", "x-ext-authz")
	docs, _ := source.Split(after)
	for _, d := range docs {
		root, _ := d.Parse()
		_, _, namespace, _ := source.Head(root)
		if namespace == "" {
			namespace = c.Namespace
		}
		spec := source.Field(root, "spec")
		know(c, spec, namespace)
	}
	r := compile.Run(compile.Input{Files: []*source.File{after}}, compile.Options{Config: c, Schema: compile.SchemaAll, Model: true})
	for i := range r.Findings {
		// An ExternalGateway is an object that only the cluster has.
		external := bytes.Contains(f.After, []byte("externalGateway:"))
		if g := &r.Findings[i]; g.Severity == diag.Error && (g.Code != diag.GatewayNotFound || !external) {
			t.Errorf("%s: %s: %s", f.Name, g.Code, g.Message)
		}
	}
	if len(r.Disagreements) > 0 {
		t.Errorf("%s: %v", f.Name, r.Disagreements)
	}
}

// know makes what a spec refers to exist.
func know(c *config.Config, spec *source.Node, namespace string) {
	gateway := source.Text(source.Field(spec, "gateway"))
	if ns, name, ok := strings.Cut(gateway, "/"); ok {
		c.Known.Gateways = append(c.Known.Gateways, config.KnownGateway{Namespace: ns, Name: name, Hosts: []string{"*.kyma.local"}})
	}
	main := source.Field(spec, "service")
	services := []*source.Node{main}
	for _, rule := range source.Elements(source.Field(spec, "rules")) {
		services = append(services, source.Field(rule, "service"))
		c.Known.Providers = append(c.Known.Providers, source.Texts(source.Field(source.Field(rule, "extAuth"), "authorizers"))...)
	}
	for _, s := range services {
		name := source.Text(source.Field(s, "name"))
		for _, ns := range []string{source.Text(source.Field(s, "namespace")), source.Text(source.Field(main, "namespace")), namespace} {
			if ns != "" && name != "" {
				c.Known.Services = append(c.Known.Services, config.KnownService{Name: name, Namespace: ns, Selector: map[string]string{"app": name}})
			}
		}
	}
}
