package wire

import (
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	jsonv1 "github.com/go-json-experiment/json/v1"
)

// written is how roles write JSON: as encoding/json does, byte for byte the same
// for the same value, but without escapes for HTML. What is no UTF-8 is replaced.
var written = json.JoinOptions(
	json.Deterministic(true), json.FormatNilSliceAsNull(true), json.FormatNilMapAsNull(true),
	jsonv1.OmitEmptyWithLegacySemantics(true), jsontext.AllowInvalidUTF8(true),
)

// Marshal returns v as JSON.
func Marshal(v any) ([]byte, error) { return json.Marshal(v, written) }

// Unmarshal reads one JSON value into v and nothing after it. A name that comes
// twice in an object is an error, and so is what is no UTF-8 (RFC 8259, sections 4
// and 8.1): two readers could understand it differently.
func Unmarshal(b []byte, v any) error { return json.Unmarshal(b, v) }

// loose is how JSON of servers is read that are not ours.
var loose = json.JoinOptions(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))

// UnmarshalLoose is Unmarshal for what an upstream says, which nobody signs: the last of
// names that come twice counts, and what is no UTF-8 is replaced.
func UnmarshalLoose(b []byte, v any) error { return json.Unmarshal(b, v, loose) }
