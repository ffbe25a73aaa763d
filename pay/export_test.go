package pay

// VerifyMessage is verify, for vectors over messages that are not vouchers.
var VerifyMessage = verify
