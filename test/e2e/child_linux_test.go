package e2e

import (
	"os/exec"
	"syscall"
)

// tie has the kernel end a child when the tests end without doing so: at a panic
// or a timeout of the whole binary.
func tie(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }
