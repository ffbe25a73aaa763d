// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.20;

/// An input or an answer.
struct Content {
    /// It is data, by value, unless apart: then it is elsewhere.
    bytes data;
    /// The SHA-256 of it, in either case.
    bytes32 hash;
    /// Where it is, if that is said.
    string uri;
    bool apart;
}

/// What is asked of an asset, and under which terms.
struct Ask {
    uint256 asset;
    /// By value, unless inputHash is not zero: then it is empty.
    bytes input;
    bytes32 inputHash;
    string inputUri;
    /// The most that the use may cost, in aweal.
    uint256 maxFee;
    /// The proof policy; 0 and 1 are audit.
    uint8 policy;
    /// How long it waits for an answer; 0 is the chain's default.
    uint64 waitSeconds;
    /// Who is told of the answer, with so much gas; zero for none.
    address callback;
    uint64 gas;
}

/// A question to an asset, paid ahead.
struct Request {
    uint256 asset;
    address requester;
    Content input;
    /// What the use costs, and what the operator gets for the call-back's gas.
    uint256 price;
    uint256 gasPay;
    uint8 policy;
    uint32 version;
    address callback;
    uint64 gas;
    /// The block it was asked in. It expires in the first that is beyond both others.
    uint64 height;
    uint64 expiresHeight;
    uint64 expires;
    /// 1 open, 2 answered, 3 expired.
    uint8 state;
    /// 0 none, 1 waiting, 2 running, 3 done, 4 failed.
    uint8 callbackState;
    uint32 tries;
    /// Who delivered; zero if nobody did.
    address operator;
    /// What a receipt for it names as its order.
    bytes32 order;
}

/// An account that may deliver for an asset.
struct Operator {
    bool authorised;
    /// The part of the price that it gets.
    uint32 basisPoints;
    uint256 bond;
    bool unbonding;
    /// Its bond is free in the first block that is beyond both.
    uint64 untilHeight;
    uint64 until;
}

/// A call that the chain makes at a later time.
struct Booking {
    address owner;
    address target;
    bytes data;
    /// Of each call, and what a unit of what it uses costs.
    uint64 gas;
    uint256 gasPrice;
    uint256 value;
    /// After how many blocks it is made again, and how often it still is.
    uint64 every;
    uint64 times;
    /// The first block that it is made in.
    uint64 due;
    /// What is prepaid.
    uint256 funds;
    uint64 runs;
}

/// @title Requests to assets, and calls that are made at a later time.
/// The chain's coin, "aweal", pays. Contracts that are paid are not called.
interface IWealJobs {
    event Requested(
        uint256 id, uint256 indexed asset, address indexed requester,
        uint256 price, uint256 gasPay, address callback, uint64 gas, uint64 expires, bytes32 order
    );
    /// The operator got paid, the asset credited.
    event Answered(
        uint256 indexed id, uint256 indexed asset, address indexed operator,
        bytes32 answer, uint256 paid, uint256 credited
    );
    event Called(uint256 indexed id, address indexed callback, bool ok);
    event OperatorChanged(uint256 indexed asset, address indexed operator, bool authorised, uint32 basisPoints);
    event BondChanged(uint256 indexed asset, address indexed operator, uint256 bond, bool unbonding);

    event Booked(
        uint256 id, address indexed owner, address indexed target,
        uint64 gas, uint256 gasPrice, uint256 value, uint64 first, uint64 every, uint64 times
    );
    event Extended(uint256 indexed id, address indexed by, uint64 times);
    event Cancelled(uint256 indexed id, address indexed owner, uint256 refund);

    /// Asks an asset under audit, for the default time. Send at least what quote
    /// says: the rest comes back. If nobody delivers in time, all of it does.
    function request(uint256 asset, bytes calldata input, uint256 maxFee, address callback, uint64 gas)
        external payable returns (uint256 id);
    /// Asks with all terms.
    function requestWith(Ask calldata ask) external payable returns (uint256 id);
    /// By an operator of the asset, in a later block than the request's, once. Pays the
    /// asset and the caller, and then tells the callback with exactly the gas that
    /// was asked for: see IWealAnswer. If that fails, the delivery stands, and Called
    /// says so.
    function deliver(uint256 id, bytes calldata answer, bytes calldata evidence) external;
    /// deliver of an answer that is elsewhere.
    function deliverApart(uint256 id, bytes32 answerHash, string calldata uri, bytes calldata evidence) external;
    /// Tells a callback again that failed. By anyone, some times; by the requester
    /// at any time.
    function retry(uint256 id) external;
    /// Of this contract's own: it reverts for everyone else.
    function called(uint256 id, bool ok) external;

    /// By who controls the asset: lets an operator deliver, for a part of the price.
    function authorise(uint256 asset, address operator, uint32 basisPoints) external;
    function revoke(uint256 asset, address operator) external;
    /// By an operator that is authorised: adds what is sent to its bond.
    function bond(uint256 asset) external payable;
    /// By an operator: it delivers no more, and its bond is free after a window.
    function unbond(uint256 asset) external;
    function withdraw(uint256 asset) external returns (uint256 paid);

    /// What a use of an asset costs now, and a callback with so much gas.
    function quote(uint256 asset, uint64 gas) external view returns (uint256 price, uint256 gasPay);
    function getRequest(uint256 id) external view returns (Request memory request_);
    function answerOf(uint256 id) external view returns (Content memory answer, bytes memory evidence);
    function getOperator(uint256 asset, address operator) external view returns (Operator memory operator_);
    function requestCount() external view returns (uint256);

    /// Books calls of target from 0x0000000000000000000000000000000000003531, in the begin
    /// of block first, or of the next if that is 0, and every so many blocks, times in
    /// all. Send at least times * (gas * gasPrice() + value): the rest comes back, and of
    /// the gas what calls do not use, when the last is made.
    function book(address target, bytes calldata data, uint64 gas, uint64 first, uint64 every, uint64 times, uint256 value)
        external payable returns (uint256 id);
    /// Adds calls to a booking, at its own price of gas. By anyone who pays.
    function extendBooking(uint256 id, uint64 times) external payable;
    /// By its owner, to whom goes what is left.
    function cancelBooking(uint256 id) external returns (uint256 refund);
    function getBooking(uint256 id) external view returns (Booking memory booking);
    function bookingCount() external view returns (uint256);
    /// The booking whose call is being made, and its owner; zero if none is. A target
    /// that is to be called by its own bookings alone looks here.
    function running() external view returns (uint256 id, address owner);
    /// What a unit of gas costs that is paid ahead.
    function gasPrice() external view returns (uint256 price);
}
