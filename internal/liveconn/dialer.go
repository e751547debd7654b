package liveconn

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"sync"
	"syscall"
	"time"
)

// connectTimeout bounds TCP and TLS together, so that a second attempt still fits into the time
// budget of an invocation.
const connectTimeout = 2500 * time.Millisecond

// Dialer makes connections. It is made once and shared, also by several goroutines: it keeps the
// root certificates and TLS sessions.
type Dialer struct {
	tls      *tls.Config
	roots    func() bundle // called at the first handshake
	now      func() time.Time
	patience time.Duration // of Conn.Alive
}

// NewDialer returns a Dialer that trusts the system's root certificates.
func NewDialer() *Dialer {
	return &Dialer{
		// A resumed session makes a new connection after a pause cheaper.
		tls: &tls.Config{
			MinVersion:         tls.VersionTLS12,
			ClientSessionCache: tls.NewLRUClientSessionCache(8),
		},
		roots:    sync.OnceValue(readRoots),
		now:      time.Now,
		patience: patience,
	}
}

// Dial makes a TCP connection to host:port within 2.5 s.
func (d *Dialer) Dial(ctx context.Context, address string) (*Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	return d.dialTCP(ctx, address)
}

// DialTLS makes a connection with TLS 1.2 or newer to host:port, handshake included, within 2.5 s.
func (d *Dialer) DialTLS(ctx context.Context, address string) (*Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	config := d.configFor(address)
	for {
		c, err := d.dialTCP(ctx, address)
		if err != nil {
			return nil, err
		}
		secure := tls.Client(c.Conn, config)
		err = secure.HandshakeContext(ctx)
		if err == nil {
			c.Conn = secure
			return c, nil
		}
		c.Conn.Close()
		var unverified *tls.CertificateVerificationError
		if !secure.ConnectionState().DidResume || !errors.As(err, &unverified) {
			return nil, err
		}
		// A session is as old as the certificates in it, and the server may have new ones. When
		// crypto/tls verifies, it finds out before it resumes. Without a cache nothing is resumed,
		// so this happens once.
		config.ClientSessionCache = nil
	}
}

// configFor returns the configuration of one handshake.
func (d *Dialer) configFor(address string) *tls.Config {
	config, trusted := d.tls.Clone(), d.roots()
	config.ServerName, _, _ = net.SplitHostPort(address)
	config.RootCAs = trusted.all
	// crypto/tls refuses to verify against no name, and must go on doing so.
	if trusted.blocks != nil && config.ServerName != "" {
		// crypto/tls would want all roots before it knows what the server shows. Instead of it
		// VerifyConnection verifies, which crypto/tls calls in every handshake, also a resumed one.
		config.InsecureSkipVerify = true
		config.VerifyConnection = trusted.verifier(config.ServerName)
	}
	return config
}

// verifier returns a function that verifies what a server shows as crypto/tls does, against the
// roots in question. The host is the one that was dialed: [tls.ConnectionState.ServerName] is empty
// if it is an IP address, and then no name would be compared.
func (b bundle) verifier(host string) func(tls.ConnectionState) error {
	return func(state tls.ConnectionState) error {
		shown := state.PeerCertificates // never empty: crypto/tls refuses a server that shows none
		options := x509.VerifyOptions{
			DNSName:       host,
			Roots:         b.rootsFor(shown), // never nil, which would mean the system's
			Intermediates: x509.NewCertPool(),
		}
		for _, certificate := range shown[1:] {
			options.Intermediates.AddCert(certificate)
		}
		if _, err := shown[0].Verify(options); err != nil {
			return &tls.CertificateVerificationError{UnverifiedCertificates: shown, Err: err}
		}
		return nil
	}
}

func (d *Dialer) dialTCP(ctx context.Context, address string) (*Conn, error) {
	var dialer net.Dialer
	tcp, err := dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	socket, err := tcp.(syscall.Conn).SyscallConn()
	if err != nil {
		tcp.Close()
		return nil, err
	}
	c := &Conn{Conn: tcp, socket: socket, now: d.now, patience: d.patience}
	c.last.Store(d.now().UnixNano())
	return c, nil
}
