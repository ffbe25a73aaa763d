// Package runner runs the functions of contracts that are written in Go.
//
// What always holds:
//   - A view reads the transaction's native state as it is, without a snapshot:
//     a transaction may make as many such calls as its gas allows.
//   - A write works in a branch of the native state. What it did lands before the
//     first call out, at the latest when nothing of it can fail any more: in a
//     layer of its own, with an entry in the EVM's journal, or in the uppermost
//     one, if whatever can undo it then undoes the writes in there, too. So a
//     thousand writes of one contract's share a layer.
//   - The order within a write is: native state and other coins, completely; then
//     the balances that the EVM keeps; then logs; then calls out to contracts.
//     Nothing native follows a call out, so that no contract sees half of a change.
//   - The chain's coin moves only in the EVM's balances, or from module accounts,
//     which the EVM does not know: what it has not written back yet is then never
//     missing, and a call does not have to write back all that a transaction has
//     touched so far. It never moves to an account that is blocked.
//   - msg.sender is who called, and nobody else: code that is borrowed by
//     DELEGATECALL is refused, by CALLCODE it can only look. What a front says of
//     its caller is believed of fronts alone, which are known by their addresses.
//   - Gas is what the native store charges, and more the deeper the stack of
//     snapshots is, since every read looks through it; what a contract pays for
//     logs, transfers, calls and creation is paid here, too. Running out of gas is
//     an error of the EVM's, never a panic.
//
// The way through it: function.go says what a function is, call.go what it can
// do, outside.go what it can do to contracts, runner.go finds and runs it,
// branch.go and layer.go say where a write works and lands, pay.go moves coins,
// front.go has contracts that stand before it, and gas.go says what is charged
// besides the store.
package runner
