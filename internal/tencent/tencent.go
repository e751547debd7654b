// Package tencent makes one call of Tencent Cloud's SDK safe to rely on: it says for certain when a request never left
// this process, and it bounds everything else.
//
// The SDK follows redirects (a 307 carries the body and the session token to another host), reads answers without
// limit, panics on a body of null, retries in time.Sleep and puts whole bodies into its error texts. [Transport] and
// [Do] are the guard against each of these; [Profile] keeps the SDK's own retries, breaker and debug output off.
package tencent

import (
	"errors"
	"strings"

	sdkerrors "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/errors"
	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/profile"
)

// Profile returns the SDK's settings for calls to e: POST, signed with TC3-HMAC-SHA256, no retries, no breaker, English
// messages. The deadline is that of the call's context alone.
func Profile(e Endpoint) *profile.ClientProfile {
	p := profile.NewClientProfile()
	p.Language = "en-US"
	// Said although it is the default: the SDK announces that it will change. The breaker sends requests to another host.
	p.DisableRegionBreaker = true
	p.NetworkFailureMaxRetries, p.RateLimitExceededMaxRetries = 0, 0
	p.UnsafeRetryOnConnectionFailure, p.Debug = false, false
	p.HttpProfile.Scheme = e.Scheme
	p.HttpProfile.Endpoint = e.Host
	p.HttpProfile.ReqTimeout = 0
	return p
}

// Error is what is known of a call that did not succeed. It never holds a message of Tencent's or of the SDK: those
// quote requests and answers.
type Error struct {
	Code      string // Tencent's error code, such as "AuthFailure.SignatureFailure"; "" if no readable answer came
	RequestID string // Tencent's id of the request; "" if no readable answer came
	NotSent   bool   // no byte of the request left this process
	Reason    string // for the log, where Code is "": what went wrong, in words of ours
}

func (e *Error) Error() string {
	if e.Code != "" {
		return "tencent cloud: " + e.Code
	}
	return "tencent cloud: " + e.Reason
}

// Do makes one call of the SDK and returns nil where the SDK reports success. A success can still be hollow: its
// Response may be nil or empty, which only the caller can judge.
func Do(call func() error) (failure *Error) {
	// A body of null makes the SDK dereference a nil pointer (common/http/response.go, ParseErrorFromHTTPResponse).
	defer func() {
		if recover() != nil {
			failure = &Error{Reason: "unreadable answer"}
		}
	}()
	err := call()
	if err == nil {
		return nil
	}
	var notSent *notSentError
	if errors.As(err, &notSent) {
		return &Error{NotSent: true, Reason: "no connection: " + reason(notSent.cause)}
	}
	var sdk *sdkerrors.TencentCloudSDKError
	if errors.As(err, &sdk) && !strings.HasPrefix(sdk.Code, "ClientError.") {
		return &Error{Code: sdk.Code, RequestID: sdk.RequestId, Reason: "refused"}
	}
	if cause := errors.Unwrap(err); cause != nil {
		return &Error{Reason: reason(cause)}
	}
	return &Error{Reason: "unreadable answer"}
}
