package ledger

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/cosmos/cosmos-sdk/types/query"
	"github.com/ethereum/go-ethereum/common"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/precompile/solidity"
	"github.com/weal-network/weal/types"
	jobtypes "github.com/weal-network/weal/x/job/types"
)

// Content is an input or an answer: data by value, or where what has the hash is.
type Content struct {
	Data []byte     `json:"data,omitempty"`
	Hash types.Hash `json:"hash"`
	URI  string     `json:"uri,omitempty"`
	// Apart tells that it is not by value.
	Apart bool `json:"apart,omitempty"`
}

// Request is a question to an asset that is paid ahead. Addresses are EIP-55 hex.
type Request struct {
	ID        uint64        `json:"id"`
	Asset     types.AssetID `json:"asset"`
	Requester string        `json:"requester"`
	Input     Content       `json:"input"`
	// Price is of the use, GasPay of the call-back's gas, in aweal.
	Price  types.Amount `json:"price"`
	GasPay types.Amount `json:"gas_pay"`
	Policy pay.Policy   `json:"policy"`
	// Version is the asset's when it was asked, Order what a receipt names.
	Version  uint32     `json:"version"`
	Order    types.Hash `json:"order"`
	Callback string     `json:"callback,omitempty"`
	Gas      uint64     `json:"gas,omitempty"`
	Height   int64      `json:"height"`
	// It expires in the first block beyond both.
	ExpiresHeight int64     `json:"expires_height"`
	Expires       time.Time `json:"expires"`
	// State is open, answered or expired.
	State string `json:"state"`
	// Answer, Evidence and Operator are those of the delivery.
	Answer   *Content `json:"answer,omitempty"`
	Evidence []byte   `json:"evidence,omitempty"`
	Operator string   `json:"operator,omitempty"`
	// CallbackState is waiting, done or failed; empty for no call-back.
	CallbackState string `json:"callback_state,omitempty"`
	Tries         uint32 `json:"tries,omitempty"`
}

// Operator is an account that may answer for an asset.
type Operator struct {
	Asset       types.AssetID `json:"asset"`
	Operator    string        `json:"operator"` // EIP-55 hex address
	Authorised  bool          `json:"authorised"`
	BasisPoints uint32        `json:"basis_points"`
	Bond        types.Amount  `json:"bond"`
	// Free is when and beyond which block the bond can be withdrawn, if it is leaving.
	Free       time.Time `json:"free,omitzero"`
	FreeHeight int64     `json:"free_height,omitempty"`
}

// Ask is what is asked of an asset. Seconds is 0 for the chain's default; a zero
// Callback is none.
type Ask struct {
	Asset    types.AssetID
	Input    []byte
	Hash     types.Hash // of an input that is not by value
	URI      string
	MaxFee   types.Amount
	Seconds  uint64
	Callback common.Address
	Gas      uint64
}

// jobs is the address of the contract where assets are asked.
var jobs = common.HexToAddress(types.JobContract)

func (s *Sender) callJobs(ctx context.Context, value types.Amount, signature string, args ...any) ([]any, error) {
	return s.call(ctx, jobs, value.Big(), solidity.Jobs, signature, args...)
}

// RequestQuote returns what a request costs now: the use, and the call-back's gas.
func (l *Ledger) RequestQuote(ctx context.Context, asset types.AssetID, gas uint64) (price, gasPay types.Amount, err error) {
	res, err := l.jobs.Quote(ctx, &jobtypes.QueryQuoteRequest{Asset: uint64(asset), Gas: gas})
	if err != nil {
		return price, gasPay, failed(fmt.Sprintf("read the price of asset %d", asset), err)
	}
	if price, err = types.ParseAmount(res.Price); err != nil {
		return price, gasPay, err
	}
	gasPay, err = types.ParseAmount(res.GasPay)
	return price, gasPay, err
}

// Ask makes a request. Value is sent along; what it does not need comes back.
func (s *Sender) Ask(ctx context.Context, a Ask, value types.Amount) (uint64, error) {
	if a.Input == nil {
		a.Input = []byte{}
	}
	out, err := s.callJobs(ctx, value, solidity.RequestWithSignature, solidity.JobAsk{
		Asset: number(uint64(a.Asset)), Input: a.Input, InputHash: a.Hash, InputUri: a.URI, MaxFee: a.MaxFee.Big(),
		WaitSeconds: a.Seconds, Callback: a.Callback, Gas: a.Gas,
	})
	if err != nil {
		return 0, fmt.Errorf("ask asset %d: %w", a.Asset, err)
	}
	return numberOf(out[0]), nil
}

