package asterisk

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"

	"sansheng/deploy/process"
)

type listener struct {
	network string
	port    int
}

func (c Config) listeners(p Ports) []listener {
	all := []listener{{"udp", p.SIP}, {"tcp", p.SIP}, {"tcp", p.HTTP}}
	if c.TLS != nil {
		all = append(all, listener{"tcp", c.TLS.Port + c.Offset})
	}
	return all
}

// checkPorts fails on the first port that cannot be had.
func (c Config) checkPorts(p Ports) error {
	if p.RTPFirst < 1024 || p.RTPLast > 65535 || p.RTPLast-p.RTPFirst < 3 {
		return &ValueError{"RTP ports", fmt.Sprintf("%d-%d", p.RTPFirst, p.RTPLast), "within 1024-65535, four or more"}
	}
	for _, l := range c.listeners(p) {
		if l.port < 1 || l.port > 65535 {
			return &ValueError{"port", strconv.Itoa(l.port), "1 to 65535"}
		}
		addr := netip.AddrPortFrom(c.Bind, uint16(l.port))
		if err := process.CheckPort(l.network, addr); err != nil {
			return err
		}
	}
	return nil
}

// freePorts finds ports that are free now, and a small range for RTP. It stays
// below the range the kernel hands out by itself, so that they are likely to be
// free still when the switch takes them.
func (c Config) freePorts() (Ports, error) {
	for range 200 {
		base := 12000 + 10*rand.IntN(1900)
		p := Ports{SIP: base, HTTP: base + 1}
		first := 12000 + 500*rand.IntN(38)
		p.RTPFirst, p.RTPLast = first, first+499
		if base >= first-1 && base <= first+499 {
			continue
		}
		if err := c.checkPorts(p); err == nil {
			return p, nil
		}
	}
	return Ports{}, errors.New("find free ports: none of 200 tried was free")
}

const portsFile = "ports.json"

// choosePorts returns the ports of the configuration or, with FreePorts, those
// the data folder had before and else free ones.
func (c Config) choosePorts() (Ports, error) {
	if !c.FreePorts {
		return c.Ports, nil
	}
	path := filepath.Join(c.Data, portsFile)
	var p Ports
	if b, err := os.ReadFile(path); err == nil && json.Unmarshal(b, &p) == nil && p.SIP != 0 {
		return p, nil
	}
	p, err := c.freePorts()
	if err != nil {
		return p, err
	}
	b, err := json.Marshal(p)
	if err != nil {
		return p, fmt.Errorf("keep ports: %w", err)
	}
	if err := os.WriteFile(path, b, 0o644); err != nil {
		return p, fmt.Errorf("keep ports: %w", err)
	}
	return p, nil
}
