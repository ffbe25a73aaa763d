// Package embed asks an endpoint for embeddings: vectors that lie near each other
// when texts mean the same. Any endpoint will do that answers POST /embeddings as
// OpenAI's does: Ollama, llama.cpp, Text Embeddings Inference, vLLM, OpenAI itself.
//
// What always holds:
//   - A text that the [Cache] has a vector of is not sent again. What was answered is
//     in the cache before more is asked, so that who is stopped goes on from there.
//   - A reply is taken in as a whole or not at all: one vector for each text, all of
//     the same number of dimensions, which never changes while a client lives, of
//     finite numbers and not zero.
//   - Vectors are of length one.
//   - What may pass is tried again: refused connections, 408, 429 and 5xx, with
//     growing pauses, or as long as the endpoint asks for. What is too large for the
//     endpoint is sent in halves. A context that ends ends all of it.
//   - Documents and questions may have words ahead of them, as some models want
//     ("passage: ", "query: "). Those, and where texts are cut, are part of
//     [Client.Name], by which vectors are kept: vectors that were made otherwise are
//     never compared.
//   - The API key is sent to the endpoint and stands in no error.
//
// The way through it: [New], [Client.Fill] for documents, [Client.Query] for a
// question. embedtest is an endpoint for tests.
package embed
