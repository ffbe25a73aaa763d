package ledger

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/cosmos/cosmos-sdk/client/grpc/cmtservice"
)

// Latest returns the height and the time of the chain's last block, and an error if the
// node is one of another chain.
func (l *Ledger) Latest(ctx context.Context) (height int64, at time.Time, err error) {
	res, err := l.comet.GetLatestBlock(ctx, &cmtservice.GetLatestBlockRequest{})
	if err == nil && res.SdkBlock == nil {
		err = errors.New("the chain has no block yet")
	}
	if err != nil {
		return 0, at, failed("read the last block", err)
	}
	h := res.SdkBlock.Header
	if h.ChainID != l.chainID {
		return 0, at, fmt.Errorf("read the last block: the node is of chain %q, not of %q", h.ChainID, l.chainID)
	}
	return h.Height, h.Time, nil
}

// Sent is what a sender has done since it was made.
type Sent struct {
	// OK are transactions that a block has, Failed those that the chain refused or that
	// came into no block, Again how often one was sent anew because the chain counted
	// the account's nonce otherwise.
	OK, Failed, Again uint64
}

// Sent returns what the sender has done.
func (s *Sender) Sent() Sent {
	return Sent{OK: s.sentOK.Load(), Failed: s.sentFailed.Load(), Again: s.sentAgain.Load()}
}
