package ledger

import (
	"context"
	"fmt"
	"math/big"

	"github.com/cosmos/cosmos-sdk/types/query"
	"github.com/ethereum/go-ethereum/common"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/weal-network/weal/precompile/solidity"
	"github.com/weal-network/weal/types"
	jobtypes "github.com/weal-network/weal/x/job/types"
)

// Booking is a call that the chain makes at a later time. Addresses are EIP-55 hex.
type Booking struct {
	ID     uint64 `json:"id"`
	Owner  string `json:"owner"`
	Target string `json:"target"`
	Data   []byte `json:"data,omitempty"`
	// Gas is what each call gets, GasPrice what a unit of what it uses costs, Value what
	// it brings, in aweal.
	Gas      uint64       `json:"gas"`
	GasPrice types.Amount `json:"gas_price"`
	Value    types.Amount `json:"value"`
	// Every is after how many blocks it is made again, Times how often it still is, Due
	// the next block.
	Every uint64 `json:"every,omitempty"`
	Times uint64 `json:"times"`
	Due   uint64 `json:"due"`
	// Funds is what is prepaid and left, Runs how often it was made.
	Funds types.Amount `json:"funds"`
	Runs  uint64       `json:"runs"`
}

// BookedCall is what a booked call came to.
type BookedCall struct {
	Height   uint64 `json:"height"`
	Position uint32 `json:"position"`
	Booking  uint64 `json:"booking"`
	Target   string `json:"target"`
	OK       bool   `json:"ok"`
	GasUsed  uint64 `json:"gas_used"`
	// Reason is why it failed.
	Reason string          `json:"reason,omitempty"`
	Logs   []BookedCallLog `json:"logs,omitempty"`
	// Cut tells that there were more logs than the chain keeps.
	Cut bool `json:"cut,omitempty"`
}

// BookedCallLog is a log of a contract that a booked call called.
type BookedCallLog struct {
	Address string       `json:"address"`
	Topics  []types.Hash `json:"topics"`
	Data    []byte       `json:"data,omitempty"`
}

// Plan is a call to be booked: see the contract's book.
type Plan struct {
	Target              common.Address
	Data                []byte
	Gas                 uint64
	First, Every, Times uint64
	Value               types.Amount
}

// Cost returns what so many calls of a plan cost at most, at a price of gas.
func (p Plan) Cost(price types.Amount) (types.Amount, error) {
	gas, ok := price.Mul(p.Gas)
	each, fits := gas.Add(p.Value)
	all, whole := each.Mul(p.Times)
	if !ok || !fits || !whole {
		return all, fmt.Errorf("%w: the calls cost more than there is", types.ErrAmount)
	}
	return all, nil
}

// AheadGasPrice returns what a unit of gas costs that is paid ahead.
func (l *Ledger) AheadGasPrice(ctx context.Context) (types.Amount, error) {
	res, err := l.jobs.GasPrice(ctx, &jobtypes.QueryGasPriceRequest{})
	if err != nil {
		return types.Amount{}, failed("read the price of gas", err)
	}
	return types.ParseAmount(res.Price)
}

// Book books calls, paid ahead with value; what they do not need comes back.
func (s *Sender) Book(ctx context.Context, p Plan, value types.Amount) (uint64, error) {
	if p.Data == nil {
		p.Data = []byte{}
	}
	out, err := s.callJobs(ctx, value, solidity.BookSignature, p.Target, p.Data, p.Gas, p.First, p.Every, p.Times, p.Value.Big())
	if err != nil {
		return 0, fmt.Errorf("book a call: %w", err)
	}
	return numberOf(out[0]), nil
}

// ExtendBooking adds calls to a booking, paid ahead with value.
func (s *Sender) ExtendBooking(ctx context.Context, id, times uint64, value types.Amount) error {
	if _, err := s.callJobs(ctx, value, "extendBooking(uint256,uint64)", number(id), times); err != nil {
		return fmt.Errorf("add to booking %d: %w", id, err)
	}
	return nil
}

