// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.20;

/// @title What a contract is told of an answer to what it asked.
interface IWealAnswer {
    /// msg.sender is 0x0000000000000000000000000000000000003530. Anyone can name any
    /// contract to be told: check that the id is of a request of your own. answer is
    /// empty if it is not by value: see answerOf. evidence is the asset's receipt.
    function onAnswer(uint256 id, bytes calldata answer, bytes calldata evidence) external;
}
