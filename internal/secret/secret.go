// Package secret knows which values of an input are secrets, and masks them
// wherever kgw prints a text.
//
// It takes files, objects and texts and returns the same with "***" in the
// place of each secret. A secret is known by the name of its field, by the kind
// of its object, or by its form. The package must not know what is printed, nor
// in which format.
package secret

import (
	"fmt"
	"io"
)

// Hidden is printed instead of a secret, whatever its length.
const Hidden = "***"

// Value is a secret. It prints as Hidden in every way in which a value can be
// printed; Reveal returns its text.
type Value string

// String implements fmt.Stringer.
func (Value) String() string { return Hidden }

// GoString implements fmt.GoStringer.
func (Value) GoString() string { return Hidden }

// Format implements fmt.Formatter, for every verb.
func (Value) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, Hidden) }

// MarshalText implements encoding.TextMarshaler, for JSON and XML.
func (Value) MarshalText() ([]byte, error) { return []byte(Hidden), nil }

// MarshalYAML implements yaml.Marshaler.
func (Value) MarshalYAML() (any, error) { return Hidden, nil }

// Reveal returns the text of the secret.
func (v Value) Reveal() string { return string(v) }
