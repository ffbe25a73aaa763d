package types

import "cosmossdk.io/collections"

const (
	// ModuleName is the name of the module.
	ModuleName = "job"
	// StoreKey names the module's store.
	StoreKey = ModuleName
)

// The prefixes of the module's store. They are consensus: never reused.
var (
	// ParamsKey holds Params.
	ParamsKey = collections.NewPrefix(0)
	// AskedKey holds how many requests were made.
	AskedKey = collections.NewPrefix(1)
	// RequestsKey: id → Request.
	RequestsKey = collections.NewPrefix(2)
	// OpenKey: (asset, id), an index of open requests.
	OpenKey = collections.NewPrefix(3)
	// OfRequesterKey: (requester, id), an index.
	OfRequesterKey = collections.NewPrefix(4)
	// ExpiryKey: (Unix time, id): open requests, and when they may expire.
	ExpiryKey = collections.NewPrefix(5)
	// EndedKey: (Unix time, id): requests that have ended, and when.
	EndedKey = collections.NewPrefix(6)
	// OpenOfAssetKey: asset → how many of its requests are open; no row is zero.
	OpenOfAssetKey = collections.NewPrefix(7)
	// OpenOfRequesterKey: requester → how many of its requests are open; no row is zero.
	OpenOfRequesterKey = collections.NewPrefix(8)
	// OperatorsKey: (asset, operator) → Operator.
	OperatorsKey = collections.NewPrefix(9)
	// BookedKey holds how many bookings were made.
	BookedKey = collections.NewPrefix(10)
	// BookingsKey: id → Booking.
	BookingsKey = collections.NewPrefix(11)
	// DueKey: (block, round, id): the order in which booked calls are made.
	DueKey = collections.NewPrefix(12)
	// TurnsKey: (block, owner) → how many calls of the owner's are due then; no row
	// is zero.
	TurnsKey = collections.NewPrefix(13)
	// OfOwnerKey: (owner, id), an index.
	OfOwnerKey = collections.NewPrefix(14)
	// OwnedKey: owner → how many bookings it has; no row is zero.
	OwnedKey = collections.NewPrefix(15)
	// RecordsKey: (block, position) → CallRecord.
	RecordsKey = collections.NewPrefix(16)
	// CallsKey: (booking, block) → position, an index.
	CallsKey = collections.NewPrefix(17)
	// RunningKey holds the number of the booking whose call is being made; there is
	// none between blocks.
	RunningKey = collections.NewPrefix(18)
)
