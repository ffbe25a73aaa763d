package types

import "errors"

// ErrNotFound is what reading the chain wraps for an asset, a version, a share, a
// tab or a lane that does not exist.
var ErrNotFound = errors.New("not on the chain")
