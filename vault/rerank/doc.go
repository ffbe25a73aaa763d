// Package rerank asks an endpoint to order passages by how well they answer a
// question. Any will do that answers POST /rerank as Jina's, Cohere's, vLLM's and
// llama.cpp's do, or as Text Embeddings Inference's.
//
// What always holds: an answer is taken as a whole or not at all, within a time that
// is bounded; who asks goes on with the order there was if it fails. Of a question
// and of each passage no more than a bounded number of bytes is sent. The API key
// stands in no error.
//
// The way through it: [New], then [Client.Order].
package rerank
