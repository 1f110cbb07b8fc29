package main

import (
	"cmp"
	"path/filepath"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/lazyregexp"
	"github.com/kgw-dev/kgw/internal/source"
)

// renderCharts replaces Helm charts by the output of the program helm, where --helm
// or the nearest kgw.yaml asks for that. Charts of environments that are not chosen
// are left out.
func (s *scopes) renderCharts(in *compile.Input) error {
	var left []source.Chart
	for _, c := range in.Charts {
		path := s.abs(filepath.FromSlash(c.File))
		own, skip, err := s.configOf(path)
		switch {
		case err != nil:
			return err
		case skip:
		case s.flags.helm || own.Helm != nil:
			before := len(in.Files)
			s.renderChart(c, own, in)
			for _, f := range in.Files[before:] {
				s.charts[f] = own.ForChart()
			}
		default:
			left = append(left, c)
		}
	}
	in.Charts = left
	return nil
}

// library is the line of a chart that only other charts use.
var library = lazyregexp.New(`(?m)^type:[ \t]*["']?library\b`)

// renderChart adds the output of helm for a chart with the settings of a
// configuration, which flags override.
func (s *scopes) renderChart(c source.Chart, own *config.Config, in *compile.Input) {
	f := s.flags
	if text, err := f.bounds.ReadFile(s.abs(filepath.FromSlash(c.File)), source.MaxSettingsBytes); err == nil && library().Match(text) {
		return
	}
	set := config.Helm{}
	if own.Helm != nil {
		set = *own.Helm
	}
	release := cmp.Or(f.release, set.Release, filepath.Base(filepath.Clean(s.abs(c.Dir))))
	args := []string{"template", release, ".", "--namespace", cmp.Or(f.namespace, set.Namespace, own.Namespace)}
	values := f.values
	if len(values) == 0 {
		values = own.ValuesFiles()
	}
	for _, v := range values {
		path := s.abs(filepath.FromSlash(v))
		if _, err := f.bounds.ReadFile(path, source.MaxSettingsBytes); err != nil {
			in.Problems = append(in.Problems, *source.Unread(s.display(path), err))
			return
		}
		args = append(args, "--values", path)
	}
	out, err := s.runProgram(c.Dir, "helm", args...)
	s.addRendered(c.File, out, err, in)
}
