package local

import (
	"encoding"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// lineError is what is wrong in a line of a file.
type lineError struct {
	line int
	err  error
}

// Error implements error.
func (e lineError) Error() string { return fmt.Sprintf("line %d: %v", e.line, e.err) }

// Unwrap returns what is wrong.
func (e lineError) Unwrap() error { return e.err }

func inLine(n *yaml.Node, format string, args ...any) error {
	return lineError{n.Line, fmt.Errorf(format, args...)}
}

// decode reads a mapping into the struct that into points to, by its yaml tags. A
// key that is not known is an error, and errors say in which line they are.
func decode(n *yaml.Node, into any) error {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if n.Kind != yaml.MappingNode {
		return inLine(n, "want keys with values, as in name: labels of 2026")
	}
	fields := fieldsOf(reflect.ValueOf(into).Elem())
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		field, ok := fields[key.Value]
		switch {
		case !ok:
			return inLine(key, "there is no key %.80q here; there are %s", key.Value, names(fields))
		case seen[key.Value]:
			return inLine(key, "%s is there twice", key.Value)
		}
		seen[key.Value] = true
		if err := decodeField(value, field); err != nil {
			var known lineError
			if errors.As(err, &known) {
				return err
			}
			if strings.HasPrefix(err.Error(), key.Value+": ") { // it says so itself
				return lineError{value.Line, err}
			}
			return inLine(value, "%s: %w", key.Value, err)
		}
	}
	return nil
}

func decodeField(n *yaml.Node, field reflect.Value) error {
	err := n.Decode(field.Addr().Interface())
	var mistyped *yaml.TypeError
	if !errors.As(err, &mistyped) {
		return err
	}
	got := n.Value
	if n.Kind != yaml.ScalarNode {
		got = map[yaml.Kind]string{yaml.MappingNode: "keys with values", yaml.SequenceNode: "a list"}[n.Kind]
	}
	if n.Kind == yaml.SequenceNode && field.Kind() == reflect.Slice {
		return errors.New("want a list of single values, got a list in a list")
	}
	return fmt.Errorf("want %s, got %.80q", wanted(field.Type()), got)
}

// wanted says in words what a field takes.
func wanted(t reflect.Type) string {
	if reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]()) {
		return "a text"
	}
	switch t.Kind() {
	case reflect.Pointer:
		return wanted(t.Elem())
	case reflect.Bool:
		return "true or false"
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return "a whole number, 0 or above"
	case reflect.Slice:
		return "a list, as in [a, b]"
	}
	return "a text"
}

// fieldsOf returns the fields of a struct by their yaml tags.
func fieldsOf(v reflect.Value) map[string]reflect.Value {
	fields := map[string]reflect.Value{}
	for i := range v.NumField() {
		fields[v.Type().Field(i).Tag.Get("yaml")] = v.Field(i)
	}
	return fields
}

func names(fields map[string]reflect.Value) string {
	var all []string
	for name := range fields {
		all = append(all, name)
	}
	slices.Sort(all)
	return strings.Join(all, ", ")
}

// syntax is what the parser says of text that is no YAML.
var syntax = regexp.MustCompile(`^yaml: (line \d+: )?`)

// notYAML says of text that it is no YAML.
func notYAML(err error) error {
	m := syntax.FindStringSubmatch(err.Error())
	if m == nil {
		return err
	}
	return fmt.Errorf("%sthis is not YAML: %s", m[1], strings.TrimPrefix(err.Error(), m[0]))
}
