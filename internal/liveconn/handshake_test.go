package liveconn

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// tlsServer shakes hands and writes a byte. A client that reads it has the session's ticket too.
// The server shows what stands in the pointer.
func tlsServer(t *testing.T, version uint16, shown *atomic.Pointer[tls.Certificate]) (port string) {
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{
		MaxVersion: version,
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
			return shown.Load(), nil
		},
	})
	require.NoError(t, err)
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				io.WriteString(c, "x")
				io.Copy(io.Discard, c)
			}()
		}
	}()
	_, port, err = net.SplitHostPort(l.Addr().String())
	require.NoError(t, err)
	return port
}

func showing(c tls.Certificate) *atomic.Pointer[tls.Certificate] {
	var shown atomic.Pointer[tls.Certificate]
	shown.Store(&c)
	return &shown
}

// trusting returns a Dialer that trusts the certificates of a bundle. Its connections wait where a
// busy machine makes them wait.
func trusting(t *testing.T, text string) *Dialer {
	d := NewDialer()
	d.patience = time.Minute
	trust(t, d, text)
	return d
}

func trust(t *testing.T, d *Dialer, text string) {
	b, ok := readBundle([]byte(text))
	require.True(t, ok, "the bundle holds a certificate")
	d.roots = func() bundle { return b }
}

// stock is what crypto/tls is by itself, with all certificates of the bundle.
func stock(text string) *tls.Config {
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM([]byte(text))
	return &tls.Config{RootCAs: roots, ClientSessionCache: tls.NewLRUClientSessionCache(8)}
}

// clock is the time in an error, which differs between two handshakes.
var clock = regexp.MustCompile(`current time \S+`)

// verdict shakes hands, and returns the error, if any, and whether a session was resumed.
func verdict(t *testing.T, dial func() (net.Conn, error)) (text string, resumed bool) {
	c, err := dial()
	if err != nil {
		var unverified *tls.CertificateVerificationError
		require.ErrorAs(t, err, &unverified)
		require.NotEmpty(t, unverified.UnverifiedCertificates)
		require.Equal(t, "certificate not trusted", Reason(err))
		return verdictOf(err), false
	}
	defer c.Close()
	_, err = c.Read(make([]byte, 1))
	require.NoError(t, err)
	if own, ok := c.(*Conn); ok {
		c = own.Conn
	}
	return "", c.(*tls.Conn).ConnectionState().DidResume
}

func ours(t *testing.T, d *Dialer, address string) (text string, resumed bool) {
	return verdict(t, func() (net.Conn, error) {
		c, err := d.DialTLS(t.Context(), address)
		if err != nil { // a nil *Conn is not a nil net.Conn
			return nil, err
		}
		return c, nil
	})
}

func theirs(t *testing.T, config *tls.Config, address string) (text string, resumed bool) {
	return verdict(t, func() (net.Conn, error) { return tls.Dial("tcp", address, config) })
}

var bothVersions = []uint16{tls.VersionTLS12, tls.VersionTLS13}

