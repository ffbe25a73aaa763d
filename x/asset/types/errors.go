package types

import errorsmod "cosmossdk.io/errors"

// The module's errors. The codes are part of the interface: never reused.
var (
	// ErrAssetNotFound: no asset has this id.
	ErrAssetNotFound = errorsmod.Register(ModuleName, 2, "asset not found")
	// ErrVersionNotFound: the asset has no such version.
	ErrVersionNotFound = errorsmod.Register(ModuleName, 3, "version not found")
	// ErrShareNotFound: no share has this id.
	ErrShareNotFound = errorsmod.Register(ModuleName, 4, "share not found")
	// ErrDenom: the asset does not earn in this denomination.
	ErrDenom = errorsmod.Register(ModuleName, 5, "asset does not earn in denomination")
	// ErrNotOwner: only the share's owner may do this.
	ErrNotOwner = errorsmod.Register(ModuleName, 7, "not the share's owner")
	// ErrRegistration: what is to be registered or updated breaks a rule.
	ErrRegistration = errorsmod.Register(ModuleName, 8, "bad asset")
	// ErrPrice: a line of a price list breaks a rule.
	ErrPrice = errorsmod.Register(ModuleName, 9, "bad price")
	// ErrLineage: the parents of an asset break a rule.
	ErrLineage = errorsmod.Register(ModuleName, 10, "bad lineage")
	// ErrAmount: an amount is too great to be kept.
	ErrAmount = errorsmod.Register(ModuleName, 11, "bad amount")
	// ErrNoRoyalty: the one asset is no ancestor of the other.
	ErrNoRoyalty = errorsmod.Register(ModuleName, 12, "no royalty is owed")
	// ErrClaim: a claim names no shares, or too many.
	ErrClaim = errorsmod.Register(ModuleName, 13, "bad claim")
	// ErrParams: parameters break a rule.
	ErrParams = errorsmod.Register(ModuleName, 14, "bad params")
	// ErrGenesis: the genesis state contradicts itself.
	ErrGenesis = errorsmod.Register(ModuleName, 15, "bad genesis")
	// ErrBroken: an invariant does not hold.
	ErrBroken = errorsmod.Register(ModuleName, 16, "invariant broken")
	// ErrTokenNotFound: the collection has no such token.
	ErrTokenNotFound = errorsmod.Register(ModuleName, 18, "token not found")
	// ErrCollectionNotFound: no collection's contract is at this address.
	ErrCollectionNotFound = errorsmod.Register(ModuleName, 19, "collection not found")
	// ErrCollection: what is to be opened breaks a rule.
	ErrCollection = errorsmod.Register(ModuleName, 20, "bad collection")
	// ErrNoIDs: a maker used up the ids that value sent to an address could get.
	ErrNoIDs = errorsmod.Register(ModuleName, 21, "the collection has no ids left for new tokens; name a token to receive the value")
	// ErrOverflow: a value would not fit 256 bits. On the EVM it is Panic(0x11),
	// as of checked arithmetic.
	ErrOverflow = errorsmod.Register(ModuleName, 22, "value does not fit 256 bits")
	// ErrLicence: a licence breaks a rule, or a child its parent's licence.
	ErrLicence = errorsmod.Register(ModuleName, 23, "bad licence")
	// ErrCredential: an account lacks a credential that is good, or one that is
	// to be granted breaks a rule.
	ErrCredential = errorsmod.Register(ModuleName, 24, "bad credential")
	// ErrNotController: only who controls the asset may do this.
	ErrNotController = errorsmod.Register(ModuleName, 25, "not the asset's controller")
	// ErrMarket: a listing, an offer or a sale breaks a rule.
	ErrMarket = errorsmod.Register(ModuleName, 26, "bad trade")
	// ErrListingNotFound: no listing has this number, or it is gone.
	ErrListingNotFound = errorsmod.Register(ModuleName, 27, "listing not found")
	// ErrOfferNotFound: no offer has this number, or it is gone.
	ErrOfferNotFound = errorsmod.Register(ModuleName, 28, "offer not found")
	// ErrCouncil: a proposal, a vote or an execution breaks a rule.
	ErrCouncil = errorsmod.Register(ModuleName, 29, "bad council act")
	// ErrProposalNotFound: no proposal has this number.
	ErrProposalNotFound = errorsmod.Register(ModuleName, 30, "proposal not found")
	// ErrContribution: terms, a contribution or a distribution break a rule.
	ErrContribution = errorsmod.Register(ModuleName, 31, "bad contribution")
	// ErrContributionNotFound: no contribution has this number, or it is gone.
	ErrContributionNotFound = errorsmod.Register(ModuleName, 32, "contribution not found")
	// ErrBlocked: a share would go to an account that the bank pays nothing to.
	ErrBlocked = errorsmod.Register(ModuleName, 17, "the chain never pays this receiver")
)

