package liveconn

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// all are the certificates that a fuzzer mixes.
var all = []*issued{
	rootA, rootB, impostor, renewedA, expiredRoot, futureRoot, exampleRoot, localRoot, noLoopback,
	notAuthority, longRoot, aByB, bByA, middle, middleByB, expiredMiddle, exampleMiddle, lastMiddle,
	lower, otherKeyMiddle, leaf, leafOfB, leafOfMiddle, leafOfLower, leafOfLong, expiredLeaf,
	futureLeaf, selfSigned, nameless, clientsOnly, exampleLeaf, textLeaf,
}

// bytesOf hands out the fuzzer's bytes one by one, and zeros at the end.
type bytesOf []byte

func (b *bytesOf) next(below int) int {
	if len(*b) == 0 {
		return 0
	}
	n := int((*b)[0]) % below
	*b = (*b)[1:]
	return n
}

// bundleOf makes a bundle of certificates, most of them whole.
func bundleOf(choice *bytesOf) string {
	var text strings.Builder
	for range choice.next(8) {
		c := pemOf(all[choice.next(len(all))])
		switch form := choice.next(64); form {
		case 0:
			c = strings.ReplaceAll(c, "\n", "\r\n")
		case 1:
			c = strings.Replace(c, "\n", "\nName: A\n\n", 1)
		case 2:
			c = strings.TrimSpace(c)
		case 3:
			c = c[:choice.next(len(c))] + "\n"
		case 4, 5, 6, 7, 8, 9: // one character is another
			at := (choice.next(256)<<8 | choice.next(256)) % len(c)
			c = c[:at] + string(rune(choice.next(128))) + c[at+1:]
		case 10, 11, 12:
			c = "# " + all[choice.next(len(all))].Subject.CommonName + ": comment\n" + c
		}
		text.WriteString(c)
	}
	return text.String()
}

// Whatever a server shows and a bundle holds, the verdict is that of crypto/x509 with all roots.
func FuzzVerifier(f *testing.F) {
	for i := range all {
		f.Add([]byte{2, 0, 63, byte(i), 63, 3, byte(i), 20, 13, 0})
	}
	f.Fuzz(func(t *testing.T, input []byte) {
		choice := bytesOf(input)
		text := []byte(bundleOf(&choice))
		shown := make([]*x509.Certificate, 1+choice.next(5))
		for i := range shown {
			shown[i] = all[choice.next(len(all))].Certificate
		}
		hosts := []string{"localhost", "127.0.0.1", "www.example", "LOCALHOST.", "[::1]"}
		host := hosts[choice.next(len(hosts))]

		options := x509.VerifyOptions{DNSName: host}
		options.Roots, options.Intermediates = x509.NewCertPool(), x509.NewCertPool()
		readable := options.Roots.AppendCertsFromPEM(text)
		for _, c := range shown[1:] {
			options.Intermediates.AddCert(c)
		}
		_, want := shown[0].Verify(options)

		b, ok := readBundle(text)
		require.Equal(t, readable, ok)
		if b.blocks == nil { // then crypto/tls verifies
			require.True(t, !ok || b.all.Equal(options.Roots))
			return
		}
		err := b.verifier(host)(tls.ConnectionState{PeerCertificates: shown})
		if want == nil {
			require.NoError(t, err)
			return
		}
		var unverified *tls.CertificateVerificationError
		require.ErrorAs(t, err, &unverified)
		require.Equal(t, shown, unverified.UnverifiedCertificates)
		require.Equal(t, verdictOf(want), verdictOf(errors.Unwrap(err)))
	})
}

func verdictOf(err error) string { return clock.ReplaceAllString(err.Error(), "now") }
