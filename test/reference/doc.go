// Package reference holds the reference implementation of ERC-3525 in Solidity,
// compiled, so that the native contract can be measured beside it on one chain.
//
// What always holds:
//   - The code and its ABI are what the npm packages named in README.md compile
//     to; fresh_test.go, which has the build tag clients because it needs Node and
//     the npm registry, compiles them again and compares.
//   - Nothing of the chain's rests on it: it is data for benchmarks and tests.
package reference
