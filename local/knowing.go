package local

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"slices"

	"github.com/weal-network/weal/ledger"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/vault"
	"github.com/weal-network/weal/vault/library"
	"github.com/weal-network/weal/wire"
)

// VaultAdd has the home's vault read files and folders. It tells progress as
// files done of all files.
// What is added belongs to a contribution, 0 for the owner's own; nil leaves it as
// it is.
func (c *Client) VaultAdd(ctx context.Context, paths []string, contribution *uint64, progress func(done, all int)) (vault.Report, error) {
	role, err := c.role(RoleVault)
	if err != nil {
		return vault.Report{}, err
	}
	if contribution != nil && *contribution != 0 {
		if err := c.accepted(ctx, role.Asset, *contribution); err != nil {
			return vault.Report{}, err
		}
	}
	req := vault.AddRequest{Contribution: contribution}
	for _, p := range paths {
		abs, err := filepath.Abs(p) // the vault has another working directory
		if err != nil {
			return vault.Report{}, fmt.Errorf("add %s: %w", p, err)
		}
		req.Paths = append(req.Paths, abs)
	}
	return c.addTo(ctx, role.URL+vault.PathAdminAdd, req, progress)
}

// accepted refuses a contribution that nobody has accepted: it is paid nothing for
// what documents of it earn.
func (c *Client) accepted(ctx context.Context, asset types.AssetID, id uint64) error {
	all, err := c.Ledger.Contributions(ctx, asset)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(all, func(k ledger.Contribution) bool { return k.ID == id })
	switch {
	case i < 0:
		return fmt.Errorf("asset %d has no contribution %d; see: weal contribution list %d", asset, id, asset)
	case all[i].State != "accepted":
		return fmt.Errorf("contribution %d is %s; accept it first: weal contribution accept %d", id, all[i].State, id)
	}
	return nil
}

// VaultCrawl has the home's vault take in pages of the web. How many there are is
// not known before: progress is told 0 of all.
func (c *Client) VaultCrawl(ctx context.Context, req vault.CrawlRequest, progress func(done, all int)) (vault.Report, error) {
	role, err := c.role(RoleVault)
	if err != nil {
		return vault.Report{}, err
	}
	return c.addTo(ctx, role.URL+vault.PathAdminCrawl, req, progress)
}

func (c *Client) addTo(ctx context.Context, url string, req any, progress func(done, all int)) (vault.Report, error) {
	body, err := c.adminStream(ctx, http.MethodPost, url, req)
	if err != nil {
		return vault.Report{}, err
	}
	defer func() { _ = body.Close() }()
	return readAdd(body, progress)
}

// readAdd reads the lines of an add: progress, and at the end the report.
func readAdd(r io.Reader, progress func(done, all int)) (vault.Report, error) {
	s := bufio.NewScanner(r)
	s.Buffer(nil, wire.MaxBody)
	for s.Scan() {
		var line vault.AddLine
		if err := json.Unmarshal(s.Bytes(), &line); err != nil {
			return vault.Report{}, fmt.Errorf("read the vault's answer: %w", err)
		}
		if e := line.Error; e != nil && e.Message == "" {
			e.Message = "the vault failed and says no more than this: " + cmp.Or(e.Code, e.Type, "error")
		}
		switch {
		case line.Error != nil && line.Report != nil:
			return *line.Report, line.Error
		case line.Error != nil:
			return vault.Report{}, line.Error
		case line.Report != nil:
			return *line.Report, nil
		case line.Progress != nil:
			progress(line.Progress.Files, line.Progress.FilesTotal)
		}
	}
	if err := s.Err(); err != nil {
		return vault.Report{}, fmt.Errorf("read the vault's answer: %w", err)
	}
	return vault.Report{}, fmt.Errorf("the vault stopped in the middle; do it again, what is done is kept")
}

// VaultReading changes how files are read by the home's vault, and tells how they
// are then.
func (c *Client) VaultReading(ctx context.Context, req vault.ReadingRequest) (r library.Reading, err error) {
	role, err := c.role(RoleVault)
	if err != nil {
		return r, err
	}
	return r, c.admin(ctx, http.MethodPost, role.URL+vault.PathAdminReading, req, &r)
}

// VaultStatus tells what is in the home's vault.
func (c *Client) VaultStatus(ctx context.Context) (vault.Status, error) {
	var s vault.Status
	role, err := c.role(RoleVault)
	if err != nil {
		return s, err
	}
	return s, c.admin(ctx, http.MethodGet, role.URL+vault.PathAdminStatus, nil, &s)
}
