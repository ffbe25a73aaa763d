// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.20;

/// A share, or units of it, for sale at a fixed price.
struct Listing {
    uint256 asset;
    uint256 share;
    /// Who owned the share when it was listed, and is paid.
    address seller;
    /// Who listed it: the seller, or one who may move the share.
    address lister;
    /// What is left to be sold; of a whole share, its value when it was listed.
    uint64 units;
    /// The share itself is sold, not units of it.
    bool whole;
    string denom;
    /// Of all the units that are left, in smallest units of the denomination.
    uint256 price;
    /// The last second that it can be bought in, as Unix time; 0 is none.
    uint64 until;
}

/// Coins in escrow for units of an asset, of whoever owns them.
struct Offer {
    uint256 asset;
    address buyer;
    /// What is left to be bought.
    uint64 units;
    string denom;
    /// Of all the units that are left: what is in escrow.
    uint256 price;
    /// The last second that it can be accepted in, as Unix time; 0 is none.
    uint64 until;
    /// The share that the units go to while it is the buyer's; 0 is a new one.
    uint256 toShare;
}

/// @title The market of shares of all assets.
/// Prices are in any denomination of the chain's, below 2^128. The chain's coin,
/// "aweal", is paid as msg.value; coins of others move by the bank, without an
/// approval, from who calls. Contracts that are paid are not called.
/// Shares move as ERC-721 and ERC-3525 say: the logs are the asset contract's, and
/// receivers that are contracts are asked, with this contract as the operator.
interface IWealMarket {
    event Listed(
        uint256 listingId, uint256 indexed asset, uint256 indexed share, address indexed seller,
        address lister, uint64 units, bool whole, string denom, uint256 price, uint64 until
    );
    /// units went from share to toShare: the same, if the share itself was sold.
    /// The seller got price - royalty, the asset's maker royalty.
    event Sold(
        uint256 indexed listingId, uint256 indexed asset, address indexed buyer, address seller,
        uint256 share, uint256 toShare, uint64 units, string denom, uint256 price, uint256 royalty
    );
    event ListingCanceled(uint256 indexed listingId, uint256 indexed asset, uint256 indexed share, address by);
    event Offered(
        uint256 offerId, uint256 indexed asset, address indexed buyer,
        uint64 units, string denom, uint256 price, uint64 until, uint256 toShare
    );
    event OfferAccepted(
        uint256 indexed offerId, uint256 indexed asset, address indexed seller, address buyer,
        uint256 share, uint256 toShare, uint64 units, string denom, uint256 price, uint256 royalty
    );
    event OfferCanceled(
        uint256 indexed offerId, uint256 indexed asset, address indexed buyer, address by, string denom, uint256 refund
    );

    /// Lists units of a share, or the share itself if units is 0, for price in all.
    /// By who may move the share; its owner is paid. The share stays where it is.
    /// The listing is void once the share changed hands, even if it comes back, or
    /// the lister may not move it any more; a whole share's, also while its value
    /// is another.
    function list(uint256 share, uint64 units, string calldata denom, uint256 price, uint64 until)
        external returns (uint256 listingId);
    /// Buys units of a listing, or all that is left if units is 0. They go to
    /// toShare of the caller's, or a new share if that is 0. They cost
    /// price * units / units left, rounded up; the call reverts if that is more than
    /// maxPrice. Of "aweal", send at least that: the rest comes back.
    function buy(uint256 listingId, uint64 units, uint256 maxPrice, uint256 toShare)
        external payable returns (uint256 share, uint256 paid);
    /// By who listed, the seller, who may move the share, or anyone once it is void.
    function cancelListing(uint256 listingId) external;

    /// Offers price for units of an asset, and takes it into escrow. Of "aweal",
    /// send exactly that. The units go to toShare of the caller's, or to new shares.
    function offer(uint256 asset, uint64 units, string calldata denom, uint256 price, uint64 until, uint256 toShare)
        external payable returns (uint256 offerId);
    /// Sells units of a share to an offer. By who may move the share; its owner is
    /// paid price * units / units left, rounded down, less the royalty; the call
    /// reverts if that is less than minPaid.
    function accept(uint256 offerId, uint256 share, uint64 units, uint256 minPaid) external returns (uint256 paid);
    /// By the buyer, or anyone once it has expired. What is left in escrow goes back
    /// to the buyer.
    function cancelOffer(uint256 offerId) external;

    /// reason says why it cannot be bought; empty if it can.
    function getListing(uint256 listingId) external view returns (Listing memory listing, string memory reason);
    /// reason says why it cannot be accepted; empty if it can.
    function getOffer(uint256 offerId) external view returns (Offer memory offer_, string memory reason);
    /// What units of a listing cost now; 0 is all that is left.
    function quote(uint256 listingId, uint64 units) external view returns (uint256 price);
}
