package asset_test

import (
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/ethereum/go-ethereum/core/vm/program"
	"github.com/stretchr/testify/require"

	evmtypes "github.com/cosmos/evm/x/vm/types"

	"github.com/weal-network/weal/app/apptest"
	"github.com/weal-network/weal/precompile/asset"
	"github.com/weal-network/weal/precompile/solidity"
)

// echo is a contract that answers every question with its selector, and whether
// it supports an interface with supports.
func echo(supports bool) *program.Program {
	p := program.New()
	if supports {
		p.Push0().Op(vm.CALLDATALOAD).Push(0xe0).Op(vm.SHR).Push([]byte{0x01, 0xff, 0xc9, 0xa7}).Op(vm.EQ)
		at := p.Size()
		// to the answer, which follows nine bytes of selector and its return
		p.Append([]byte{byte(vm.PUSH2), 0, byte(at + 4 + len(answer())), byte(vm.JUMPI)})
		p.Append(answer())
		return p.Op(vm.JUMPDEST).Push(1).Push0().Op(vm.MSTORE).Return(0, 32)
	}
	return p.Append(answer())
}

// answer returns the first four bytes of the call.
func answer() []byte {
	return program.New().Push(new(big.Int).Lsh(big.NewInt(0xffffffff), 224)).Push0().
		Op(vm.CALLDATALOAD, vm.AND).Push0().Op(vm.MSTORE).Return(0, 32).Bytes()
}

// refuse is a contract that reverts with data, whatever it is asked, but says
// that it supports every interface.
func refuse(data []byte) *program.Program {
	p := program.New()
	p.Push0().Op(vm.CALLDATALOAD).Push(0xe0).Op(vm.SHR).Push([]byte{0x01, 0xff, 0xc9, 0xa7}).Op(vm.EQ)
	q := program.New()
	if len(data) > 0 {
		q.Mstore(data, 0)
	}
	q.Push(len(data)).Push0().Op(vm.REVERT)
	at := p.Size() + 4 + len(q.Bytes())
	p.Append([]byte{byte(vm.PUSH2), byte(at >> 8), byte(at), byte(vm.JUMPI)}).Append(q.Bytes())
	return p.Op(vm.JUMPDEST).Push(1).Push0().Op(vm.MSTORE).Return(0, 32)
}

// silent is a contract that stops, whatever it is asked.
func silent() *program.Program { return program.New().Op(vm.STOP, vm.STOP) }

// endless is a contract that uses up all gas.
func endless() *program.Program {
	p, at := program.New().Jumpdest()
	return p.Jump(at)
}

func TestReceivers(t *testing.T) {
	reason, err := evmtypes.RevertReasonBytes("not for me")
	require.NoError(t, err)
	tests := []struct {
		name       string
		code       *program.Program
		share, val string // why a share and why value is refused; empty if it is taken
	}{
		{"a receiver of both", echo(true), "", ""},
		{"a receiver of shares that knows no ERC-165", echo(false), "", ""},
		{"a contract that is no receiver", silent(), "ERC721: transfer to non ERC721Receiver implementer", ""},
		{"one that reverts with a reason", refuse(reason), "not for me", "not for me"},
		{"one that reverts without", refuse(nil), "ERC721: transfer to non ERC721Receiver implementer", "ERC3525: transfer rejected by ERC3525Receiver"},
		{"one that says yes to everything", program.New().Push(1).Push0().Op(vm.MSTORE).Return(0, 32), "ERC721: transfer to non ERC721Receiver implementer", "ERC3525: transfer rejected by ERC3525Receiver"},
		{"one that never ends", endless(), "ERC721: transfer to non ERC721Receiver implementer", ""},
	}
	c := newChain(t, apptest.WithoutShadows())
	alice := c.Accounts[0]
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c.t = t
			at := c.deploy(alice, tt.code)
			_, share := c.register(alice, 100)
			supply, _ := c.view(alice, "totalSupply()")

			r := c.send(alice, "transferFrom(uint256,address,uint256)", share, at, big1(10))
			if tt.val != "" {
				require.Equal(t, tt.val, r.reason())
				require.Empty(t, r.Logs)
				c.is(100, "balanceOf(uint256)", share)
				after, _ := c.view(alice, "totalSupply()")
				require.Equal(t, supply, after, "no share was made")
			} else {
				require.False(t, r.Failed(), r.reason())
				c.is(90, "balanceOf(uint256)", share)
				c.is(1, "balanceOf(address)", at)
			}
			r = c.send(alice, "safeTransferFrom(address,address,uint256)", alice.EVM(), at, share)
			if tt.share != "" {
				require.Equal(t, tt.share, r.reason())
				require.Empty(t, r.Logs)
				c.is(alice.EVM(), "ownerOf(uint256)", share)
			} else {
				require.False(t, r.Failed(), r.reason())
				c.is(at, "ownerOf(uint256)", share)
				return
			}
			// The plain transfer asks nobody.
			c.must(alice, "transferFrom(address,address,uint256)", alice.EVM(), at, share)
			c.is(at, "ownerOf(uint256)", share)
		})
	}
}

