package diag

import (
	"fmt"
	"strings"
)

// Formats returns the names of the formats that NewRenderer knows.
func Formats() []string {
	return []string{"text", "json", "sarif", "junit", "github"}
}

// NewRenderer returns the renderer of a format. Only text is coloured.
func NewRenderer(format string, color bool) (Renderer, error) {
	switch format {
	case "text":
		return Text{Color: color}, nil
	case "json":
		return JSON{}, nil
	case "sarif":
		return SARIF{}, nil
	case "junit":
		return JUnit{}, nil
	case "github":
		return GitHub{}, nil
	}
	return nil, fmt.Errorf("unknown format %q: want one of %s", format, strings.Join(Formats(), ", "))
}

// headline sums up a run in one line: "2 errors, 1 warning in 214 resources".
func headline(s Summary) string {
	var parts []string
	for _, p := range []struct {
		n    int
		noun string
	}{{s.Errors, "error"}, {s.Warnings, "warning"}, {s.Infos, "info"}, {s.Suppressed, "suppressed"}} {
		switch {
		case p.n == 0:
		case p.noun == "suppressed":
			parts = append(parts, fmt.Sprintf("%d suppressed", p.n))
		default:
			parts = append(parts, count(p.n, p.noun))
		}
	}
	if s.Errors+s.Warnings+s.Infos == 0 {
		parts = append([]string{"no findings"}, parts...)
	}
	line := strings.Join(parts, ", ")
	if s.Resources > 0 {
		line += " in " + count(s.Resources, "resource")
	} else if s.Errors+s.Warnings+s.Infos == 0 {
		line += "; there is no resource to compile"
	}
	if s.PassedOver > 0 {
		line += fmt.Sprintf(" (%s passed over)", count(s.PassedOver, "file"))
	}
	if s.Fixable > 0 {
		line += fmt.Sprintf("; kgw validate --fix repairs %d", s.Fixable)
	}
	return line
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
