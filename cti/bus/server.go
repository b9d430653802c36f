package bus

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"go.uber.org/zap"
	"golang.org/x/sys/unix"

	"sansheng/cti"
	"sansheng/cti/bus/journal"
)

// Options say how the embedded server runs.
type Options struct {
	// StoreDir holds the streams, the credentials and the lock.
	StoreDir string
	// Host and Port are where others may connect; Host's default is 127.0.0.1.
	// Port 0 does not listen at all, -1 takes any free port.
	Host string
	Port int
	// AnonymousReader lets clients without credentials read facts.
	AnonymousReader bool
	// Readers are the companies that have an account of their own (CompanyRole).
	Readers []cti.CompanyID
	// MaxStore bounds the disk space of all streams; 0 is unbounded.
	MaxStore int64
	Log      *zap.Logger
}

// PortError: the server's port cannot be had.
type PortError struct {
	Host string
	Port int
	Err  error
}

func (e *PortError) Error() string {
	addr := net.JoinHostPort(e.Host, strconv.Itoa(e.Port))
	if errors.Is(e.Err, syscall.EADDRINUSE) {
		return fmt.Sprintf("listen for NATS on %s: port %d is already taken by another program", addr, e.Port)
	}
	return fmt.Sprintf("listen for NATS on %s: %v", addr, e.Err)
}

func (e *PortError) Unwrap() error { return e.Err }

// ErrStoreInUse: another process runs on the same store folder.
var ErrStoreInUse = errors.New("store folder in use by another process")

// Server is the embedded NATS server. Its methods are safe for use by many
// goroutines.
type Server struct {
	opts  Options
	ns    *server.Server
	jscfg server.JetStreamConfig
	log   *logger
	zap   *zap.Logger
	lock  *os.File
	nc    *nats.Conn
	js    jetstream.JetStream
	creds map[Role]Credentials

	foundMu sync.Mutex // protects found
	found   *journal.Inspection

	reviveMu sync.Mutex // one revival at a time
	stop     sync.Once
}

const (
	startLimit = 20 * time.Second
	maxPayload = 8 << 20
	unbounded  = 1 << 60
)

// Start inspects the journal's files, starts the server on them and connects to
// it inside the process.
func Start(ctx context.Context, opts Options) (*Server, error) {
	if opts.Host == "" {
		opts.Host = "127.0.0.1"
	}
	if opts.MaxStore <= 0 {
		opts.MaxStore = unbounded
	}
	if opts.Log == nil {
		opts.Log = zap.NewNop()
	}
	s := &Server{opts: opts, zap: opts.Log.Named("nats")}
	s.log = &logger{log: s.zap.Sugar()}
	if err := s.start(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func (s *Server) start(ctx context.Context) error {
	if err := os.MkdirAll(s.opts.StoreDir, 0o700); err != nil {
		return fmt.Errorf("make NATS store folder: %w", err)
	}
	if err := s.takeLock(); err != nil {
		return err
	}
	if err := s.checkPort(ctx); err != nil {
		return err
	}
	var err error
	if s.creds, err = credentials(s.opts.StoreDir, s.opts.Readers); err != nil {
		return err
	}
	if s.found, err = journal.Inspect(s.opts.StoreDir); err != nil {
		return err
	}
	if s.ns, err = server.NewServer(s.options()); err != nil {
		return fmt.Errorf("make NATS server: %w", err)
	}
	s.ns.SetLoggerV2(s.log, false, false, false)
	s.ns.Start()
	if err := s.ready(ctx); err != nil {
		return err
	}
	if cfg := s.ns.JetStreamConfig(); cfg != nil {
		s.jscfg = *cfg
		s.jscfg.StoreDir = s.opts.StoreDir // EnableJetStream appends its own folder
	}
	return s.connect()
}

func (s *Server) options() *server.Options {
	o := &server.Options{
		ServerName:         "sansheng",
		Host:               s.opts.Host,
		Port:               s.opts.Port,
		DontListen:         s.opts.Port == 0,
		NoSigs:             true,
		NoSystemAccount:    false,
		JetStream:          true,
		StoreDir:           s.opts.StoreDir,
		SyncAlways:         true,
		JetStreamMaxStore:  s.opts.MaxStore,
		JetStreamMaxMemory: 256 << 20,
		MaxPayload:         maxPayload,
		Users:              users(s.creds, s.opts.Readers, s.opts.AnonymousReader),
	}
	if s.opts.AnonymousReader {
		o.NoAuthUser = string(roleAnonymous)
	}
	return o
}

// takeLock keeps a second process off the folder: the server itself does not.
func (s *Server) takeLock() error {
	path := filepath.Join(s.opts.StoreDir, "lock")
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("lock NATS store folder: %w", err)
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		pid, _ := os.ReadFile(path)
		return errors.Join(fmt.Errorf("%w: %s, process %s: %w", ErrStoreInUse, s.opts.StoreDir, pid, err), f.Close())
	}
	s.lock = f
	if err := f.Truncate(0); err != nil {
		return fmt.Errorf("lock NATS store folder: %w", err)
	}
	if _, err := f.WriteAt([]byte(strconv.Itoa(os.Getpid())), 0); err != nil {
		return fmt.Errorf("lock NATS store folder: %w", err)
	}
	return nil
}

// InUse tells whether a process has a store folder.
func InUse(storeDir string) bool {
	f, err := os.OpenFile(filepath.Join(storeDir, "lock"), os.O_RDWR, 0)
	if err != nil {
		return false // there is none, or it is not ours to open
	}
	defer func() { _ = f.Close() }()                                                       // nothing was written
	return errors.Is(unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB), unix.EWOULDBLOCK) // closing gives it back
}

