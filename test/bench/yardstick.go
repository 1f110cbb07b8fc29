package main

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"go.yaml.in/yaml/v3"
)

// yardsticks are the least that any compiler of these files must do. Each is a
// process of its own, on one goroutine.
var yardsticks = map[string]func(path string) error{
	"yardstick-read": func(path string) error {
		return eachFile(path, func([]byte) error { return nil })
	},
	"yardstick-decode": func(path string) error { return eachFile(path, decode) },
}

func eachFile(path string, use func([]byte) error) error {
	return filepath.WalkDir(path, func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		return use(data)
	})
}

// decode decodes every document to a node tree and drops it.
func decode(data []byte) error {
	d := yaml.NewDecoder(bytes.NewReader(data))
	for {
		var n yaml.Node
		if err := d.Decode(&n); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}
