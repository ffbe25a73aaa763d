// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.20;

/// @title A collection of a maker's own: ERC-3525 tokens at an address of their own.
/// Functions that are payable by their standard take no coins here.
interface IWealCollection {
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

    // ERC-3525 slots: their enumeration, and operators for one of them. These two
    // functions are unknown in a collection that is not slotApprovable.

    event ApprovalForSlot(address indexed owner, uint256 indexed slot, address indexed operator, bool approved);

    function slotCount() external view returns (uint256);
    function slotByIndex(uint256 index) external view returns (uint256 slot);
    function tokenSupplyInSlot(uint256 slot) external view returns (uint256);
    function tokenInSlotByIndex(uint256 slot, uint256 index) external view returns (uint256 tokenId);
    function setApprovalForSlot(address owner, uint256 slot, address operator, bool approved) external payable;
    function isApprovedForSlot(address owner, uint256 slot, address operator) external view returns (bool approved);

    // Making tokens and value, by the maker alone; destroying them, by who may transfer
    // the token

    function owner() external view returns (address maker);
    function mint(address to, uint256 tokenId, uint256 slot, uint256 value) external;
    function mintValue(uint256 tokenId, uint256 value) external;
    function burn(uint256 tokenId) external;
    function burnValue(uint256 tokenId, uint256 value) external;

    // ERC-3525 metadata

    function contractURI() external view returns (string memory);
    function slotURI(uint256 slot) external view returns (string memory);

    // ERC-165

    function supportsInterface(bytes4 interfaceId) external view returns (bool);
}
