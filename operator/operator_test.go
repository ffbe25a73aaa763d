package operator_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/ethereum/go-ethereum/core/vm/program"
	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/ledger"
	"github.com/weal-network/weal/operator"
	"github.com/weal-network/weal/types"
)

// counter is a contract that counts how often it is called.
func counter() *program.Program {
	return program.New().Push0().Op(vm.SLOAD).Push(1).Op(vm.ADD).Push0().Op(vm.SSTORE).Op(vm.STOP)
}

// Requests are answered once each, several in one look, and contracts are told.
func TestAnswers(t *testing.T) {
	l := newLab(t)
	at := l.Deploy(l.Accounts[1], counter())
	first, second := l.ask(nil), l.ask(told(at))
	l.run()
	third := l.ask(told(at))
	for _, id := range []uint64{first, second, third} {
		require.NotEmpty(t, l.await(id, "delivered").Transaction)
		l.answered(id, "answer "+string(rune('0'+id)))
	}
	require.EqualValues(t, 3, l.asked.Load(), "each was worked on once")
	l.end()
	require.Equal(t, int64(2), l.App().EVMKeeper.GetState(l.Context(), at, [32]byte{}).Big().Int64(), "each contract was told once")
	s, err := operator.ReadStatus(t.Context(), l.db)
	require.NoError(t, err)
	require.Equal(t, 3, s.Delivered)

	l.run() // again, with everything done
	fourth := l.ask(nil)
	l.await(fourth, "delivered")
	require.EqualValues(t, 4, l.asked.Load())
	require.EqualValues(t, 5, l.nonce(), "a bond and four deliveries, nothing twice")
}

// What cannot be served is refused, with a reason, and costs the operator nothing.
func TestRefused(t *testing.T) {
	l := newLab(t)
	here := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/large":
			_, _ = io.WriteString(w, strings.Repeat("x", 2000))
		case "/gone":
			http.Error(w, "", http.StatusGone)
		default:
			_, _ = io.WriteString(w, "question")
		}
	}))
	defer here.Close()
	l.config.MaxInput, l.config.LeastTime = 1000, 10*time.Minute
	l.answers(func(_ context.Context, q operator.Question) (string, error) {
		switch {
		case strings.Contains(string(q.Body), "long"):
			return strings.Repeat("x", 5000), nil
		case strings.Contains(string(q.Body), "never"):
			return "", operator.Refuse("the model says no")
		}
		return "fine", nil
	})
	apart := func(text, uri string) func(*ledger.Ask) {
		return func(a *ledger.Ask) { a.Input, a.Hash, a.URI = nil, sha256.Sum256([]byte(text)), uri }
	}
	text := func(s string) func(*ledger.Ask) { return func(a *ledger.Ask) { a.Input = []byte(s) } }
	refused := map[uint64]string{}
	for _, c := range []struct {
		ask    func(*ledger.Ask)
		reason string
	}{
		{apart("another question", here.URL+"/q"), "has not the hash"},
		{apart("question", ""), "nothing says where it is"},
		{apart("question", here.URL+"/large"), "more than 1000 bytes"},
		{apart("question", here.URL+"/gone"), "answers 410"},
		{apart("question", "ipfs://question"), "not fetched here"},
		{apart("question", "http://user:secret@127.0.0.1/"), "not fetched here"},
		{text(strings.Repeat("y", 1001)), "more than 1000 bytes"},
		{text("\xff\xfe"), "no UTF-8 text"},
		{text(""), "empty"},
		{text(`{"messages":[{"role":"user","content":7}]}`), "cannot be read"},
		{text(`{"messages":[{"role":"user","content":"x"}],"max_tokens":0}`), "less than one token"},
		{text("a long one"), "more than the chain takes by value"},
		{text("never"), "the model says no"},
		{func(a *ledger.Ask) { a.Seconds = 35 }, "of its time is left"},
	} {
		refused[l.ask(c.ask)] = c.reason
	}
	fine := l.ask(apart("question", here.URL+"/q"))
	before := l.nonce()
	l.run()
	for id, reason := range refused {
		require.Contains(t, l.await(id, "refused").Note, reason)
		require.Equal(t, "open", l.onChain(id).State)
	}
	l.await(fine, "delivered")
	l.answered(fine, "fine")
	require.Equal(t, before+1, l.nonce(), "one transaction, of the one that was served")
}

// Private addresses are not asked for inputs unless that is allowed.
func TestPrivateInput(t *testing.T) {
	called := false
	here := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { called = true }))
	defer here.Close()
	_, err := operator.NewFetcher(false)(t.Context(), here.URL, 100)
	require.ErrorContains(t, err, "private network")
	require.False(t, called)
}

