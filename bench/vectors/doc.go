// Package vectors measures the scan of vectors beside chromem-go, on the same
// vectors and questions in the same run.
//
// What always holds:
//   - The vectors are made from a seed, so that runs compare: a mean that all share,
//     subjects, documents in subjects and chunks in documents, each of which moves
//     away from the former, most in few dimensions. That is how embeddings of texts
//     lie. Questions lie near a chunk. Beside them stand vectors without any such
//     order, which are the hardest to tell apart.
//   - The recall is against a scan of all vectors in float64.
//   - Times are of one question at a time, each system by itself, after one round
//     to warm up.
package vectors
