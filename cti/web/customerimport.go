package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"go.uber.org/zap"

	"sansheng/store"
	"sansheng/store/table"
)

// importRoute is the route whose requests are tables.
const importRoute = "POST /api/v1/customers/import"

// importTime is how long an import may take, its way to us included.
const importTime = 5 * time.Minute

type importInput struct {
	CompanyFilter
	Known  string `query:"known" enum:"refuse,skip,change" default:"refuse" doc:"What becomes of a line whose number a customer has: it is a fault; it is left out; it changes him."`
	Dry    bool   `query:"dry" doc:"Only tell what would happen."`
	Reason string `query:"reason" required:"true" minLength:"1" maxLength:"200" doc:"Why; it is kept with your account."`
	table  io.Reader
}

// Resolve implements huma.Resolver: the body is read as it comes.
func (in *importInput) Resolve(c huma.Context) []error {
	in.table = c.BodyReader()
	_, w := humago.Unwrap(c)
	if err := patient(w, importTime); err != nil {
		return []error{err}
	}
	return nil
}

// patient lets a request take longer than others: to be read, and to be answered.
func patient(w http.ResponseWriter, long time.Duration) error {
	control, until := http.NewResponseController(w), time.Now().Add(long)
	err := errors.Join(control.SetReadDeadline(until), control.SetWriteDeadline(until))
	if errors.Is(err, http.ErrNotSupported) { // in a test without a connection
		return nil
	}
	return err
}

type importOutput struct{ Body store.Imported }

func (s *Server) registerImport(api huma.API, operation func(id, method, path, summary string, errs []int) huma.Operation) {
	o := operation("import-customers", http.MethodPost, "/import", "Take customers from a table.",
		append([]int{http.StatusConflict, http.StatusRequestEntityTooLarge}, readErrors...))
	o.Description = "CSV (UTF-8, UTF-16, GB18030) or XLSX, of up to 32 MB and 200000 lines; the first line names the columns: numbers, name, address, account, flags, note. " +
		"Several numbers or flags of one customer have a / between them. All of it is taken, or nothing: what is wrong is told with its line. Dry, it only tells."
	o.RequestBody = &huma.RequestBody{Content: map[string]*huma.MediaType{
		"application/octet-stream": {Schema: &huma.Schema{Type: "string", Format: "binary"}},
	}}
	huma.Register(api, o, s.importCustomers)
}

func (s *Server) importCustomers(ctx context.Context, in *importInput) (*importOutput, error) {
	company, err := s.oneCompany(ctx, in.Company)
	if err != nil {
		return nil, err
	}
	db, err := s.database(ctx)
	if err != nil {
		return nil, err
	}
	if !s.importing.TryLock() {
		return nil, newProblem(http.StatusConflict, badState, "another import is under way; allowed: one at a time")
	}
	defer s.importing.Unlock()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), importTime)
	defer cancel()
	t, err := table.Open(in.table)
	if err != nil {
		return nil, s.untaken(ctx, err)
	}
	defer func() { _ = t.Close() }() // it was read only
	by := personOf(ctx)
	done, err := db.ImportCustomers(ctx, t, store.CustomerImport{
		Company: company, Known: store.Known(in.Known), Dry: in.Dry, By: store.Editor{Person: by.Number, Reason: in.Reason},
	})
	s.log.Named("audit").Info("customers imported",
		zap.String("account", by.Number), zap.String("company", company), zap.Bool("dry", in.Dry), zap.Bool("done", done.Done), zap.Int("lines", done.Lines),
		zap.Int("created", done.Created), zap.Int("changed", done.Changed), zap.Int("faults", done.FaultsCount), zap.Error(err))
	if err != nil {
		return nil, s.untaken(ctx, err)
	}
	if done.FaultsCount > 0 && !in.Dry {
		p := newProblem(http.StatusUnprocessableEntity, badTable, "the table has %d faults; nothing was imported", done.FaultsCount)
		for _, f := range done.Faults {
			p.Errors = append(p.Errors, &huma.ErrorDetail{Location: f.Place, Message: f.Text})
		}
		return nil, p
	}
	return &importOutput{Body: done}, nil
}

// untaken is the answer where a table is not read, or not taken.
func (s *Server) untaken(ctx context.Context, err error) error {
	var large *http.MaxBytesError
	var refused *store.CustomerError
	var t *table.Error
	switch {
	case errors.As(err, &large):
		return newProblem(http.StatusRequestEntityTooLarge, tooLarge, "the file is larger than %d MB; allowed: at most so much", large.Limit>>20)
	case errors.As(err, &refused):
		return s.unchanged(ctx, err)
	case errors.As(err, &t):
		return newProblem(http.StatusUnprocessableEntity, badTable, "%s; nothing was imported", t)
	}
	return s.unread(ctx, "import", fmt.Errorf("take table: %w", err))
}
