package a2a_test

import "time"

// How long, and how often, something is waited for.
const (
	wait = 10 * time.Second
	tick = 5 * time.Millisecond
)
