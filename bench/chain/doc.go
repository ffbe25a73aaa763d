// Package chain runs the chain's application inside a process, block by block
// and without consensus, for measurements: the code that a node runs, fed
// through ABCI, with its state on disk.
//
//	c, err := chain.New(chain.Config{Accounts: 2})
//	defer c.Close()
//	tx, err := c.EVM(c.Accounts[0], chain.Call{To: &to, Data: data})
//	results, err := c.Deliver(tx)
//
// What always holds:
//   - State changes by signed transactions in blocks only. The price of gas
//     stands still and blocks may be larger than a proposer would make them, so
//     that much can be set up; nothing else differs from other chains.
//   - Transactions run one after the other, so that what one takes is its own.
//   - Nothing is left behind by Close. A process has one chain at a time: the
//     engine keeps its configuration in globals.
package chain
