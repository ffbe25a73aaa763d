package erc3525

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
)

// SlotApprovable is the identifier of ERC-3525's operators for slots.
var SlotApprovable = [4]byte{0xb6, 0x88, 0xbe, 0x58}

// interfaces are the identifiers of ERC-165 of what every contract of this
// package has: the selectors of an interface's functions, xored.
var interfaces = map[[4]byte]bool{
	{0x01, 0xff, 0xc9, 0xa7}: true, // ERC-165
	{0x80, 0xac, 0x58, 0xcd}: true, // ERC-721
	{0x5b, 0x5e, 0x13, 0x9f}: true, // ERC-721 metadata
	{0x78, 0x0e, 0x9d, 0x63}: true, // ERC-721 enumeration
	{0xd5, 0x35, 0x81, 0x40}: true, // ERC-3525
	{0xe1, 0x60, 0x09, 0x02}: true, // ERC-3525 metadata
	{0x3b, 0x74, 0x1b, 0x9e}: true, // ERC-3525 enumeration of slots
}

// Supports reports whether every contract of this package has an interface.
func Supports(id [4]byte) bool { return interfaces[id] }

// DataURI returns a description, in JSON, as a URI that holds it.
func DataURI(description any) ([]any, error) {
	b, err := json.Marshal(description)
	if err != nil {
		return nil, fmt.Errorf("describe: %w", err)
	}
	return []any{"data:application/json;base64," + base64.StdEncoding.EncodeToString(b)}, nil
}