// A request pays its delivery's gas and what is set as the least, unless that is waived.
func TestWorthIt(t *testing.T) {
	l := newLab(t)
	dear, _ := price.Add(types.NewAmount(1))
	l.config.Least = dear
	id := l.ask(nil)
	l.run()
	require.Contains(t, l.await(id, "refused").Note, "less than the")
	l.end()

	price, err := l.owner.Update(t.Context(), ledger.Update{
		Asset: l.asset, Manifest: types.Hash{1}, ManifestURI: "https://example.org/m",
		Prices: []types.Price{{Unit: types.PerUse, Denom: types.BaseDenom, Amount: types.NewAmount(5)}},
	})
	require.NoError(t, err)
	require.EqualValues(t, 2, price)
	l.config.Least = types.Amount{}
	cheap := l.ask(nil)
	l.run()
	l.until("the cheap request to be put off", func() bool {
		s, err := operator.ReadStatus(t.Context(), l.db)
		require.NoError(t, err)
		return s.Last[0].Request == cheap && strings.Contains(s.Last[0].Note, "the gas of its delivery costs up to")
	})
	require.Zero(t, l.asked.Load(), "nobody worked for it")
	l.end()
	l.config.AtALoss = true
	l.skew += time.Hour / 2 // it was put off until then
	l.run()
	l.await(cheap, "delivered")
}

// A worker that fails is asked again.
func TestTriedAgain(t *testing.T) {
	l := newLab(t)
	l.answers(func(context.Context, operator.Question) (string, error) {
		if l.asked.Load() < 3 {
			return "", errors.New("the upstream is down")
		}
		return "at last", nil
	})
	id := l.ask(nil)
	l.run()
	l.await(id, "delivered")
	l.answered(id, "at last")
	require.EqualValues(t, 3, l.asked.Load())
}

// An operator that is slower than another sends nothing.
func TestBeaten(t *testing.T) {
	l := newLab(t)
	begun, release := make(chan struct{}), make(chan struct{})
	l.answers(func(context.Context, operator.Question) (string, error) {
		close(begun)
		<-release
		return "mine", nil
	})
	id := l.ask(nil)
	before := l.nonce()
	l.run()
	<-begun
	l.deliverOther(id, "other's")
	close(release)
	l.await(id, "beaten")
	require.Equal(t, before, l.nonce())
	require.Equal(t, "other's", string(l.onChain(id).Answer.Data))
}

// A request that expires while it is worked on is not delivered.
func TestExpires(t *testing.T) {
	l := newLab(t)
	begun, release := make(chan struct{}), make(chan struct{})
	l.answers(func(context.Context, operator.Question) (string, error) {
		close(begun)
		<-release
		return "too late", nil
	})
	id := l.ask(func(a *ledger.Ask) { a.Seconds = 60 })
	before := l.nonce()
	l.run()
	<-begun
	l.Advance(25, 10*time.Second)
	require.Equal(t, "expired", l.onChain(id).State)
	close(release)
	l.await(id, "expired")
	require.Equal(t, before, l.nonce())
}

// A call-back that fails is the requester's: the delivery stands.
func TestBadCallback(t *testing.T) {
	l := newLab(t)
	reverts := l.Deploy(l.Accounts[1], program.New().Push0().Push0().Op(vm.REVERT))
	loops := l.Deploy(l.Accounts[1], loop())
	ids := []uint64{l.ask(told(reverts)), l.ask(told(loops))}
	l.run()
	for _, id := range ids {
		l.await(id, "delivered")
		r := l.onChain(id)
		require.Equal(t, "failed", r.CallbackState)
		require.EqualValues(t, 1, r.Tries)
	}
	require.EqualValues(t, 3, l.nonce())
}

// The gas of a delivery is enough without an estimate, for the longest answer and the
// dearest call-back.
func TestGas(t *testing.T) {
	l := newLab(t)
	at := l.Deploy(l.Accounts[1], counter())
	spends := l.Deploy(l.Accounts[1], loop())
	l.answers(func(_ context.Context, q operator.Question) (string, error) {
		if strings.Contains(string(q.Body), "long") {
			return strings.Repeat("x", 4096), nil
		}
		return "x", nil
	})
	var ids []uint64
	for _, input := range []string{"long", "short"} {
		ids = append(ids, l.ask(func(a *ledger.Ask) { a.Input = []byte(input) }))
		for _, gas := range []uint64{100_000, 2_000_000} {
			for _, to := range []common.Address{at, spends} {
				ids = append(ids, l.ask(func(a *ledger.Ask) { a.Input, a.Callback, a.Gas = []byte(input), to, gas }))
			}
		}
	}
	before := l.nonce()
	l.run()
	for _, id := range ids {
		l.await(id, "delivered")
	}
	require.Equal(t, before+uint64(len(ids)), l.nonce(), "none failed in its block")
}

