package local

import (
	"context"
	"time"

	"github.com/weal-network/weal/types"
)

// Credential is one as commands tell it: times in JSON are RFC 3339 in UTC.
type Credential struct {
	types.Credential
	// Until is when it is void; zero, and not in JSON, is never.
	Until time.Time `json:"until,omitzero"`
}

// Permit is whether an account may use an asset, as commands tell it.
type Permit struct {
	types.Permit
	Credential *Credential `json:"credential,omitempty"`
}

// lastSecond is the last time that JSON can hold, 9999-12-31T23:59:59Z.
const lastSecond = 253_402_300_799

func credentialOf(c types.Credential) Credential {
	told := Credential{Credential: c}
	if c.Until != 0 {
		told.Until = time.Unix(min(c.Until, lastSecond), 0).UTC()
	}
	return told
}

// State tells what a credential is worth at a time: good, revoked, over or used up.
func (c Credential) State(now time.Time) string {
	switch {
	case c.Revoked:
		return "revoked"
	case !c.Until.IsZero() && !now.Before(c.Until):
		return "over"
	case c.Uses > 0 && c.Left() == 0:
		return "used up"
	}
	return "good"
}

// Credentials lists what was granted for an asset.
func (c *Client) Credentials(ctx context.Context, id types.AssetID) ([]Credential, error) {
	all, err := c.Ledger.Credentials(ctx, id)
	if err != nil {
		return nil, err
	}
	told := make([]Credential, len(all))
	for i, one := range all {
		told[i] = credentialOf(one)
	}
	return told, nil
}

// Permit tells whether an account may use an asset now, and why.
func (c *Client) Permit(ctx context.Context, id types.AssetID, holder string) (Permit, error) {
	p, err := c.Ledger.Permit(ctx, id, holder)
	told := Permit{Permit: p}
	if p.Credential != nil {
		one := credentialOf(*p.Credential)
		told.Credential = &one
	}
	return told, err
}
