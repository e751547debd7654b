package cloudsim

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxNumbers is how many numbers one request may name.
const maxNumbers = 200

// maxText is the length of a message in characters, signature included.
const maxText = 500

// maxSession is the length in bytes from which a SessionContext is too long.
const maxSession = 512

type sendResponse struct {
	SendStatusSet []sendStatus
	RequestId     string
}

// sendStatus is the outcome of one number, in Tencent's order of fields.
type sendStatus struct {
	SerialNo       string
	PhoneNumber    string
	Fee            int
	SessionContext string
	Code           string
	Message        string
	IsoCode        string // always empty
}

func parseSend(body []byte) (params, *apiError) {
	return parseParams(body, []field{
		{name: "PhoneNumberSet", list: true, required: true},
		{name: "SmsSdkAppId", required: true},
		{name: "TemplateId", required: true},
		{name: "SignName"},
		{name: "TemplateParamSet", list: true},
		{name: "ExtendCode"},
		{name: "SessionContext"},
		{name: "SenderId"},
	})
}

// sendLocked sends to every number of the request. A refused number is an item of a successful
// response; code is that of the first one.
func (c *Cloud) sendLocked(
	q *call, key Key, fault Fault,
) (response *sendResponse, code string, err *apiError) {
	p, err := parseSend(q.body)
	if err != nil {
		return nil, "", err
	}
	numbers := p["PhoneNumberSet"]
	if len(numbers) == 0 {
		return nil, "", refuse("MissingParameter.EmptyPhoneNumberSet")
	}
	if len(numbers) > maxNumbers {
		return nil, "", refuse("LimitExceeded.PhoneNumberCountLimit")
	}
	if len(p.get("SessionContext")) >= maxSession {
		return nil, "", refuse("InvalidParameter.InvalidParameters")
	}

	s := sending{c, q, key, p, fault, mixed(numbers)}
	response = &sendResponse{RequestId: q.id()}
	for _, number := range numbers {
		status := s.sendOneLocked(number)
		if status.Code != "Ok" && code == "" {
			code = status.Code
		}
		response.SendStatusSet = append(response.SendStatusSet, status)
	}
	return response, code, nil
}

// mixed reports whether there are numbers inside and outside the mainland.
func mixed(numbers []string) bool {
	var inside, outside bool
	for _, number := range numbers {
		e164, ok := parseNumber(number)
		inside = inside || ok && isMainland(e164)
		outside = outside || ok && !isMainland(e164)
	}
	return inside && outside
}

// sending is one SendSms request.
type sending struct {
	cloud  *Cloud
	call   *call
	key    Key
	params params
	fault  Fault
	mixed  bool
}

func (s *sending) sendOneLocked(number string) sendStatus {
	e164, ok := parseNumber(number)
	if !ok {
		return s.refused(e164, refuse("InvalidParameterValue.IncorrectPhoneNumber"))
	}
	if s.fault.Kind == Refuse {
		return s.refused(e164, s.fault.apiError())
	}
	// A fault of the action precedes that of the number, even if it says behave.
	if f := s.cloud.account.Numbers[e164]; f.Kind == Refuse && !s.fault.ofAction {
		return s.refused(e164, f.apiError())
	}
	app, text, code := s.composeLocked(isMainland(e164))
	if code != "" {
		return s.refused(e164, refuse(code))
	}
	fee := segments(text)
	sent, now := &s.cloud.sent, s.call.now
	if code := sent.exceeds(&s.cloud.account, app, e164, text, fee, now); code != "" {
		return s.refused(e164, refuse(code))
	}

	sent.add(app, e164, text, fee, now)
	serial := s.cloud.deliverLocked(Message{
		PhoneNumber:    e164,
		SDKAppID:       app.SDKAppID,
		SignName:       s.params.get("SignName"),
		TemplateID:     s.params.get("TemplateId"),
		Params:         s.params["TemplateParamSet"],
		SenderID:       s.params.get("SenderId"),
		SessionContext: s.params.get("SessionContext"),
		Text:           text,
		RequestID:      s.call.id(),
		KeyID:          s.key.SecretID,
		Time:           now,
		Answered:       s.fault.answers(),
	})
	return sendStatus{
		SerialNo:       serial,
		PhoneNumber:    e164,
		Fee:            fee,
		SessionContext: s.params.get("SessionContext"),
		Code:           "Ok",
		Message:        "send success",
	}
}

func (s *sending) refused(e164 string, why *apiError) sendStatus {
	return sendStatus{
		PhoneNumber:    e164,
		SessionContext: s.params.get("SessionContext"),
		Code:           why.Code,
		Message:        why.Message,
	}
}

