// Package workbench answers what the commands answer about a directory, for files that
// are held in memory: what they compile to, their faults, what becomes of a request,
// and what a newer version of them looks like.
//
// It reads no file, no clock and no environment, and asks no cluster. A question that
// needs one of them is refused.
package workbench

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/lock"
	"github.com/kgw-dev/kgw/internal/secret"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/openapi"
	"github.com/kgw-dev/kgw/prove"
	"github.com/kgw-dev/kgw/schema"
)

// Bench is a directory that is held in memory, read and ready to be asked about.
type Bench struct {
	in      compile.Input
	options compile.Options
	secrets *secret.Book
	asked   *asked // nil before the first request
}

// asked is the cluster that the files make, and what is assumed to exist for it.
type asked struct {
	cluster  *prove.Cluster
	compiled *compile.Result
	supposed []string
}

// Open reads the files of a directory: texts by names, which are relative to it and have
// slashes. kgw.yaml among them is the configuration, with the environment env; "" is
// none. Without a Bench the report holds the faults of the configuration. An error names
// what the files need that is not available in memory.
func Open(texts map[string]string, env string) (*Bench, *Report, error) {
	b := &Bench{secrets: &secret.Book{}}
	if err := oneConfiguration(texts); err != nil {
		return nil, nil, err
	}
	c, found := config.Default(), diag.List(nil)
	if text, ok := texts[config.FileName]; ok {
		c, found = config.Parse(config.FileName, []byte(text))
	}
	if c.Extends != "" {
		return nil, nil, fmt.Errorf("%s extends %s, which is not read here: write its settings into %[1]s", config.FileName, c.Extends)
	}
	if env != "" && len(found) == 0 {
		in, more, err := c.In(env)
		if err != nil {
			return nil, nil, err
		}
		c, found = in, more
	}
	b.options.Config = c
	b.secrets.Watch(c.Sources...)
	if text, ok := texts[lock.FileName]; ok {
		found = append(found, b.readLock(text, texts)...)
	}
	loader := &source.Loader{Sieve: schema.Sieve}
	b.in.Files, b.in.Problems = loader.LoadTexts(texts)
	b.in.PassedOver = loader.PassedOver
	b.secrets.Watch(b.in.Files...)
	more, err := b.assignConfigs()
	b.readAPIs(texts)
	if found = append(found, more...); err != nil || len(found) == 0 {
		return b, nil, err
	}
	report := b.checkConfiguration(found)
	if found.Max() == diag.Error {
		return nil, report, nil
	}
	return b, report, nil
}

// oneConfiguration returns an error for a directory that has a configuration further
// in.
func oneConfiguration(texts map[string]string) error {
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		if base := path.Base(name); name != base && (base == config.FileName || base == lock.FileName) {
			return fmt.Errorf("%s: only the %s of the directory itself is read here", name, base)
		}
	}
	return nil
}

// readLock reads the names that live objects keep.
func (b *Bench) readLock(text string, texts map[string]string) diag.List {
	l, found := lock.Parse(lock.FileName, []byte(text))
	l.File = lock.FileName
	for i := range l.Entries {
		_, l.Entries[i].Covered = texts[l.Entries[i].File]
	}
	b.options.Lock = l
	return found
}

// assignConfigs finds the overrides of the configuration that hold for each
// file, and leaves out files of other environments.
func (b *Bench) assignConfigs() (diag.List, error) {
	c := b.options.Config
	b.options.Scopes = map[string]*config.Config{}
	known, said := map[string]*config.Config{}, map[*config.Config]bool{}
	var kept []*source.File
	var found diag.List
	for _, f := range b.in.Files {
		if others := c.Elsewhere(f.Name); len(others) > 0 {
			if c.Env == "" {
				return nil, errors.New("the files belong to the environments " + strings.Join(others, ", ") + ": choose one")
			}
			continue
		}
		own, more := c.For(f.Name, known)
		if !said[own] {
			said[own], found = true, append(found, more...)
		}
		if own != c {
			b.options.Scopes[f.Name] = own
		}
		kept = append(kept, f)
	}
	b.in.Files = kept
	return found, nil
}

// readAPIs reads the descriptions of APIs that the configuration names.
func (b *Bench) readAPIs(texts map[string]string) {
	seen := map[string]bool{}
	for _, d := range b.options.APIDocuments() {
		key := d.File + " " + strings.Join(d.Hosts, " ")
		if seen[key] {
			continue
		}
		seen[key] = true
		api, found := b.readAPI(texts, d)
		b.options.APIFaults = append(b.options.APIFaults, found...)
		if api != nil {
			b.options.APIs = append(b.options.APIs, &api.API)
		}
	}
}

func (b *Bench) readAPI(texts map[string]string, d config.APIDocument) (*openapi.Document, diag.List) {
	text, ok := texts[d.File]
	if !ok {
		return nil, diag.List{diag.FromProblem(*source.Unread(d.File, fs.ErrNotExist))}
	}
	file, problem := source.NewFile(d.File, []byte(text))
	if problem != nil {
		return nil, diag.List{diag.FromProblem(*problem)}
	}
	b.secrets.Watch(file)
	api, found := openapi.Read(file, func(name string) ([]byte, error) {
		if text, ok := texts[path.Join(path.Dir(d.File), name)]; ok {
			return []byte(text), nil
		}
		return nil, fs.ErrNotExist
	})
	api.At(d.Hosts)
	return api, found
}

// checkConfiguration reports what is wrong with the configuration.
func (b *Bench) checkConfiguration(found diag.List) *Report {
	found = diag.Levels{}.Apply(found)
	found.Resolve()
	found.Sort()
	return newReport(&diag.Report{Findings: found, Secrets: b.secrets})
}
