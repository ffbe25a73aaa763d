// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.20;

/// @title Collections of makers' own: licences, tickets, points.
/// Each is a contract of its own, an IWealCollection.
interface IWealCollections {
    event CollectionCreated(address indexed collection, address indexed maker, string name, string symbol, uint8 decimals, bool slotApprovable);

    /// Opens a collection of the caller's, who alone may mint in it. Name and symbol
    /// have at most 64 bytes of UTF-8; decimals is only for display. In a collection
    /// that is slotApprovable, owners may approve operators for a slot.
    function create(string calldata name, string calldata symbol, uint8 decimals, bool slotApprovable) external returns (address collection);
    /// How many collections there are.
    function collectionCount() external view returns (uint256);
    /// A collection, counted from 0 in the order they were opened.
    function collectionByIndex(uint256 index) external view returns (address collection);
    function isCollection(address account) external view returns (bool);
}
