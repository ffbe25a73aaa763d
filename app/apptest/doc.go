// Package apptest runs the chain's application in a test, block by block and
// without consensus, and holds it to what validators rely on.
//
//	net := apptest.New(t)
//	alice, bob := net.Accounts[0], net.Accounts[1]
//	res := net.Deliver(net.Cosmos(alice, banktypes.NewMsgSend(…)))
//
// Every block that the network makes runs on the main application and on its
// shadows, and the test fails if their app hashes differ (shadow.go):
//   - one that runs the transactions one after the other,
//   - one that is dropped before it commits, at every third block, opened again
//     from its database and given the block once more,
//   - after ForkExport, one that began from an exported state; its hashes cannot
//     be the same, its exported state must be (export.go).
//
// After every block the invariants of x/asset and x/tab are checked as well.
//
// Conn is a gRPC connection to the main application; a client written for a
// node works against it (conn.go). Each transaction that it broadcasts gets a
// block of its own.
//
// All networks of a test binary share the chain's EVM id, and the engine's
// globals with it; tests that make networks must not run in parallel.
package apptest
