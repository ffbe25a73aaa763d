// Package heap gives a small process room: its heap may grow to so many bytes before it
// is collected.
//
// What always holds:
//   - Go's collector runs when the heap has doubled (GOGC=100). A role that has a few
//     megabytes in use, and makes more than that each second, would be collected many
//     times a second, each time beside answers. With room it is collected when the heap
//     has doubled or has filled the room, whichever is more.
//   - A process that has more in use than half of the room is collected as ever, and
//     needs no more memory than without.
//   - Who sets GOGC or GOMEMLIMIT, or debug.SetGCPercent later, has decided: nothing is
//     changed any more.
//
// The way through it: [Room], once, at the start of the program.
package heap
