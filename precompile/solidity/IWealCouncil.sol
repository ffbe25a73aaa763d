// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.20;

/// When a proposal passes. Parts are in basis points.
struct CouncilRules {
    /// How many of the units that can vote must: 100 to 10,000.
    uint32 quorum;
    /// The part of yes and no that yes must exceed: 5,000 to 9,999.
    uint32 threshold;
    /// How many of the units that can vote must stand behind a proposal: 1 to 10,000.
    uint32 propose;
    /// How long votes are taken: 1 second to 90 days.
    uint64 votingSeconds;
    /// How long what has passed waits before it can be executed: up to 90 days.
    uint64 lockSeconds;
    /// How long it can then be executed: a minute to 365 days.
    uint64 graceSeconds;
}

/// One call that a council makes, as the asset's own account.
struct Call {
    address to;
    uint256 value;
    bytes data;
}

/// A proposal and where it stands. Times are Unix time in seconds.
struct Proposal {
    uint256 asset;
    address proposer;
    /// 1 pending, 2 voting, 3 locked, 4 ready, 5 executed, 6 defeated, 7 canceled, 8 expired.
    uint8 state;
    CouncilRules rules;
    string title;
    string uri;
    Call[] calls;
    /// The block that it was made in, that voting began with and was over with;
    /// zero before.
    uint64 height;
    uint64 startHeight;
    uint64 startTime;
    uint64 endHeight;
    uint64 endTime;
    /// The units that could vote when voting began.
    uint256 circulating;
    uint256 yes;
    uint256 no;
    uint256 abstain;
}

/// @title The councils of all assets, at one address.
/// The units of an asset's shares vote on calls that the asset's own account then
/// makes. A share has as many votes as it had units when the block after the
/// proposal's began; its owner of that moment has them, whatever becomes of it.
/// The shares of the asset's own account have none. No function takes coins.
interface IWealCouncil {
    event Proposed(uint256 indexed proposal, uint256 indexed asset, address indexed proposer, Call[] calls, string title, string uri);
    event Voted(uint256 indexed proposal, address indexed voter, uint8 choice, uint256 power, uint256[] shares);
    event Delegated(uint256 indexed asset, address indexed owner, address indexed to);
    event Canceled(uint256 indexed proposal, address indexed by);
    event Executed(uint256 indexed proposal, address indexed by);
    event RulesChanged(uint256 indexed asset, CouncilRules rules);

    /// Makes a proposal of 1 to 16 calls, with at most 16 KiB of data in all. The
    /// shares, 1 to 64, stand behind it: the caller owns each, or is the delegate of
    /// its owner. Voting begins with the next block.
    function propose(uint256 asset, Call[] calldata calls, string calldata title, string calldata uri, uint256[] calldata shares) external returns (uint256 id);
    /// Says 1 yes, 2 no or 3 abstain for 1 to 64 shares, instead of what was said
    /// before. The caller owned each when voting began, or is the delegate of who
    /// did; as a delegate it passes over shares whose owner has voted. Returns the
    /// units it spoke for.
    function vote(uint256 id, uint8 choice, uint256[] calldata shares) external returns (uint256 power);
    /// Lets another propose and vote for the caller's shares of an asset, beside the
    /// caller; zero is nobody.
    function delegate(uint256 asset, address to) external;
    /// Ends a proposal: by its proposer as long as nobody has voted, or by the
    /// asset's own account until it is executed.
    function cancel(uint256 id) external;
    /// Makes the calls of a proposal that is ready, by anyone, in their order. If one
    /// reverts, so does this, with its data, and can be tried again.
    function execute(uint256 id) external;
    /// Sets the rules for proposals to come: by the asset's own account, or by its
    /// controller as long as that owns every share, of 64 at most.
    function setRules(uint256 asset, CouncilRules calldata rules) external;

    function proposal(uint256 id) external view returns (Proposal memory);
    /// The state alone.
    function state(uint256 id) external view returns (uint8);
    /// How many proposals there are. Their ids count from 1.
    function proposalCount() external view returns (uint256);
    /// Who owned a share when voting began, and its units then, as long as votes are
    /// taken.
    function powerOf(uint256 id, uint256 share) external view returns (address owner, uint256 power);
    /// What was said for a share, 0 for nothing, and whether a delegate said it, as
    /// long as votes are taken.
    function voteOf(uint256 id, uint256 share) external view returns (uint8 choice, bool delegated);
    function delegateOf(uint256 asset, address owner) external view returns (address);
    function rulesOf(uint256 asset) external view returns (CouncilRules memory);
    /// How many units of an asset its own account holds, and how many others can vote.
    function treasuryUnits(uint256 asset) external view returns (uint256);
    function votingUnits(uint256 asset) external view returns (uint256);
}
