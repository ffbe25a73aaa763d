package solidity

var (
	// Collections is the contract that opens collections.
	Collections = load("IWealCollections")
	// Collection is the contract of each of them.
	Collection = load("IWealCollection")
)
