// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.20;

/// One line of an asset's price list.
struct Price {
    /// "passage", "use" or "tick".
    string unit;
    string denom;
    /// In smallest units of the denomination, below 2^128.
    uint256 amount;
    /// How many metered tokens one tick pays for; zero for other units.
    uint32 tokens;
}

/// What a parent is owed of the asset's lifetime credit.
struct Royalty {
    uint256 asset;
    uint32 basisPoints;
}

/// An asset to be registered.
struct Registration {
    /// 1 data, 2 model, 3 app, 4 agent, 5 machine, 6 store, 7 work.
    uint8 kind;
    /// SHA-256 of the manifest's bytes, and where they are found.
    bytes32 manifest;
    string uri;
    /// Merkle root over a vault's chunks; zero if there are none yet.
    bytes32 root;
    /// Ed25519 public key that will sign the asset's receipts.
    bytes32 key;
    /// The whole supply of units, at most 2^48; zero means 1,000,000.
    uint64 units;
    Price[] prices;
    /// The denominations the asset earns in, one to four, for ever.
    string[] denoms;
    Royalty[] parents;
}

/// Coins of one denomination.
struct Coin {
    string denom;
    uint256 amount;
}

/// @title All assets of the chain, and their shares, at one address.
/// An asset is an ERC-3525 slot, a share a token of the slot. The value of a share
/// is the part of the asset's revenue that it owns, of the asset's units.
/// Functions that are payable by their standard take no coins here.
interface IWealAssets {
    // ERC-721

    event Transfer(address indexed from, address indexed to, uint256 indexed tokenId);
    event Approval(address indexed owner, address indexed approved, uint256 indexed tokenId);
    event ApprovalForAll(address indexed owner, address indexed operator, bool approved);

    function balanceOf(address owner) external view returns (uint256 count);
    function ownerOf(uint256 tokenId) external view returns (address owner);
    function approve(address to, uint256 tokenId) external;
    function getApproved(uint256 tokenId) external view returns (address operator);
    function setApprovalForAll(address operator, bool approved) external;
    function isApprovedForAll(address owner, address operator) external view returns (bool approved);
    function transferFrom(address from, address to, uint256 tokenId) external;
    function safeTransferFrom(address from, address to, uint256 tokenId) external;
    function safeTransferFrom(address from, address to, uint256 tokenId, bytes calldata data) external;

    // ERC-721 metadata and enumeration. Token ids are 1 to totalSupply().

    function name() external view returns (string memory);
    function symbol() external view returns (string memory);
    function tokenURI(uint256 tokenId) external view returns (string memory);
    function totalSupply() external view returns (uint256);
    function tokenByIndex(uint256 index) external view returns (uint256 tokenId);
    /// Shares of an owner are in the order of their ids. Costs gas in proportion to index.
    function tokenOfOwnerByIndex(address owner, uint256 index) external view returns (uint256 tokenId);

    // ERC-3525

    event TransferValue(uint256 indexed fromTokenId, uint256 indexed toTokenId, uint256 value);
    event ApprovalValue(uint256 indexed tokenId, address indexed operator, uint256 value);
    event SlotChanged(uint256 indexed tokenId, uint256 indexed oldSlot, uint256 indexed newSlot);

    function valueDecimals() external view returns (uint8);
    function balanceOf(uint256 tokenId) external view returns (uint256 value);
    function slotOf(uint256 tokenId) external view returns (uint256 slot);
    function approve(uint256 tokenId, address operator, uint256 value) external payable;
    function allowance(uint256 tokenId, address operator) external view returns (uint256 value);
    function transferFrom(uint256 fromTokenId, uint256 toTokenId, uint256 value) external payable;
    function transferFrom(uint256 fromTokenId, address to, uint256 value) external payable returns (uint256 toTokenId);

    // ERC-3525 metadata

    function contractURI() external view returns (string memory);
    function slotURI(uint256 slot) external view returns (string memory);

    // ERC-165

    function supportsInterface(bytes4 interfaceId) external view returns (bool);

    // Assets

    event AssetRegistered(uint256 indexed asset, address indexed maker, uint256 share, uint8 kind, bytes32 manifest, string uri);
    event Claimed(uint256 indexed share, address indexed owner, string denom, uint256 amount);

    /// Registers an asset. The caller is its maker, and owns the one share that
    /// holds all units.
    function register(Registration calldata registration) external returns (uint256 asset, uint256 share);
    /// Pays the caller what its shares have earned, at most 64 shares at once.
    function claim(uint256[] calldata shares) external returns (Coin[] memory paid);
    /// What a share could claim now; zero in a denomination its asset does not earn in.
    function claimable(uint256 share, string calldata denom) external view returns (uint256 amount);
}