// checkPort says clearly what the server would only log.
func (s *Server) checkPort(ctx context.Context) error {
	if s.opts.Port == 0 {
		return nil
	}
	port := max(s.opts.Port, 0)
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", net.JoinHostPort(s.opts.Host, strconv.Itoa(port)))
	if err != nil {
		return &PortError{Host: s.opts.Host, Port: port, Err: err}
	}
	return l.Close()
}

func (s *Server) ready(ctx context.Context) error {
	limit, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	for {
		if text := s.log.fatalText(); text != "" {
			return fmt.Errorf("start NATS server: %s", text)
		}
		if s.ns.ReadyForConnections(20 * time.Millisecond) {
			return nil
		}
		if limit.Err() != nil {
			return fmt.Errorf("start NATS server: not ready: %w", context.Cause(limit))
		}
	}
}

func (s *Server) connect() error {
	c := s.creds[RoleEngine]
	nc, err := nats.Connect("", nats.InProcessServer(s.ns), nats.UserInfo(c.User, c.Password),
		nats.Name("sansheng"), nats.MaxReconnects(-1), nats.ReconnectWait(50*time.Millisecond),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) {
			s.zap.Debug("connection error", zap.Error(err))
		}))
	if err != nil {
		return fmt.Errorf("connect to own NATS server: %w", err)
	}
	s.nc = nc
	if s.js, err = jetstream.New(nc, jetstream.WithPublishAsyncTimeout(publishLimit)); err != nil {
		return fmt.Errorf("use own JetStream: %w", err)
	}
	return nil
}

// Conn is the process's own connection, with all rights.
func (s *Server) Conn() *nats.Conn { return s.nc }

// JetStream is the process's own JetStream, with all rights: for key-value
// buckets, which are synced to disk like the journal.
func (s *Server) JetStream() jetstream.JetStream { return s.js }

// URL is where others connect; empty where the server does not listen.
func (s *Server) URL() string {
	if s.opts.Port == 0 {
		return ""
	}
	return "nats://" + s.ns.Addr().String()
}

// Credentials are a role's user and password.
func (s *Server) Credentials(r Role) Credentials { return s.creds[r] }

// OpenJournal opens the engine's journal in this server.
func (s *Server) OpenJournal(ctx context.Context, opts journal.Options) (*journal.Journal, error) {
	s.foundMu.Lock()
	defer s.foundMu.Unlock()
	opts.Found = s.found
	opts.Revive = s.Revive
	if opts.Log == nil {
		opts.Log = s.opts.Log
	}
	j, err := journal.Open(ctx, s.js, opts)
	if err != nil {
		return nil, err
	}
	s.found = s.found.Again()
	return j, nil
}

// Revive makes the store work again after it gave up writing, once the disk
// takes data. Where nothing is wrong it does nothing.
func (s *Server) Revive(ctx context.Context) error {
	s.reviveMu.Lock()
	defer s.reviveMu.Unlock()
	if s.ns.JetStreamEnabled() && !s.log.broken.Load() {
		return nil
	}
	if err := s.probe(); err != nil {
		return fmt.Errorf("revive store: %w", err)
	}
	s.zap.Warn("starting the store again after a write error")
	if err := s.ns.ShutdownJetStream(); err != nil {
		return fmt.Errorf("revive store: stop: %w", err)
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("revive store: %w", err)
	}
	s.log.broken.Store(false)
	cfg := s.jscfg
	if err := s.ns.EnableJetStream(&cfg); err != nil {
		s.log.broken.Store(true)
		return fmt.Errorf("revive store: start: %w", err)
	}
	return nil
}

// probe writes and syncs a file beside the streams.
func (s *Server) probe() error {
	f, err := os.CreateTemp(s.opts.StoreDir, "probe-*")
	if err != nil {
		return err
	}
	_, err = f.Write(make([]byte, 1<<20))
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close(), os.Remove(f.Name()))
}

// Close stops the server in an orderly way: everything written is on disk. Close
// journals, relays and readers before it.
func (s *Server) Close() error {
	var err error
	s.stop.Do(func() {
		if s.nc != nil {
			s.nc.Close()
		}
		if s.ns != nil {
			s.ns.Shutdown()
			s.ns.WaitForShutdown()
		}
		if s.lock != nil {
			// By word: a child that is being born has the file open too, for a moment.
			_ = unix.Flock(int(s.lock.Fd()), unix.LOCK_UN)
			err = s.lock.Close()
		}
	})
	return err
}
