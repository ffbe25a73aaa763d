package types

// The module's events. Amounts are decimal strings of the tab's denomination.
const (
	// EventOpen: tab, payer, denom, deposit, bond, fee_reserve, lanes (count).
	EventOpen = "tab_open"
	// EventFund: tab, deposit, bond, fee_reserve (each what was added), first_lane, lanes (count).
	EventFund = "tab_fund"
	// EventSettle, one for each settlement: tab, epoch, lane, seq, total, sender.
	EventSettle = "tab_settle"
	// EventCredit, one for each asset paid: tab, epoch, lane, asset, denom, amount.
	EventCredit = "tab_credit"
	// EventRefund: tab, receiver, denom, amount (from the fee reserve).
	EventRefund = "tab_refund"
	// EventClose: tab.
	EventClose = "tab_close"
	// EventWindow, in the block after: tab, close_height, close_time (RFC 3339).
	EventWindow = "tab_window"
	// EventWithdraw: tab, payer, denom, amount, held.
	EventWithdraw = "tab_withdraw"
)

// The attributes of the events.
const (
	AttrTab         = "tab"
	AttrEpoch       = "epoch"
	AttrLane        = "lane"
	AttrLanes       = "lanes"
	AttrFirstLane   = "first_lane"
	AttrSeq         = "seq"
	AttrTotal       = "total"
	AttrAsset       = "asset"
	AttrPayer       = "payer"
	AttrSender      = "sender"
	AttrReceiver    = "receiver"
	AttrDenom       = "denom"
	AttrAmount      = "amount"
	AttrDeposit     = "deposit"
	AttrBond        = "bond"
	AttrFeeReserve  = "fee_reserve"
	AttrHeld        = "held"
	AttrCloseHeight = "close_height"
	AttrCloseTime   = "close_time"
)
