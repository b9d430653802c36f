package service

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"go.uber.org/zap"

	"sansheng/cmd/sansheng/config"
	"sansheng/cti"
	"sansheng/cti/callback"
	"sansheng/cti/sheet"
	"sansheng/store"
	"sansheng/store/cluster"
	"sansheng/store/ticket"
)

// database is the store role: a PostgreSQL of our own or a given one, the
// projection of facts into it, and the tickets' facts out of it. It comes up in
// the background; nothing waits for it.
type database struct {
	// readyC is closed once records can be read.
	readyC  chan struct{}
	cluster *cluster.Instance
	store   *store.Store
	facts   *store.Projector
}

func (s *Service) startDatabase(run context.Context) *database {
	d := &database{readyC: make(chan struct{})}
	s.background("store", false, func() error { return s.runDatabase(run, d) })
	return d
}

// databaseRetry is the wait before a database that cannot be started or used is tried again.
const databaseRetry = 2 * time.Second

func (s *Service) runDatabase(run context.Context, d *database) error {
	hooks, err := newHooks(s.cfg)
	if err != nil {
		return err
	}
	defer hooks.sender.Close()
	for {
		err := s.readyDatabase(run, d, hooks)
		if err == nil {
			break
		}
		s.log.Warn("database not ready; calls go on without it", zap.Error(err))
		select {
		case <-run.Done():
			return nil
		case <-time.After(databaseRetry):
		}
	}
	d.facts = d.store.Projector(hotlineSource{public: s.public}, store.ProjectorConfig{})
	s.registry.MustRegister(d.facts)
	outbox := d.store.Outbox(ticketPublisher{tickets: s.public.Tickets()})
	s.background("outbox", false, func() error { return outbox.Run(run) })
	s.background("deadlines", false, func() error { return d.store.RunDeadlines(run) })
	s.background("jobs", false, func() error { return d.store.Jobs().Run(run) })
	s.records.store.Store(d.store)
	close(d.readyC)
	return d.facts.Run(run)
}

// readyDatabase makes the database what the store needs, from where an earlier try has ended.
func (s *Service) readyDatabase(run context.Context, d *database, hooks *hooks) error {
	if d.store == nil {
		url, err := s.databaseURL(run, d)
		if err != nil {
			return err
		}
		d.store, err = store.Open(run, store.Config{URL: url, Process: s.processName(), Log: s.log.Named("store"), Calendar: s.workCalendar, Forms: s.forms, Office: s.office})
		if err != nil {
			return err
		}
	}
	if err := d.store.Migrate(run); err != nil {
		return err
	}
	return d.store.SetWebhooks(run, hooks.list, hooks.send)
}

// processName is the same over this process's restarts and, where no two hosts have one
// name, no other's: who has the data folder has it alone.
func (s *Service) processName() string {
	host, err := os.Hostname()
	dir, wrong := filepath.Abs(s.cfg.Data)
	if errors.Join(err, wrong) != nil || !s.cfg.Protected("takeback") {
		return ""
	}
	sum := sha256.Sum256([]byte(host + " " + dir))
	return "sansheng_" + hex.EncodeToString(sum[:8])
}

// workCalendar is what a company's calendar says of working days; nil where it has none.
func (s *Service) workCalendar(company string) ticket.Calendar {
	if work := s.plan().WorkOf(cti.CompanyID(company)); work != nil {
		return work
	}
	return nil
}

// forms are those of a company's record sheets.
func (s *Service) forms(company string) sheet.Forms { return s.plan().FormsOf(cti.CompanyID(company)) }

// office is what a company decides callbacks by: its rules, in its own working days.
func (s *Service) office(company string) *callback.Office {
	plan := s.plan()
	rules, questions := plan.FollowUpsOf(cti.CompanyID(company))
	return &callback.Office{Rules: &rules, Hours: plan.DaysOf(cti.CompanyID(company)), Questions: &questions}
}

// databaseURL starts or adopts our own PostgreSQL, unless another one is named.
func (s *Service) databaseURL(run context.Context, d *database) (string, error) {
	if s.cfg.Postgres.URLFile != "" {
		return DatabaseURL(s.cfg)
	}
	if d.cluster == nil {
		ctx, cancel := context.WithTimeout(run, 10*time.Minute)
		defer cancel()
		var err error
		d.cluster, err = cluster.Start(ctx, cluster.Config{
			Data: filepath.Join(s.cfg.Data, "postgres"), OnCrash: s.crashed, Finder: s.opts.Finder,
		})
		if err != nil {
			return "", err
		}
	}
	if err := os.WriteFile(urlFile(s.cfg), []byte(d.cluster.DSN+"\n"), 0o600); err != nil {
		return "", fmt.Errorf("note database url: %w", err)
	}
	return d.cluster.DSN, nil
}

// DatabaseURL is where a service with this configuration keeps its records: the
// database it was given, or its own, once it has started it.
func DatabaseURL(cfg *config.Config) (string, error) {
	file := cfg.Postgres.URLFile
	if file == "" {
		file = urlFile(cfg)
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("read database url: %w", err)
	}
	return strings.TrimSpace(string(b)), nil
}

func urlFile(cfg *config.Config) string { return filepath.Join(cfg.Data, "postgres.url") }

func (d *database) close(end func(part) error) error {
	if d.store != nil {
		d.store.Close()
	}
	if d.cluster != nil {
		return end(d.cluster)
	}
	return nil
}
