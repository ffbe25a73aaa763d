// Package clients uses a chain with the libraries of others, as their users do:
// viem and ethers against the JSON-RPC of the binary's `weal up`, and the public
// x402 packages against its gateway, model and vault.
//
// Its test has the build tag clients, because it needs Node and, once, the npm
// registry:
//
//	go test -tags clients ./test/clients
//
// The way through it: clients_test.go builds the binary, starts a home and runs
// the scripts; chain.mjs is what they share; viem.test.mjs and ethers.test.mjs
// register an asset, split and move its value, read what happened from logs,
// are refused, and claim what a paid question earned; x402.test.mjs pays for
// answers, with the plug-in weal-x402.mjs from a lane that it alone has the key
// of, and with the packages as they are from an account; sealed.test.mjs makes
// spec/vectors/sealed.json with an HPKE that is not ours. mcp.test.mjs and
// a2a.test.mjs use `weal mcp` and `weal a2a` with the official SDKs of these
// protocols, and run the conformance suite of MCP. openai_test.go starts a home
// whose model has a scripted upstream that calls tools, and asks it with OpenAI's
// package for Go; the scripts in openai/ ask it with that for Node, LangChain.js and
// Vercel's AI SDK.
//
// What always holds: the scripts know of the chain only what `weal wallet` and
// `weal status` print, the ABIs in precompile/solidity, and their own lanes.
package clients
