package liveconn

import (
	"bytes"
	"crypto/fips140"
	"crypto/x509"
	"encoding/base64"
	"slices"
)

// bundle is a file of root certificates in PEM. A server's chain needs one of some 140, and to
// parse all of them would be a quarter of the work of a cold start. So the file is cut into blocks,
// and a handshake parses those that it needs. The zero bundle stands for what crypto/x509 finds by
// itself.
type bundle struct {
	blocks []block
	all    *x509.CertPool // instead of blocks, if the file can't be cut
}

// block is the text from one BEGIN to the next. It holds at most one certificate.
type block struct {
	afterBegin []byte
	subject    []byte // in DER, with its header; nil if peek is too short for it
}

const (
	pemBegin  = "-----BEGIN "
	beginLine = "CERTIFICATE-----\n"

	// peek is how many bytes of base64 are decoded to find a subject. In Mozilla's list, which
	// distributions use, no subject ends after more than 657.
	peek = 700
)

// readBundle reads a file. It returns false if no certificate is in it.
func readBundle(content []byte) (bundle, bool) {
	blocks := cut(content)
	// The first one is parsed as a sample. In FIPS mode crypto/tls refuses chains that crypto/x509
	// accepts, so it must verify by itself.
	if len(blocks) > 0 && blocks[0].appendTo(x509.NewCertPool()) && !fips140.Enabled() {
		return bundle{blocks: blocks}, true
	}
	all := x509.NewCertPool()
	if !all.AppendCertsFromPEM(content) {
		return bundle{}, false
	}
	return bundle{all: all}, true
}

// cut cuts a file into blocks. x509.CertPool.AppendCertsFromPEM reads the same certificates from
// the blocks, one by one, as from the whole file. Where that might not be so, cut returns nil.
//
// The PEM reader looks for the first END and for the last BEGIN before it, so no certificate
// reaches beyond a BEGIN. It gives up on the rest of the file only after a header, and it skips a
// BEGIN within a line. Text outside of the blocks, such as a comment, doesn't matter to it.
func cut(content []byte) []block {
	pieces := bytes.Split(content, []byte(pemBegin))
	blocks := make([]block, 0, len(pieces)-1)
	var der [peek]byte
	for i, piece := range pieces {
		if i < len(pieces)-1 && len(piece) > 0 && piece[len(piece)-1] != '\n' {
			return nil // the next BEGIN is within a line
		}
		if i == 0 {
			continue // what comes before the first BEGIN
		}
		body, ok := bytes.CutPrefix(piece, []byte(beginLine))
		first, _, _ := bytes.Cut(body, []byte("\n"))
		if !ok || bytes.ContainsRune(first, ':') {
			return nil // something else than a certificate, CRLF, or a header
		}
		// An error can be ignored: where decoding the whole succeeds, its beginning is the same.
		n, _ := base64.StdEncoding.Decode(der[:], body[:min(len(body), peek)])
		blocks = append(blocks, block{piece, bytes.Clone(subject(der[:n]))})
	}
	return blocks
}

// appendTo adds the certificate to pool, and returns false if crypto/x509 can't read it.
func (b block) appendTo(pool *x509.CertPool) bool {
	return pool.AppendCertsFromPEM(slices.Concat([]byte(pemBegin), b.afterBegin))
}

// rootsFor returns the root certificates that can end a chain of the certificates shown by a
// server. x509.Certificate.Verify finds a root by the bytes of its subject: they are the issuer of
// a certificate shown, or the root is the server's own certificate. It never builds upon a root. So
// it would not look at the roots that are left out here.
func (b bundle) rootsFor(shown []*x509.Certificate) *x509.CertPool {
	pool := x509.NewCertPool()
	for _, root := range b.blocks {
		named := func(c *x509.Certificate) bool {
			return bytes.Equal(root.subject, c.RawIssuer) || bytes.Equal(root.subject, c.RawSubject)
		}
		if root.subject == nil || slices.ContainsFunc(shown, named) {
			root.appendTo(pool)
		}
	}
	return pool
}

// subject finds the subject in the beginning of a certificate (RFC 5280, section 4.1). It returns
// nil if the beginning ends before the subject does. The bytes may be broken: a wrong subject does
// no harm, because crypto/x509 would not read the certificate either.
func subject(der []byte) []byte {
	for range 2 { // into the certificate, and into the part of it that is signed
		begin, _ := element(der)
		der = der[begin:]
	}
	before := 4 // serial number, algorithm, issuer, validity
	if len(der) > 0 && der[0] == 0xa0 {
		before++ // the version
	}
	for range before {
		_, end := element(der)
		if end > len(der) {
			return nil
		}
		der = der[end:]
	}
	if _, end := element(der); end <= len(der) {
		return der[:end]
	}
	return nil
}

// element returns where the content of the DER element at the beginning of der begins and ends. The
// end is beyond der if the element is not whole.
func element(der []byte) (begin, end int) {
	none := len(der)
	if len(der) < 2 {
		return none, none + 1
	}
	begin, length := 2, int(der[1])
	if length >= 0x80 { // then it is the number of bytes that hold the length
		begin += length - 0x80
		if begin > 5 || begin > len(der) { // over 16 MiB, or cut off
			return none, none + 1
		}
		length = 0
		for _, b := range der[2:begin] {
			length = length<<8 | int(b)
		}
	}
	return begin, begin + length
}
