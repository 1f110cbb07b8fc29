package main

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/krm"
	"github.com/kgw-dev/kgw/internal/source"
)

// role is what a function does with the items.
type role string

const (
	generator   role = "generator"
	transformer role = "transformer"
	validator   role = "validator"
)

// roleAnnotation is the annotation of a Config that names its role.
const roleAnnotation = "kgw.dev/function"

// configure reads the configuration of the run and decides the role. Faults are
// added to the findings.
func (f *function) configure() error {
	c := f.list.Config
	f.role = transformer
	if c == nil || isGateway(c) {
		if c != nil {
			f.role = generator
		}
		return f.findConfig()
	}
	doc, root := f.parseConfig(c)
	if root == nil {
		return nil
	}
	if c.APIVersion != config.APIVersion || c.Kind != config.Kind {
		f.addConfigFaults(diag.Finding{
			Code: diag.NotAllowed, At: source.Ref{Doc: doc, Path: "kind"},
			Message: fmt.Sprintf("the functionConfig is of kind %q and apiVersion %q", c.Kind, c.APIVersion),
			Help:    "pass kgw an APIRule, a FabricGateway, or a Config of apiVersion " + config.APIVersion,
		})
		return nil
	}
	read, found := config.FromNode(doc, root)
	f.config = read
	f.addConfigFaults(append(found, read.Environment(f.getenv)...)...)
	f.roleOf(doc, root)
	return nil
}

// parseConfig reads the tree of the functionConfig.
func (f *function) parseConfig(c *krm.Item) (*source.Document, *source.Node) {
	docs, _ := source.Split(c.File)
	if len(docs) != 1 {
		return nil, nil
	}
	root, problems := docs[0].Parse()
	for _, p := range problems {
		if p.Kind != source.Ambiguous {
			f.addConfigFaults(diag.FromProblem(p))
		}
	}
	docs[0].APIVersion, docs[0].Kind, docs[0].Namespace, docs[0].Name = source.Head(root)
	return docs[0], root
}

// addConfigFaults adds findings about the configuration, whose errors end the
// run.
func (f *function) addConfigFaults(found ...diag.Finding) {
	leveled := diag.Levels{}.Apply(found)
	leveled.Resolve()
	if leveled.Max() == diag.Error {
		f.fail(exitUsage)
	}
	f.found = append(f.found, leveled...)
}

// findConfig finds the configuration as other commands do: the file that KGW_CONFIG
// names, or the nearest kgw.yaml upwards from the working directory.
func (f *function) findConfig() error {
	read, found, err := f.readConfiguration(&inputFlags{}, nil)
	if err != nil {
		return err
	}
	f.config = read
	f.addConfigFaults(found...)
	f.addConfigFaults(f.config.Environment(f.getenv)...)
	return nil
}

// roleOf returns the role of a Config: the one of its annotation, else the one
// that follows from its input. Kustomize passes a generator only its own
// configuration, and does not distinguish validators from transformers.
func (f *function) roleOf(doc *source.Document, root *source.Node) {
	at := source.Ref{Doc: doc}.At("metadata", "annotations", roleAnnotation)
	annotations := source.Field(source.Field(root, "metadata"), "annotations")
	if n := source.Field(annotations, roleAnnotation); n != nil {
		f.role = role(n.Value)
		if !slices.Contains([]role{generator, transformer, validator}, f.role) {
			f.addConfigFaults(diag.Finding{
				Code: diag.NotAllowed, At: at, Message: fmt.Sprintf("there is no role %q", n.Value),
				Help: "write generator, transformer or validator, or leave the annotation out",
			})
		}
		return
	}
	own := f.list.Config.Same
	others := slices.ContainsFunc(f.list.Items, func(i *krm.Item) bool { return !own(i) })
	switch {
	case others:
		if f.isListedAsValidator() {
			f.role = validator
		}
	case len(f.list.Items) > 0 || len(f.config.Inputs) > 0:
		f.role = generator
	}
}

// isListedAsValidator reports whether the kustomization of the working directory,
// in which kustomize runs functions, lists the functionConfig under validators
// and nowhere else.
func (f *function) isListedAsValidator() bool {
	for _, name := range []string{"kustomization.yaml", "kustomization.yml", "Kustomization"} {
		loader := &source.Loader{Dir: f.dir, Bounds: source.Bounds{Below: source.Top(f.dir)}}
		files, _ := loader.Load([]string{name})
		for _, doc := range documents(files) {
			root, _ := doc.Parse()
			if root == nil {
				continue
			}
			lists := func(field string) bool {
				return slices.ContainsFunc(source.Texts(source.Field(root, field)), f.namesConfig)
			}
			return lists("validators") && !lists("transformers") && !lists("generators")
		}
	}
	return false
}

// namesConfig reports whether an entry of a kustomization, a file or a text in
// place, is the functionConfig.
func (f *function) namesConfig(entry string) bool {
	var files []*source.File
	if strings.Contains(entry, "\n") {
		files = []*source.File{{Name: entry, Data: []byte(entry)}}
	} else {
		loader := &source.Loader{Dir: f.dir, Bounds: source.Bounds{Below: source.Top(f.dir)}}
		files, _ = loader.Load([]string{filepath.FromSlash(entry)})
	}
	for _, doc := range documents(files) {
		root, problem := doc.Outline()
		if problem != nil || root == nil {
			continue
		}
		i := &krm.Item{}
		i.APIVersion, i.Kind, i.Namespace, i.Name = source.Head(root)
		if f.list.Config.Same(i) {
			return true
		}
	}
	return false
}

func documents(files []*source.File) []*source.Document {
	var out []*source.Document
	for _, file := range files {
		docs, _ := source.Split(file)
		out = append(out, docs...)
	}
	return out
}
