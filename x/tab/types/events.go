package types

// The module's events. Amounts are decimal strings of the tab's denomination.
const (
	// EventOpen: tab, payer, denom, deposit, bond, fee_reserve, lanes (count).
	EventOpen = "tab_open"
	// EventFund: tab, deposit, bond, fee_reserve (each what was added), first_lane, lanes (count).
	EventFund = "tab_fund"
	// EventRaise, one for each cap raised: tab, epoch, lane, amount (what was added), cap.
	EventRaise = "tab_raise"
	// EventRevoke, one for each lane: tab, epoch, lane.
	EventRevoke = "tab_revoke"
	// EventLaneWindow, in the block after: tab, epoch, lane, close_height, close_time.
	EventLaneWindow = "tab_lane_window"
	// EventRelease, one for each lane whose window ended, when the tab is funded:
	// tab, epoch, lane, amount (what is free again), held.
	EventRelease = "tab_release"
	// EventCheckpoint: tab, epoch (the one that ended), total, cap, root.
	EventCheckpoint = "tab_checkpoint"
	// EventEpochWindow, in the block after: tab, epoch, close_height, close_time.
	EventEpochWindow = "tab_epoch_window"
	// EventBack: tab, payer, denom, amount: what a checkpoint's pot need not hold
	// any more, paid to the payer of a closed tab.
	EventBack = "tab_back"
	// EventOffence: tab, epoch, lane, sender, denom, reward, burned.
	EventOffence = "tab_offence"
	// EventSettle, one for each settlement: tab, epoch, lane, seq, total, sender.
	// One of a checkpoint has lane 4294967295, and neither seq nor total.
	EventSettle = "tab_settle"
	// EventCredit, one for each asset paid: tab, epoch, lane (as above), asset,
	// denom, amount.
	EventCredit = "tab_credit"
	// EventRefund: tab, receiver, denom, amount (from the fee reserve).
	EventRefund = "tab_refund"
	// EventFee, one for each asset whose watcher settled: tab, epoch, lane (as
	// above), asset, receiver, denom, amount, which EventCredit leaves out.
	EventFee = "tab_fee"
	// EventWatcher: asset, watcher (empty for none), basis_points.
	EventWatcher = "tab_watcher"
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
	AttrWatcher     = "watcher"
	AttrBasisPoints = "basis_points"
	AttrDenom       = "denom"
	AttrAmount      = "amount"
	AttrDeposit     = "deposit"
	AttrBond        = "bond"
	AttrFeeReserve  = "fee_reserve"
	AttrHeld        = "held"
	AttrCap         = "cap"
	AttrRoot        = "root"
	AttrReward      = "reward"
	AttrBurned      = "burned"
	AttrCloseHeight = "close_height"
	AttrCloseTime   = "close_time"
)
