package postgres

import "syscall"

// endWith has the server end if the tests are killed.
func endWith(a *syscall.SysProcAttr) { a.Pdeathsig = syscall.SIGINT }
