package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"sync"
	"syscall"
	"time"
)

// listen opens the server's address. One that others can reach is refused where whoever reaches the server may do
// everything, and where the server does not know its own name.
func (s serving) listen(ctx context.Context, addr string) (net.Listener, error) {
	if err := s.checkAddr(ctx, addr); err != nil {
		return nil, err
	}
	return listenOn(ctx, addr)
}

func (s serving) checkAddr(ctx context.Context, addr string) error {
	others, err := canBeReached(ctx, addr)
	switch {
	case err != nil:
		return fmt.Errorf("--addr: %w; it looks like 127.0.0.1:8080", err)
	case others && !s.controlled():
		return fmt.Errorf("--addr: %s can be reached from other machines, and there is no access control: whoever comes could do "+
			"everything. Use 127.0.0.1, or have people sign in: --access controlled --public-url https://NAME", addr)
	case others && s.PublicURL == "":
		return fmt.Errorf("--addr: %s can be reached from other machines, and the server does not know by what name, which it needs in "+
			"order to refuse pages elsewhere: give --public-url https://NAME", addr)
	}
	return nil
}

// listenLoopback opens an address of this machine alone, for the mock provider.
func listenLoopback(ctx context.Context, addr string) (net.Listener, error) {
	others, err := canBeReached(ctx, addr)
	switch {
	case err != nil:
		return nil, fmt.Errorf("--addr: %w; it looks like 127.0.0.1:8080", err)
	case others:
		return nil, fmt.Errorf("--addr: %s can be reached from other machines, and the mock provider is for this one: use 127.0.0.1", addr)
	}
	return listenOn(ctx, addr)
}

func listenOn(ctx context.Context, addr string) (net.Listener, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("--addr: %s is taken by another program: stop that one, or listen elsewhere, such as --addr 127.0.0.1:8090", addr)
	}
	if err != nil {
		return nil, fmt.Errorf("--addr: %w", err)
	}
	return listener, nil
}

// canBeReached reports whether other machines can reach an address of this one.
func canBeReached(ctx context.Context, addr string) (bool, error) {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return false, err
	}
	if host == "" {
		return true, nil // every address of this machine
	}
	ips, err := net.DefaultResolver.LookupIPAddr(ctx, host)
	if err != nil {
		return false, err
	}
	for _, ip := range ips {
		if !ip.IP.IsLoopback() {
			return true, nil
		}
	}
	return false, nil
}

// certificates are the server's certificate and key in files, which somebody else replaces from time to time.
type certificates struct {
	certFile, keyFile string
	log               *slog.Logger
	every             time.Duration // how often the files are looked at, at most

	mu     sync.Mutex
	now    *tls.Certificate
	looked time.Time
	of     [2]time.Time // when the files were changed of which now is
}

// openCertificates reads the files a first time. It returns nil where there are none.
func (s serving) openCertificates(log *slog.Logger) (*certificates, error) {
	if s.CertFile == "" {
		return nil, nil
	}
	c := &certificates{certFile: s.CertFile, keyFile: s.KeyFile, log: log, every: time.Second}
	return c, c.look()
}

// config is for a server with HTTP/2.
func (c *certificates) config() *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"},
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return c.present(), nil },
	}
}

// present returns the certificate of the files as they are now. Where they cannot be read, or one does not belong to the
// other (they are replaced one after the other), it is the one before.
func (c *certificates) present() *tls.Certificate {
	c.mu.Lock()
	defer c.mu.Unlock()
	if time.Since(c.looked) >= c.every {
		if err := c.look(); err != nil {
			c.log.Warn("the certificate before goes on being used", "error", err)
		}
	}
	return c.now
}

func (c *certificates) look() error {
	c.looked = time.Now()
	var changed [2]time.Time
	for i, file := range []string{c.certFile, c.keyFile} {
		info, err := os.Stat(file)
		if err != nil {
			return fmt.Errorf("--tls-cert, --tls-key: %w", err)
		}
		changed[i] = info.ModTime()
	}
	if c.now != nil && changed == c.of {
		return nil
	}
	pair, err := tls.LoadX509KeyPair(c.certFile, c.keyFile)
	if err != nil {
		return fmt.Errorf("--tls-cert, --tls-key: %s and %s: %w", c.certFile, c.keyFile, err)
	}
	c.now, c.of = &pair, changed
	return nil
}
