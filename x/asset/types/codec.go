package types

import (
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/msgservice"
)

// RegisterInterfaces makes the module's messages known to a codec.
func RegisterInterfaces(r codectypes.InterfaceRegistry) {
	r.RegisterImplementations((*sdk.Msg)(nil),
		&MsgUpdate{}, &MsgClaim{}, &MsgPullRoyalty{}, &MsgPullTreasury{},
		&MsgGrant{}, &MsgRevoke{}, &MsgSetController{}, &MsgUpdateParams{},
		&MsgClaimContributions{},
	)
	msgservice.RegisterMsgServiceDesc(r, &_Msg_serviceDesc)
	msgservice.RegisterMsgServiceDesc(r, &_ContributionMsg_serviceDesc)
}
