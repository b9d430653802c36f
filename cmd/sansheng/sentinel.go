package main

import (
	"os"

	"github.com/spf13/cobra"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"sansheng/cmd/sansheng/config"
	"sansheng/cmd/sansheng/service"
	"sansheng/pbx/sentinel"
)

func sentinelCommand() *cobra.Command {
	var file, data string
	c := &cobra.Command{
		Use:   "sentinel",
		Short: "Watch over switch and hotline, and look after callers when the hotline is silent",
		Long: `Watch over switch and hotline, and look after callers when the hotline is silent.

What it must know is in the data folder, written there by "sansheng serve", which
starts a sentinel by itself unless the configuration has sentinel.off: true.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			cfg := config.Default()
			if file != "" {
				var err error
				if cfg, err = config.Load(file); err != nil {
					return err
				}
			}
			if data != "" {
				cfg.Data = data
			}
			watch, err := sentinel.Load(service.SentinelFile(cfg.Data))
			if err != nil {
				return err
			}
			watch.Log = zap.New(zapcore.NewCore(
				zapcore.NewJSONEncoder(zap.NewProductionEncoderConfig()), zapcore.Lock(os.Stderr), zap.InfoLevel))
			s, err := sentinel.New(c.Context(), watch)
			if err != nil {
				return err
			}
			return s.Run(c.Context())
		},
	}
	c.Flags().StringVar(&file, "config", "", "configuration file (YAML), for its data folder")
	c.Flags().StringVar(&data, "data", "", "folder of everything the service keeps")
	return c
}