// Answer delivers an answer to a request by value, with the asset's receipt.
func (s *Sender) Answer(ctx context.Context, id uint64, answer []byte, evidence pay.SignedReceipt) error {
	if answer == nil {
		answer = []byte{}
	}
	if _, err := s.callJobs(ctx, types.Amount{}, "deliver(uint256,bytes,bytes)", number(id), answer, evidence.Bytes()); err != nil {
		return fmt.Errorf("answer request %d: %w", id, err)
	}
	return nil
}

// AnswerApart delivers the hash of an answer that is at a URI.
func (s *Sender) AnswerApart(ctx context.Context, id uint64, hash types.Hash, uri string, evidence pay.SignedReceipt) error {
	_, err := s.callJobs(ctx, types.Amount{}, "deliverApart(uint256,bytes32,string,bytes)", number(id), [32]byte(hash), uri, evidence.Bytes())
	if err != nil {
		return fmt.Errorf("answer request %d: %w", id, err)
	}
	return nil
}

// RetryCallback has a contract told again of an answer.
func (s *Sender) RetryCallback(ctx context.Context, id uint64) error {
	if _, err := s.callJobs(ctx, types.Amount{}, "retry(uint256)", number(id)); err != nil {
		return fmt.Errorf("tell the contract of request %d: %w", id, err)
	}
	return nil
}

// Authorise lets an operator answer for an asset, for a part of the price.
func (s *Sender) Authorise(ctx context.Context, asset types.AssetID, operator common.Address, basisPoints uint32) error {
	_, err := s.callJobs(ctx, types.Amount{}, "authorise(uint256,address,uint32)", number(uint64(asset)), operator, basisPoints)
	if err != nil {
		return fmt.Errorf("authorise an operator of asset %d: %w", asset, err)
	}
	return nil
}

// Dismiss ends what Authorise allowed. The operator's bond stays its own.
func (s *Sender) Dismiss(ctx context.Context, asset types.AssetID, operator common.Address) error {
	if _, err := s.callJobs(ctx, types.Amount{}, "revoke(uint256,address)", number(uint64(asset)), operator); err != nil {
		return fmt.Errorf("dismiss an operator of asset %d: %w", asset, err)
	}
	return nil
}

// Bond adds to the sender's bond as an operator of an asset.
func (s *Sender) Bond(ctx context.Context, asset types.AssetID, amount types.Amount) error {
	if _, err := s.callJobs(ctx, amount, "bond(uint256)", number(uint64(asset))); err != nil {
		return fmt.Errorf("bond for asset %d: %w", asset, err)
	}
	return nil
}

// Unbond ends the sender's work for an asset; its bond is free after a window.
func (s *Sender) Unbond(ctx context.Context, asset types.AssetID) error {
	if _, err := s.callJobs(ctx, types.Amount{}, "unbond(uint256)", number(uint64(asset))); err != nil {
		return fmt.Errorf("unbond from asset %d: %w", asset, err)
	}
	return nil
}

// WithdrawBond takes the sender's bond back after its window.
func (s *Sender) WithdrawBond(ctx context.Context, asset types.AssetID) (types.Amount, error) {
	out, err := s.callJobs(ctx, types.Amount{}, "withdraw(uint256)", number(uint64(asset)))
	if err != nil {
		return types.Amount{}, fmt.Errorf("withdraw the bond of asset %d: %w", asset, err)
	}
	return amountOf(out[0])
}

// Request returns a request, also one that has ended while the chain keeps it.
func (l *Ledger) Request(ctx context.Context, id uint64) (Request, error) {
	res, err := l.jobs.Request(ctx, &jobtypes.QueryRequestRequest{Id: id})
	if status.Code(err) == codes.NotFound {
		return Request{}, missing{fmt.Sprintf("no request %d: it was never made, or it ended long ago", id)}
	}
	if err != nil {
		return Request{}, failed(fmt.Sprintf("read request %d", id), err)
	}
	return requestOf(*res)
}

// OpenRequests lists the requests to an asset that wait for an answer.
func (l *Ledger) OpenRequests(ctx context.Context, asset types.AssetID) ([]Request, error) {
	return pages(func(p *query.PageRequest) ([]Request, *query.PageResponse, error) {
		res, err := l.jobs.OpenRequests(ctx, &jobtypes.QueryOpenRequestsRequest{Asset: uint64(asset), Pagination: p})
		if err != nil {
			return nil, nil, failed(fmt.Sprintf("list the requests to asset %d", asset), err)
		}
		rows, err := requestsOf(res.Requests)
		return rows, res.Pagination, err
	})
}

