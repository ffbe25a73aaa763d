// Package node runs a chain inside this process: CometBFT, the application, and
// the servers that wallets and roles talk to.
//
// The way through it: Init (init.go) writes the files of a chain with this one
// validator, with the settings of settings.go. Start (start.go) opens the
// databases and the application, connects CometBFT to it, and listens for gRPC,
// REST (servers.go) and JSON-RPC over HTTP and WebSocket (jsonrpc.go). Stop
// (node.go) goes the same way back.
//
// What always holds:
//   - When Start returns, every port listens; when Stop returns, every port,
//     lock and database is free, and the same process may start it again.
//   - A kill at any moment loses no block: consensus replays what the
//     application had not committed.
//   - One process runs a chain's home. The second is told so.
//   - Files are read from the home; only ports and host are the caller's, so
//     that several homes run side by side.
package node
