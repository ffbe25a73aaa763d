package types

// Royalty is what one ancestor is owed: BasisPoints of the asset's lifetime credit.
type Royalty struct {
	Asset       AssetID `json:"asset"`
	BasisPoints uint32  `json:"bps"`
}

// Asset is an asset as the chain tells it to a role.
type Asset struct {
	ID   AssetID `json:"id"`
	Kind Kind    `json:"kind"`
	// Maker registered the asset. Owner holds its first share now; empty if that
	// was burned. Controller may make versions, grant credentials and name another
	// controller. Account is the asset's own: its treasury, and what its council
	// acts as. All are EIP-55 hex addresses.
	Maker      string `json:"maker"`
	Owner      string `json:"owner"`
	Controller string `json:"controller"`
	Account    string `json:"account"`
	// Version counts manifest updates from 1; Manifest and Root are that version's.
	Version     uint32 `json:"version"`
	Manifest    Hash   `json:"manifest"`
	ManifestURI string `json:"manifest_uri"`
	// Root is the Merkle root over a vault's chunks, or the salted hash of an app's file
	// (spec/app.md); zero for other kinds.
	Root Hash `json:"root"`
	// Key is the Ed25519 public key that signs the asset's receipts.
	Key Hash `json:"key"`
	// Units is the whole supply, Circulating what of it was not burned.
	Units       uint64   `json:"units"`
	Circulating uint64   `json:"circulating"`
	Prices      []Price  `json:"prices"`
	Denoms      []string `json:"denoms"`
	// Parents are what the asset was made from, as they were named; Ancestors is
	// the flattened lineage: what each is owed.
	Parents   []Parent  `json:"parents"`
	Ancestors []Royalty `json:"ancestors"`
	Licence   Licence   `json:"licence"`
	// Resale is what the maker gets of each sale on the market, in basis points.
	Resale uint32 `json:"resale_bps"`
}

// Parent is an asset that another was made from, and the version it was in.
type Parent struct {
	Asset       AssetID `json:"asset"`
	BasisPoints uint32  `json:"bps"`
	Version     uint32  `json:"version"`
}

// Version is what the chain keeps of one version of an asset, for ever, so that
// old receipts and old roots stay provable.
type Version struct {
	Asset    AssetID `json:"asset"`
	Version  uint32  `json:"version"`
	Manifest Hash    `json:"manifest"`
	Root     Hash    `json:"root"`
	// Height is the block it began in, Licence what it is under.
	Height  int64   `json:"height"`
	Licence Licence `json:"licence"`
}

// LaneState says whether a lane can be paid from.
type LaneState string

// The states of a lane. A closing lane can still be settled, not used.
const (
	LaneOpen    LaneState = "open"
	LaneClosing LaneState = "closing"
	LaneClosed  LaneState = "closed"
)

// Lane is a lane as the chain tells it to a role.
type Lane struct {
	Ref     LaneRef   `json:"ref"`
	Payer   string    `json:"payer"` // EIP-55 hex address
	Denom   string    `json:"denom"`
	Key     Hash      `json:"key"` // Ed25519 public key that signs its vouchers
	Cap     Amount    `json:"cap"`
	Gateway AssetID   `json:"gateway"`
	State   LaneState `json:"state"`
	// Credited is the sum over all assets of what settlements have paid from it.
	Credited Amount `json:"credited"`
}
