package gateway_test

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/earn"
	"github.com/weal-network/weal/model/modeltest"
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

// shelf is a vault with a few passages: it earns as one must, and finds all that
// it has. A test can make it fail.
type shelf struct {
	t      testing.TB
	id     types.AssetID
	chain  *modeltest.Chain
	book   *earn.Book
	chunks []pay.Chunk
	bands  []uint8
	tree   *pay.Tree
	fault  atomic.Pointer[func(w http.ResponseWriter, r *http.Request) bool] // true: it answered
	seen   atomic.Pointer[http.Header]
	asked  atomic.Pointer[wire.OfferRequest]
	told   chan wire.AttributionReport
	server *httptest.Server
}

var salt = types.Hash(sha256.Sum256([]byte("salt")))

func newShelf(t testing.TB, c *modeltest.Chain, id types.AssetID, bands []uint8, texts ...string) *shelf {
	s := &shelf{t: t, id: id, chain: c, bands: bands, told: make(chan wire.AttributionReport, 1000)}
	c.Register(id, types.KindData, types.Price{Unit: types.PerPassage, Amount: types.NewAmount(passagePrice)})
	var err error
	s.book, err = earn.Open(t.Context(), earn.Config{
		ChainID: modeltest.ChainID, Asset: id, Exposure: types.NewAmount(1_000_000), Chain: c, DB: modeltest.DB(t),
	})
	require.NoError(t, err)
	var hashes []types.Hash
	for i, text := range texts {
		chunk := pay.Chunk{Source: fmt.Sprintf("doc%d.md", id), Heading: "Part", Start: uint64(i * 100), End: uint64(i*100 + len(text)), Text: text}
		s.chunks = append(s.chunks, chunk)
		hashes = append(hashes, chunk.Hash())
	}
	s.tree = pay.NewTree(hashes)
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+wire.PathOffers, s.offer)
	mux.HandleFunc("POST "+wire.PathRelease, s.release)
	mux.HandleFunc("POST "+wire.PathAttribution, s.attribution)
	s.server = httptest.NewServer(mux)
	t.Cleanup(s.server.Close)
	return s
}

// fail makes the vault answer with f until f is nil.
func (s *shelf) fail(f func(w http.ResponseWriter, r *http.Request) bool) {
	if f == nil {
		s.fault.Store(nil)
		return
	}
	s.fault.Store(&f)
}

func (s *shelf) offer(w http.ResponseWriter, r *http.Request) {
	s.seen.Store(&r.Header)
	if f := s.fault.Load(); f != nil && (*f)(w, r) {
		return
	}
	var q wire.OfferRequest
	if json.NewDecoder(r.Body).Decode(&q) == nil {
		s.asked.Store(&q)
	}
	o := wire.Offer{ID: "offer", Asset: s.id, Version: 1, Root: s.tree.Root(), Denom: modeltest.Denom, Expires: time.Now().Unix() + 86400}
	for i, c := range s.chunks {
		o.Items = append(o.Items, wire.OfferedPassage{
			ID: pay.SaltedID(salt, c.Hash()), Band: s.bands[i], Bytes: uint32(len(c.Text)), Price: types.NewAmount(passagePrice),
		})
	}
	wire.WriteJSON(w, http.StatusOK, o)
}

// attribution keeps what the gateway tells of the passages.
func (s *shelf) attribution(w http.ResponseWriter, r *http.Request) {
	if f := s.fault.Load(); f != nil && (*f)(w, r) {
		return
	}
	var q wire.AttributionRequest
	if err := json.NewDecoder(r.Body).Decode(&q); err != nil {
		wire.WriteError(w, err)
		return
	}
	for _, report := range q.Reports {
		s.told <- report
	}
	wire.WriteJSON(w, http.StatusOK, wire.AttributionReply{Taken: len(q.Reports)})
}

func (s *shelf) release(w http.ResponseWriter, r *http.Request) {
	if f := s.fault.Load(); f != nil && (*f)(w, r) {
		return
	}
	var q wire.ReleaseRequest
	if err := json.NewDecoder(r.Body).Decode(&q); err != nil {
		wire.WriteError(w, err)
		return
	}
	o := q.Paid.Order
	price, _ := types.NewAmount(passagePrice).Mul(uint64(len(q.IDs)))
	if err := s.book.AcceptLeaf(r.Context(), q.Voucher, q.Paid, price); err != nil || pay.ItemsHash(q.IDs) != o.Items {
		wire.WriteError(w, err)
		return
	}
	out := wire.Release{Asset: s.id, Version: 1, Root: s.tree.Root(), Salt: salt}
	for _, id := range q.IDs {
		for i, c := range s.chunks {
			if pay.SaltedID(salt, c.Hash()) == id {
				out.Passages = append(out.Passages, wire.Passage{
					ID: id, Source: c.Source, Heading: c.Heading, Start: c.Start, End: c.End, Text: c.Text, Proof: s.tree.Proof(i),
				})
			}
		}
	}
	group, err := pay.SignGroup([]pay.Receipt{{
		Chain: pay.ChainHash(modeltest.ChainID), Lane: o.Lane, Seq: o.Seq, Asset: s.id, Version: 1, Order: o.Hash(),
		Amount: o.Price, Policy: pay.PolicyAudit,
	}}, modeltest.Key("asset", uint64(s.id)))
	require.NoError(s.t, err)
	out.Receipt = group[0]
	wire.WriteJSON(w, http.StatusOK, out)
}
