// Package vault is the data owner's server. It keeps documents, tells who asks
// what it has for a question without showing it, and releases the passages that
// were paid for, each with the proof that the chain knows it.
//
// What always holds:
//   - Nothing of a document leaves before the payment for it is written down.
//   - What is offered and released is of the version of the asset that the chain
//     knew when the offer was made. New documents are staged until the chain knows
//     their root.
//   - The ids of an offer say nothing: they are salted anew in each, and only the
//     payer learns the salt.
//   - An order is served once; a retry gets the same bytes, also after a crash.
//   - A closed vault offers and releases nothing to a payer without a credential.
//   - No payer is offered more than a budget of different passages an hour, nor asks
//     more than a budget of variations that it does not buy. A restart forgives neither.
//   - A passage is sold for what it was offered for, and offered for what the price
//     list on the chain says of its band and bytes.
//   - An offer shows nothing of a passage that the owner has not given away.
//   - What is asked and sold is counted in the background; nobody waits for it, and a
//     crash loses counts and never a payment. Questions are kept only if the owner says
//     so, and then every offer tells.
//
// The way through it: [Open] a vault in a folder, [Vault.Add] documents, register
// [Vault.Root] on the chain, [Vault.SetAsset], and serve [Vault.Handler].
// [Vault.Admin] is for the owner. The parts are ingest (files to chunks), crawl
// (pages of the web), index (BM25), vector, embed, fuse and rerank (finding by
// meaning), filter, library (documents in a database), seal (keeping them sealed),
// tally (counting), measure and beir (measuring).
// direct.go is how who has no gateway asks and pays, by x402; searching.go is how the
// owner says what finds, reading.go how files are read, selling.go what offers tell,
// and crawling.go takes in sites. budget.go counts what payers were told, probe.go
// tells which questions are variations, and budgetkept.go keeps the counts. counts.go
// notes what is sold and takes apps' reports of what it counted, stats.go and
// contributors.go tell the owner, metrics.go a page of metrics.
package vault
