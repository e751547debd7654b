package handler

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"
	sms "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/sms/v20210111"

	"scf-sms/internal/tencent"
	"scf-sms/secrets"
)

const (
	// maxAttempts is the first and, where that provably sent nothing, one more.
	maxAttempts = 2

	// rateWait is how long to wait after the API's rate limit, which Tencent counts by the second.
	rateWait = time.Second

	// sendTime must be left of the time budget for an attempt after a wait to be worth it.
	sendTime = time.Second

	// maxSessionContext is Tencent's limit of SessionContext, in bytes: less than 512.
	maxSessionContext = 511
)

// order is one SMS to be sent.
type order struct {
	number   number
	template Template
	code     string
}

// send makes one SendSms request and, only where that provably sent nothing, a second one.
func (h *Handler) send(ctx context.Context, o order, rec *record) outcome {
	key, err := h.key(ctx, rec)
	if err != nil {
		return noSecret(err)
	}
	for {
		if ctx.Err() != nil {
			return unavailable("no time was left to send: raise TIME_BUDGET and the function's timeout")
		}
		rec.attempts++
		out := h.attempt(ctx, key, o, rec)
		if out.again == newKey {
			h.Secrets.Reject(key)
		}
		if rec.attempts == maxAttempts || out.again == never {
			return out
		}
		switch out.again {
		case reconnect:
			if ctx.Err() != nil {
				return out
			}
		case later:
			if !wait(ctx, rateWait) {
				return out
			}
		case newKey:
			fresh, err := h.key(ctx, rec)
			if err != nil {
				rec.refusal = out.tencent
				return noSecret(err)
			}
			if fresh == key {
				return out
			}
			key = fresh
		}
		rec.refusal = out.tencent
	}
}

// attempt makes one SendSms request (https://cloud.tencent.com/document/api/382/55981) and says what came of it.
func (h *Handler) attempt(ctx context.Context, key common.CredentialIface, o order, rec *record) outcome {
	defer rec.time(&rec.sms)()
	// A client of its own for every attempt: the SDK doesn't promise that clients can be shared, and this one can't sign
	// with another key than the one a refusal would be held against. The connections are shared all the same.
	client, err := sms.NewClient(key, h.Region, tencent.Profile(h.Endpoint))
	if err != nil {
		return refused("the SMS client can't be made")
	}
	client.WithHttpTransport(h.Transport)

	var answer *sms.SendSmsResponse
	failure := tencent.Do(func() (err error) {
		answer, err = client.SendSmsWithContext(ctx, h.request(o, rec.requestID))
		return err
	})
	if failure != nil {
		return h.failed(failure)
	}
	if answer == nil || answer.Response == nil {
		return unknown("answer without a Response")
	}
	out := h.judge(answer.Response)
	out.requestID = deref(answer.Response.RequestId)
	return out
}

// request is the SendSms request for an order.
func (h *Handler) request(o order, requestID string) *sms.SendSmsRequest {
	r := sms.NewSendSmsRequest()
	r.SmsSdkAppId = &h.SDKAppID
	r.PhoneNumberSet = []*string{&o.number.e164}
	r.TemplateId = &o.template.ID
	r.TemplateParamSet = common.StringPtrs(o.template.params(o.code))
	// Tencent hands it back in delivery reports: what joins them to our log.
	requestID = requestID[:min(len(requestID), maxSessionContext)]
	r.SessionContext = &requestID
	if o.number.mainland() {
		r.SignName = &h.SignName
		return r
	}
	if h.SignNameOverseas != "" {
		r.SignName = &h.SignNameOverseas
	}
	if h.SenderID != "" {
		r.SenderId = &h.SenderID
	}
	return r
}

// failed says what a request without a SendStatus means.
func (h *Handler) failed(failure *tencent.Error) outcome {
	if failure.NotSent {
		out := unavailable("there was no connection to Tencent SMS, see tencentCode: check the function's network and SMS_ENDPOINT")
		out.tencent, out.again = failure.Reason, reconnect
		return out
	}
	if failure.Code == "" {
		return unknown(failure.Reason)
	}
	out := classify(failure.Code, h.Now())
	out.requestID = failure.RequestID
	return out
}

// judge says what the status of our one number means. A request that Tencent's gateway accepted is not yet an SMS.
func (h *Handler) judge(response *sms.SendSmsResponseParams) outcome {
	if len(response.SendStatusSet) != 1 || response.SendStatusSet[0] == nil {
		return unknown("answer without the number's status")
	}
	status := response.SendStatusSet[0]
	if !strings.EqualFold(deref(status.Code), "Ok") {
		return classify(deref(status.Code), h.Now())
	}
	return outcome{status: http.StatusOK, code: codeSent, serialNo: deref(status.SerialNo), tencent: "Ok"}
}

// key returns the AccessKey, and counts the time it takes as SSM's.
func (h *Handler) key(ctx context.Context, rec *record) (*secrets.Key, error) {
	defer rec.time(&rec.ssm)()
	ctx, cancel := half(ctx)
	defer cancel()
	return h.Secrets.Key(ctx)
}

// noSecret says what it means that there is no AccessKey.
func noSecret(err error) outcome {
	var e *secrets.Error
	if !errors.As(err, &e) {
		return unavailable(err.Error())
	}
	out := unavailable(e.Reason)
	if e.Permanent {
		out = misconfigured(e.Reason)
	}
	out.tencent, out.requestID = e.Code, e.RequestID
	return out
}

// wait reports whether it could wait for d with enough time left for an attempt.
func wait(ctx context.Context, d time.Duration) bool {
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < d+sendTime {
		return false
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
