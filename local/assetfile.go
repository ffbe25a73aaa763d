package local

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"math/big"
	"os"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/weal-network/weal/ledger"
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
)

// AssetFile is what a file says of an asset to register: YAML, of which JSON is a
// part, so that a manifest is an asset file, too.
type AssetFile struct {
	Name        string      `yaml:"name"`
	Kind        types.Kind  `yaml:"kind"`
	Description string      `yaml:"description"`
	Endpoint    string      `yaml:"endpoint"`
	Root        types.Hash  `yaml:"root"`
	Prices      []filePrice `yaml:"prices"`
	Policies    []string    `yaml:"policies"`
	Licence     fileLicence `yaml:"licence"`
	Contact     string      `yaml:"contact"`

	// What follows is not in the manifest.

	// ManifestURI is where the manifest will be found; by default where a role at
	// Endpoint serves it.
	ManifestURI string `yaml:"manifest_uri"`
	// Key is the public key that signs receipts; by default one that the home makes.
	Key     types.Hash   `yaml:"key"`
	Units   *uint64      `yaml:"units"`  // by default types.DefaultUnits
	Denoms  []string     `yaml:"denoms"` // by default those of the prices
	Parents []fileParent `yaml:"parents"`
	Resale  BasisPoints  `yaml:"resale"`
}

type filePrice struct {
	Unit   types.PriceUnit `yaml:"unit"`
	Denom  string          `yaml:"denom"`
	Amount Coins           `yaml:"amount"`
	Tokens uint32          `yaml:"tokens"`
	Band   uint8           `yaml:"band"`
}

func (p filePrice) price() types.Price {
	return types.Price{Unit: p.Unit, Denom: p.Denom, Amount: p.Amount.Amount, Tokens: p.Tokens, Band: p.Band}
}

type fileParent struct {
	Asset types.AssetID `yaml:"asset"`
	Share BasisPoints   `yaml:"bps"`
}

// fileLicence is a kind of licence alone, or with terms.
type fileLicence struct{ types.Licence }

// UnmarshalYAML implements yaml.Unmarshaler.
func (l *fileLicence) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.ScalarNode {
		if n.Value == "" {
			return nil
		}
		return l.setKind(n.Value)
	}
	var f struct {
		Kind       string      `yaml:"kind"`
		Royalty    BasisPoints `yaml:"royalty"`
		Closed     bool        `yaml:"closed"`
		Collection string      `yaml:"collection"`
		Slot       string      `yaml:"slot"`
		Terms      types.Hash  `yaml:"terms"`
		TermsURI   string      `yaml:"terms_uri"`
	}
	if err := decode(n, &f); err != nil {
		return err
	}
	l.Licence = types.Licence{
		Royalty: uint32(f.Royalty), Closed: f.Closed, Collection: f.Collection, Slot: f.Slot, Terms: f.Terms, TermsURI: f.TermsURI,
	}
	return l.setKind(f.Kind)
}

// setKind sets the kind; credential is closed, whatever else is said.
func (l *fileLicence) setKind(name string) (err error) {
	l.Kind, err = types.ParseLicenceKind(name)
	l.Closed = l.Closed || l.Kind == types.LicenceCredential
	return err
}

// UnmarshalYAML implements yaml.Unmarshaler.
func (p *filePrice) UnmarshalYAML(n *yaml.Node) error {
	err := decode(n, p)
	if err == nil {
		err = p.price().Check()
		if err != nil {
			err = inLine(n, "%w", err)
		}
	}
	return err
}

// UnmarshalYAML implements yaml.Unmarshaler.
func (p *fileParent) UnmarshalYAML(n *yaml.Node) error { return decode(n, p) }

// BasisPoints is hundredths of a percent, written "250" or "2.5%".
type BasisPoints uint32

