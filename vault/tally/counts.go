package tally

import (
	"time"

	"github.com/weal-network/weal/types"
)

// Sums are amounts by denomination.
type Sums map[string]types.Amount

// add adds an amount. What does not fit 128 bits stays as it was.
func (s *Sums) add(denom string, a types.Amount) {
	if a.IsZero() {
		return
	}
	if *s == nil {
		*s = Sums{}
	}
	if sum, ok := (*s)[denom].Add(a); ok {
		(*s)[denom] = sum
	}
}

func (s *Sums) addAll(o Sums) {
	for denom, a := range o {
		s.add(denom, a)
	}
}

// Count is what is counted of anything that is sold.
type Count struct {
	Offered uint64 `json:"offered"`
	Sold    uint64 `json:"sold"`
	Cited   uint64 `json:"cited"` // how often answers cite it
	Earned  Sums   `json:"earned,omitempty"`
}

func (c *Count) add(o Count) {
	c.Offered += o.Offered
	c.Sold += o.Sold
	c.Cited += o.Cited
	c.Earned.addAll(o.Earned)
}

// passage is what is counted of a passage.
type passage struct {
	Source  string `json:"source"`
	Heading string `json:"heading,omitempty"`
	Count
	OfferedAt int64 `json:"offered_at,omitempty"` // Unix seconds, the last time

	shelf  Shelf // where its names are found, if they are not known yet
	number int
}

func (p *passage) add(o *passage) {
	p.Count.add(o.Count)
	p.OfferedAt = max(p.OfferedAt, o.OfferedAt)
	if p.Source == "" {
		p.Source, p.Heading, p.shelf, p.number = o.Source, o.Heading, o.shelf, o.number
	}
}

// Hour is what was counted in an hour, or in a day.
type Hour struct {
	At         int64  `json:"at"` // Unix seconds, when it began
	Asked      uint64 `json:"asked"`
	Unanswered uint64 `json:"unanswered"` // questions for which nothing was found
	Sales      uint64 `json:"sales"`
	Count
}

func (h *Hour) add(o Hour) {
	h.Asked += o.Asked
	h.Unanswered += o.Unanswered
	h.Sales += o.Sales
	h.Count.add(o.Count)
}

// Payer is what was counted of a payer.
type Payer struct {
	Payer string `json:"payer"`
	Asked uint64 `json:"asked"`
	Sales uint64 `json:"sales"`
	Sold  uint64 `json:"sold"`
	Paid  Sums   `json:"paid,omitempty"`
	Seen  int64  `json:"seen"` // Unix seconds, when it asked last
}

func (p *Payer) add(o Payer) {
	p.Payer = o.Payer
	p.Asked += o.Asked
	p.Sales += o.Sales
	p.Sold += o.Sold
	p.Paid.addAll(o.Paid)
	p.Seen = max(p.Seen, o.Seen)
}

// Question is a question that was kept.
type Question struct {
	At       int64  `json:"at"` // Unix seconds
	Question string `json:"question"`
	Payer    string `json:"payer"`
	Found    int    `json:"found"` // passages that were offered
}

// counts is what was counted since the last flush.
type counts struct {
	passages  map[types.Hash]*passage
	hours     map[int64]*Hour
	payers    map[string]*Payer
	questions []Question
}

func newCounts() *counts {
	return &counts{passages: map[types.Hash]*passage{}, hours: map[int64]*Hour{}, payers: map[string]*Payer{}}
}

func (c *counts) hour(at time.Time) *Hour {
	began := at.Unix() - at.Unix()%3600
	if c.hours[began] == nil {
		c.hours[began] = &Hour{At: began}
	}
	return c.hours[began]
}

func (c *counts) payer(name string) *Payer {
	if c.payers[name] == nil {
		c.payers[name] = &Payer{Payer: name}
	}
	return c.payers[name]
}

func (c *counts) passage(p SoldPassage) *passage {
	d := c.passages[p.Chunk]
	if d == nil {
		d = &passage{}
		c.passages[p.Chunk] = d
	}
	d.Source, d.Heading, d.shelf = p.Source, p.Heading, nil
	return d
}

// addAll adds what o has, which is not used any more.
func (c *counts) addAll(o *counts) {
	for chunk, p := range o.passages {
		if have := c.passages[chunk]; have != nil {
			have.add(p)
		} else {
			c.passages[chunk] = p
		}
	}
	for at, h := range o.hours {
		c.hour(time.Unix(at, 0)).add(*h)
	}
	for name, p := range o.payers {
		c.payer(name).add(*p)
	}
	c.questions = append(c.questions, o.questions...)
}
