package local

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/pay/attribution"
	"github.com/weal-network/weal/purse"
	"github.com/weal-network/weal/types"
)

// Receipt is a receipt in the purse's keeping.
type Receipt struct {
	ID types.Hash `json:"id"`
	purse.Kept
	// KeptAt takes the place of the purse's milliseconds.
	KeptAt string `json:"kept"` // RFC 3339, by this machine's clock
}

func newReceipt(k purse.Kept) Receipt {
	return Receipt{ID: k.Hash(), Kept: k, KeptAt: time.UnixMilli(k.Kept).UTC().Format(time.RFC3339)}
}

// Receipts lists the receipts of the home's purses, newest first.
func (c *Client) Receipts(ctx context.Context, f purse.Filter) ([]Receipt, error) {
	p, err := c.purses(ctx)
	if err != nil {
		return nil, err
	}
	kept, err := p.newest(ctx, f)
	if err != nil {
		return nil, err
	}
	var all []Receipt
	for _, k := range kept {
		all = append(all, newReceipt(k))
	}
	return all, nil
}

// Receipt returns the receipt of the home's purses with an id, or the one that begins
// with it.
func (c *Client) Receipt(ctx context.Context, id string) (Receipt, error) {
	p, err := c.purses(ctx)
	if err != nil {
		return Receipt{}, err
	}
	k, err := p.receipt(ctx, id)
	return newReceipt(k), err
}

// ReceiptFormats are what receipts can be exported as.
var ReceiptFormats = []string{"csv", "json"}

// ExportReceipts writes the receipts of the home's purses, oldest first: as a table
// with a head line, or as a JSON array whose elements are those of Receipts.
func (c *Client) ExportReceipts(ctx context.Context, f purse.Filter, format string, w io.Writer) error {
	p, err := c.purses(ctx)
	if err != nil {
		return err
	}
	if format == "csv" {
		return receiptsCSV(ctx, p, f, w)
	}
	return receiptsJSON(ctx, p, f, w)
}

var receiptColumns = []string{
	"id", "time", "kept", "chain", "tab", "epoch", "lane", "seq", "asset", "version", "order", "input", "output",
	"amount", "denom", "policy", "place", "detail",
}

func receiptsCSV(ctx context.Context, p purses, f purse.Filter, w io.Writer) error {
	table := csv.NewWriter(w)
	if err := table.Write(receiptColumns); err != nil {
		return err
	}
	number := func(n uint64) string { return strconv.FormatUint(n, 10) }
	at := func(millis int64) string { return time.UnixMilli(millis).UTC().Format("2006-01-02T15:04:05.000Z") }
	if err := p.each(ctx, f, func(k purse.Kept) error {
		return table.Write([]string{
			k.Hash().String(), at(k.Time), at(k.Kept), k.Chain.String(),
			number(uint64(k.Lane.Tab)), number(uint64(k.Lane.Epoch)), number(uint64(k.Lane.Lane)), number(k.Seq),
			number(uint64(k.Asset)), number(uint64(k.Version)), k.Order.String(), k.Input.String(), k.Output.String(),
			k.Amount.String(), k.Denom, k.Policy.String(), number(k.Place), k.Detail.String(),
		})
	}); err != nil {
		return err
	}
	table.Flush()
	return table.Error()
}

func receiptsJSON(ctx context.Context, p purses, f purse.Filter, w io.Writer) error {
	before := "[\n"
	if err := p.each(ctx, f, func(k purse.Kept) error {
		b, err := json.Marshal(newReceipt(k))
		if err == nil {
			_, err = fmt.Fprintf(w, "%s%s", before, b)
		}
		before = ",\n"
		return err
	}); err != nil {
		return err
	}
	end := "\n]\n"
	if before == "[\n" {
		end = "[]\n"
	}
	_, err := io.WriteString(w, end)
	return err
}

// ProveReceipt returns the proof of the use that a receipt of the home's purses is
// of.
func (c *Client) ProveReceipt(ctx context.Context, id string) (purse.Proof, error) {
	p, err := c.purses(ctx)
	if err != nil {
		return purse.Proof{}, err
	}
	return p.prove(ctx, id)
}

// Use is what a proof shows, checked against the chain.
type Use struct {
	Receipt types.Hash    `json:"receipt"`
	Asset   types.AssetID `json:"asset"`
	Version uint32        `json:"version"`
	Lane    types.LaneRef `json:"lane"`
	Payer   string        `json:"payer"` // EIP-55 hex address
	Seq     uint64        `json:"seq"`
	Amount  types.Amount  `json:"amount"`
	Denom   string        `json:"denom"`
	Time    string        `json:"time"` // RFC 3339, by the provider's clock
	Input   types.Hash    `json:"input"`
	Output  types.Hash    `json:"output"`
	// Attribution says what each passage of an app's answer counted, if it was proven.
	Attribution attribution.Record `json:"attribution,omitempty"`
	// Settled is what the chain has paid the asset from this lane so far.
	Settled types.Amount `json:"settled"`
}

// VerifyUse checks a proof with the keys that the chain has for its asset and lane.
func (c *Client) VerifyUse(ctx context.Context, p purse.Proof) (Use, error) {
	r := p.Receipt.Receipt
	if id := c.Home.ChainID(); r.Chain != pay.ChainHash(id) {
		return Use{}, fmt.Errorf("the proof is of another chain: its hash is %s, that of %s is %s", r.Chain, id, pay.ChainHash(id))
	}
	asset, err := c.Ledger.Asset(ctx, r.Asset)
	if err != nil {
		return Use{}, err
	}
	lane, err := c.Ledger.Lane(ctx, r.Lane)
	if err != nil {
		return Use{}, err
	}
	if err := p.Verify(asset.Key, lane.Key); err != nil {
		return Use{}, fmt.Errorf("the proof does not hold: %w", err)
	}
	settled, err := c.Ledger.Credited(ctx, r.Lane, r.Asset)
	return Use{
		Receipt: r.Hash(), Asset: r.Asset, Version: r.Version, Lane: r.Lane, Payer: lane.Payer, Seq: r.Seq,
		Amount: r.Amount, Denom: lane.Denom, Time: time.UnixMilli(r.Time).UTC().Format(time.RFC3339), Input: r.Input, Output: r.Output,
		Attribution: p.Attribution, Settled: settled,
	}, err
}
