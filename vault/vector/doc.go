// Package vector finds the nearest of many unit vectors by scanning all of them.
//
// What always holds:
//   - The score of a hit is the exact inner product of the two vectors as they were
//     given, each brought to length one. It is summed in float64 in one order, so it
//     is the same on every machine.
//   - What is found depends on the vectors and the order they were added in only:
//     not on the number of cores, on the CPU, or on what else is asked meanwhile.
//     Equal scores are ordered by id.
//   - A vector is missed only if the estimates that sort it out are wrong by more
//     than three of their standard deviations: about one in a thousand of those
//     that belong among the best, whatever the vectors look like. Sets of fewer than
//     [BlockSize] vectors, and the newest vectors of any set, are not estimated.
//
// How: vectors are kept in blocks. Once a block is full, its mean is taken off each
// vector; what is left is turned by a random rotation that is always the same, and
// kept as two bits for each dimension, in two planes, beside the vector itself. A
// search turns the question likewise, rounds it to three bits, and estimates all
// inner products from the first plane by counting bits (RaBitQ). What the error of
// the estimate could still bring among the best is estimated again with both
// planes, and what that leaves is scored exactly. So random vectors, which no
// estimate tells apart, take longer, and are found all the same. Counting bits needs
// no assembly; inner products of floats are by [github.com/viterin/vek], with AVX2
// where there is.
//
// The way through it: [New], [Set.Add], [Set.Remove], and [Set.Search], which may be
// limited to a [Bitmap] of ids. All may be used by many goroutines.
package vector
