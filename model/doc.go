// Package model is the server of a model's owner: it sells the answers of an
// upstream tick by tick.
//
// What always holds:
//   - The upstream is asked only after a voucher with the model's own tick leaf
//     was verified and written down, of a payer who may use the model.
//   - No byte goes out that lies more than one tick beyond what is paid (plus
//     the prompt's ticks, before the first one came). Text is counted in metered
//     tokens, types.TokenBytes bytes each, over the whole answer.
//   - An order is served once. A retry gets the same text and the same receipt.
//   - What is kept of an answer for a retry is sealed under a key made from the
//     model's own (rest.go).
//   - What fails before the first byte is an HTTP status; what fails later is an
//     error at the end of the stream, with a receipt over what was sent and paid.
//
// The way through it: [New] takes an [Upstream]; [NewHTTP] is any server that
// speaks OpenAI's chat completions, [NewReader] is weal-reader, which quotes
// sentences of the passages in the prompt and needs no model at all. Handler
// serves, Book holds what was earned.
//
// What a model gives is text, and calls of tools, which count as text (calls.go,
// parts.go). Embeddings and rerankings are tasks (task.go): charged by their input, all
// at once, and given as one text, their JSON.
//
// direct.go is how a client without a gateway pays: by x402, for the whole answer at
// once. spec/wire.md and spec/x402.md have the endpoints, statuses and codes.
package model
