package ledger

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/ethereum/go-ethereum/common"

	"github.com/weal-network/weal/types"
	assettypes "github.com/weal-network/weal/x/asset/types"
)

// refused is what the chain or a contract said against a transaction, word for
// word. It wraps ErrChain.
type refused struct{ reason string }

// Error implements error.
func (r *refused) Error() string { return ErrChain.Error() + ": " + r.reason }

// Unwrap returns ErrChain.
func (r *refused) Unwrap() error { return ErrChain }

// explained is a refusal in plain words, with the chain's own in parentheses.
type explained struct {
	words string
	why   *refused
}

// Error implements error.
func (e *explained) Error() string { return e.words + " (" + e.why.reason + ")" }

// Unwrap returns the refusal.
func (e *explained) Unwrap() error { return e.why }

// explain puts words to a refusal, if there are any for its reason. The texts of
// the token standards are for programs, and name neither what nor who.
func explain(err error, words func(reason string) string) error {
	var r *refused
	if !errors.As(err, &r) || errors.Is(err, ErrCoins) {
		return err
	}
	if w := words(r.reason); w != "" {
		return &explained{w, r}
	}
	return err
}

// both writes an address in its two forms.
func both(a common.Address) string { return Bech32(a) + " (" + a.Hex() + ")" }

// bothOf is both of an address that the chain told.
func bothOf(s string) string {
	a, err := ParseAddress(s)
	if err != nil {
		return s
	}
	return both(a)
}

// act is what a transaction was to do with a share.
type act struct {
	share, into types.ShareID
	other       string // the receiver or operator
}

// callShare is callAssets that says in plain words why a share cannot be acted on.
func (s *Sender) callShare(ctx context.Context, a act, signature string, args ...any) ([]any, error) {
	out, err := s.callAssets(ctx, signature, args...)
	return out, s.explainShare(ctx, a, err)
}

// explainShare puts words to a refusal of an act on a share.
func (s *Sender) explainShare(ctx context.Context, a act, err error) error {
	return explain(err, func(reason string) string {
		if w := a.says(reason); w != "" {
			return w
		}
		return s.shareSays(ctx, a, reason)
	})
}

// explainControl puts words to a refusal of who does not control an asset.
func (s *Sender) explainControl(ctx context.Context, asset types.AssetID, err error) error {
	return explain(err, func(reason string) string {
		if !strings.HasSuffix(reason, assettypes.ErrNotController.Error()) {
			return ""
		}
		a, err := s.l.AssetNow(ctx, asset)
		if err != nil {
			return ""
		}
		if a.Controller == a.Account {
			return fmt.Sprintf("asset %d is controlled by its council alone; you are %s: propose it with weal council propose %d", asset, both(s.address), asset)
		}
		return fmt.Sprintf("asset %d is controlled by %s; you are %s", asset, bothOf(a.Controller), both(s.address))
	})
}

// says puts words to what has nothing to do with how the share is.
func (a act) says(reason string) string {
	switch reason {
	case assettypes.Err721Token.Error(), assettypes.Err3525Token.Error(), assettypes.Err3525FromToken.Error():
		return fmt.Sprintf("there is no share %d: it was never made, or it was burned", a.share)
	case assettypes.Err3525ToToken.Error():
		return fmt.Sprintf("there is no share %d to move units into: it was never made, or it was burned", a.into)
	case assettypes.Err721To.Error(), assettypes.Err3525MintZero.Error():
		return "shares cannot go to the zero address; what is to be destroyed is burned"
	case assettypes.Err721ApproveOwner.Error(), assettypes.Err3525ApproveOwner.Error():
		return fmt.Sprintf("%s owns share %d, and needs no approval for it", bothOf(a.other), a.share)
	case assettypes.Err721ApproveSelf.Error():
		return "an account needs no approval for its own shares; name another one"
	case assettypes.Err3525ApproveZero.Error():
		return "the zero address cannot be approved"
	case assettypes.Err721Receiver.Error(), assettypes.Err3525Receiver.Error():
		return fmt.Sprintf("the contract at %s does not take shares; name an account, or a contract that does", bothOf(a.other))
	case assettypes.ErrBlocked.Error():
		return fmt.Sprintf("%s can own no shares, since what they earn could never be paid to it: it belongs to the chain itself", bothOf(a.other))
	}
	return ""
}

// shareSays puts words to what depends on how the share is now.
func (s *Sender) shareSays(ctx context.Context, a act, reason string) string {
	is, err := s.l.Share(ctx, a.share)
	if err != nil {
		return ""
	}
	if strings.HasSuffix(reason, assettypes.ErrNotOwner.Error()) {
		reason = assettypes.ErrNotOwner.Error()
	}
	switch reason {
	case assettypes.Err721Caller.Error(), assettypes.Err3525Caller.Error(), assettypes.Err721From.Error(), assettypes.ErrNotOwner.Error(),
		assettypes.Err721Approve.Error(), assettypes.Err3525Approve.Error(), assettypes.Err3525Allowance.Error():
		return fmt.Sprintf("share %d is owned by %s; you are %s, and may not do this with it: sign as its owner, or have the owner approve you",
			a.share, bothOf(is.Owner), both(s.address))
	case assettypes.Err3525Balance.Error(), assettypes.Err3525BurnBalance.Error():
		return fmt.Sprintf("share %d has %d units, which is less than that", a.share, is.Value)
	case assettypes.Err3525Slot.Error():
		if into, err := s.l.Share(ctx, a.into); err == nil {
			return fmt.Sprintf("share %d is of asset %d, and share %d of asset %d: units stay within their asset", a.share, is.Asset, a.into, into.Asset)
		}
	}
	return ""
}

// mintSays puts words to why nothing can be made in a collection.
func (s *Sender) mintSays(ctx context.Context, collection common.Address, id fmt.Stringer) func(reason string) string {
	return func(reason string) string {
		switch reason {
		case assettypes.ErrMinter.Error():
			of, err := s.l.Collection(ctx, collection.Hex())
			if err != nil {
				return ""
			}
			return fmt.Sprintf("collection %s can only be minted by its owner %s; you are %s", collection.Hex(), bothOf(of.Maker), both(s.address))
		case assettypes.Err3525Minted.Error():
			return fmt.Sprintf("collection %s has a token %s already: name another number, or none", collection.Hex(), id)
		case assettypes.Err3525MintID.Error():
			return "tokens count from 1: name another number, or none"
		case assettypes.Err3525MintZero.Error():
			return "tokens cannot go to the zero address"
		case assettypes.Err3525Token.Error():
			return fmt.Sprintf("collection %s has no token %s", collection.Hex(), id)
		}
		return ""
	}
}
