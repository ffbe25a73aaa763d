package types

import (
	"fmt"
	"strconv"
	"strings"
)

// AssetID is the number of an asset: its ERC-3525 slot. Zero is no asset.
type AssetID uint64

// ShareID is the number of a share: its ERC-3525 token id. Zero is no share.
type ShareID uint64

// TabID is the number of a tab. Zero is no tab.
type TabID uint64

// LaneRef names one lane of one epoch of one tab.
type LaneRef struct {
	Tab   TabID  `json:"tab"`
	Epoch uint32 `json:"epoch"`
	Lane  uint32 `json:"lane"`
}

// String returns "tab/epoch/lane".
func (r LaneRef) String() string { return fmt.Sprintf("%d/%d/%d", r.Tab, r.Epoch, r.Lane) }

// ParseLaneRef reads "tab/epoch/lane".
func ParseLaneRef(s string) (LaneRef, error) {
	bad := func() (LaneRef, error) {
		return LaneRef{}, fmt.Errorf("lane: want tab/epoch/lane, for example 1/0/0, got %q", clip(s))
	}
	parts := strings.Split(s, "/")
	if len(parts) != 3 {
		return bad()
	}
	tab, err1 := strconv.ParseUint(parts[0], 10, 64)
	epoch, err2 := strconv.ParseUint(parts[1], 10, 32)
	lane, err3 := strconv.ParseUint(parts[2], 10, 32)
	if err1 != nil || err2 != nil || err3 != nil || tab == 0 {
		return bad()
	}
	return LaneRef{Tab: TabID(tab), Epoch: uint32(epoch), Lane: uint32(lane)}, nil
}
