package types

import (
	"math"

	"cosmossdk.io/collections"
)

const (
	// ModuleName is the name of the module.
	ModuleName = "tab"
	// StoreKey names the module's store.
	StoreKey = ModuleName
)

// Whole stands in keys for all lanes of an epoch, as a lane's id, and for all
// epochs of a tab, as an epoch's number. No lane and no epoch has it.
const Whole = math.MaxUint32

// The prefixes of the module's store. They are consensus: never reused.
var (
	// ParamsKey holds Params.
	ParamsKey = collections.NewPrefix(0)
	// NextTabKey holds the id of the next tab.
	NextTabKey = collections.NewPrefix(1)
	// TabsKey: tab → Tab, without lanes, fee reserve and past epochs.
	TabsKey = collections.NewPrefix(2)
	// LanesKey: (tab, epoch, lane) → lane, 89 bytes. With lane Whole it is the row
	// of the epoch's checkpoint.
	LanesKey = collections.NewPrefix(3)
	// CreditedKey: (tab, epoch, asset, lane) → amount, 16 bytes. With lane Whole it
	// is what the checkpoint paid beyond the lanes.
	CreditedKey = collections.NewPrefix(4)
	// ReservesKey: tab → rest of the fee reserve, 16 bytes; no row is zero.
	ReservesKey = collections.NewPrefix(5)
	// PayersKey: (payer, tab), an index.
	PayersKey = collections.NewPrefix(6)
	// QueueKey: (height of the message, tab, epoch, lane): what was closed, ended or
	// revoked and has no window yet. (Whole, Whole) is a tab, lane Whole an epoch.
	QueueKey = collections.NewPrefix(7)
	// SpentKey: (tab, epoch): epochs with nothing left, to be deleted.
	SpentKey = collections.NewPrefix(8)
	// WindowsKey: (tab, epoch, lane) → end of a revoked lane's window, 16 bytes;
	// with lane Whole of an epoch's.
	WindowsKey = collections.NewPrefix(9)
	// HoldingKey: (tab, epoch) → how many lanes of an epoch that is over hold
	// something; no row is zero.
	HoldingKey = collections.NewPrefix(10)
	// WatchersKey: asset → account and fee of its watcher, 22 bytes.
	WatchersKey = collections.NewPrefix(11)
	// WatchedKey: (watcher, asset), an index.
	WatchedKey = collections.NewPrefix(12)
)
