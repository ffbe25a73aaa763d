package reference

import (
	_ "embed"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/ethereum/go-ethereum/accounts/abi"
)

// Origin says what the contract is and how it was compiled.
const Origin = "@solvprotocol/erc-3525 1.5.0 ERC3525Burnable, @openzeppelin/contracts 4.9.6, solc 0.8.37 with 200 optimizer runs"

var (
	//go:embed ERC3525Burnable.hex
	creation string
	//go:embed ERC3525Burnable.abi.json
	contractJSON string
)

// ABI returns the contract's.
func ABI() (abi.ABI, error) {
	contract, err := abi.JSON(strings.NewReader(contractJSON))
	if err != nil {
		return abi.ABI{}, fmt.Errorf("reference contract: read ABI: %w", err)
	}
	return contract, nil
}

// Creation returns what a transaction carries to deploy the contract.
func Creation(name, symbol string, decimals uint8) ([]byte, error) {
	code, err := hex.DecodeString(strings.TrimSpace(creation))
	if err != nil {
		return nil, fmt.Errorf("reference contract: read code: %w", err)
	}
	contract, err := ABI()
	if err != nil {
		return nil, err
	}
	args, err := contract.Pack("", name, symbol, decimals)
	if err != nil {
		return nil, fmt.Errorf("reference contract: write arguments: %w", err)
	}
	return append(code, args...), nil
}
