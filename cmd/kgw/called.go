package main

import (
	"bytes"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/kgw-dev/kgw/internal/krm"
	"github.com/kgw-dev/kgw/internal/source"
)

// Names under which kubectl calls a plugin, and asks it for completions
// (https://kubernetes.io/docs/tasks/extend-kubectl/kubectl-plugins/).
const (
	pluginName   = "kubectl-kgw"
	completeName = "kubectl_complete-kgw"
)

// trimCalledName returns the arguments without the name under which the program is
// called. As a plugin of kubectl it calls itself "kubectl kgw" in help texts.
func (a *app) trimCalledName(root *cobra.Command, args []string) []string {
	if len(args) == 0 {
		return nil
	}
	name := strings.TrimSuffix(filepath.Base(args[0]), ".exe")
	switch name {
	case pluginName:
		renameToPlugin(root)
	case completeName:
		renameToPlugin(root)
		return append([]string{cobra.ShellCompRequestCmd}, args[1:]...)
	}
	return args[1:]
}

// renameToPlugin makes the help of all commands say "kubectl kgw".
func renameToPlugin(root *cobra.Command) {
	root.Annotations = map[string]string{cobra.CommandDisplayNameAnnotation: "kubectl kgw"}
	var each func(*cobra.Command)
	each = func(c *cobra.Command) {
		lines := strings.Split(c.Example, "\n")
		for i, line := range lines {
			line = strings.Replace(line, "| kgw ", "| kubectl kgw ", 1)
			line = strings.Replace(line, "<(kgw ", "<(kubectl kgw ", 1)
			if rest, ok := strings.CutPrefix(line, "  kgw "); ok {
				line = "  kubectl kgw " + rest
			}
			lines[i] = line
		}
		c.Example = strings.Join(lines, "\n")
		for _, sub := range c.Commands() {
			each(sub)
		}
	}
	each(root)
}

// patience is how long kgw without arguments waits for a first byte on standard
// input. A caller that runs it as a function writes something; a pipe that nobody
// writes to would keep it waiting forever.
const patience = 10 * time.Second

// readPiped reads the bytes that are piped into kgw, nil for none.
func (a *app) readPiped() []byte {
	if a.terminal.stdin {
		return nil
	}
	first := make(chan []byte, 1)
	go func() {
		b := make([]byte, 4096)
		n, _ := a.stdin.Read(b)
		first <- b[:n]
	}()
	select {
	case data := <-first:
		if len(data) == 0 {
			return nil
		}
		rest, err := source.ReadLimited(a.stdin, 4096, source.MaxFileBytes)
		if err != nil {
			return nil
		}
		return append(data, rest...)
	case <-time.After(patience):
		return nil
	}
}

// runAsFunction runs kgw without arguments as a KRM function: kustomize and kpt
// cannot pass a program arguments.
func (a *app) runAsFunction(data []byte) error {
	if !bytes.Contains(data, []byte(krm.Kind)) {
		return usage("standard input holds no ResourceList, and there is no command: see kgw --help")
	}
	return a.runOnList(data)
}
