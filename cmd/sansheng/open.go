package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/spf13/cobra"

	"sansheng/cmd/sansheng/config"
	"sansheng/cmd/sansheng/service"
	"sansheng/store"
)

// storeOpener adds the flags that say where a hotline's records are, and
// returns what opens them, and what reads the configuration alone. Reading needs the
// database only, not the service.
func storeOpener(root *cobra.Command) (opener, configurer) {
	var data, file string
	root.PersistentFlags().StringVar(&data, "data", "", "the service's data folder")
	root.PersistentFlags().StringVar(&file, "config", "", "configuration file (YAML)")
	configured := func() (*config.Config, error) {
		cfg := config.Default()
		if file != "" {
			var err error
			if cfg, err = config.Load(file); err != nil {
				return nil, err
			}
		}
		if data != "" {
			cfg.Data = data
		}
		return cfg, nil
	}
	return func(ctx context.Context) (*store.Store, func(), error) {
		cfg, err := configured()
		if err != nil {
			return nil, nil, err
		}
		url, err := service.DatabaseURL(cfg)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, nil, fmt.Errorf("no records in %s: has `sansheng serve` run with this data folder? (--data names another one)", cfg.Data)
		}
		if err != nil {
			return nil, nil, err
		}
		s, err := store.Open(ctx, store.Config{URL: url})
		if err != nil {
			return nil, nil, err
		}
		if err := s.Ping(ctx); err != nil {
			s.Close()
			return nil, nil, fmt.Errorf("the database does not answer; is the service running? %w", err)
		}
		return s, s.Close, nil
	}, configured
}
