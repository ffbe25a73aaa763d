// Package oracle measures how long contracts wait for answers, and that each gets its
// answer once, while the operator that answers is killed again and again.
//
// What always holds: the chain, the model and the operator are the program's own
// commands, in processes of their own; what a contract was told is read from its
// storage, what became of a request from the chain.
//
// The way through it: run.go starts the home, kills, and puts the figures together;
// contract.go is the contract that asks, asking.go sends its requests, process.go runs
// commands.
package oracle
