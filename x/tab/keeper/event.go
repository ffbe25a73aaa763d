package keeper

import (
	"context"
	"fmt"

	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// emit writes an event; pairs are names and values, in turns.
func emit(ctx context.Context, kind string, pairs ...any) {
	attrs := make([]sdk.Attribute, 0, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		attrs = append(attrs, sdk.NewAttribute(fmt.Sprint(pairs[i]), fmt.Sprint(pairs[i+1])))
	}
	sdk.UnwrapSDKContext(ctx).EventManager().EmitEvent(sdk.NewEvent(kind, attrs...))
}

// wrapf puts where it happened before an error and keeps the error's code.
func wrapf(err error, format string, args ...any) error {
	return errorsmod.Wrapf(err, format, args...)
}
