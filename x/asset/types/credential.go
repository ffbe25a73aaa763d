package types

import "fmt"

// Void says why a credential is not good at a time, in Unix seconds; it is empty
// if it is good.
func (c Credential) Void(now int64) string {
	switch {
	case c.Revoked:
		return "its credential was revoked"
	case c.Until != 0 && now >= c.Until:
		return fmt.Sprintf("its credential was good until %d", c.Until)
	case c.Uses != 0 && c.Used >= c.Uses:
		return fmt.Sprintf("its credential's %d uses are used up", c.Uses)
	}
	return ""
}
