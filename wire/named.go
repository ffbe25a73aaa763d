package wire

import "fmt"

// Named writes v as the JSON of one event with a name, as the streams of OpenAI's
// Responses have it, and flushes it.
func (e *Events) Named(name string, v any) error {
	b, err := Marshal(v)
	if err != nil {
		return fmt.Errorf("encode event: %w", err)
	}
	out := make([]byte, 0, len("event: \ndata: \n\n")+len(name)+len(b))
	out = append(append(append(out, "event: "...), name...), "\ndata: "...)
	return e.raw(append(append(out, b...), "\n\n"...))
}
