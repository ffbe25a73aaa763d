// Package seen is a vault, a model, a gateway and a purse as they are, looked at from
// outside: what spans, metrics and logs tell of a question, and that they tell nothing
// of what it says.
package seen
