// Package guest is an agent for who pays for itself at a gateway: with an API key of
// the gateway, or with an x402 payment for each answer.
//
// What always holds:
//   - Nothing is spent here. What a guest spends goes through the gateway, which meters
//     keys and checks payments; an owner's purse is out of reach.
//   - A guest with a key is told what an answer can cost before the key is used, and is
//     refused what can cost more than it allows. A guest without one is told how to pay.
//   - Answers are kept for the key that paid for them. Without a key nothing is kept: the
//     answer itself has all that proves it.
//
// The way through it: [New], and then as any [agent.Agent]. A search is paid from a
// lane, and is not sold to guests.
package guest