// CancelBooking ends a booking of the sender's, and returns what came back.
func (s *Sender) CancelBooking(ctx context.Context, id uint64) (types.Amount, error) {
	out, err := s.callJobs(ctx, types.Amount{}, "cancelBooking(uint256)", number(id))
	if err != nil {
		return types.Amount{}, fmt.Errorf("cancel booking %d: %w", id, err)
	}
	refund, ok := out[0].(*big.Int)
	if !ok {
		return types.Amount{}, fmt.Errorf("cancel booking %d: the contract returned %T", id, out[0])
	}
	return types.AmountFromBig(refund)
}

// Booking returns a booking.
func (l *Ledger) Booking(ctx context.Context, id uint64) (Booking, error) {
	res, err := l.jobs.Booking(ctx, &jobtypes.QueryBookingRequest{Id: id})
	if status.Code(err) == codes.NotFound {
		return Booking{}, missing{fmt.Sprintf("no booking %d: it was never made, its calls were all made, or it was cancelled", id)}
	}
	if err != nil {
		return Booking{}, failed(fmt.Sprintf("read booking %d", id), err)
	}
	return bookingOf(res.Booking)
}

// Bookings lists the bookings of an account, or of all if that is zero.
func (l *Ledger) Bookings(ctx context.Context, owner common.Address) ([]Booking, error) {
	req := &jobtypes.QueryBookingsRequest{}
	if owner != (common.Address{}) {
		req.Owner = owner.Hex()
	}
	return pages(func(p *query.PageRequest) ([]Booking, *query.PageResponse, error) {
		req.Pagination = p
		res, err := l.jobs.Bookings(ctx, req)
		if err != nil {
			return nil, nil, failed("list bookings", err)
		}
		var rows []Booking
		for _, m := range res.Bookings {
			b, err := bookingOf(m)
			if err != nil {
				return nil, nil, err
			}
			rows = append(rows, b)
		}
		return rows, res.Pagination, nil
	})
}

// BookedCalls lists what the calls of a booking came to, or those of all if that is
// zero, as far back as the chain keeps them.
func (l *Ledger) BookedCalls(ctx context.Context, booking uint64) ([]BookedCall, error) {
	return pages(func(p *query.PageRequest) ([]BookedCall, *query.PageResponse, error) {
		res, err := l.jobs.CallLogs(ctx, &jobtypes.QueryCallLogsRequest{Booking: booking, Pagination: p})
		if err != nil {
			return nil, nil, failed("list booked calls", err)
		}
		var rows []BookedCall
		for _, m := range res.Calls {
			c := BookedCall{
				Height: m.Height, Position: m.Position, Booking: m.Booking, Target: m.Target, OK: m.Ok,
				GasUsed: m.GasUsed, Reason: m.Reason, Cut: m.Cut,
			}
			for _, l := range m.Logs {
				log := BookedCallLog{Address: l.Address, Data: l.Data, Topics: []types.Hash{}}
				for _, t := range l.Topics {
					topic, err := types.HashFromBytes(t)
					if err != nil {
						return nil, nil, fmt.Errorf("read a log of booking %d: %w", m.Booking, err)
					}
					log.Topics = append(log.Topics, topic)
				}
				c.Logs = append(c.Logs, log)
			}
			rows = append(rows, c)
		}
		return rows, res.Pagination, nil
	})
}

func bookingOf(m jobtypes.Booking) (b Booking, err error) {
	b = Booking{
		ID: m.Id, Owner: m.Owner, Target: m.Target, Data: m.Data, Gas: m.Gas, Every: m.Every, Times: m.Times, Due: m.Due, Runs: m.Runs,
	}
	if b.GasPrice, err = types.ParseAmount(m.GasPrice); err == nil {
		b.Value, err = types.ParseAmount(m.Value)
	}
	if err == nil {
		b.Funds, err = types.ParseAmount(m.Funds)
	}
	if err != nil {
		return b, fmt.Errorf("read booking %d: %w", m.Id, err)
	}
	return b, nil
}