func TestDialTLS_trustsWhatCryptoTLSTrusts(t *testing.T) {
	t.Parallel()
	const (
		trusted   = ""
		unknown   = "signed by unknown authority"
		dates     = "expired or is not yet valid"
		wrongHost = "certificate is valid for"
		noIP      = "doesn't contain any IP SANs"
	)
	chain := shows(leafOfMiddle, middle)
	for _, tt := range []struct {
		name   string
		shown  tls.Certificate
		bundle string
		host   string // localhost if empty
		want   string // part of the error
	}{
		{"signed by a root", shows(leaf), pemOf(rootB, rootA), "", trusted},
		{"with an intermediate", chain, pemOf(rootB, rootA), "", trusted},
		{"that shows the root too", shows(leafOfMiddle, middle, rootA), pemOf(rootA), "", trusted},
		{"that shows more than is needed", shows(leafOfMiddle, rootB, leaf, middle, lower),
			pemOf(rootA), "", trusted},
		{"of an unknown authority", shows(leaf), pemOf(rootB), "", unknown},
		{"of an unknown authority that it shows", shows(leaf, rootA), pemOf(rootB), "", unknown},
		{"of an intermediate that it doesn't show", shows(leafOfMiddle), pemOf(rootA), "", unknown},
		{"with an intermediate of another key", shows(leafOfMiddle, otherKeyMiddle),
			pemOf(rootA), "", unknown},
		{"self-signed", shows(selfSigned), pemOf(rootA), "", unknown},
		{"self-signed and in the bundle", shows(selfSigned), pemOf(rootA, selfSigned), "", trusted},
		{"whose own certificate is in the bundle", shows(leaf), pemOf(rootB, leaf), "", trusted},
		{"whose intermediate is in the bundle", chain, pemOf(rootB, middle), "", trusted},

		{"expired", shows(expiredLeaf), pemOf(rootA), "", dates},
		{"not yet valid", shows(futureLeaf), pemOf(rootA), "", dates},
		{"of an expired root", shows(leaf), pemOf(expiredRoot), "", dates},
		{"of a root not yet valid", shows(leaf), pemOf(futureRoot), "", dates},
		{"of an expired root and a renewed one", shows(leaf), pemOf(expiredRoot, renewedA), "", trusted},
		{"of an expired intermediate", shows(leafOfMiddle, expiredMiddle), pemOf(rootA), "", dates},
		{"of an expired intermediate and a renewed one", shows(leafOfMiddle, expiredMiddle, middle),
			pemOf(rootA), "", trusted},

		{"of another host", shows(exampleLeaf), pemOf(rootA), "", wrongHost},
		{"without a name", shows(nameless), pemOf(rootA), "", "legacy Common Name"},
		{"at its IP address", shows(leaf), pemOf(rootA), "127.0.0.1", trusted},
		{"at an IP address that it doesn't name", shows(exampleLeaf), pemOf(rootA), "127.0.0.1",
			noIP},
		{"at an IP address that it calls a host", shows(textLeaf), pemOf(rootA), "127.0.0.1",
			noIP},

		{"cross-signed, the old root trusted", shows(leaf, aByB), pemOf(rootB), "", trusted},
		{"cross-signed, the new root trusted", shows(leaf, aByB), pemOf(rootA), "", trusted},
		{"cross-signed, both roots trusted", shows(leaf, aByB), pemOf(rootB, rootA), "", trusted},
		{"cross-signed, the new root expired", shows(leaf, aByB), pemOf(expiredRoot, rootB), "", trusted},
		{"cross-signed both ways", shows(leaf, aByB, bByA), pemOf(rootB), "", trusted},
		{"cross-signed both ways, no root trusted", shows(leaf, aByB, bByA), pemOf(longRoot), "",
			unknown},
		{"with an intermediate of two roots", shows(leafOfMiddle, middle, middleByB),
			pemOf(rootB), "", trusted},

		{"of a root with the same subject and another key", shows(leaf), pemOf(impostor), "", unknown},
		{"of one of two roots with the same subject", shows(leaf), pemOf(impostor, rootA), "", trusted},
		{"of a root that is in the bundle twice", shows(leaf), pemOf(rootA, rootA), "", trusted},
		{"of a root that may not sign", shows(leaf), pemOf(notAuthority), "", unknown},
		{"of a root with a long subject", shows(leafOfLong), pemOf(rootA, longRoot), "", trusted},
		{"of another root beside one with a long subject", shows(leafOfLong), pemOf(longRoot, rootA), "",
			trusted},

		{"within the root's name constraints", shows(leaf), pemOf(localRoot), "", trusted},
		{"outside of the root's name constraints", shows(leaf), pemOf(exampleRoot), "", "not permitted"},
		{"outside of the name constraints of one root of two", shows(leaf),
			pemOf(exampleRoot, rootA), "", trusted},
		{"outside of an intermediate's name constraints", shows(leafOfMiddle, exampleMiddle),
			pemOf(rootA), "", "not permitted"},
		{"at an IP address that the root excludes", shows(leaf), pemOf(noLoopback), "127.0.0.1",
			"excluded"},
		{"longer than an intermediate allows", shows(leafOfLower, lower, lastMiddle), pemOf(rootA), "",
			"too many intermediates"},
		{"made for clients", shows(clientsOnly), pemOf(rootA), "", "incompatible key usage"},
	} {
		host := tt.host
		if host == "" {
			host = "localhost"
		}
		compare(t, "a server "+tt.name, tt.shown, tt.bundle, host, tt.want)
	}
}

