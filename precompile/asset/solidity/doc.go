// Package solidity is the interface of the asset contract, for those who call it:
// IWealAssets.sol, abi.json and what goes in and out of it as Go values.
//
// What always holds:
//   - abi.json says what IWealAssets.sol says; a test compares them.
//   - It imports nothing of the chain's, so that tools and roles can use it.
package solidity
