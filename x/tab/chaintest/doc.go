// Package chaintest has no code of its own: its tests run x/tab in the whole
// application. life_test.go plays tabs block by block, cost_test.go measures what
// messages cost with all modules that take part, and holds them to the bars.
//
// What always holds: a settlement's gas and bytes depend on how many payees it
// shows and how deep their paths are, and on nothing else.
package chaintest