// ParseBasisPoints reads "250" or "2.5%", at most 10,000.
func ParseBasisPoints(s string) (BasisPoints, error) {
	n, percent := strings.CutSuffix(strings.TrimSpace(s), "%")
	r, ok := new(big.Rat).SetString(strings.TrimSpace(n))
	if ok && percent {
		r.Mul(r, big.NewRat(100, 1))
	}
	if !ok || strings.ContainsAny(n, "/eExX_") || !r.IsInt() || r.Sign() < 0 || r.Cmp(big.NewRat(10_000, 1)) > 0 {
		return 0, fmt.Errorf("want basis points from 0 to 10000 or a percentage, for example 250 or 2.5%%, got %.40q", s)
	}
	return BasisPoints(r.Num().Uint64()), nil
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (b *BasisPoints) UnmarshalText(text []byte) (err error) {
	*b, err = ParseBasisPoints(string(text))
	return err
}

// Coins is an amount of a denomination's smallest units, written as such, or as
// "0.5 WEAL".
type Coins struct{ types.Amount }

// UnmarshalText implements encoding.TextUnmarshaler.
func (c *Coins) UnmarshalText(text []byte) (err error) {
	if n, ok := strings.CutSuffix(string(text), types.DisplayDenom); ok {
		c.Amount, err = types.ParseWEAL(strings.TrimSpace(n))
		return err
	}
	c.Amount, err = types.ParseAmount(string(text))
	return err
}

// ParseAssetFile reads an asset file. A field that is not known is an error: it
// would otherwise be ignored unnoticed.
func ParseAssetFile(b []byte) (AssetFile, error) {
	var f AssetFile
	var document yaml.Node
	err := yaml.NewDecoder(bytes.NewReader(b)).Decode(&document)
	switch {
	case errors.Is(err, io.EOF), err == nil && len(document.Content) == 0:
		return f, errors.New("it is empty")
	case err != nil:
		return f, notYAML(err)
	}
	if err := decode(document.Content[0], &f); err != nil {
		return f, err
	}
	switch {
	case f.Name == "":
		return f, errors.New("name is missing")
	case !f.Kind.Valid():
		return f, errors.New("kind is missing: data, model, app, agent, machine, store or work")
	case f.ManifestURI == "" && f.Endpoint == "":
		return f, errors.New("say where the manifest will be found: manifest_uri, or the endpoint of the role that serves it")
	case f.Units != nil && *f.Units == 0:
		return f, fmt.Errorf("units: want at least 1; leave units out for %d", types.DefaultUnits)
	}
	f.complete()
	if len(f.Denoms) == 0 {
		return f, errors.New("say which denominations it earns in: denoms: [" + types.BaseDenom + "]")
	}
	if err := types.CheckPrices(f.prices()); err != nil {
		return f, fmt.Errorf("prices: %w", err)
	}
	return f, nil
}

// complete fills in what can be left out.
func (f *AssetFile) complete() {
	denoms := len(f.Denoms) == 0
	for i := range f.Prices {
		if f.Prices[i].Denom == "" {
			f.Prices[i].Denom = types.BaseDenom
		}
		if denoms && !slices.Contains(f.Denoms, f.Prices[i].Denom) {
			f.Denoms = append(f.Denoms, f.Prices[i].Denom)
		}
	}
	if f.ManifestURI == "" {
		f.ManifestURI = manifestURI(f.Endpoint)
	}
}

// Manifest returns the asset's manifest.
func (f AssetFile) Manifest() types.Manifest {
	m := types.Manifest{
		Name: f.Name, Kind: f.Kind, Description: f.Description, Endpoint: f.Endpoint, Root: f.Root,
		Policies: f.Policies, Contact: f.Contact, Prices: f.prices(),
	}
	if f.Licence.Kind.Valid() {
		m.Licence = f.Licence.Kind.String()
	}
	return m
}

func (f AssetFile) prices() (all []types.Price) {
	for _, p := range f.Prices {
		all = append(all, p.price())
	}
	return all
}

// Registered is what registering an asset file brought.
type Registered struct {
	Asset types.AssetID `json:"asset"`
	Share types.ShareID `json:"share"`
	Maker string        `json:"maker"`
	// Manifest is the hash on the chain, of what has to be found at ManifestURI.
	Manifest    types.Hash `json:"manifest"`
	ManifestURI string     `json:"manifest_uri"`
	Key         types.Hash `json:"key"`
}

// ReadAssetFile reads the asset file at path.
func ReadAssetFile(path string) (AssetFile, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return AssetFile{}, err
	}
	f, err := ParseAssetFile(text)
	if err != nil {
		return f, fmt.Errorf("%s: %w", path, err)
	}
	return f, nil
}

// RegisterFile registers the asset that a file describes, for the account called
// from. The canonical manifest is written to manifest, unless that is empty,
// before the chain is told.
func (c *Client) RegisterFile(ctx context.Context, f AssetFile, from, manifest string) (Registered, error) {
	maker, err := c.Signer(from, "", "")
	if err != nil {
		return Registered{}, err
	}
	b, err := f.Manifest().Bytes()
	if err != nil {
		return Registered{}, err
	}
	if f.Key.IsZero() {
		// One key for each description: registering it again makes another asset,
		// whose receipts the same role signs.
		hash := sha256.Sum256(b)
		key, err := c.Home.Ed25519(fmt.Sprintf("receipts-file-%x", hash[:4]))
		if err != nil {
			return Registered{}, err
		}
		f.Key = pay.PublicKey(key)
	}
	if manifest != "" {
		if err := os.WriteFile(manifest, b, 0o644); err != nil {
			return Registered{}, fmt.Errorf("write manifest: %w", err)
		}
	}
	r := Registered{Maker: maker.Address(), Manifest: types.ManifestHash(b), ManifestURI: f.ManifestURI, Key: f.Key}
	registration := ledger.Registration{
		Kind: f.Kind, Manifest: r.Manifest, ManifestURI: f.ManifestURI, Root: f.Root, Key: f.Key,
		Prices: f.prices(), Denoms: f.Denoms, Licence: f.Licence.Licence, Resale: uint32(f.Resale),
	}
	if f.Units != nil {
		registration.Units = *f.Units
	}
	for _, p := range f.Parents {
		registration.Parents = append(registration.Parents, types.Royalty{Asset: p.Asset, BasisPoints: uint32(p.Share)})
	}
	r.Asset, r.Share, err = maker.Register(ctx, registration)
	return r, err
}
