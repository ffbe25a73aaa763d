// Package tab is the Cosmos SDK module of tabs: prepaid balances that settlements
// pay assets from.
//
// What always holds: it imports only types, pay and its own packages; it reads
// no clock but the block's. See package keeper for what holds of the state,
// spec/tab.md for the protocol, README.md for messages and events.
//
// The way through it: module.go wires keeper/ into an application, autocli.go
// describes its commands, types/ is what others see of it.
package tab
