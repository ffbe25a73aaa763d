package a2a

import (
	"context"
	"encoding/json"
	"errors"
	"iter"

	"github.com/a2aproject/a2a-go/v2/a2a"
	"github.com/a2aproject/a2a-go/v2/a2asrv"

	"github.com/weal-network/weal/agent"
)

var _ a2asrv.AgentExecutor = (*Server)(nil)

// chunk is how much text is sent on at once, in bytes: each piece is kept with its task.
const chunk = 256

// Execute implements a2asrv.AgentExecutor: one question, or what goes on with it.
func (s *Server) Execute(ctx context.Context, ec *a2asrv.ExecutorContext) iter.Seq2[a2a.Event, error] {
	return func(yield func(a2a.Event, error) bool) {
		q, err := s.question(ec)
		r := &run{ec: ec, yield: yield, paid: q.Payment != nil}
		switch {
		case errors.Is(err, errDeclined):
			r.end(a2a.TaskStateCanceled, err.Error(), nil)
			return
		case err != nil && ec.StoredTask != nil:
			var shown map[string]any
			if m := ec.StoredTask.Status.Message; m != nil {
				shown = m.Metadata
			}
			r.end(a2a.TaskStateInputRequired, err.Error(), shown)
			return
		case err != nil:
			yield(nil, err)
			return
		}
		if ec.StoredTask == nil && !yield(a2a.NewSubmittedTask(ec, ec.Message), nil) {
			return
		}
		if yield(a2a.NewStatusUpdateEvent(ec, a2a.TaskStateWorking, nil), nil) {
			r.ask(ctx, callerOf(ctx).agent, q)
		}
	}
}

// Cancel implements a2asrv.AgentExecutor. What is at work ends with its context.
func (s *Server) Cancel(_ context.Context, ec *a2asrv.ExecutorContext) iter.Seq2[a2a.Event, error] {
	return func(yield func(a2a.Event, error) bool) {
		yield(a2a.NewStatusUpdateEvent(ec, a2a.TaskStateCanceled, nil), nil)
	}
}

// run is one task at work.
type run struct {
	ec    *a2asrv.ExecutorContext
	yield func(a2a.Event, error) bool
	paid  bool // a payment came with the message

	artifact a2a.ArtifactID // of the text; empty until there is some
	gone     bool           // nobody takes events any more
}

// ask asks, and passes on what comes.
func (r *run) ask(ctx context.Context, a agent.Agent, q agent.Question) {
	ctx, stop := context.WithCancel(ctx)
	texts := make(chan string)
	var answer agent.Answer
	var err error
	q.OnDelta = func(text string) {
		select {
		case texts <- text:
		case <-ctx.Done():
		}
	}
	go func() {
		defer close(texts)
		answer, err = a.Ask(ctx, q)
	}()
	var text string
	for more := range texts {
		if text += more; len(text) >= chunk && !r.gone {
			r.text(text)
			text = ""
		}
		if r.gone {
			stop()
		}
	}
	stop()
	if r.gone {
		return
	}
	if err != nil {
		r.failed(err)
		return
	}
	if r.artifact == "" && text == "" {
		text = answer.Text
	}
	if text != "" {
		r.text(text)
	}
	r.done(answer)
}

func (r *run) send(e a2a.Event) {
	r.gone = r.gone || !r.yield(e, nil)
}

// text sends a piece of the answer.
func (r *run) text(text string) {
	if r.artifact == "" {
		e := a2a.NewArtifactEvent(r.ec, a2a.NewTextPart(text))
		e.Artifact.Name, e.Artifact.Description = "answer", "the answer; [n] refers to citation n"
		r.artifact = e.Artifact.ID
		r.send(e)
		return
	}
	r.send(a2a.NewArtifactUpdateEvent(r.ec, r.artifact, a2a.NewTextPart(text)))
}

// done sends the citations, and ends the task with what it cost.
func (r *run) done(answer agent.Answer) {
	cited := a2a.NewArtifactEvent(r.ec, a2a.NewDataPart(plain(map[string]any{"citations": answer.Citations})))
	cited.Artifact.Name, cited.Artifact.Description = "citations", "the passages that the answer is made from"
	cited.LastChunk = true
	r.send(cited)
	if r.gone {
		return
	}
	var meta map[string]any
	if answer.Settlement != nil {
		meta = map[string]any{metaStatus: "payment-completed", metaReceipts: plain([]json.RawMessage{answer.Settlement})}
	}
	e := r.status(a2a.TaskStateCompleted, "It cost "+answer.Cost.Total.Text+".", meta)
	e.SetMeta(metaWeal, plain(map[string]any{
		"id": answer.ID, "cost": answer.Cost, "receipts": answer.Receipts, "problems": answer.Problems,
	}))
	r.send(e)
}

// failed ends the task, or has it await what is missing.
func (r *run) failed(err error) {
	var dear *agent.DearError
	var unpaid *agent.UnpaidError
	switch {
	case errors.As(err, &dear):
		r.end(a2a.TaskStateInputRequired, "This can cost up to "+dear.Quote.Most.Text+`. Say "yes" to pay that, "no" to end the task, or send a data part with max_cost. Nothing was paid.`,
			map[string]any{metaQuote: plain(dear.Quote)})
	case errors.As(err, &unpaid):
		r.end(a2a.TaskStateInputRequired, unpaid.Message,
			map[string]any{metaStatus: "payment-required", metaRequired: plain(unpaid.Required)})
	case r.paid:
		r.end(a2a.TaskStateFailed, err.Error(), map[string]any{metaStatus: "payment-failed", metaError: err.Error()})
	default:
		r.end(a2a.TaskStateFailed, err.Error(), nil)
	}
}

// end sends a status that ends the run.
func (r *run) end(state a2a.TaskState, text string, meta map[string]any) {
	r.send(r.status(state, text, meta))
}

func (r *run) status(state a2a.TaskState, text string, meta map[string]any) *a2a.TaskStatusUpdateEvent {
	m := a2a.NewMessageForTask(a2a.MessageRoleAgent, r.ec, a2a.NewTextPart(text))
	m.Metadata = meta
	return a2a.NewStatusUpdateEvent(r.ec, state, m)
}
