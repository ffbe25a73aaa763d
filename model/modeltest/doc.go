// Package modeltest is the other side of a metered asset in tests: a chain that
// knows what it was told, and a payer whose every step is taken by hand, so that
// a test can take the wrong one.
//
// What always holds: vouchers, leaves, paths, orders and ticks are made with pay,
// as a purse makes them; nothing here is used outside of tests.
package modeltest
