// Package agent says what an agent can do on Weal, whichever protocol it speaks and
// whoever pays: quote, ask, search, cite, and look at models, balance and receipts.
//
// What always holds:
//   - Whatever can cost something names the most that it may cost. What would cost
//     more is refused with a [*DearError] that has the quote, and nothing is signed.
//   - An Agent spends for one payer. A home's owner, and the agents that it gave a
//     purse, pay from lanes (package local); everyone else pays for itself at the
//     gateway, by an API key or by x402 (package guest), where budgets are metered.
//   - What was bought is kept (package answers) and can be cited again with its proof
//     against the chain, for nothing.
//   - Amounts are told twice: exactly, in the smallest unit, and for people.
//
// The way through it: a protocol's server ([github.com/weal-network/weal/agent/mcp],
// [github.com/weal-network/weal/agent/a2a]) is given an [Agent] for each caller, and
// stands behind [github.com/weal-network/weal/agent/guard] where it listens.
//
// spec/agents.md has the tools, tasks and errors.
package agent