// loop is a contract that uses all its gas.
func loop() *program.Program {
	p := program.New()
	p, at := p.Jumpdest()
	return p.Push(at).Op(vm.JUMP)
}

// An answer that does not fit the chain is served by its hash.
func TestLongAnswer(t *testing.T) {
	l := newLab(t)
	long := strings.Repeat("long answer ", 1000)
	l.answers(func(context.Context, operator.Question) (string, error) { return long, nil })
	l.config.Endpoint = "https://answers.example.org"
	at := l.Deploy(l.Accounts[1], counter())
	id := l.ask(told(at))
	l.run()
	l.await(id, "delivered")
	got := l.onChain(id).Answer
	require.True(t, got.Apart)
	require.Equal(t, types.Hash(sha256.Sum256([]byte(long))), got.Hash)
	path, ok := strings.CutPrefix(got.URI, l.config.Endpoint)
	require.True(t, ok)
	for p, want := range map[string]int{path: 200, path[:len(path)-2] + "00": 404, operator.PathAnswers + "x": 400} {
		w := httptest.NewRecorder()
		l.running.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, p, http.NoBody))
		require.Equal(t, want, w.Code, p)
		if want == 200 {
			require.Equal(t, long, w.Body.String())
		}
	}
}

// Who is stopped ends what is under way, and takes no more.
func TestDrain(t *testing.T) {
	l := newLab(t)
	begun, release := make(chan struct{}), make(chan struct{})
	l.answers(func(context.Context, operator.Question) (string, error) {
		close(begun)
		<-release
		return "in time", nil
	})
	id := l.ask(nil)
	l.run()
	<-begun
	l.stop()
	late := l.ask(nil)
	close(release)
	l.stopped.Wait()
	l.answered(id, "in time")
	require.Equal(t, "open", l.onChain(late).State)
}

// What takes longer than the drain is worked on by the next run.
func TestDrainEnds(t *testing.T) {
	l := newLab(t)
	l.config.Drain = time.Millisecond
	begun := make(chan struct{})
	l.answers(func(ctx context.Context, _ operator.Question) (string, error) {
		close(begun)
		<-ctx.Done()
		return "", ctx.Err()
	})
	id := l.ask(nil)
	l.run()
	<-begun
	l.end()
	require.Equal(t, "waiting", l.await(id, "waiting").Stage)
	l.answers(func(context.Context, operator.Question) (string, error) { return "the next day", nil })
	l.run()
	l.await(id, "delivered")
	l.answered(id, "the next day")
}

// Another program that uses the account takes nonces away, and nothing is lost or done
// twice.
func TestNonceTaken(t *testing.T) {
	l := newLab(t)
	taken := &thief{Account: l.config.Account, take: func() {
		require.NoError(t, l.worker.SendCoins(t.Context(), l.owner.Address(), types.BaseDenom, types.NewAmount(1)))
	}}
	l.config.Account = taken
	id := l.ask(nil)
	l.run()
	l.await(id, "delivered")
	l.answered(id, "answer 1")
	require.True(t, taken.took)
	require.EqualValues(t, 3, l.nonce(), "the bond, the theft, the delivery")
}

// thief is an account of which another transaction goes out between signing and
// posting, once.
type thief struct {
	operator.Account
	take func()
	took bool
}

func (a *thief) Post(ctx context.Context, tx operator.Transaction) error {
	if !a.took {
		a.took = true
		a.take()
	}
	return a.Account.Post(ctx, tx)
}

// A delivery that fails in its block is sent again.
func TestFailedDelivery(t *testing.T) {
	l := newLab(t)
	mistaken := &mistaken{Account: l.config.Account}
	l.config.Account = mistaken
	id := l.ask(nil)
	l.run()
	l.await(id, "delivered")
	l.answered(id, "answer 1")
	require.Equal(t, 2, mistaken.signed)
}

// mistaken is an account whose first delivery fails in its block: it is of another answer
// than its receipt.
type mistaken struct {
	operator.Account
	signed int
}

func (a *mistaken) Sign(ctx context.Context, nonce uint64, d operator.Delivery) (operator.Transaction, error) {
	if a.signed++; a.signed == 1 {
		d.Answer.Data = []byte("wrong")
	}
	return a.Account.Sign(ctx, nonce, d)
}
