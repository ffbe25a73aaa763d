// Package wallet writes what wallets need to know of a chain, in the forms they
// read:
//
//   - the parameter of wallet_addEthereumChain (EIP-3085), for MetaMask and others;
//   - a chain definition for viem, and libraries on top of it;
//   - the argument of Keplr's experimentalSuggestChain, which Leap takes too;
//   - chain.json and assetlist.json of the Cosmos chain registry.
//
// What always holds:
//   - It is pure: facts in, bytes out. The same facts give the same bytes.
//   - What is written passes the published schema of its form; facts that could
//     not are refused by Check, with a reason.
//   - An endpoint that is not known is left out, never guessed.
package wallet
