package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"sansheng/cmd/sansheng/config"
	"sansheng/cmd/sansheng/service"
)

// serveFlags are what serve is told on the command line; they win over the file.
type serveFlags struct {
	config     string
	data       string
	portOffset int
	shifts     bool // port-offset is given
	roles      string
	demo       bool
	demoAgents int
	demoCall   bool
	headless   bool
}

func serveCommand() *cobra.Command {
	var f serveFlags
	c := &cobra.Command{
		Use:   "serve",
		Short: "Start the hotline and everything it needs, until Ctrl-C or SIGTERM",
		Long: "Start the hotline and everything it needs, until Ctrl-C or SIGTERM.\n" +
			"SIGHUP ends this process and leaves switch, database and sentinel running, so that the next start,\n" +
			"perhaps of another version, goes on with the calls.",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			cfg, err := f.configuration(c)
			if err != nil {
				return err
			}
			return serve(c.Context(), cfg, f, c.OutOrStdout())
		},
	}
	flags := c.Flags()
	flags.StringVar(&f.config, "config", "", "configuration file (YAML)")
	flags.StringVar(&f.data, "data", "", "folder of everything the service keeps")
	flags.IntVar(&f.portOffset, "port-offset", 0, "shift every port, so that several stacks run side by side")
	flags.StringVar(&f.roles, "roles", "", "parts this process plays: engine,store,web")
	flags.BoolVar(&f.demo, "demo", false, "load the demo hotline")
	flags.IntVar(&f.demoAgents, "demo-agents", 0, "start this many simulated agent phones, from 1001")
	flags.BoolVar(&f.demoCall, "demo-call", false, "place one demo call and tell its story")
	flags.BoolVar(&f.headless, "headless", false, "print logs only")
	return c
}

// configuration is the file's, or the default, with the flags over it.
func (f *serveFlags) configuration(c *cobra.Command) (*config.Config, error) {
	cfg := config.Default()
	if f.config != "" {
		var err error
		if cfg, err = config.Load(f.config); err != nil {
			return nil, err
		}
		if places := cfg.Lacking(); len(places) > 0 { // else pages would go to an address that there is not
			return nil, fmt.Errorf("%s: %s: %s stands for a secret that config export has left out; allowed: the secret itself", f.config, strings.Join(places, ", "), config.Kept)
		}
	}
	f.shifts = c.Flags().Changed("port-offset")
	f.over(cfg)
	if f.demoAgents < 0 || f.demoAgents > 1000 {
		return nil, fmt.Errorf("--demo-agents %d: allowed are 0 to 1000", f.demoAgents)
	}
	return cfg, cfg.Check()
}

// over puts the flags over a configuration.
func (f *serveFlags) over(cfg *config.Config) {
	if f.data != "" {
		cfg.Data = f.data
	}
	if f.shifts {
		cfg.PortOffset = f.portOffset
	}
	if f.roles != "" {
		cfg.Roles = strings.Split(f.roles, ",")
	}
}

func serve(ctx context.Context, cfg *config.Config, f serveFlags, out io.Writer) error {
	log, err := logger(cfg.Data, f.headless)
	if err != nil {
		return err
	}
	defer log.Sync() //nolint:errcheck // standard error cannot always be synced
	say := func(format string, args ...any) {
		if !f.headless {
			fmt.Fprintf(out, format+"\n", args...)
		}
	}
	began := time.Now()
	say("starting in %s …", cfg.Data)
	program, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find this program's file: %w", err)
	}
	s, err := service.Start(ctx, cfg, service.Options{Demo: f.demo, DemoAgents: f.demoAgents, Program: program, Over: f.over, Log: log})
	if err != nil {
		return err
	}
	say("ready in %.1f s", time.Since(began).Seconds())
	if f.demoAgents > 0 {
		if err := s.StartDemoAgents(ctx, f.demoAgents, func(line string) { say("  %s", line) }); err != nil {
			return closeWith(err, s.Close)
		}
		say("%d simulated agents are on duty", f.demoAgents)
	}
	if f.demoCall {
		if err := s.DemoCall(ctx, func(line string) { say("  %s", line) }); err != nil {
			return closeWith(err, s.Close)
		}
	}
	s.Describe(say)
	leaveC := make(chan os.Signal, 1)
	signal.Notify(leaveC, syscall.SIGHUP)
	defer signal.Stop(leaveC)
	select {
	case <-leaveC:
		say("leaving; the calls go on …")
		return s.Leave()
	case <-ctx.Done():
		say("stopping …")
		return s.Close()
	case err := <-s.Failed():
		// What failed is ours: the switch and its calls are not to end with it. The
		// next start, by hand or by systemd, goes on with them.
		return closeWith(err, s.Leave)
	}
}

func closeWith(err error, end func() error) error {
	if closing := end(); closing != nil {
		return fmt.Errorf("%w (and while stopping: %w)", err, closing)
	}
	return err
}

// logger writes JSON lines: to standard error where there are only logs, else
// to a file beside the data, with errors on standard error as well.
func logger(data string, headless bool) (*zap.Logger, error) {
	encoder := zapcore.NewJSONEncoder(zap.NewProductionEncoderConfig())
	stderr := zapcore.Lock(os.Stderr)
	if headless {
		return zap.New(zapcore.NewCore(encoder, stderr, zap.InfoLevel)), nil
	}
	if err := os.MkdirAll(data, 0o755); err != nil {
		return nil, fmt.Errorf("make data folder: %w", err)
	}
	file, err := os.OpenFile(data+"/sansheng.log", os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open log: %w", err)
	}
	console := zapcore.NewConsoleEncoder(zap.NewDevelopmentEncoderConfig())
	return zap.New(zapcore.NewTee(
		zapcore.NewCore(encoder, zapcore.Lock(file), zap.InfoLevel),
		zapcore.NewCore(console, stderr, zap.ErrorLevel),
	)), nil
}
