package purse

import "errors"

// What an error of Ask is about. Errors that the gateway itself answered carry a
// *wire.Error as well.
var (
	// ErrLimit: a limit of the payer would be passed; the message says which.
	ErrLimit = errors.New("a limit of this purse would be passed")
	// ErrFunds: no lane has enough left.
	ErrFunds = errors.New("not enough is left of the lane")
	// ErrNoLane: the purse has no lane that can be used for the question.
	ErrNoLane = errors.New("no lane to pay from")
	// ErrQuote: the quote does not match the chain or the question; nothing was signed.
	ErrQuote = errors.New("the quote does not hold")
	// ErrNothing: no vault had anything for the question; nothing was paid.
	ErrNothing = errors.New("nothing matched the question")
	// ErrRefused: the gateway refused the question or the payment.
	ErrRefused = errors.New("the gateway refused")
	// ErrDown: the gateway, or something behind it, does not answer.
	ErrDown = errors.New("the gateway does not answer")
	// ErrCut: the answer ended before it was whole. What arrived is in the Answer.
	ErrCut = errors.New("the answer was cut short")
	// errClosed: Close was called.
	errClosed = errors.New("the purse is closed")
)
