//go:build !linux

package postgres

import "syscall"

// endWith does nothing: only Linux tells a process that its parent is gone.
func endWith(*syscall.SysProcAttr) {}
