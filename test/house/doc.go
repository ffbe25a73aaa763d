// Package house checks the rules of the house over the whole source tree, as
// text: who may import whom, where the clock may be read, how long a file may
// be, and that every package says what it is.
package house
