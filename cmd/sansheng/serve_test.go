package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sansheng/cmd/sansheng/config"
	"sansheng/cti"
)

// TestServeWantsSecrets: a document of config export is no file to start with as long as it
// lacks secrets: alarms would be posted to nobody.
func TestServeWantsSecrets(t *testing.T) {
	t.Parallel()
	cfg := config.Default()
	cfg.Hotline = cti.DemoPlan(0)
	cfg.Alarms.Webhook = "https://pager.example/services/s3cret"
	cfg.NATS.URL = "nats://hotline:s3cret@10.0.0.1:4222,nats://10.0.0.2:4222"
	cfg.Witness.URLs = []string{"https://witness.example/s3cret"}
	cfg.Asterisk.Environ = []string{"TOKEN=s3cret"}
	text, err := cfg.Export()
	if err != nil {
		t.Fatal(err)
	}
	start := func(text string) error {
		file := filepath.Join(t.TempDir(), "hotline.yaml")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		f := serveFlags{config: file}
		_, err := f.configuration(serveCommand())
		return err
	}
	const all = "asterisk.environ, nats.url, alarms.webhook, witness.urls: KEPT"
	if err := start(string(text)); err == nil || !strings.Contains(err.Error(), all) {
		t.Errorf("started with %s\n%v", text, err)
	}
	whole := strings.ReplaceAll(string(text), config.Kept, "s3cret")
	if err := start(whole); err != nil {
		t.Errorf("with the secrets: %v", err)
	}
}
