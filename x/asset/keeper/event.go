package keeper

import (
	"context"
	"fmt"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// emit emits an event with attributes, given as names and values in turn.
func emit(ctx context.Context, kind string, pairs ...any) {
	attrs := make([]sdk.Attribute, 0, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		attrs = append(attrs, sdk.NewAttribute(fmt.Sprint(pairs[i]), fmt.Sprint(pairs[i+1])))
	}
	sdk.UnwrapSDKContext(ctx).EventManager().EmitEvent(sdk.NewEvent(kind, attrs...))
}
