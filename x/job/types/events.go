package types

// The module's events. Amounts are in aweal, addresses EIP-55 hex.
const (
	// EventRequest: id, asset, requester, price, gas_pay, callback, expires.
	EventRequest = "job_request"
	// EventDeliver: id, asset, operator, paid, credited, answer (its hash).
	EventDeliver = "job_deliver"
	// EventExpire: id, asset, requester, refund.
	EventExpire = "job_expire"
	// EventKeep, if an expired request's coins could not be paid: id, reason.
	EventKeep = "job_keep"
	// EventCallback: id, callback, ok.
	EventCallback = "job_callback"
	// EventOperator: asset, operator, authorised, basis_points.
	EventOperator = "job_operator"
	// EventBond: asset, operator, bond, unbonding.
	EventBond = "job_bond"
	// EventBook: id, owner, target, due, every, times, funds.
	EventBook = "job_book"
	// EventCancel, also of a booking whose calls were all made: id, owner, refund.
	EventCancel = "job_cancel"
	// EventCall, in the begin of a block: id, owner, target, ok, gas_used, reason.
	EventCall = "job_call"
	// EventLog, one for each log of a call, after its EventCall: id, address, topics
	// (hex, with commas), data (hex).
	EventLog = "job_log"
)

// The attributes of the events.
const (
	AttrID          = "id"
	AttrAsset       = "asset"
	AttrRequester   = "requester"
	AttrPrice       = "price"
	AttrGasPay      = "gas_pay"
	AttrCallback    = "callback"
	AttrExpires     = "expires"
	AttrOperator    = "operator"
	AttrPaid        = "paid"
	AttrCredited    = "credited"
	AttrAnswer      = "answer"
	AttrRefund      = "refund"
	AttrReason      = "reason"
	AttrOK          = "ok"
	AttrAuthorised  = "authorised"
	AttrBasisPoints = "basis_points"
	AttrBond        = "bond"
	AttrUnbonding   = "unbonding"
	AttrOwner       = "owner"
	AttrTarget      = "target"
	AttrDue         = "due"
	AttrEvery       = "every"
	AttrTimes       = "times"
	AttrFunds       = "funds"
	AttrGasUsed     = "gas_used"
	AttrAddress     = "address"
	AttrTopics      = "topics"
	AttrData        = "data"
)
