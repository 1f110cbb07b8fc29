package diag

// ColorEnabled decides whether a stream is coloured. mode is the command
// line's: "always" and "never" decide, anything else leaves it to the
// environment: NO_COLOR (https://no-color.org) over FORCE_COLOR
// (https://force-color.org) and CLICOLOR_FORCE (https://bixense.com/clicolors)
// over whether the stream is a terminal that is not dumb.
func ColorEnabled(mode string, env func(string) string, tty bool) bool {
	switch mode {
	case "always":
		return true
	case "never":
		return false
	}
	if env("NO_COLOR") != "" {
		return false
	}
	if force := env("CLICOLOR_FORCE"); env("FORCE_COLOR") != "" || force != "" && force != "0" {
		return true
	}
	return tty && env("TERM") != "dumb"
}

// style is a set of SGR attributes (ECMA-48, 8.3.117).
type style string

const (
	bold   style = "1"
	red    style = "1;31"
	yellow style = "1;33"
	blue   style = "1;34"
	cyan   style = "1;36"
)

func (s Severity) style() style {
	switch s {
	case Warning:
		return yellow
	case Info:
		return cyan
	}
	return red
}

// paint styles text when color is set.
func paint(color bool, s style, text string) string {
	if !color || text == "" {
		return text
	}
	return "\x1b[" + string(s) + "m" + text + "\x1b[0m"
}
