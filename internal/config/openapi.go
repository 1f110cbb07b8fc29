package config

import "path"

// APIDocument names a description of an API (OpenAPI).
type APIDocument struct {
	File string `json:"file"`
	// Hosts are where the API is published, instead of those that the
	// description names.
	Hosts []string `json:"hosts"`
}

// APIDocuments returns the descriptions of APIs. Their files are relative to the
// working directory that the names of configurations are relative to.
func (c *Config) APIDocuments() []APIDocument {
	dir := c.folderOf("openapi")
	out := make([]APIDocument, len(c.OpenAPI))
	for i, d := range c.OpenAPI {
		if !path.IsAbs(d.File) {
			d.File = path.Join(dir, d.File)
		}
		out[i] = d
	}
	return out
}