// RequestsOf lists the requests of an account that the chain keeps.
func (l *Ledger) RequestsOf(ctx context.Context, requester common.Address) ([]Request, error) {
	return pages(func(p *query.PageRequest) ([]Request, *query.PageResponse, error) {
		res, err := l.jobs.RequestsOf(ctx, &jobtypes.QueryRequestsOfRequest{Requester: requester.Hex(), Pagination: p})
		if err != nil {
			return nil, nil, failed("list requests", err)
		}
		rows, err := requestsOf(res.Requests)
		return rows, res.Pagination, err
	})
}

// Operators lists who may answer for an asset, or has a bond for it.
func (l *Ledger) Operators(ctx context.Context, asset types.AssetID) ([]Operator, error) {
	return pages(func(p *query.PageRequest) ([]Operator, *query.PageResponse, error) {
		res, err := l.jobs.Operators(ctx, &jobtypes.QueryOperatorsRequest{Asset: uint64(asset), Pagination: p})
		if err != nil {
			return nil, nil, failed(fmt.Sprintf("list the operators of asset %d", asset), err)
		}
		var rows []Operator
		for _, o := range res.Operators {
			bond, err := types.ParseAmount(o.Bond)
			if err != nil {
				return nil, nil, fmt.Errorf("read operator %s: %w", o.Operator, err)
			}
			row := Operator{
				Asset: types.AssetID(o.Asset), Operator: o.Operator, Authorised: o.Authorised, BasisPoints: o.BasisPoints, Bond: bond,
			}
			if o.Unbonding {
				row.Free, row.FreeHeight = time.Unix(o.Until, 0).UTC(), o.UntilHeight
			}
			rows = append(rows, row)
		}
		return rows, res.Pagination, nil
	})
}

// pages reads page after page.
func pages[T any](read func(*query.PageRequest) ([]T, *query.PageResponse, error)) (all []T, err error) {
	page := &query.PageRequest{Limit: pageSize}
	for {
		rows, next, err := read(page)
		if err != nil {
			return nil, err
		}
		all = append(all, rows...)
		if len(next.GetNextKey()) == 0 {
			return all, nil
		}
		page = &query.PageRequest{Limit: pageSize, Key: next.NextKey}
	}
}

func requestsOf(rows []jobtypes.QueryRequestResponse) (all []Request, err error) {
	for _, row := range rows {
		r, err := requestOf(row)
		if err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	return all, nil
}

func requestOf(row jobtypes.QueryRequestResponse) (r Request, err error) {
	m := row.Request
	r = Request{
		ID: m.Id, Asset: types.AssetID(m.Asset), Requester: m.Requester, Policy: pay.Policy(m.Policy), Version: m.Version,
		Callback: m.Callback, Gas: m.Gas, Height: m.Height, ExpiresHeight: m.ExpiresHeight, Expires: time.Unix(m.Expires, 0).UTC(),
		State: stateName(requestStates[:], int32(m.State)), CallbackState: stateName(callbackStates[:], int32(m.CallbackState)), Tries: m.Tries,
		Operator: m.Operator, Evidence: m.Evidence,
	}
	if r.Price, err = types.ParseAmount(m.Price); err == nil {
		r.GasPay, err = types.ParseAmount(m.GasPay)
	}
	if err == nil {
		r.Order, err = types.HashFromBytes(row.Order)
	}
	if err == nil {
		r.Input, err = contentOf(m.Input)
	}
	if err == nil && m.State == jobtypes.REQUEST_STATE_ANSWERED {
		var answer Content
		answer, err = contentOf(m.Answer)
		r.Answer = &answer
	}
	if err != nil {
		return r, fmt.Errorf("read request %d: %w", m.Id, err)
	}
	return r, nil
}

// The states of a request and of its call-back, by number.
var (
	requestStates  = [...]string{"", "open", "answered", "expired"}
	callbackStates = [...]string{"", "waiting", "running", "done", "failed"}
)

func stateName(names []string, n int32) string {
	if n < 0 || int(n) >= len(names) {
		return strconv.Itoa(int(n))
	}
	return names[n]
}

func contentOf(c jobtypes.Content) (Content, error) {
	hash, err := types.HashFromBytes(c.Hash)
	return Content{Data: c.Data, Hash: hash, URI: c.Uri, Apart: c.Apart}, err
}
