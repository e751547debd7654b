package operator

import "scf-sms/internal/tencent"

// Console is where an operator looks at SMS by hand.
const Console = "https://console.cloud.tencent.com/smsv2"

// KeyRejected reports whether a code says that a key is not accepted. A key that only lacks a
// permission is accepted.
func KeyRejected(code string) bool {
	return tencent.Is(code, "AuthFailure") && !ClockRejected(code) &&
		!tencent.Is(code, "AuthFailure.UnauthorizedOperation")
}

// ClockRejected reports whether a code says that a request was signed too early or too late.
func ClockRejected(code string) bool {
	return tencent.Is(code, "AuthFailure.SignatureExpire") ||
		tencent.Is(code, "InternalError.RequestTimeException")
}
