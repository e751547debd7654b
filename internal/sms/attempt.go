package sms

import (
	"context"
	"strings"
	"time"

	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"
	api "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/sms/v20210111"

	"scf-sms/internal/tencent"
)

// Reply is what one SendSms request brought.
type Reply struct {
	tencent.Meaning
	SerialNo  string // with Accepted: Tencent's id of the message
	Code      string // Tencent's error code; without one: why there is none
	RequestID string // Tencent's id of the request
	// NoWholeAnswer says, with Unclear, that the connection or the time ended before the answer
	// did.
	NoWholeAnswer bool
	retry         retry
}

// retry says how a refused request may be sent again. All but noRetry imply that nothing was sent.
type retry int

const (
	noRetry  retry = iota
	now            // no byte left this process
	later          // the API's rate limit
	otherKey       // the AccessKey was not accepted
)

// attempt makes one SendSms request (https://cloud.tencent.com/document/api/382/55981).
func (s *Sender) attempt(
	ctx context.Context, key *tencent.Key, m Message, took *time.Duration,
) Reply {
	defer timed(took)()
	// A client for each attempt: SDK clients aren't documented as shareable, and the key that signs
	// must be the one that is passed to Reject. The connections are shared all the same.
	client, err := api.NewClient(key, s.Region, tencent.Profile(s.Endpoint))
	if err != nil {
		const hint = "the SMS client can't be made"
		return Reply{Meaning: tencent.Meaning{Kind: tencent.Refused, Hint: hint}}
	}
	client.WithHttpTransport(s.Transport)

	var response *api.SendSmsResponse
	failure := tencent.Do(func() (err error) {
		response, err = client.SendSmsWithContext(ctx, s.request(m))
		return err
	})
	if failure != nil {
		return s.failed(failure).withKey(key)
	}
	if response == nil || response.Response == nil {
		return unclear("answer without a Response")
	}
	r := s.judge(response.Response, m.To)
	r.RequestID = deref(response.Response.RequestId)
	return r
}

func (s *Sender) request(m Message) *api.SendSmsRequest {
	const maxSessionContext = 511 // bytes; Tencent's limit is less than 512
	r := api.NewSendSmsRequest()
	r.SmsSdkAppId = &s.AppID
	r.PhoneNumberSet = []*string{&m.To}
	r.TemplateId = &m.TemplateID
	r.TemplateParamSet = common.StringPtrs(m.Params)
	session := m.Session[:min(len(m.Session), maxSessionContext)]
	r.SessionContext = &session
	if !m.Overseas {
		r.SignName = &s.SignName
		return r
	}
	if s.SignNameOverseas != "" {
		r.SignName = &s.SignNameOverseas
	}
	if s.SenderID != "" {
		r.SenderId = &s.SenderID
	}
	return r
}

// failed says what a request without a SendStatus means.
func (s *Sender) failed(failure *tencent.Error) Reply {
	if failure.NotSent {
		r := unavailable("there was no connection to Tencent SMS, see tencentCode: " +
			"check the function's network and SMS_ENDPOINT")
		r.Code, r.retry = failure.Reason, now
		return r
	}
	if failure.Code == "" {
		r := unclear(failure.Reason)
		r.NoWholeAnswer = failure.Ended
		return r
	}
	r := s.explain(failure.Code)
	if r.Kind == tencent.Accepted { // only the number's status can say so
		r = unclear(failure.Code)
	}
	r.RequestID = failure.RequestID
	return r
}

// judge says what the status of our one number means. A request that Tencent's gateway accepted is
// not yet an SMS that was.
func (s *Sender) judge(response *api.SendSmsResponseParams, to string) Reply {
	if len(response.SendStatusSet) != 1 || response.SendStatusSet[0] == nil {
		return unclear("answer without the number's status")
	}
	status := response.SendStatusSet[0]
	if number := deref(status.PhoneNumber); number != "" && !sameDigits(number, to) {
		return unclear("answer for another number")
	}
	r := s.explain(deref(status.Code))
	if r.Kind == tencent.Accepted {
		r.Code, r.SerialNo = "Ok", deref(status.SerialNo)
	}
	return r
}

func (s *Sender) explain(code string) Reply {
	r := Reply{Meaning: tencent.Explain(tencent.SendSms, code, s.Now()), Code: code}
	switch r.Kind {
	case tencent.Busy:
		r.retry = later
	case tencent.KeyRefused:
		r.retry = otherKey
	case tencent.Unclear:
		r.Hint = HintUnclear
	}
	return r
}

// withKey says more of a key that was refused: its id may be none.
func (r Reply) withKey(key *tencent.Key) Reply {
	if r.Kind == tencent.KeyRefused && !strings.HasPrefix(key.GetSecretId(), "AKID") {
		r.Hint = "the secret's accessKeyId is none, as it doesn't begin with AKID: " + r.Hint
	}
	return r
}

// sameDigits compares numbers, with or without the plus sign.
func sameDigits(a, b string) bool {
	return strings.TrimPrefix(a, "+") == strings.TrimPrefix(b, "+")
}

// HintUnclear is the hint of a message of which nobody knows whether it was sent.
const HintUnclear = "the SMS may have been sent: look it up in Tencent's console by number or " +
	"by this requestId (SessionContext)"

func unclear(why string) Reply {
	return Reply{Meaning: tencent.Meaning{Kind: tencent.Unclear, Hint: HintUnclear}, Code: why}
}

// unavailable is a fault of which nobody knows the end.
func unavailable(hint string) Reply {
	return Reply{Meaning: tencent.Meaning{Kind: tencent.Unavailable, Hint: hint}}
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
