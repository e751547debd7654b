package liveconn

import (
	"compress/flate"
	"compress/gzip"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"os"
	"syscall"
)

var (
	errRedirect = errors.New("redirect refused")
	errSwitch   = errors.New("another protocol refused")
	errEncoding = errors.New("answer in an encoding nobody asked for")
	errTooLarge = errors.New("answer too large")
)

// notSentError is the error of a request of which no byte was written.
type notSentError struct{ cause error }

func (e *notSentError) Error() string { return "not sent: " + e.cause.Error() }
func (e *notSentError) Unwrap() error { return e.cause }

// NotSent reports whether err, from [Transport.RoundTrip], proves that not one byte of the request
// left this process, and what the cause was.
func NotSent(err error) (cause error, ok bool) {
	var notSent *notSentError
	if !errors.As(err, &notSent) {
		return nil, false
	}
	return notSent.cause, true
}

// endedError is the error of a request whose connection or time ended before the whole answer came.
type endedError struct{ cause error }

func (e *endedError) Error() string { return "ended: " + e.cause.Error() }
func (e *endedError) Unwrap() error { return e.cause }

// Ended reports whether err, from [Transport.RoundTrip], means that the connection or the time
// ended before the whole answer was there. It reports false for an answer that came and can't be
// used.
func Ended(err error) bool {
	var ended *endedError
	return errors.As(err, &ended) || errors.Is(err, io.EOF) ||
		errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

// unusable reports whether an error is about an answer that came, and not about the connection.
func unusable(err error) bool {
	var corrupt flate.CorruptInputError
	return ofOurs(err) != nil || errors.As(err, &corrupt) ||
		errors.Is(err, gzip.ErrHeader) || errors.Is(err, gzip.ErrChecksum)
}

// ofOurs returns which of our own errors of an answer err is, or nil.
func ofOurs(err error) error {
	for _, own := range []error{errRedirect, errSwitch, errEncoding, errTooLarge} {
		if errors.Is(err, own) {
			return own
		}
	}
	return nil
}

// Reason names a network error in words for the log, which hold no address, no header and no body.
func Reason(err error) string {
	var dns *net.DNSError
	var unverified *tls.CertificateVerificationError
	var timeout interface{ Timeout() bool }
	if own := ofOurs(err); own != nil {
		return own.Error()
	}
	switch {
	case errors.As(err, &dns):
		return "name not resolved"
	case errors.As(err, &unverified):
		return "certificate not trusted"
	case errors.Is(err, context.Canceled):
		return "cancelled"
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded),
		errors.As(err, &timeout) && timeout.Timeout():
		return "timed out"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "connection refused"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return "connection reset"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "connection closed"
	default:
		return "network error"
	}
}
