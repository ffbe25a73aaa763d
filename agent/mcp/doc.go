// Package mcp serves an agent's tools by the Model Context Protocol, with its official
// Go SDK: over standard input and output, and over streamable HTTP.
//
// What always holds:
//   - A call that can cost more than is paid without asking is not paid: the caller is
//     shown the cost and asked (elicitation) if it can be, or told to name what it agrees
//     to (max_cost). What a person agrees to is an amount.
//   - Over HTTP, who brings an API key spends with it, at the gateway that meters it; who
//     brings none pays by x402, or spends the owner's tab if the owner has opened it to
//     this machine. A session is its key's: another's is refused.
//   - A tool's failure is a result that says what to do, never a broken protocol.
//   - No client is asked for roots, sampling or logging.
//
// The way through it: [New] with a [Config], then [Server.Run] for one client on
// standard input and output, or [Server.Handler] for many over HTTP. tools.go has the
// tools, cost.go how a cost is agreed to.
//
// Both of the protocol's lives are served at one address: sessions for versions up to
// 2025-11-25, requests that stand alone for 2026-07-28 and later.
package mcp
