package types

import "cosmossdk.io/collections"

const (
	// ModuleName is the name of the module.
	ModuleName = "tab"
	// StoreKey names the module's store.
	StoreKey = ModuleName
)

// The prefixes of the module's store. They are consensus: never reused.
var (
	// ParamsKey holds Params.
	ParamsKey = collections.NewPrefix(0)
	// NextTabKey holds the id of the next tab.
	NextTabKey = collections.NewPrefix(1)
	// TabsKey: tab → Tab, without lanes and fee reserve.
	TabsKey = collections.NewPrefix(2)
	// LanesKey: (tab, epoch, lane) → lane, 88 bytes.
	LanesKey = collections.NewPrefix(3)
	// CreditedKey: (tab, epoch, lane, asset) → amount, 16 bytes.
	CreditedKey = collections.NewPrefix(4)
	// ReservesKey: tab → rest of the fee reserve, 16 bytes; no row is zero.
	ReservesKey = collections.NewPrefix(5)
	// PayersKey: (payer, tab), an index.
	PayersKey = collections.NewPrefix(6)
	// ClosingKey: (height of MsgClose, tab): tabs whose window has not begun.
	ClosingKey = collections.NewPrefix(7)
	// SpentKey: (tab, epoch, lane): lanes of closed tabs with nothing left, to be deleted.
	SpentKey = collections.NewPrefix(8)
)