// composeLocked finds the app and fills the template for a destination. If it can't, it returns the
// code that says why.
func (s *sending) composeLocked(mainland bool) (app *App, text, code string) {
	account := &s.cloud.account
	if app, code = account.app(s.params.get("SmsSdkAppId")); code != "" {
		return nil, "", code
	}
	if s.mixed {
		return nil, "", "UnsupportedOperation.ContainDomesticAndInternationalPhoneNumber"
	}

	id := s.params.get("TemplateId")
	i := slices.IndexFunc(account.Templates, func(t Template) bool { return t.ID == id })
	if i < 0 || !account.Templates[i].Approved {
		return nil, "", "FailedOperation.TemplateIncorrectOrUnapproved"
	}
	template := &account.Templates[i]
	if mainland && template.International && !template.Everywhere {
		return nil, "", "UnsupportedOperation.GlobalTemplateToChineseMainlandPhone"
	}
	if !mainland && !template.International && !template.Everywhere {
		return nil, "", "UnsupportedOperation.ChineseMainlandTemplateToGlobalPhone"
	}
	hour := inShanghai(s.call.now).Hour()
	if template.kind() == Marketing && (hour < 8 || hour >= 22) {
		return nil, "", "FailedOperation.MarketingSendTimeConstraint"
	}
	if code := s.checkSenderLocked(mainland); code != "" {
		return nil, "", code
	}

	values := s.params["TemplateParamSet"]
	if len(values) != variables(template.Text) {
		return nil, "", "FailedOperation.TemplateParamSetNotMatchApprovedTemplate"
	}
	for _, value := range values {
		if code := checkValue(template, account.Limits, value); code != "" {
			return nil, "", code
		}
	}
	text = fill(template.Text, values)
	if sign := s.params.get("SignName"); sign != "" {
		text = "【" + sign + "】" + text
	}
	if utf8.RuneCountInString(text) > maxText {
		return nil, "", "InvalidParameterValue.ContentLengthLimit"
	}
	return app, text, ""
}

// checkSenderLocked checks the signature and the sender id.
func (s *sending) checkSenderLocked(mainland bool) string {
	account := &s.cloud.account
	sign := s.params.get("SignName")
	approved := func(international bool) bool {
		return slices.ContainsFunc(account.Signs, func(s Sign) bool {
			return s.Name == sign && s.International == international && s.Approved
		})
	}
	if sign != "" && !approved(!mainland) && approved(mainland) {
		return "UnsupportedOperation.ContainDomesticAndInternationalPhoneNumber"
	}
	if (mainland || sign != "") && !approved(!mainland) {
		return "FailedOperation.SignatureIncorrectOrUnapproved"
	}
	id := s.params.get("SenderId")
	if !mainland && id != "" && !slices.Contains(account.SenderIDs, id) {
		return "FailedOperation.ParametersOtherError"
	}
	return ""
}

func checkValue(template *Template, limits Limits, value string) string {
	if template.kind() == Verification {
		if len(value) > 6 || strings.Trim(value, "0123456789") != "" {
			return "InvalidParameterValue.TemplateParameterFormatError"
		}
		return ""
	}
	for _, mark := range []string{"://", "www.", ".com", ".cn", ".net"} {
		if strings.Contains(strings.ToLower(value), mark) {
			return "InvalidParameterValue.ProhibitedUseUrlInTemplateParameter"
		}
	}
	if longest := limits.paramLength(); longest >= 0 && utf8.RuneCountInString(value) > longest {
		return "InvalidParameterValue.TemplateParameterLengthLimit"
	}
	return ""
}

// variables counts {1}, {2}, …; Tencent approves no template with gaps.
func variables(text string) int {
	n := 0
	for strings.Contains(text, variable(n+1)) {
		n++
	}
	return n
}

// fill replaces all variables at once, so that a value such as {2} stays as it is.
func fill(text string, values []string) string {
	var pairs []string
	for i, value := range values {
		pairs = append(pairs, variable(i+1), value)
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

func variable(n int) string { return "{" + strconv.Itoa(n) + "}" }

// segments is what a text costs: one segment holds 160 ASCII characters or 70 others, and somewhat
// fewer if the text needs several.
func segments(text string) int {
	single, part := 160, 153
	if strings.ContainsFunc(text, func(r rune) bool { return r >= utf8.RuneSelf }) {
		single, part = 70, 67
	}
	n := utf8.RuneCountInString(text)
	if n <= single {
		return 1
	}
	return (n + part - 1) / part
}
