package local

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/weal-network/weal/ledger"
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/vault/ingest"
	assettypes "github.com/weal-network/weal/x/asset/types"
)

// Content is what files hold, as a contribution names it.
type Content struct {
	// Root is the Merkle root over the chunks' hashes in ascending order, each as a
	// vault has it that adds the files: so the order that files are found in does
	// not matter, and a passage of the vault can be shown to be of the contribution.
	Root   types.Hash `json:"root"`
	Chunks uint64     `json:"chunks"`
}

// ContentOf reads files, folders and patterns as weal vault add does. It needs no
// home.
func ContentOf(ctx context.Context, paths []string) (Content, error) {
	var hashes []types.Hash
	err := ingest.Preview(ctx, paths, ingest.Options{}, func(d ingest.Document) error {
		if d.Err != nil {
			return fmt.Errorf("%s: %w", d.Source, d.Err)
		}
		for _, c := range d.Chunks {
			hashes = append(hashes, pay.Chunk{
				Source: d.Source, Heading: c.Heading, Start: uint64(c.Start), End: uint64(c.End), Text: c.Text,
			}.Hash())
		}
		return nil
	})
	if err != nil {
		return Content{}, err
	}
	slices.SortFunc(hashes, func(a, b types.Hash) int { return bytes.Compare(a[:], b[:]) })
	hashes = slices.Compact(hashes)
	if len(hashes) == 0 {
		return Content{}, errors.New("there is nothing to read in these files")
	}
	return Content{Root: pay.MerkleRoot(hashes), Chunks: uint64(len(hashes))}, nil
}

// Steward returns the sender called from, or the home's account that is an asset's
// steward, and the terms.
func (c *Client) Steward(ctx context.Context, asset types.AssetID, from string) (*ledger.Sender, ledger.ContributionTerms, error) {
	t, err := c.Ledger.ContributionTerms(ctx, asset)
	if err != nil {
		return nil, t, err
	}
	if t.Steward == "" && from == "" {
		return nil, t, fmt.Errorf("asset %d has no steward: its council decides; name one with: weal contribution terms %d --steward ADDRESS", asset, asset)
	}
	s, err := c.Signer(from, t.Steward, fmt.Sprintf("is the steward of asset %d", asset))
	return s, t, err
}

// StewardOf is Steward of the asset that contributions are to, which is one.
func (c *Client) StewardOf(ctx context.Context, ids []uint64, from string) (*ledger.Sender, error) {
	var asset types.AssetID
	for _, id := range ids {
		one, err := c.Ledger.Contribution(ctx, id)
		if err != nil {
			return nil, err
		}
		if asset != 0 && one.Asset != asset {
			return nil, fmt.Errorf("contribution %d is to asset %d, contribution %d to asset %d; decide about one asset's at a time", ids[0], asset, id, one.Asset)
		}
		asset = one.Asset
	}
	s, _, err := c.Steward(ctx, asset, from)
	return s, err
}

// SetContributionTerms sets what an asset takes contributions under, as who
// controls the asset. Of the pot, grant units can be granted from then on, unless
// it is zero: its owner, an account of the home, approves them.
func (c *Client) SetContributionTerms(ctx context.Context, t ledger.ContributionTerms, from string, grant uint64) error {
	s, _, err := c.Controller(ctx, t.Asset, from)
	if err != nil {
		return err
	}
	if err := s.SetContributionTerms(ctx, t); err != nil || grant == 0 {
		return err
	}
	return c.fillPot(ctx, t.Pot, grant)
}

// fillPot lets contributions be granted so many units of a share.
func (c *Client) fillPot(ctx context.Context, pot types.ShareID, units uint64) error {
	if pot == 0 {
		return errors.New("there is no pot to grant units from; name the share: --pot SHARE")
	}
	share, err := c.Ledger.Share(ctx, pot)
	if err != nil {
		return err
	}
	owner, err := c.Signer("", share.Owner, fmt.Sprintf("owns share %d, the pot", pot))
	if err != nil {
		return err
	}
	return owner.ApproveValue(ctx, pot, types.ContributionsContract, units)
}

// Distribute divides what waits for an asset's contributors in a denomination by
// points, as the account called from, or as the steward if that is empty. Root is
// the hash of the evidence.
func (c *Client) Distribute(ctx context.Context, asset types.AssetID, denom string, points []ledger.ContributionPoints, root types.Hash, from string) ([]ledger.ContributionPayment, error) {
	s, _, err := c.Steward(ctx, asset, from)
	if err != nil {
		return nil, err
	}
	return s.Distribute(ctx, asset, denom, points, root)
}

// ContributionPayout is what a claim of one contributor brought.
type ContributionPayout struct {
	Contributor   string       `json:"contributor"`
	Contributions int          `json:"contributions"`
	Denom         string       `json:"denom"`
	Amount        types.Amount `json:"amount"`
}

// ClaimContributions pays out what contributions of the home's accounts have
// earned, or of the one called from. With an error it returns what was paid
// nonetheless.
func (c *Client) ClaimContributions(ctx context.Context, from string) ([]ContributionPayout, error) {
	if from != "" {
		if _, err := c.Signer(from, "", ""); err != nil {
			return nil, err
		}
	}
	accounts, err := c.Accounts()
	if err != nil {
		return nil, err
	}
	all, err := c.Ledger.Contributions(ctx, 0)
	if err != nil {
		return nil, err
	}
	var paid []ContributionPayout
	for _, a := range accounts {
		if from != "" && a.Name != from {
			continue
		}
		sender, err := c.Ledger.Sender(a.secret)
		if err != nil {
			return paid, err
		}
		for ids := range slices.Chunk(owed(all, a.Address), assettypes.MaxClaimContributions) {
			coins, err := sender.ClaimContributions(ctx, ids)
			if err != nil {
				return paid, fmt.Errorf("%s (%s): %w", a.Name, a.Address, err)
			}
			for _, coin := range coins {
				paid = append(paid, ContributionPayout{Contributor: a.Address, Contributions: len(ids), Denom: coin.Denom, Amount: coin.Amount})
			}
		}
	}
	return paid, nil
}

// owed are the contributions of an account that are owed something.
func owed(all []ledger.Contribution, contributor string) (ids []uint64) {
	for _, one := range all {
		some := slices.ContainsFunc(one.Earnings, func(e ledger.ContributionEarning) bool { return !e.Owed.IsZero() })
		if some && one.Contributor == contributor {
			ids = append(ids, one.ID)
		}
	}
	return ids
}
