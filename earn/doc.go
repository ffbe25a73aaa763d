// Package earn is what a vault, a model or a gateway checks and keeps in order to
// be paid: it holds everything it needs before it works.
//
// What always holds:
//   - A payment is accepted only if the chain would pay it: right chain, open lane,
//     the lane's own signature, a path to the signed root, an order that names this
//     asset and its price, an amount that covers all that the lane owes already,
//     and a total that fits the lane's cap.
//   - What was accepted is with the operating system before the call returns, so
//     that a crash loses no claim.
//   - One tab never owes more than Config.Exposure, and all tabs of a denomination
//     together never more than Config.ExposureAll: what is unsettled, what was given
//     away ahead of its tick, and what a settlement did not bring.
//   - The first order of a lane is accepted only if bringing it to the chain is
//     refunded by the tab's fee reserve, or worth it without.
//   - What lanes owe is handed to the watcher soon after it was accepted, beside the
//     work: a watcher that is down holds up nobody.
//   - A payment is accepted only from a payer who may use the asset. The uses of a
//     credential that has a limited number are counted with the orders they were
//     taken for: never one too many, also if orders race or the process is killed.
//   - An order is served once; who asks again gets the same answer.
//
// The way through it: Open a Book; ask Admit before an offer; AcceptLeaf or
// AcceptTick before work; Tick and AwaitTicks while it streams; MarkServed with the
// answer. Run, in the background, brings to the chain what is due.
package earn
