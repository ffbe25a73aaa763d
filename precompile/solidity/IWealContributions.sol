// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.20;

/// What an asset takes contributions under.
struct ContributionTerms {
    /// 0 closed; 1 review: anyone proposes, and the steward or the council accepts;
    /// 2 credential: who has a credential that is good is accepted at once.
    uint8 admission;
    /// Accepts, rejects and distributes, beside the asset's own account; 0 is none.
    address steward;
    /// The share that units are granted from: its owner approves a value of it for
    /// this contract.
    uint256 pot;
    /// What a contribution is granted for each of its chunks.
    uint64 unitsPerChunk;
    /// The most chunks that are accepted in all, and of one contributor; 0 is
    /// without limit.
    uint64 maxChunks;
    uint64 maxChunksEach;
    /// What contributors get of the asset's revenue, before the holders of shares
    /// do, in basis points.
    uint16 part;
    /// The rule that use is measured by, off the chain: 0 none, 1 equal, 2 score,
    /// 3 citation.
    uint8 split;
    /// What a proposal pays until it is decided about, in aweal.
    uint256 deposit;
}

/// Content that somebody brings to an asset.
struct Contribution {
    uint256 asset;
    address contributor;
    /// The Merkle root over its chunks.
    bytes32 root;
    uint64 chunks;
    string uri;
    /// It is a part of the asset; otherwise it is proposed.
    bool accepted;
    /// Promised when it was made, granted when it is accepted.
    uint64 units;
    /// The share that units go to, or went to; 0 is a new one, or none.
    uint256 share;
    /// Held by this contract while it is proposed, in aweal.
    uint256 deposit;
}

/// @title Contributions to assets of all who have something to add.
/// Units are granted as ERC-3525 says: the logs are the asset contract's, and
/// receivers that are contracts are asked, with this contract as the operator.
/// Contracts that are paid are not called.
interface IWealContributions {
    event TermsSet(
        uint256 indexed asset, address indexed by, uint8 admission, address steward, uint256 pot, uint64 unitsPerChunk,
        uint64 maxChunks, uint64 maxChunksEach, uint16 part, uint8 split, uint256 deposit
    );
    event Contributed(
        uint256 indexed contributionId, uint256 indexed asset, address indexed contributor,
        bytes32 root, uint64 chunks, string uri, uint64 units, uint256 deposit
    );
    event Accepted(
        uint256 indexed contributionId, uint256 indexed asset, address indexed contributor,
        address by, uint64 units, uint256 share
    );
    /// The deposit went back, or to the asset's own account if it was spam.
    event Rejected(
        uint256 indexed contributionId, uint256 indexed asset, address indexed contributor, address by, bool spam
    );
    event Withdrawn(uint256 indexed contributionId, uint256 indexed asset, address indexed contributor);
    /// amounts are those of the contributions, in the order of ids.
    event Distributed(
        uint256 indexed asset, bytes32 indexed root, address indexed by,
        string denom, uint256 amount, uint256[] ids, uint64[] points, uint256[] amounts
    );
    event Claimed(
        uint256 indexed contributionId, uint256 indexed asset, address indexed contributor, string denom, uint256 amount
    );

    /// By the asset's own account, or its controller as long as that owns every
    /// share. What was proposed before keeps the units that it was promised.
    function setTerms(uint256 asset, ContributionTerms calldata terms) external;
    /// Takes no more contributions. By the steward, the controller or the council.
    function close(uint256 asset) external;
    /// Brings chunks to an asset, with the deposit of a proposal, in aweal, or with
    /// nothing if it is accepted at once. Reverts if they are promised fewer units
    /// than minUnits. The units go to toShare of the caller's, or to a new share if
    /// that is 0. A root is accepted once in an asset.
    function contribute(
        uint256 asset, bytes32 root, uint64 chunks, string calldata uri, uint64 minUnits, uint256 toShare
    ) external payable returns (uint256 contributionId, uint64 units);
    /// Takes a proposal back, with its deposit. By its contributor.
    function withdraw(uint256 contributionId) external;

    /// Accepts up to 64 proposals: each gets its units and its deposit back. By the
    /// steward or the asset's own account.
    function accept(uint256[] calldata ids) external;
    /// Removes up to 64 proposals. The deposits go back, or to the asset's own
    /// account if they were spam. By the steward or the asset's own account.
    function reject(uint256[] calldata ids, bool spam) external;
    /// Divides amount, or all that waits if it is 0, among up to 256 accepted
    /// contributions by points, each at least 1, rounded down; the rest waits on.
    /// root is the hash of the evidence: it pays a contribution once, and none comes
    /// back once another was used. By the steward or the asset's own account.
    function distribute(
        uint256 asset, string calldata denom, uint256 amount, uint256[] calldata ids, uint64[] calldata points,
        bytes32 root
    ) external returns (uint256[] memory amounts);
    /// Pays what up to 64 contributions of the caller's have earned, in all
    /// denominations.
    function claim(uint256[] calldata ids) external;

    function termsOf(uint256 asset) external view returns (ContributionTerms memory terms);
    /// What the pot of an asset can grant now.
    function potOf(uint256 asset) external view returns (uint64 units);
    function getContribution(uint256 contributionId) external view returns (Contribution memory contribution);
    function claimable(uint256 contributionId, string calldata denom) external view returns (uint256 amount);
    /// What waits to be divided among an asset's contributions.
    function waiting(uint256 asset, string calldata denom) external view returns (uint256 amount);
}
