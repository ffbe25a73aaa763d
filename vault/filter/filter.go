// Package filter says which documents count for a question, by what is known of
// them: "author=Smith|Jones, date>=2024-01-01, source^=docs/".
//
// A filter is conditions with commas between them, all of which must hold. A
// condition is a name, an operator and values with | between them, one of which must
// do:
//
//	=   is          !=  is none of
//	^=  begins with *=  contains
//	<  <=  >  >=    compares: as numbers if both are, else as text, as ISO dates want it
//
// Names, and values for = and != and ^= and *=, are compared without regard to case.
// What holds a comma, a bar or a quotation mark, or begins or ends with a blank, is
// put in quotation marks, in which \ takes the next character as it is. A document
// that lacks the name meets != and nothing else.
package filter

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// ErrSyntax is returned for text that is no filter.
var ErrSyntax = errors.New("not a filter")

const (
	maxText       = 4096
	maxConditions = 32
)

// Filter is a parsed filter. The zero value lets everything through.
type Filter struct{ conditions []condition }

type condition struct {
	name, op string
	values   []string
}

// ops are the operators, longer ones first.
var ops = []string{"!=", "^=", "*=", "<=", ">=", "=", "<", ">"}

// Parse reads a filter. An empty text lets everything through.
func Parse(text string) (Filter, error) {
	var f Filter
	if len(text) > maxText {
		return f, fmt.Errorf("%w: it has %d bytes; want at most %d", ErrSyntax, len(text), maxText)
	}
	rest := strings.TrimSpace(text)
	for rest != "" {
		var c condition
		var err error
		if c, rest, err = parseCondition(rest); err != nil {
			return Filter{}, fmt.Errorf("%w: %w", ErrSyntax, err)
		}
		if f.conditions = append(f.conditions, c); len(f.conditions) > maxConditions {
			return Filter{}, fmt.Errorf("%w: want at most %d conditions", ErrSyntax, maxConditions)
		}
		if rest == "" {
			break
		}
		rest = strings.TrimSpace(rest[1:]) // the comma
		if rest == "" {
			return Filter{}, fmt.Errorf("%w: a condition is missing after the last comma", ErrSyntax)
		}
	}
	return f, nil
}

// parseCondition reads one condition; rest is empty or begins with a comma.
func parseCondition(text string) (c condition, rest string, err error) {
	at := strings.IndexAny(text, "!^*<>=,|\"")
	if at < 0 {
		at = len(text)
	}
	if c.name = strings.ToLower(strings.TrimSpace(text[:at])); c.name == "" {
		return c, "", fmt.Errorf("a name is missing at %q", short(text))
	}
	rest = text[at:]
	for _, op := range ops {
		if strings.HasPrefix(rest, op) {
			c.op, rest = op, rest[len(op):]
			break
		}
	}
	if c.op == "" {
		return c, "", fmt.Errorf("want one of %s after %q, got %q", strings.Join(ops, " "), c.name, short(rest))
	}
	for {
		var value string
		if value, rest, err = parseValue(rest); err != nil {
			return c, "", fmt.Errorf("the value of %q: %w", c.name, err)
		}
		c.values = append(c.values, value)
		if !strings.HasPrefix(rest, "|") {
			return c, rest, nil
		}
		rest = rest[1:]
	}
}

// parseValue reads one value; rest is empty or begins with a comma or a bar.
func parseValue(text string) (value, rest string, err error) {
	text = strings.TrimLeft(text, " \t\r\n")
	if !strings.HasPrefix(text, `"`) {
		at := strings.IndexAny(text, `,|"`)
		if at < 0 {
			at = len(text)
		}
		if value = strings.TrimSpace(text[:at]); at < len(text) && text[at] == '"' {
			return "", "", fmt.Errorf("put all of it in quotation marks, at %q", short(text))
		}
		if value == "" {
			return "", "", fmt.Errorf(`it is missing; write "" for what is empty`)
		}
		return value, text[at:], nil
	}
	var b strings.Builder
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			if i++; i < len(text) {
				b.WriteByte(text[i])
			}
		case '"':
			rest = strings.TrimLeft(text[i+1:], " \t\r\n")
			if rest != "" && rest[0] != ',' && rest[0] != '|' {
				return "", "", fmt.Errorf("want a comma or a bar at %q", short(rest))
			}
			return b.String(), rest, nil
		default:
			b.WriteByte(text[i])
		}
	}
	return "", "", errors.New("its closing quotation mark is missing")
}

func short(s string) string {
	if r := []rune(s); len(r) > 24 {
		return string(r[:24]) + "…"
	}
	return s
}

// All reports whether everything is let through.
func (f Filter) All() bool { return len(f.conditions) == 0 }

// String returns the filter in one form for all ways of writing it.
func (f Filter) String() string {
	var b strings.Builder
	for i, c := range f.conditions {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(c.name + c.op)
		for j, v := range c.values {
			if j > 0 {
				b.WriteByte('|')
			}
			b.WriteString(quote(v))
		}
	}
	return b.String()
}

func quote(v string) string {
	if v != "" && v == strings.TrimSpace(v) && !strings.ContainsAny(v, `,|"`) {
		return v
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(v) + `"`
}

// Match reports whether a document is let through. get returns what is known of it
// by a name in lower case.
func (f Filter) Match(get func(name string) (string, bool)) bool {
	for _, c := range f.conditions {
		if !c.match(get(c.name)) {
			return false
		}
	}
	return true
}

func (c condition) match(have string, known bool) bool {
	if c.op == "!=" {
		for _, v := range c.values {
			if known && strings.EqualFold(have, v) {
				return false
			}
		}
		return true
	}
	for _, v := range c.values {
		if known && holds(have, c.op, v) {
			return true
		}
	}
	return false
}

func holds(have, op, want string) bool {
	switch op {
	case "=":
		return strings.EqualFold(have, want)
	case "^=":
		return strings.HasPrefix(strings.ToLower(have), strings.ToLower(want))
	case "*=":
		return strings.Contains(strings.ToLower(have), strings.ToLower(want))
	}
	order := strings.Compare(have, want)
	x, err := strconv.ParseFloat(have, 64)
	if y, err2 := strconv.ParseFloat(want, 64); err == nil && err2 == nil {
		switch {
		case x < y:
			order = -1
		case x > y:
			order = 1
		case x == y:
			order = 0
		default:
			return false // not a number
		}
	}
	switch op {
	case "<":
		return order < 0
	case "<=":
		return order <= 0
	case ">":
		return order > 0
	}
	return order >= 0
}
