package local

import (
	"crypto/ed25519"
	"fmt"

	"github.com/weal-network/weal/home"
	"github.com/weal-network/weal/types"
)

// keys are all keys of a local home.
type keys struct {
	accounts map[string][32]byte // secp256k1, by account: payer, owner-vault, …
	roles    map[string]ed25519.PrivateKey
	lanes    []ed25519.PrivateKey
	admin    string // protects the roles' administration
	api      string // the gateway's API key
}

// payerAccount is the name of the payer's key; owners' keys are ownerAccount.
const payerAccount = "payer"

func ownerAccount(role string) string { return "owner-" + role }

// The names of lanes' keys: of the home's own tab, and of one to another's app.
func homeLaneKey(i int) string            { return fmt.Sprintf("lane-%d", i) }
func appLaneKey(app types.AssetID) string { return fmt.Sprintf("lane-app-%d", app) }

// loadKeys reads the home's keys, and makes them at first use.
func loadKeys(h *home.Home) (*keys, error) {
	k := &keys{accounts: map[string][32]byte{}, roles: map[string]ed25519.PrivateKey{}}
	var err error
	if k.accounts[payerAccount], err = h.Secret(payerAccount); err != nil {
		return nil, err
	}
	for _, role := range []string{RoleVault, RoleModel, RoleGateway} {
		if k.accounts[ownerAccount(role)], err = h.Secret(ownerAccount(role)); err != nil {
			return nil, err
		}
		if k.roles[role], err = h.Ed25519("receipts-" + role); err != nil {
			return nil, err
		}
	}
	for i := range laneCount {
		key, err := h.Ed25519(homeLaneKey(i))
		if err != nil {
			return nil, err
		}
		k.lanes = append(k.lanes, key)
	}
	if k.admin, err = h.Token("admin"); err != nil {
		return nil, err
	}
	k.api, err = h.Token("api")
	return k, err
}
