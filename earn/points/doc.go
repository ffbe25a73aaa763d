// Package points adds up what contributions to an asset have earned, and takes it to
// the chain in distributions.
//
// What always holds:
//   - What a use earned is divided among those behind it to the last unit, by each rule:
//     the rule is chosen when it is distributed.
//   - Points that were taken for a distribution are in it and nowhere else.
//   - There is at most one open distribution of a denomination. It is on the disk before
//     anybody can send it, and stays the same until it is done: whoever is killed
//     between sending and noting sends it again, and the chain pays nobody twice by one
//     root.
//   - Who works for a payer is not kept waiting: all of it is for the background, and for
//     the asset's owner.
//
// The way through it: [Open], then [Sheet.Divide] for each use and [Table.Add] for many
// at once; [Table.Points] for the owner; [Table.Prepare] and [Table.Done] around what is
// sent to the chain, which [Admin] serves.
package points
