package store

import (
	"context"
	"fmt"
	"time"
)

// Agent is what an agent does now, as far as facts have been projected.
type Agent struct {
	Company string    `json:"company"`
	Agent   string    `json:"agent"`
	State   string    `json:"state"`
	Reason  string    `json:"reason,omitempty"`
	Call    string    `json:"call,omitempty"`
	Since   time.Time `json:"since"`
	// Reachable tells whether his phone can be rung.
	Reachable bool   `json:"reachable"`
	Endpoint  string `json:"endpoint,omitempty"`
	// Answered counts the calls he was the first to answer in the time asked for.
	Answered int64 `json:"answered"`
}

// Agents lists the agents known by their facts; company may be empty. Counts are
// of calls answered at or after since.
func (s *Store) Agents(ctx context.Context, company string, since time.Time) ([]Agent, error) {
	rows, err := s.q.Agents(ctx, s.pool, since, wanted(company))
	if err != nil {
		return nil, fmt.Errorf("list agents: %w", err)
	}
	list := make([]Agent, len(rows))
	for i, r := range rows {
		list[i] = Agent{
			Company: r.Company, Agent: r.Agent, State: r.State, Reason: r.Reason, Call: r.CallID,
			Since: r.BeganAt.UTC(), Reachable: r.Reachable, Endpoint: r.Endpoint, Answered: r.Answered,
		}
	}
	return list, nil
}

// StateSpan is a time an agent spent in one state, to the millisecond.
type StateSpan struct {
	State   string     `json:"state"`
	Reason  string     `json:"reason,omitempty"`
	Call    string     `json:"call,omitempty"`
	BeganAt time.Time  `json:"began_at"`
	EndedAt *time.Time `json:"ended_at"`
}

// AgentHistory lists an agent's states that reach into the time from since on,
// in order.
func (s *Store) AgentHistory(ctx context.Context, company, agent string, since time.Time) ([]StateSpan, error) {
	rows, err := s.q.AgentHistory(ctx, s.pool, company, agent, since)
	if err != nil {
		return nil, fmt.Errorf("read history of agent %s: %w", agent, err)
	}
	list := make([]StateSpan, len(rows))
	for i, r := range rows {
		list[i] = StateSpan{State: r.State, Reason: r.Reason, Call: r.CallID, BeganAt: r.BeganAt.UTC(), EndedAt: utc(r.EndedAt)}
	}
	return list, nil
}

// Queue is how a queue stands.
type Queue struct {
	Company string `json:"company"`
	Queue   string `json:"queue"`
	Waiting int64  `json:"waiting"`
	// OldestAt is when the longest waiting caller came; null when nobody waits.
	OldestAt *time.Time `json:"oldest_at"`
	// Entries since the time asked for, and what became of them.
	Entered       int64 `json:"entered"`
	Answered      int64 `json:"answered"`
	Abandoned     int64 `json:"abandoned"`
	MeanWaitMs    int64 `json:"mean_wait_ms"` // of those answered
	LongestWaitMs int64 `json:"longest_wait_ms"`
}

// Queues lists the queues that callers wait in or entered since; company may be
// empty.
func (s *Store) Queues(ctx context.Context, company string, since time.Time) ([]Queue, error) {
	rows, err := s.q.Queues(ctx, s.pool, since, wanted(company))
	if err != nil {
		return nil, fmt.Errorf("list queues: %w", err)
	}
	list := make([]Queue, len(rows))
	for i, r := range rows {
		list[i] = Queue{
			Company: r.Company, Queue: r.Queue, Waiting: r.Waiting, Entered: r.Entered, Answered: r.Answered,
			Abandoned: r.Abandoned, MeanWaitMs: r.MeanWaitMs, LongestWaitMs: r.LongestWaitMs,
		}
		if r.Waiting > 0 {
			list[i].OldestAt = utc(&r.OldestAt)
		}
	}
	return list, nil
}
