package local

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/weal-network/weal/ledger"
)

// Account is an account whose key is in the home.
type Account struct {
	// Name is payer, or the role whose owner it is.
	Name    string `json:"name"`
	Address string `json:"address"`

	secret [32]byte
}

// AccountNames are the names of accounts, in the order in which they are listed.
var AccountNames = slices.Concat([]string{payerAccount}, roleNames, []string{RoleWatcher, RoleOperator})

// Accounts lists the accounts whose keys are in the home.
func (c *Client) Accounts() ([]Account, error) {
	var all []Account
	for _, name := range AccountNames {
		key := name
		if name != payerAccount {
			key = ownerAccount(name)
		}
		// Asking for a key makes it: only those that are there count.
		if _, err := os.Stat(c.Home.Path("keys", key)); errors.Is(err, fs.ErrNotExist) {
			continue
		} else if err != nil {
			return nil, fmt.Errorf("read key %s: %w", key, err)
		}
		a := Account{Name: name}
		var err error
		if a.secret, err = c.Home.Secret(key); err != nil {
			return nil, err
		}
		if a.Address, err = ledger.Address(a.secret); err != nil {
			return nil, err
		}
		all = append(all, a)
	}
	return all, nil
}

// Signer returns the sender of the account called name. Without a name it is the
// one at the address of, which what names (for example "owns share 3"), and if
// that is empty, too, the home's first.
func (c *Client) Signer(name, of, what string) (*ledger.Sender, error) {
	all, err := c.Accounts()
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(all, func(a Account) bool {
		switch {
		case name != "":
			return a.Name == name
		case of != "":
			return strings.EqualFold(a.Address, of)
		}
		return true
	})
	if i >= 0 {
		return c.Ledger.Sender(all[i].secret)
	}
	var have []string
	for _, a := range all {
		have = append(have, a.Name+" "+a.Address)
	}
	if name != "" {
		return nil, fmt.Errorf("this home has no account called %q; it has %s", name, strings.Join(have, ", "))
	}
	return nil, fmt.Errorf("%s %s, and this home has no key of that account: use the --home that has it, or name with --from one of %s",
		of, what, strings.Join(have, ", "))
}

// Resolve returns the address that s is, in either form, or the address of the
// home's account that s names.
func (c *Client) Resolve(s string) (string, error) {
	if slices.Contains(AccountNames, s) {
		all, err := c.Accounts()
		if err != nil {
			return "", err
		}
		for _, a := range all {
			if a.Name == s {
				return a.Address, nil
			}
		}
	}
	a, err := ledger.ParseAddress(s)
	if err != nil {
		return "", fmt.Errorf("%w, or an account of this home: %s", err, strings.Join(AccountNames, ", "))
	}
	return a.Hex(), nil
}
