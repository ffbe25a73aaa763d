package ledger

import "context"

// CallEVM calls a contract of any kind as eth_call does, and returns what it
// returned.
func (l *Ledger) CallEVM(ctx context.Context, to string, data []byte) ([]byte, error) {
	at, err := ParseAddress(to)
	if err != nil {
		return nil, err
	}
	return l.ask(ctx, at, data)
}

// SendEVM calls a contract of any kind in a transaction, and returns the
// transaction's hash once a block has it. A call that reverts is an error; one
// that would is not sent.
func (s *Sender) SendEVM(ctx context.Context, to string, data []byte) (hash string, err error) {
	at, err := ParseAddress(to)
	if err != nil {
		return "", err
	}
	res, err := s.sendEVM(ctx, at, nil, data)
	if err != nil {
		return "", err
	}
	return res.Hash, nil
}
