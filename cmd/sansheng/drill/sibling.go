package drill

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"go.yaml.in/yaml/v3"

	"sansheng/cmd/sansheng/config"
	"sansheng/cti/web"
)

// leaseName is what the engines of a pair share.
const leaseName = "drill"

// sibling lays out a second engine beside a stack, on the same switch, as on
// another host. change sets what differs; nothing runs yet.
func (s *Stack) sibling(ctx context.Context, name string, change func(*config.Config)) (*Stack, error) {
	dir := filepath.Join(s.Config.Data, "beside-"+name)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("lay out engine %s: %w", name, err)
	}
	b := &Stack{elsewhere: true, program: s.program, file: filepath.Join(dir, "drill.yaml"), client: &http.Client{Timeout: 3 * time.Second}}
	cfg := *s.Config
	ports, err := freePorts(ctx, 3)
	if err != nil {
		return nil, err
	}
	cfg.Data, cfg.Roles, cfg.Engine.Name = dir, []string{"engine", "web"}, name
	cfg.Ports.Web, cfg.Ports.NATS, cfg.Ports.Sentinel = ports[0], ports[1], ports[2]
	password, err := s.switchPassword()
	if err != nil {
		return nil, err
	}
	cfg.Asterisk = config.Asterisk{
		URL: "http://" + loopback(s.Config.Ports.Asterisk) + "/ari", User: "sansheng",
		PasswordFile: filepath.Join(dir, "switch.password"),
		LedgerFile:   filepath.Join(s.Config.Data, "asterisk", "log", "ledger.csv"),
	}
	if change != nil {
		change(&cfg)
	}
	b.Config = &cfg
	text, err := yaml.Marshal(&cfg)
	if err != nil {
		return nil, fmt.Errorf("lay out engine %s: %w", name, err)
	}
	phones, err := os.ReadFile(filepath.Join(s.Config.Data, web.SIPPasswordsFile))
	if err != nil {
		return nil, fmt.Errorf("lay out engine %s: %w", name, err)
	}
	for file, b := range map[string][]byte{b.file: text, cfg.Asterisk.PasswordFile: []byte(password), filepath.Join(dir, web.SIPPasswordsFile): phones} {
		if err := os.WriteFile(file, b, 0o600); err != nil {
			return nil, fmt.Errorf("lay out engine %s: %w", name, err)
		}
	}
	return b, nil
}

// switchPassword is that of the private switch's ARI.
func (s *Stack) switchPassword() (string, error) {
	b, err := os.ReadFile(filepath.Join(s.Config.Data, "asterisk", "secrets.json"))
	if err != nil {
		return "", fmt.Errorf("read the switch's secrets: %w", err)
	}
	var secrets struct {
		ARI string `json:"ari_password"`
	}
	if err := json.Unmarshal(b, &secrets); err != nil {
		return "", fmt.Errorf("read the switch's secrets: %w", err)
	}
	return secrets.ARI, nil
}

// stop ends a sibling in order.
func (s *Stack) stop(ctx context.Context) error {
	if !s.Running() {
		return nil
	}
	_ = s.cmd.Process.Signal(os.Interrupt)
	select {
	case <-s.diedC:
		return nil
	case <-time.After(20 * time.Second):
		return s.Kill()
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
