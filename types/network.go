package types

// The chain's constants that wallets, roles and validators must share.
const (
	// BaseDenom is the smallest unit of the coin: 10^18 of it are one WEAL.
	BaseDenom = "aweal"
	// DisplayDenom is the coin's name in front of people.
	DisplayDenom = "WEAL"
	// Decimals is the number of decimals of DisplayDenom.
	Decimals = 18
	// Bech32Prefix starts every account address in its Cosmos form.
	Bech32Prefix = "weal"
	// CoinType is the SLIP-44 coin type of keys: Ethereum's.
	CoinType = 60
	// EVMChainID is the EIP-155 chain id.
	EVMChainID = 9325
	// LocalChainID is the Cosmos chain id of the chain that `weal up` starts.
	LocalChainID = "weal-local-1"
	// BlockGas is the gas limit of a block: an airdrop of 1,000 new shares.
	BlockGas = 60_000_000
	// Escrow is the module account that holds every coin of x/tab and x/asset.
	// One account for both, so that settlement moves no coins: it only changes
	// to whom the coins in it belong.
	Escrow = "escrow"
	// AssetContract is the EVM address of the ERC-3525 contract of all assets.
	AssetContract = "0x0000000000000000000000000000000000003525"
	// CollectionsContract is the EVM address where collections are opened.
	CollectionsContract = "0x0000000000000000000000000000000000003526"
	// MarketContract is the EVM address where shares are bought and sold.
	MarketContract = "0x0000000000000000000000000000000000003527"
	// CouncilContract is the EVM address where assets are governed.
	CouncilContract = "0x0000000000000000000000000000000000003528"
	// JobContract is the EVM address where assets are asked, and where calls are booked.
	JobContract = "0x0000000000000000000000000000000000003530"
	// Scheduler is the EVM address that booked calls come from. Nobody has a key to it.
	Scheduler = "0x0000000000000000000000000000000000003531"
	// ContributionsContract is the EVM address where people add to assets.
	ContributionsContract = "0x0000000000000000000000000000000000003529"
	// MaxUnits is the greatest supply of units an asset can have.
	MaxUnits = 1 << 48
	// DefaultUnits is the supply of units of an asset that names none.
	DefaultUnits = 1_000_000
	// MaxDenoms is how many denominations one asset may earn in.
	MaxDenoms = 4
	// MaxAncestors is how many ancestors an asset's flattened lineage may have.
	MaxAncestors = 32
)
