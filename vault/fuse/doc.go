// Package fuse makes one ranking of what is found by words and by meaning, finds
// the weight at which that is best, and takes out passages that say the same.
//
// What always holds:
//   - A weight of 0 is the ranking by words, and 1 that by meaning, to the letter.
//     Between them both lists' scores are brought to 0 to 1 (least to greatest of
//     the list) and summed by weight; what a list lacks counts 0 in it.
//   - Equal scores are ordered by id. Nothing depends on chance.
//   - On the questions that a weight was tuned on, it is no more than [Tolerance]
//     worse than the better of the two lists alone. Tune also reports what weights do
//     on questions that they were not chosen by.
//
// The way through it: [Fuse], [Tune], [Seen].
package fuse
