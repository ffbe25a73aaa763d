package coalition

import (
	"fmt"
	"net/http"

	"github.com/weal-network/weal/earn"
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

// shelf is a vault with a few passages, all of which it offers for any question. It
// earns by a book, as every vault does.
type shelf struct {
	town *town
	book *earn.Book
}

// shelfChunks are the passages that the vault has.
func shelfChunks() (chunks []pay.Chunk) {
	for i, text := range []string{"Leaves never fall in any voucher.", "A voucher is signed once by its payer.", "A lane has one voucher in flight."} {
		chunks = append(chunks, pay.Chunk{Source: fmt.Sprintf("doc%d.md", i), Heading: "Part", Start: uint64(i * 100), End: uint64(i*100 + len(text)), Text: text})
	}
	return chunks
}

func shelfTree() *pay.Tree {
	var hashes []types.Hash
	for _, c := range shelfChunks() {
		hashes = append(hashes, c.Hash())
	}
	return pay.NewTree(hashes)
}

var salt = types.Hash{7}

func (s *shelf) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+wire.PathOffers, s.offer)
	mux.HandleFunc("POST "+wire.PathRelease, s.release)
	return mux
}

func (s *shelf) offer(w http.ResponseWriter, _ *http.Request) {
	o := wire.Offer{
		ID: "offer", Asset: vaultID, Version: 1, Root: shelfTree().Root(), Denom: types.BaseDenom, Expires: s.town.chain.now().Unix() + 86400,
	}
	for _, c := range shelfChunks() {
		o.Items = append(o.Items, wire.OfferedPassage{ID: pay.SaltedID(salt, c.Hash()), Band: 9, Bytes: uint32(len(c.Text)), Price: amount(passagePrice)})
	}
	wire.WriteJSON(w, http.StatusOK, o)
}

// release gives the passages of an order that is paid for.
func (s *shelf) release(w http.ResponseWriter, r *http.Request) {
	var q wire.ReleaseRequest
	body, err := wire.ReadBody(r)
	if err == nil {
		err = wire.Decode(body, &q)
	}
	if err == nil && (pay.ItemsHash(q.IDs) != q.Paid.Order.Items) {
		err = wire.NewError(http.StatusPaymentRequired, wire.TypePaymentRequired, "bad_payment", "other passages were ordered")
	}
	if err == nil {
		err = s.book.AcceptLeaf(r.Context(), q.Voucher, q.Paid, amount(passagePrice*uint64(len(q.IDs))))
	}
	if err != nil {
		wire.WriteError(w, err)
		return
	}
	o, tree := q.Paid.Order, shelfTree()
	if _, served, err := s.book.Served(r.Context(), o.Hash()); err == nil && !served {
		s.town.gave("vault", number(o.Price))
	}
	out := wire.Release{Asset: vaultID, Version: 1, Root: tree.Root(), Salt: salt}
	for i, c := range shelfChunks() {
		for _, id := range q.IDs {
			if pay.SaltedID(salt, c.Hash()) == id {
				out.Passages = append(out.Passages, wire.Passage{
					ID: id, Source: c.Source, Heading: c.Heading, Start: c.Start, End: c.End, Text: c.Text, Proof: tree.Proof(i),
				})
			}
		}
	}
	group, err := pay.SignGroup([]pay.Receipt{{
		Chain: pay.ChainHash(types.LocalChainID), Lane: o.Lane, Seq: o.Seq, Asset: vaultID, Version: 1, Order: o.Hash(),
		Amount: o.Price, Policy: pay.PolicyAudit,
	}}, key(fmt.Sprint("asset ", vaultID)))
	if err == nil {
		out.Receipt = group[0]
		err = s.book.MarkServed(r.Context(), o.Hash(), []byte("released"))
	}
	if err != nil {
		wire.WriteError(w, err)
		return
	}
	wire.WriteJSON(w, http.StatusOK, out)
}
