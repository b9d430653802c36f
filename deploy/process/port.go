package process

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// PortTakenError says which port cannot be had and, where it can be seen, who
// has it.
type PortTakenError struct {
	Network string // udp or tcp
	Addr    netip.AddrPort
	// PID and Program of the holder; 0 and "" when this user may not see them.
	PID     int
	Program string
}

func (e *PortTakenError) Error() string {
	holder := "a process this user may not see"
	if e.PID != 0 {
		holder = fmt.Sprintf("process %d (%s)", e.PID, e.Program)
	}
	return fmt.Sprintf("listen on %s %s: taken by %s; stop that or shift all ports (--port-offset)", e.Network, e.Addr, holder)
}

// CheckPort tells, before anything is started, whether a port can be had: the
// error is a *PortTakenError where somebody has it.
func CheckPort(network string, addr netip.AddrPort) error {
	err := tryListen(network, addr)
	if errors.Is(err, syscall.EADDRINUSE) {
		pid, program := portHolder(network, int(addr.Port()))
		return &PortTakenError{network, addr, pid, program}
	}
	if err != nil {
		return fmt.Errorf("listen on %s %s: %w", network, addr, err)
	}
	return nil
}

func tryListen(network string, addr netip.AddrPort) error {
	if network == "udp" {
		l, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(addr))
		if err != nil {
			return err
		}
		return l.Close()
	}
	l, err := net.ListenTCP("tcp", net.TCPAddrFromAddrPort(addr))
	if err != nil {
		return err
	}
	return l.Close()
}

// portHolder looks up who has a port: the socket's inode in /proc/net, then the
// process that has it open. Other users' processes are visible to root only.
func portHolder(network string, port int) (pid int, program string) {
	inodes := map[string]bool{}
	for _, name := range []string{network, network + "6"} {
		f, err := os.Open("/proc/net/" + name)
		if err != nil {
			continue
		}
		for lines := bufio.NewScanner(f); lines.Scan(); {
			if inode, ok := socketInode(lines.Text(), network, port); ok {
				inodes["socket:["+inode+"]"] = true
			}
		}
		_ = f.Close()
	}
	fds, _ := filepath.Glob("/proc/[0-9]*/fd/*")
	for _, fd := range fds {
		target, err := os.Readlink(fd)
		if err != nil || !inodes[target] {
			continue
		}
		part := strings.Split(fd, "/")
		pid, err := strconv.Atoi(part[2])
		if err != nil {
			continue
		}
		b, _ := os.ReadFile("/proc/" + part[2] + "/cmdline")
		program := strings.TrimSpace(strings.ReplaceAll(string(b), "\x00", " "))
		if len(program) > 80 {
			program = program[:80] + "…"
		}
		return pid, program
	}
	return 0, ""
}

// socketInode reads one line of /proc/net/udp or tcp.
func socketInode(line, network string, port int) (string, bool) {
	f := strings.Fields(line)
	if len(f) < 10 {
		return "", false
	}
	_, hex, ok := strings.Cut(f[1], ":")
	if !ok {
		return "", false
	}
	n, err := strconv.ParseUint(hex, 16, 16)
	const listening = "0A"
	if err != nil || int(n) != port || (network == "tcp" && f[3] != listening) {
		return "", false
	}
	return f[9], true
}
