package liveconn

import (
	"crypto/x509"
	"encoding/pem"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A bundle that is not cut costs a cold start what it cost before.
func TestReadBundle_cutsWhatDistributionsHave(t *testing.T) {
	t.Parallel()
	const begin = "-----BEGIN CERTIFICATE-----\n"
	for _, tt := range []struct {
		name   string
		bundle string
		blocks int
		all    bool
	}{
		{"nothing but certificates", pemOf(rootA, rootB), 2, false},
		{"comments", "# A: a\n" + pemOf(rootA) + "# B: b\n" + pemOf(rootB), 2, false},
		{"no newline at its end", strings.TrimSpace(pemOf(rootA, rootB)), 2, false},
		{"broken certificates behind the first", pemOf(rootA, broken(rootB)) + begin, 3, false},
		{"a broken first certificate", pemOf(broken(rootB), rootA), 0, true},
		{"CRLF", strings.ReplaceAll(pemOf(rootA), "\n", "\r\n"), 0, true},
		{"a header", strings.Replace(pemOf(rootA, rootB), begin+"M", begin+"a:b\nM", 1), 0, true},
		{"BEGIN within a line", pemOf(rootA) + " " + pemOf(rootB), 0, true},
		{"BEGIN after text without a newline", "A" + pemOf(rootA) + pemOf(rootB), 0, true},
		{"another block", pemOf(rootA) + "-----BEGIN KEY-----\n-----END KEY-----\n", 0, true},
		{"no certificate", begin + "-----END CERTIFICATE-----\n", 0, false},
		{"no block", "certificates", 0, false},
		{"nothing", "", 0, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b, ok := readBundle([]byte(tt.bundle))
			require.Len(t, b.blocks, tt.blocks)
			require.Equal(t, tt.all, b.all != nil)
			require.Equal(t, ok, tt.all || tt.blocks > 0)
		})
	}
}

// On every system that has a bundle where [readRoots] looks, it is cut, and a chain asks for a few.
func TestReadRoots_parsesFewOfTheSystems(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile("/etc/ssl/certs/ca-certificates.crt")
	if err != nil {
		t.Skip("no bundle")
	}
	b, ok := readBundle(content)
	require.True(t, ok)
	require.Len(t, b.blocks, strings.Count(string(content), pemBegin))
	for _, block := range b.blocks {
		require.NotNil(t, block.subject, "peek is too short for %s", block.afterBegin)
	}
	requireSame(t, content)
}

// A handshake parses the roots that the chain names, and no others.
func TestRootsFor(t *testing.T) {
	t.Parallel()
	b, _ := readBundle([]byte(pemOf(rootB, rootA, selfSigned, impostor, localRoot)))
	want := x509.NewCertPool()
	for _, root := range []*issued{rootA, selfSigned, impostor, localRoot} {
		want.AddCert(root.Certificate)
	}
	require.True(t, want.Equal(b.rootsFor([]*x509.Certificate{leafOfMiddle.Certificate,
		middle.Certificate})), "all with the issuer's name, or that of the server's certificate")
	require.True(t, x509.NewCertPool().Equal(b.rootsFor([]*x509.Certificate{lower.Certificate})))
}

// requireSame requires that a cut bundle holds what crypto/x509 reads from the whole, and that each
// certificate's subject finds it.
func requireSame(t *testing.T, content []byte) {
	blocks := cut(content)
	if blocks == nil {
		return
	}
	whole, parts := x509.NewCertPool(), x509.NewCertPool()
	whole.AppendCertsFromPEM(content)
	for _, b := range blocks {
		b.appendTo(parts)
	}
	require.True(t, whole.Equal(parts), "other certificates")

	for rest := content; ; {
		var found *pem.Block
		if found, rest = pem.Decode(rest); found == nil {
			return
		}
		c, err := x509.ParseCertificate(found.Bytes)
		if err != nil || found.Type != "CERTIFICATE" || len(found.Headers) > 0 {
			continue
		}
		for _, shown := range []*x509.Certificate{{RawSubject: c.RawSubject}, {RawIssuer: c.RawSubject}} {
			asked := bundle{blocks: blocks}.rootsFor([]*x509.Certificate{shown})
			with := asked.Clone()
			with.AddCert(c)
			require.True(t, with.Equal(asked), "not found by its subject: %s", c.Subject)
		}
	}
}

// parts are what a fuzzer builds a bundle of: the bytes 0 to 13, and the others mean themselves.
var parts = []string{
	pemOf(rootA), pemOf(rootB), pemOf(longRoot), pemOf(broken(rootA)), bodyOf(rootA), bodyOf(rootB),
	"-----BEGIN ", "-----END ", "CERTIFICATE-----", "-----", "\n", "\r\n", "\nName: A\n", "A:B-----",
}

// bodyOf is the base64 of a certificate.
func bodyOf(c *issued) string {
	_, body, _ := strings.Cut(pemOf(c), "\n")
	body, _, _ = strings.Cut(body, "-----")
	return body
}

// Whatever is in a bundle, its blocks hold the same certificates as the whole.
func FuzzCut(f *testing.F) {
	for _, input := range []string{
		"\x00\x01\x02", "# A\x0a\x00# B\x0a\x01", "\x03\x01", "\x00\x07\x01",
		"\x00\x07\x06\x08\x0a\x05\x07\x08",
		"\x06\x08\x0a\x04\x07\x08\x0a\x06\x08\x0a\x05\x07\x08\x0a", "\x06\x08\x0b\x04\x07\x08\x0b\x01",
		"\x06\x08\x0c\x0a\x04\x07\x08\x0a\x01", "\x06\x08\x0aa:b\x0a\x07\x0d\x0a\x00",
		"\x00\x06\x08\x0a\x04\x06\x08\x0a\x05\x07\x08\x0a",
	} {
		f.Add([]byte(input))
	}
	f.Fuzz(func(t *testing.T, input []byte) {
		var content []byte
		for _, b := range input {
			if int(b) < len(parts) {
				content = append(content, parts[b]...)
			} else {
				content = append(content, b)
			}
		}
		requireSame(t, content)
	})
}

// Whatever bytes are parsed as a certificate, its subject is found.
func FuzzSubject(f *testing.F) {
	for _, c := range []*issued{rootA, longRoot, leaf, nameless, exampleRoot} {
		f.Add(c.Raw)
	}
	f.Fuzz(func(t *testing.T, der []byte) {
		found := subject(der)
		if c, err := x509.ParseCertificate(der); err == nil {
			require.Equal(t, c.RawSubject, found)
		}
	})
}