// The errors of the token standards. Contracts, wallets and their tests compare
// these texts, so they are, to the letter, what the widespread Solidity
// implementations of ERC-721 and ERC-3525 revert with, and are never wrapped.
var (
	Err721Token        = errorsmod.Register(ModuleName, 101, "ERC721: invalid token ID")
	Err721ZeroOwner    = errorsmod.Register(ModuleName, 102, "ERC721: address zero is not a valid owner")
	Err721Caller       = errorsmod.Register(ModuleName, 103, "ERC721: caller is not token owner or approved")
	Err721From         = errorsmod.Register(ModuleName, 104, "ERC721: transfer from incorrect owner")
	Err721To           = errorsmod.Register(ModuleName, 105, "ERC721: transfer to the zero address")
	Err721ApproveOwner = errorsmod.Register(ModuleName, 106, "ERC721: approval to current owner")
	Err721Approve      = errorsmod.Register(ModuleName, 107, "ERC721: approve caller is not token owner or approved for all")
	Err721ApproveSelf  = errorsmod.Register(ModuleName, 108, "ERC721: approve to caller")
	Err721Receiver     = errorsmod.Register(ModuleName, 109, "ERC721: transfer to non ERC721Receiver implementer")
	Err721OwnerIndex   = errorsmod.Register(ModuleName, 110, "ERC721Enumerable: owner index out of bounds")
	Err721GlobalIndex  = errorsmod.Register(ModuleName, 111, "ERC721Enumerable: global index out of bounds")

	Err3525Token        = errorsmod.Register(ModuleName, 121, "ERC3525: invalid token ID")
	Err3525Allowance    = errorsmod.Register(ModuleName, 122, "ERC3525: insufficient allowance")
	Err3525ToToken      = errorsmod.Register(ModuleName, 123, "ERC3525: transfer to invalid token ID")
	Err3525Balance      = errorsmod.Register(ModuleName, 124, "ERC3525: insufficient balance for transfer")
	Err3525Slot         = errorsmod.Register(ModuleName, 125, "ERC3525: transfer to token with different slot")
	Err3525MintZero     = errorsmod.Register(ModuleName, 126, "ERC3525: mint to the zero address")
	Err3525ApproveOwner = errorsmod.Register(ModuleName, 127, "ERC3525: approval to current owner")
	Err3525Approve      = errorsmod.Register(ModuleName, 128, "ERC3525: approve caller is not owner nor approved")
	Err3525ApproveZero  = errorsmod.Register(ModuleName, 129, "ERC3525: approve value to the zero address")
	Err3525Receiver     = errorsmod.Register(ModuleName, 130, "ERC3525: transfer rejected by ERC3525Receiver")
	Err3525FromToken    = errorsmod.Register(ModuleName, 131, "ERC3525: transfer from invalid token ID")
	Err3525MintID       = errorsmod.Register(ModuleName, 132, "ERC3525: cannot mint zero tokenId")
	Err3525Minted       = errorsmod.Register(ModuleName, 133, "ERC3525: token already minted")
	Err3525Caller       = errorsmod.Register(ModuleName, 134, "ERC3525: caller is not token owner nor approved")
	Err3525BurnBalance  = errorsmod.Register(ModuleName, 135, "ERC3525: burn value exceeds balance")
	ErrSlotIndex        = errorsmod.Register(ModuleName, 136, "ERC3525SlotEnumerable: slot index out of bounds")
	ErrSlotTokenIndex   = errorsmod.Register(ModuleName, 137, "ERC3525SlotEnumerable: slot token index out of bounds")
	ErrSlotCaller       = errorsmod.Register(ModuleName, 138, "ERC3525SlotApprovable: caller is not owner nor approved for all")
	ErrSlotSelf         = errorsmod.Register(ModuleName, 139, "ERC3525SlotApprovable: approve to owner")
	// ErrMinter: only who opened the collection may mint.
	ErrMinter = errorsmod.Register(ModuleName, 140, "Ownable: caller is not the owner")
)
