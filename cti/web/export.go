package web

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"go.uber.org/zap"

	"sansheng/store"
	"sansheng/store/table"
)

const (
	// exportTime is how long an export may take, exportsMost how many there may be at a time:
	// each holds a connection to the database.
	exportTime  = 10 * time.Minute
	exportsMost = 2
)

type exportInput struct {
	CompanyFilter
	What   string    `path:"what" enum:"calls,tickets,customers" doc:"What the table is of."`
	Format string    `query:"format" enum:"csv,xlsx" default:"csv" doc:"CSV is UTF-8 with a byte order mark."`
	Since  time.Time `query:"since" doc:"Calls begun, tickets opened at or after this time (RFC 3339)."`
	Until  time.Time `query:"until" doc:"Calls begun, tickets opened before this time (RFC 3339)."`
	Reason string    `query:"reason" required:"true" minLength:"4" maxLength:"200" doc:"Why the numbers in it are needed. It is logged with your account."`
}

func (s *Server) registerExport(api huma.API) {
	huma.Register(api, huma.Operation{
		OperationID: "export", Method: http.MethodGet, Path: "/api/v1/exports/{what}", Tags: []string{"exports"},
		Summary: "Calls, tickets or customers as a table, with whole numbers. It is logged with your account.",
		Description: "A cell that a spreadsheet would evaluate has an apostrophe before it in CSV, which the import takes away again; in XLSX all cells are text. " +
			"Where the table cannot be finished the connection breaks off: what has come is not whole.",
		Security: secured, Errors: append([]int{http.StatusConflict}, readErrors...),
	}, s.export)
}

func (s *Server) export(ctx context.Context, in *exportInput) (*huma.StreamResponse, error) {
	company, err := companyOf(ctx, in.Company)
	if err != nil {
		return nil, err
	}
	if !in.Since.IsZero() && !in.Until.IsZero() && !in.Since.Before(in.Until) {
		return nil, newProblem(http.StatusUnprocessableEntity, badQuery, "since %s is not before until %s; allowed: an earlier time",
			in.Since.Format(time.RFC3339), in.Until.Format(time.RFC3339))
	}
	if _, err := mayReveal(ctx, Reveal{in.Reason}); err != nil {
		return nil, err
	}
	db, err := s.database(ctx)
	if err != nil {
		return nil, err
	}
	select {
	case s.exports <- struct{}{}:
	default:
		return nil, newProblem(http.StatusConflict, badState, "%d exports are under way; allowed: so many at a time", exportsMost)
	}
	if err := s.audit(ctx, Reveal{in.Reason}, "export of "+in.What+" of "+cmp.Or(company, "all companies")+" as "+in.Format, nil); err != nil {
		<-s.exports
		return nil, err
	}
	return &huma.StreamResponse{Body: func(h huma.Context) {
		defer func() { <-s.exports }()
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), exportTime)
		defer cancel()
		h.SetHeader("Content-Type", table.Format(in.Format).Type())
		h.SetHeader("Content-Disposition", fmt.Sprintf(`attachment; filename="%s.%s"`, in.What, in.Format))
		n, err := s.writeExport(ctx, h, db, in, company)
		s.log.Named("audit").Info("exported", zap.String("account", personOf(ctx).Number), zap.String("what", in.What), zap.Int("rows", n), zap.Error(err))
		if err != nil {
			panic(http.ErrAbortHandler) // it must not look whole
		}
	}}, nil
}

func (s *Server) writeExport(ctx context.Context, h huma.Context, db *store.Store, in *exportInput, company string) (n int, err error) {
	_, w := humago.Unwrap(h)
	if err := patient(w, exportTime); err != nil {
		return 0, err
	}
	t, err := table.New(h.BodyWriter(), table.Format(in.Format), in.What)
	if err != nil {
		return 0, err
	}
	n, err = db.WriteTable(ctx, store.Export{What: store.ExportKind(in.What), Company: company, Since: in.Since, Until: in.Until, Within: personOf(ctx).within()}, stoppable{t, s.stopC})
	if err != nil {
		return n, errors.Join(err, t.Cancel())
	}
	return n, t.Close()
}

// stoppable is a table that is not finished where the server stops.
type stoppable struct {
	table.Writer
	stopC <-chan struct{}
}

var errStopping = errors.New("the service stops")

func (t stoppable) Write(cells ...string) error {
	select {
	case <-t.stopC:
		return errStopping
	default:
		return t.Writer.Write(cells...)
	}
}