// A receiver that acts while it is asked owns the share already, and its own
// change stands.
func TestReceiverPassesOn(t *testing.T) {
	c := newChain(t)
	alice, bob := c.Accounts[0], c.Accounts[1]
	_, share := c.register(alice, 100)
	pass := call(t, "transferFrom(uint256,address,uint256)", share, bob.EVM(), big1(40))
	code := script(vm.PUSH0, step{to: asset.Address, data: pass})
	code.Op(vm.POP).Append(answer())
	at := c.deploy(alice, code)

	r := c.must(alice, "safeTransferFrom(address,address,uint256)", alice.EVM(), at, share)
	require.Equal(t, []string{
		"Transfer " + short(alice) + " " + at.Hex()[:6] + " 1",
		"Transfer 0 " + short(bob) + " 2", "SlotChanged 2 0 1", "TransferValue 0 2 0", "TransferValue 1 2 40",
	}, logs(t, r))
	c.is(at, "ownerOf(uint256)", share)
	c.is(60, "balanceOf(uint256)", share)
	c.is(bob.EVM(), "ownerOf(uint256)", big1(2))
}

// What a call changed is undone if a call around it reverts, however deep, and
// stands if only another call beside it does.
func TestReverts(t *testing.T) {
	c := newChain(t)
	alice := c.Accounts[0]
	register := call(t, solidity.RegisterSignature, registration(100))
	fails := call(t, "ownerOf(uint256)", big1(99))
	undone := c.deploy(alice, script(vm.REVERT, step{to: asset.Address, data: register}))
	around := c.deploy(alice, script(vm.STOP,
		step{to: asset.Address, data: register},
		step{to: undone, mayFail: true},
		step{to: asset.Address, data: fails, mayFail: true},
		step{to: asset.Address, data: register},
	))
	whole := c.deploy(alice, script(vm.REVERT, step{to: around}))

	require.True(t, c.run(alice, undone, nil).Failed())
	c.is(0, "totalSupply()")
	require.True(t, c.run(alice, whole, nil).Failed())
	c.is(0, "totalSupply()")
	r := c.run(alice, around, nil)
	require.False(t, r.Failed(), r.reason())
	require.Len(t, r.Logs, 8)
	c.is(2, "totalSupply()")
	c.is(around, "ownerOf(uint256)", big1(2))
}

func TestManyCallsInOneTransaction(t *testing.T) {
	const calls = 1000
	c := newChain(t)
	alice := c.Accounts[0]
	loop := c.deploy(alice, repeat(asset.Address))
	c.must(alice, "setApprovalForAll(address,bool)", loop, true)
	_, first := c.register(alice, 1<<30)
	_, second := c.register(alice, 100)
	look := append(common.BigToHash(big1(calls)).Bytes(), call(t, "ownerOf(uint256)", second)...)
	require.False(t, c.run(alice, loop, look).Failed(), "views are not limited")

	approve := append(common.BigToHash(big1(calls/2)).Bytes(), call(t, "approve(address,uint256)", c.Accounts[1].EVM(), second)...)
	r := c.receipt(c.Deliver(c.EVM(alice, apptest.EVMTx{To: &loop, Data: approve, Gas: 40_000_000}))[0])
	require.False(t, r.Failed(), r.reason())
	require.Len(t, r.Logs, calls/2, "nor are writes, but by gas")

	// An airdrop: a hundred new shares in one transaction.
	drop := append(common.BigToHash(big1(100)).Bytes(), call(t, "transferFrom(uint256,address,uint256)", first, c.Accounts[2].EVM(), big1(7))...)
	r = c.receipt(c.Deliver(c.EVM(alice, apptest.EVMTx{To: &loop, Data: drop, Gas: 40_000_000}))[0])
	require.False(t, r.Failed(), r.reason())
	c.is(100, "balanceOf(address)", c.Accounts[2].EVM())
	c.is(1<<30-700, "balanceOf(uint256)", first)
}

// repeat is a contract that calls to as many times as the first word of its call
// says, with the rest of it, and reverts with what one of them reverts with.
func repeat(to common.Address) *program.Program {
	p := program.New()
	rest := func() { p.Push(32).Op(vm.CALLDATASIZE, vm.SUB) }
	rest()
	p.Push(32).Push0().Op(vm.CALLDATACOPY)
	p.Push0().Op(vm.CALLDATALOAD)
	_, again := p.Jumpdest()
	p.Push0().Push0()
	rest()
	p.Push0().Push0().Push(to).Op(vm.GAS, vm.CALL)
	bubble(p)
	p.Push(1).Op(vm.SWAP1, vm.SUB, vm.DUP1).Push(again).Op(vm.JUMPI)
	return p.Op(vm.STOP)
}

// Out of gas is out of gas, at whatever point: nothing remains of the call.
func TestOutOfGas(t *testing.T) {
	c := newChain(t)
	alice := c.Accounts[0]
	_, share := c.register(alice, 100)
	data := call(t, "transferFrom(uint256,address,uint256)", share, c.Accounts[1].EVM(), big1(1))
	made := 0
	for gas := uint64(24_000); gas < 140_000; gas += 4_000 {
		r := c.receipt(c.Deliver(c.EVM(alice, apptest.EVMTx{To: &asset.Address, Data: data, Gas: gas}))[0])
		if r.Failed() {
			require.Equal(t, vm.ErrOutOfGas.Error(), r.VmError)
			require.Empty(t, r.Logs)
		} else {
			made++
		}
		c.is(made+1, "totalSupply()")
		c.is(100-made, "balanceOf(uint256)", share)
	}
	require.Positive(t, made)
	t.Logf("%d of the limits were enough", made)
}
