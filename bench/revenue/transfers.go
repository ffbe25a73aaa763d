package revenue

import (
	"fmt"
	"math/big"
	"time"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"

	"github.com/weal-network/weal/bench/chain"
	"github.com/weal-network/weal/precompile/solidity"
	"github.com/weal-network/weal/test/reference"
)

const (
	sigTransferInto = "transferFrom(uint256,uint256,uint256)"
	sigTransferTo   = "transferFrom(uint256,address,uint256)"
)

// tokenValue is what each token holds at first.
const tokenValue = 1_000

// contract is one in which value is moved between pairs of tokens.
type contract struct {
	at    common.Address
	abi   abi.ABI
	pairs [][2]uint64
	limit uint64 // of gas, of the round's transfers

	gas   []uint64
	took  []time.Duration // of each message
	block []time.Duration // of each block, by its transfers
}

// transfer is the call that moves one unit in a pair: there and back by turns.
func (c *contract) transfer(pair, round int) ([]byte, error) {
	from, to := c.pairs[pair][round%2], c.pairs[pair][1-round%2]
	return pack(c.abi, sigTransferInto, number(from), number(to), number(1))
}

// pack writes a call of the function with a canonical signature.
func pack(contract abi.ABI, signature string, args ...any) ([]byte, error) {
	for _, m := range contract.Methods {
		if m.Sig != signature {
			continue
		}
		data, err := m.Inputs.Pack(args...)
		return append(append([]byte{}, m.ID...), data...), err
	}
	return nil, fmt.Errorf("pack a call: there is no function %s", signature)
}

// solidityTokens deploys the reference contract and mints pairs in it.
func (b *bench) solidityTokens() (*contract, error) {
	creation, err := reference.Creation("Reference", "REF", 0)
	if err != nil {
		return nil, err
	}
	c := &contract{}
	if c.abi, err = reference.ABI(); err != nil {
		return nil, err
	}
	if c.at, err = b.deploy(creation); err != nil {
		return nil, fmt.Errorf("reference contract: %w", err)
	}
	var calls [][]byte
	for i := range uint64(b.cfg.Pairs) {
		c.pairs = append(c.pairs, [2]uint64{2*i + 1, 2*i + 2})
		for _, id := range c.pairs[i] {
			data, err := pack(c.abi, "mint(address,uint256,uint256,uint256)", b.owner.EVM(), number(id), number(1), number(tokenValue))
			if err != nil {
				return nil, err
			}
			calls = append(calls, data)
		}
	}
	if _, err := b.calls(b.vendor, &c.at, calls...); err != nil {
		return nil, fmt.Errorf("mint in the reference contract: %w", err)
	}
	return c, nil
}

// nativeTokens splits pairs off an asset's first share.
func (b *bench) nativeTokens(a earner) (*contract, error) {
	c := &contract{at: native, abi: solidity.Assets.ABI, pairs: make([][2]uint64, b.cfg.Pairs)}
	var calls [][]byte
	for range 2 * b.cfg.Pairs {
		data, err := pack(c.abi, sigTransferTo, number(a.share), b.owner.EVM(), number(tokenValue))
		if err != nil {
			return nil, err
		}
		calls = append(calls, data)
	}
	receipts, err := b.calls(b.owner, &c.at, calls...)
	if err != nil {
		return nil, fmt.Errorf("split asset %d: %w", a.asset, err)
	}
	for i, r := range receipts {
		c.pairs[i/2][i%2] = new(big.Int).SetBytes(r.Ret).Uint64()
	}
	return c, nil
}

// round moves one unit in each pair of each contract, by turns: first each
// message alone, on the state as it is, then all in one block a contract.
func (b *bench) round(round int, contracts ...*contract) error {
	calls := make([][][]byte, len(contracts))
	for i, c := range contracts {
		for pair := range c.pairs {
			data, err := c.transfer(pair, round)
			if err != nil {
				return err
			}
			calls[i] = append(calls[i], data)
		}
		estimate, err := b.Estimate(b.owner, c.at, calls[i][0])
		if err != nil {
			return err
		}
		c.limit = estimate * 5 / 4
	}
	for pair := range b.cfg.Pairs {
		for turn := range contracts {
			i := (turn + pair + round) % len(contracts)
			_, took, err := b.Execute(b.owner, contracts[i].at, calls[i][pair], contracts[i].limit)
			if err != nil {
				return err
			}
			contracts[i].took = append(contracts[i].took, took)
		}
	}
	for turn := range contracts {
		i := (turn + round) % len(contracts)
		if err := b.block(contracts[i], calls[i]); err != nil {
			return err
		}
	}
	return nil
}

// block makes a block of transfers.
func (b *bench) block(c *contract, calls [][]byte) error {
	var txs [][]byte
	for _, data := range calls {
		tx, err := b.EVM(b.owner, chain.Call{To: &c.at, Data: data, Gas: c.limit})
		if err != nil {
			return err
		}
		txs = append(txs, tx)
	}
	results, took, err := b.Timed(txs...)
	if err != nil {
		return err
	}
	for _, res := range results {
		r, err := chain.ReadReceipt(res)
		if err != nil {
			return err
		}
		c.gas = append(c.gas, r.GasUsed)
	}
	c.block = append(c.block, took/time.Duration(len(calls)))
	return nil
}

// forget drops what was measured so far.
func forget(contracts ...*contract) {
	for _, c := range contracts {
		c.gas, c.took, c.block = nil, nil, nil
	}
}
