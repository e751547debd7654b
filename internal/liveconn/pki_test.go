package liveconn

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"strings"
	"time"
)

// issued is a certificate with its key. Both are the same in each run.
type issued struct {
	*x509.Certificate
	key ed25519.PrivateKey
}

// issue makes a certificate, signed by parent or by itself. The key is that of keyName.
func issue(subject, keyName string, parent *issued, change ...func(*x509.Certificate)) *issued {
	seed := sha256.Sum256([]byte(keyName))
	made := &issued{key: ed25519.NewKeyFromSeed(seed[:])}
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(1),
		Subject:               pkix.Name{CommonName: subject},
		NotBefore:             time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC),
		NotAfter:              time.Date(2120, 1, 1, 0, 0, 0, 0, time.UTC),
		BasicConstraintsValid: true,
	}
	for _, change := range change {
		change(template)
	}
	by := &issued{Certificate: template, key: made.key}
	if parent != nil {
		by = parent
	}
	der, err := x509.CreateCertificate(nil, template, by.Certificate, made.key.Public(), by.key)
	if err != nil {
		panic(err)
	}
	if made.Certificate, err = x509.ParseCertificate(der); err != nil {
		panic(err)
	}
	return made
}

func authority(c *x509.Certificate) {
	c.IsCA, c.KeyUsage = true, x509.KeyUsageCertSign
}

// serves makes the certificate one for localhost and 127.0.0.1.
func serves(c *x509.Certificate) {
	c.DNSNames, c.IPAddresses = []string{"localhost"}, []net.IP{net.IPv4(127, 0, 0, 1)}
	c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
}

func expired(c *x509.Certificate) { c.NotAfter = c.NotBefore.AddDate(1, 0, 0) }

func notYetValid(c *x509.Certificate) { c.NotBefore = c.NotAfter.AddDate(-1, 0, 0) }

func renewed(c *x509.Certificate) { c.SerialNumber = big.NewInt(2) }

// endsWithLeaf forbids an authority to make another one.
func endsWithLeaf(c *x509.Certificate) { c.MaxPathLenZero = true }

func permitOnly(domain string) func(*x509.Certificate) {
	return func(c *x509.Certificate) {
		c.PermittedDNSDomains, c.PermittedDNSDomainsCritical = []string{domain}, true
	}
}

func exclude(network string) func(*x509.Certificate) {
	return func(c *x509.Certificate) {
		_, excluded, _ := net.ParseCIDR(network)
		c.ExcludedIPRanges = []*net.IPNet{excluded}
	}
}

// The certificates of the tests.
var (
	longName = strings.Repeat("a name that is longer than what is looked at ", 20)

	rootA        = issue("A", "A", nil, authority)
	rootB        = issue("B", "B", nil, authority)
	impostor     = issue("A", "not A", nil, authority) // another key
	renewedA     = issue("A", "A", nil, authority, renewed)
	expiredRoot  = issue("A", "A", nil, authority, expired)
	futureRoot   = issue("A", "A", nil, authority, notYetValid)
	exampleRoot  = issue("A", "A", nil, authority, permitOnly("example"))
	localRoot    = issue("A", "A", nil, authority, permitOnly("localhost"))
	noLoopback   = issue("A", "A", nil, authority, exclude("127.0.0.0/8"))
	notAuthority = issue("A", "A", nil)
	longRoot     = issue(longName, "long", nil, authority)
	aByB         = issue("A", "A", rootB, authority)
	bByA         = issue("B", "B", rootA, authority)

	middle         = issue("middle", "middle", rootA, authority)
	middleByB      = issue("middle", "middle", rootB, authority)
	expiredMiddle  = issue("middle", "middle", rootA, authority, expired)
	exampleMiddle  = issue("middle", "middle", rootA, authority, permitOnly("example"))
	lastMiddle     = issue("middle", "middle", rootA, authority, endsWithLeaf)
	lower          = issue("lower", "lower", lastMiddle, authority)
	otherKeyMiddle = issue("middle", "not middle", rootA, authority)

	leaf         = issue("leaf", "leaf", rootA, serves)
	leafOfB      = issue("leaf", "leaf", rootB, serves)
	leafOfMiddle = issue("leaf", "leaf", middle, serves)
	leafOfLower  = issue("leaf", "leaf", lower, serves)
	leafOfLong   = issue("leaf", "leaf", longRoot, serves)
	expiredLeaf  = issue("leaf", "leaf", rootA, serves, expired)
	futureLeaf   = issue("leaf", "leaf", rootA, serves, notYetValid)
	selfSigned   = issue("leaf", "leaf", nil, serves)
	nameless     = issue("localhost", "leaf", rootA)
	clientsOnly  = issue("leaf", "leaf", rootA, serves, func(c *x509.Certificate) {
		c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	})
	exampleLeaf = issue("leaf", "leaf", rootA, serves, func(c *x509.Certificate) {
		c.DNSNames, c.IPAddresses = []string{"www.example"}, nil
	})
	textLeaf = issue("leaf", "leaf", rootA, serves, func(c *x509.Certificate) {
		c.DNSNames, c.IPAddresses = []string{"127.0.0.1"}, nil
	})
)

// shows returns what a server shows, which has the key of the first certificate.
func shows(chain ...*issued) tls.Certificate {
	shown := tls.Certificate{PrivateKey: chain[0].key}
	for _, c := range chain {
		shown.Certificate = append(shown.Certificate, c.Raw)
	}
	return shown
}

// pemOf returns a bundle.
func pemOf(certificates ...*issued) string {
	var text strings.Builder
	for _, c := range certificates {
		pem.Encode(&text, &pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})
	}
	return text.String()
}

// broken is a certificate whose DER ends too soon.
func broken(c *issued) *issued {
	return &issued{Certificate: &x509.Certificate{Raw: bytes.Clone(c.Raw[:len(c.Raw)-1])}}
}