func TestDialTLS_readsTheBundlesThatCryptoX509Reads(t *testing.T) {
	t.Parallel()
	const trusted, unknown = "", "signed by unknown authority"
	crlf := strings.NewReplacer("\n", "\r\n")
	for _, tt := range []struct {
		name, bundle, want string
	}{
		{"comments", "# B: the first\n" + pemOf(rootB) + "\n# A\n" + pemOf(rootA) + "# end", trusted},
		{"CRLF", crlf.Replace(pemOf(rootB, rootA)), trusted},
		{"CRLF in its second half", pemOf(rootB) + crlf.Replace(pemOf(rootA)), trusted},
		{"no newline at its end", strings.TrimSpace(pemOf(rootB, rootA)), trusted},
		{"spaces", strings.ReplaceAll(pemOf(rootB, rootA), "\nM", "\n M"), trusted},
		{"broken DER", pemOf(rootB, broken(rootA), rootA), trusted},
		{"broken DER for the only match", pemOf(rootB, broken(rootA)), unknown},
		{"broken DER at its beginning", pemOf(broken(rootB), rootA), trusted},
		{"broken base64", strings.Replace(pemOf(rootB, rootA), "\nM", "\n!", 1), trusted},
		{"broken base64 for the only match",
			pemOf(rootB) + strings.Replace(pemOf(rootA), "\n-----END", "!\n-----END", 1), unknown},
		{"a block cut off", pemOf(rootB) + pemOf(rootB)[:200] + "\n" + pemOf(rootA), trusted},
		{"its end cut off", pemOf(rootB) + pemOf(rootA)[:200], unknown},
		{"BEGIN within a line", pemOf(rootB) + "x" + pemOf(rootA), unknown},
		{"another block",
			"-----BEGIN CERTIFICATES-----\nQQ==\n-----END CERTIFICATES-----\n" + pemOf(rootA), trusted},
		{"a certificate that calls itself another block",
			pemOf(rootB) + strings.ReplaceAll(pemOf(rootA), "CERTIFICATE", "TRUSTED CERTIFICATE"), unknown},
		{"headers", pemOf(rootB) + strings.Replace(pemOf(rootA), "\n", "\nName: A\n\n", 1), unknown},
		{"a header that ends the reading",
			pemOf(rootB) + "-----BEGIN CERTIFICATE-----\na:b\n-----END A:B-----\n" + pemOf(rootA),
			unknown},
	} {
		compare(t, "a bundle with "+tt.name, shows(leaf), tt.bundle, "localhost", tt.want)
	}
}

// compare shakes hands with a server in two ways: by a Dialer, and by crypto/tls, which has parsed
// all roots. Both must come to the verdict want, which is part of the error.
func compare(t *testing.T, name string, shown tls.Certificate, text, host, want string) {
	for _, version := range bothVersions {
		t.Run(tls.VersionName(version)+": "+name, func(t *testing.T) {
			t.Parallel()
			address := net.JoinHostPort(host, tlsServer(t, version, showing(shown)))
			stock, _ := theirs(t, stock(text), address)
			got, _ := ours(t, trusting(t, text), address)
			require.Equal(t, stock, got)
			require.Contains(t, got, want)
			require.Equal(t, want == "", got == "")
		})
	}
}

// crypto/tls looks whether the session's certificates are still good before it resumes it, and else
// verifies what the server shows now.
func TestDialTLS_resumesWhatCryptoTLSResumes(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		shown   tls.Certificate // at the second handshake
		bundle  string          // then
		want    string
		resumed bool
	}{
		{"nothing changed", shows(leafOfMiddle, middle), pemOf(rootB, rootA), "", true},
		{"the root was removed", shows(leafOfMiddle, middle), pemOf(rootB),
			"signed by unknown authority", false},
		{"the root was replaced, and the server's certificate too", shows(leafOfB), pemOf(rootB),
			"", false},
		{"the root was replaced by one of another key", shows(leafOfMiddle, middle),
			pemOf(impostor), "signed by unknown authority", false},
	} {
		for _, version := range bothVersions {
			t.Run(tls.VersionName(version)+": "+tt.name, func(t *testing.T) {
				t.Parallel()
				before := pemOf(rootB, rootA)
				d, config := trusting(t, before), stock(before)
				shown := showing(shows(leafOfMiddle, middle))
				address := "localhost:" + tlsServer(t, version, shown)
				for _, want := range []bool{false, true} {
					_, resumed := theirs(t, config, address)
					require.Equal(t, want, resumed)
					got, resumed := ours(t, d, address)
					require.Empty(t, got)
					require.Equal(t, want, resumed)
				}

				shown.Store(&tt.shown)
				config.RootCAs = stock(tt.bundle).RootCAs
				trust(t, d, tt.bundle)
				want, wantResumed := theirs(t, config, address)
				got, resumed := ours(t, d, address)
				require.Equal(t, want, got)
				require.Equal(t, wantResumed, resumed)
				require.Contains(t, got, tt.want)
				require.Equal(t, tt.resumed, resumed)
			})
		}
	}
}

// Without a name crypto/tls has nothing to compare a certificate with.
func TestDialTLS_withoutAHost(t *testing.T) {
	t.Parallel()
	port := tlsServer(t, tls.VersionTLS13, showing(shows(leaf)))
	_, err := trusting(t, pemOf(rootA)).DialTLS(t.Context(), ":"+port)
	require.ErrorContains(t, err, "either ServerName or InsecureSkipVerify must be specified")
	require.False(t, errors.As(err, new(*tls.CertificateVerificationError)))
}
