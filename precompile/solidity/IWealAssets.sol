// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.20;

/// One line of an asset's price list.
struct Price {
    /// "passage", "token", "use" or "tick".
    string unit;
    string denom;
    /// In smallest units of the denomination, below 2^128.
    uint256 amount;
    /// For how many metered tokens the amount is: of a tick, or of the text of
    /// passages that are paid by the token; zero for other units.
    uint32 tokens;
    /// The least score band, 0 to 9, of the passages that the price is for. Every
    /// list with passages has a price for band 0.
    uint8 band;
}

/// What a parent is owed of the asset's lifetime credit.
struct Royalty {
    uint256 asset;
    uint32 basisPoints;
}

/// What others may use and derive from an asset under.
struct Licence {
    /// 1 open, 2 attribution, 3 commercial, 4 noncommercial, 5 noderivatives,
    /// 6 credential. Where a licence may be left out, 0 leaves it out, and all else
    /// is then zero and empty.
    uint8 kind;
    /// The least that a child must owe to the asset, in basis points.
    uint32 royalty;
    /// Uses need a credential.
    bool closed;
    /// A collection whose tokens are credentials, zero for none, and the slot that
    /// counts: at most one; without any, all do.
    address collection;
    uint256[] slots;
    /// SHA-256 of the text of the terms, and where it is found.
    bytes32 terms;
    string termsUri;
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
    /// Left out, it is open.
    Licence licence;
    /// What the maker gets of each sale on the market, in basis points, for ever.
    uint32 resale;
}

/// A new version of an asset: all that changes with one.
struct Update {
    bytes32 manifest;
    string uri;
    bytes32 root;
    Price[] prices;
    /// Left out, it stays as it is.
    Licence licence;
}

/// An asset that another was made from.
struct Parent {
    uint256 asset;
    /// What the child named; its lineage may owe more.
    uint32 basisPoints;
    /// The version whose licence the child was made under.
    uint32 version;
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

    // ERC-721 metadata and enumeration. A new token is the last in each order; one
    // that goes leaves its place to the last.

    function name() external view returns (string memory);
    function symbol() external view returns (string memory);
    function tokenURI(uint256 tokenId) external view returns (string memory);
    function totalSupply() external view returns (uint256);
    function tokenByIndex(uint256 index) external view returns (uint256 tokenId);
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

    // ERC-3525 slots: their enumeration, and operators for one of them

    event ApprovalForSlot(address indexed owner, uint256 indexed slot, address indexed operator, bool approved);

    function slotCount() external view returns (uint256);
    function slotByIndex(uint256 index) external view returns (uint256 slot);
    function tokenSupplyInSlot(uint256 slot) external view returns (uint256);
    function tokenInSlotByIndex(uint256 slot, uint256 index) external view returns (uint256 tokenId);
    function setApprovalForSlot(address owner, uint256 slot, address operator, bool approved) external payable;
    function isApprovedForSlot(address owner, uint256 slot, address operator) external view returns (bool approved);

    // Burning, by who may transfer the token. A share that is burned pays its owner
    // first what it has earned.

    function burn(uint256 tokenId) external;
    function burnValue(uint256 tokenId, uint256 value) external;

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
    /// Pays the owners what their shares have earned, at most 64 shares at once. The
    /// caller owns each, or is an operator of its owner.
    function claim(uint256[] calldata shares) external returns (Coin[] memory paid);
    /// The same, paid to one account, which is itself the owner or an operator of
    /// the owner of each.
    function claimTo(uint256[] calldata shares, address to) external returns (Coin[] memory paid);
    /// What a share could claim now; zero in a denomination its asset does not earn in.
    function claimable(uint256 share, string calldata denom) external view returns (uint256 amount);
    /// The asset's own account: its treasury, and what its council acts as.
    function account(uint256 asset) external view returns (address);
    /// How many of the asset's units are not burned.
    function circulating(uint256 asset) external view returns (uint256 units);

    // Control. The asset's controller, at first its maker, and the asset's own
    // account may make versions, grant credentials and name another controller.

    event AssetUpdated(uint256 indexed asset, uint32 version, bytes32 manifest, string uri, bytes32 root);
    event LicenceChanged(uint256 indexed asset, uint32 version, uint8 kind);
    event ControllerChanged(uint256 indexed asset, address indexed controller);
    event WatcherNamed(uint256 indexed asset, address indexed watcher, uint16 basisPoints);
    event CredentialGranted(uint256 indexed asset, address indexed holder, uint64 uses, uint64 until);
    event CredentialRevoked(uint256 indexed asset, address indexed holder);
    event TreasuryPaid(uint256 indexed asset, address indexed to, string denom, uint256 amount);

    /// Makes a new version. What it leaves out is then empty, but for the licence.
    function update(uint256 asset, Update calldata changes) external returns (uint32 version);
    /// Gives a holder a credential, or replaces the one it has. Uses is how often, until
    /// a time in Unix seconds; zero is without limit.
    function grant(uint256 asset, address holder, uint64 uses, uint64 until) external;
    function revoke(uint256 asset, address holder) external;
    function setController(uint256 asset, address controller) external;
    /// Names who settles for the asset while it is away, and its part of what it brings:
    /// at most 1,000 basis points. The zero address with zero is nobody.
    function setWatcher(uint256 asset, address watcher, uint16 basisPoints) external;
    /// Pays from the asset's treasury in another denomination than the chain's coin, which
    /// goes as the value of a call. Only the asset's own account may.
    function pay(uint256 asset, address to, string calldata denom, uint256 amount) external;

    function controllerOf(uint256 asset) external view returns (address controller);
    function watcherOf(uint256 asset) external view returns (address watcher, uint16 basisPoints);
    /// Whether an account may use the asset now: it is open, or the account controls it,
    /// has a credential that is good, or holds a token of the licence's collection.
    function hasCredential(uint256 asset, address holder) external view returns (bool allowed);
    function licenceOf(uint256 asset) external view returns (Licence memory licence);
    function parentsOf(uint256 asset) external view returns (Parent[] memory parents);

    // ERC-2981

    function royaltyInfo(uint256 tokenId, uint256 salePrice) external view returns (address receiver, uint256 royaltyAmount);
}
