package config

import (
	"path"

	"github.com/kgw-dev/kgw/internal/source"
)

// ValuesFiles returns the files of values of Helm charts, relative to the same
// working directory as the names of configurations: each is in the directory of
// the file that names it.
func (c *Config) ValuesFiles() []string {
	if c.Helm == nil {
		return nil
	}
	dir := c.folderOf("helm", "values")
	var out []string
	for _, v := range c.Helm.Values {
		if !path.IsAbs(v) {
			v = path.Join(dir, v)
		}
		out = append(out, v)
	}
	return out
}

// folderOf returns the folder, relative to the working directory as names of
// configurations are, of the file that sets a setting last.
func (c *Config) folderOf(keys ...string) string {
	dir := ""
	for _, l := range c.layers {
		n := l.root
		for _, k := range keys {
			n = source.Field(n, k)
		}
		if n != nil && l.doc != nil {
			dir = path.Dir(l.doc.File.Name)
		}
	}
	return dir
}

// ForChart returns the configuration of what a chart renders to: its namespace
// is that of the release.
func (c *Config) ForChart() *Config {
	if c.Helm == nil || c.Helm.Namespace == "" || c.Helm.Namespace == c.Namespace {
		return c
	}
	out := *c
	out.Namespace = c.Helm.Namespace
	return &out
}
