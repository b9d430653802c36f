package web

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"sansheng/cti"
	"sansheng/store"
)

// boardAge is how old figures may be that are given once more: many screens ask for the
// same, and the database counts once.
const boardAge = 4 * time.Second

type boardInput struct {
	CompanyFilter
}

// Boards are how today stands.
type Boards struct {
	Boards []store.Board `json:"boards" nullable:"false" doc:"One of each company, in the configuration's order."`
}

type boardOutput struct {
	Body Boards
}

func (s *Server) registerBoard(api huma.API) {
	huma.Register(api, huma.Operation{
		OperationID: "board", Method: http.MethodGet, Path: "/api/v1/board", Tags: []string{"live"},
		Summary:     "How today stands: calls and rates, of companies and their queues.",
		Description: "Counted from the records by the rules of the summary, for each company's own day. A shift leader sees the queues that he leads: those that name him, and those that name nobody.",
		Security:    secured, Errors: append([]int{http.StatusNotFound}, readErrors...),
	}, s.board)
}

func (s *Server) board(ctx context.Context, in *boardInput) (*boardOutput, error) {
	only, err := companyOf(ctx, in.Company)
	if err != nil {
		return nil, err
	}
	out := &boardOutput{Body: Boards{Boards: []store.Board{}}}
	for _, co := range s.plan().Companies {
		if only != "" && only != string(co.ID) {
			continue
		}
		b, err := s.boardOf(ctx, co)
		if err != nil {
			return nil, s.unread(ctx, "board", err)
		}
		out.Body.Boards = append(out.Body.Boards, b)
	}
	if only != "" && len(out.Body.Boards) == 0 {
		return nil, newProblem(http.StatusNotFound, notFound, "there is no company %q", only)
	}
	return out, nil
}

// boardOf is what of a company's day a person may see.
func (s *Server) boardOf(ctx context.Context, co cti.Company) (store.Board, error) {
	p, plan, f := personOf(ctx), s.plan(), store.SummaryFilter{Company: string(co.ID)}
	f.Queues, _ = s.figured(p, co.ID, true)
	f.From = todayIn(co.Location())
	f.Until = f.From.AddDate(0, 0, 1)
	b, err := s.boards.of(ctx, s.summaries, f)
	if err != nil {
		return b, err
	}
	b.CompanyName = co.Name
	b.Queues = slices.Clone(b.Queues) // others are given it, too
	for _, q := range plan.Queues {
		shown := q.Company == co.ID && (f.Queues == nil || slices.Contains(f.Queues, string(q.ID)))
		if shown && !slices.ContainsFunc(b.Queues, func(k store.BoardQueue) bool { return k.Queue == string(q.ID) }) {
			b.Queues = append(b.Queues, store.NoCalls(string(q.ID)))
		}
	}
	slices.SortFunc(b.Queues, func(x, y store.BoardQueue) int { return cmp.Compare(x.Queue, y.Queue) })
	return b, nil
}

// boards keeps what was counted last. It may be used from any goroutine.
type boards struct {
	mu   sync.Mutex // protects kept
	kept map[string]*keptBoard
}

// keptBoard is a board, and the turn to count it: a channel, so that who waits for another's
// count gives up with his request.
type keptBoard struct {
	turnC chan struct{}
	at    time.Time
	board store.Board
}

// of counts a board, or gives the one that was counted a moment ago.
func (k *boards) of(ctx context.Context, from SummaryKeeper, f store.SummaryFilter) (store.Board, error) {
	one := k.one(f)
	select {
	case one.turnC <- struct{}{}:
		defer func() { <-one.turnC }()
	case <-ctx.Done():
		return store.Board{}, context.Cause(ctx)
	}
	if time.Since(one.at) < boardAge && one.board.From.Equal(f.From) {
		return one.board, nil
	}
	b, err := from.Board(ctx, f)
	if err == nil {
		one.at, one.board = time.Now(), b
	}
	return b, err
}

// one is the place of a board by company and queues; there are no more than leaders.
func (k *boards) one(f store.SummaryFilter) *keptBoard {
	name := f.Company + " all"
	if f.Queues != nil {
		name = f.Company + " " + strings.Join(f.Queues, ",")
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.kept == nil {
		k.kept = map[string]*keptBoard{}
	}
	if k.kept[name] == nil {
		k.kept[name] = &keptBoard{turnC: make(chan struct{}, 1)}
	}
	return k.kept[name]
}
