// Package tencent makes one call of Tencent Cloud's SDK safe to rely on: it says for certain when a
// request never left this process, and it bounds everything else.
//
// The SDK follows redirects (a 307 carries the body and the session token to another host), reads
// answers without limit, panics on a body of null, retries in time.Sleep and puts whole bodies into
// its error texts. [liveconn.Transport] and [Do] guard against each of these; [Profile] keeps the
// SDK's own retries, breaker and debug output off.
package tencent

import (
	"errors"
	"strings"

	sdkerrors "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/errors"
	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/profile"

	"scf-sms/internal/liveconn"
)

// Profile returns the SDK's settings for calls to e: POST, signed with TC3-HMAC-SHA256, no retries,
// no breaker, English messages. Only the context of a call bounds its time.
func Profile(e Endpoint) *profile.ClientProfile {
	p := profile.NewClientProfile()
	p.Language = "en-US"
	// This is the default, but the SDK announces that it will change. The breaker sends requests to
	// another host.
	p.DisableRegionBreaker = true
	p.NetworkFailureMaxRetries, p.RateLimitExceededMaxRetries = 0, 0
	p.UnsafeRetryOnConnectionFailure, p.Debug = false, false
	p.HttpProfile.Scheme = e.Scheme
	p.HttpProfile.Endpoint = e.Host
	p.HttpProfile.ReqTimeout = 0
	return p
}

// Error is what is known of a call that did not succeed. It never holds a message of Tencent's or
// of the SDK, because those quote requests and answers.
type Error struct {
	Code      string // Tencent's error code; "" without a readable answer
	RequestID string // Tencent's id of the request; "" without a readable answer
	NotSent   bool   // no byte of the request left this process
	Ended     bool   // the connection or the time ended before the whole answer was there
	Reason    string // for the log, if Code is "": what went wrong, in our words
}

func (e *Error) Error() string {
	if e.Code != "" {
		return "tencent cloud: " + e.Code
	}
	return "tencent cloud: " + e.Reason
}

// Is reports whether code is the one named family or belongs to it: "AuthFailure" is the family of
// "AuthFailure.SignatureExpire". Case makes no difference: Tencent spells some codes in two ways.
func Is(code, family string) bool {
	n := len(family)
	return len(code) >= n && strings.EqualFold(code[:n], family) &&
		(len(code) == n || code[n] == '.')
}

// Do makes one call of the SDK over a [liveconn.Transport] and returns nil if the SDK reports
// success. A success can still be hollow: its Response may be nil or empty, which only the caller
// can judge.
func Do(call func() error) (failure *Error) {
	// A body of null makes the SDK dereference a nil pointer (common/http/response.go,
	// ParseErrorFromHTTPResponse).
	defer func() {
		if recover() != nil {
			failure = &Error{Reason: "unreadable answer"}
		}
	}()
	err := call()
	if err == nil {
		return nil
	}
	if cause, ok := liveconn.NotSent(err); ok {
		return &Error{NotSent: true, Reason: "no connection: " + liveconn.Reason(cause)}
	}
	var sdk *sdkerrors.TencentCloudSDKError
	if errors.As(err, &sdk) && !strings.HasPrefix(sdk.Code, "ClientError.") {
		return &Error{Code: sdk.Code, RequestID: sdk.RequestId, Reason: "refused"}
	}
	if cause := errors.Unwrap(err); cause != nil {
		return &Error{Reason: liveconn.Reason(cause), Ended: liveconn.Ended(cause)}
	}
	return &Error{Reason: "unreadable answer"}
}
