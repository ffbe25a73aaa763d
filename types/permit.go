package types

// Credential is the permission of one holder to use an asset that is not open to
// all, and to derive from it.
type Credential struct {
	Asset AssetID `json:"asset"`
	// Holder has it, Granter gave it. Both are EIP-55 hex addresses.
	Holder  string `json:"holder"`
	Granter string `json:"granter"`
	// Uses is how many times it can be used; 0 is without limit. Used counts the
	// children that were registered under it; who serves the asset counts uses.
	Uses uint64 `json:"uses"`
	Used uint64 `json:"used"`
	// Until is the Unix time in seconds from which it is void; 0 is never.
	Until   int64 `json:"until"`
	Revoked bool  `json:"revoked"`
	// Height is the block it was granted in. A new grant counts its uses anew.
	Height int64 `json:"height"`
}

// Left returns how many uses the chain knows to be left. It means nothing for a
// credential without limit.
func (c Credential) Left() uint64 {
	if c.Used >= c.Uses {
		return 0
	}
	return c.Uses - c.Used
}

// Permit is what the chain says of whether a holder may use an asset now.
type Permit struct {
	Allowed bool `json:"allowed"`
	// Reason says why, or why not.
	Reason string `json:"reason"`
	// Open tells that the asset asks for no credential.
	Open bool `json:"open"`
	// Counted tells that only a credential of limited uses allows it, so that who
	// serves the asset counts.
	Counted bool `json:"counted"`
	// Credential is the one granted; nil if there is none.
	Credential *Credential `json:"credential,omitempty"`
}
