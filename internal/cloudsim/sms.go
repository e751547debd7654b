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

// maxSession is where a SessionContext in bytes becomes too long.
const maxSession = 512

type sendResponse struct {
	SendStatusSet []sendStatus
	RequestId     string
}

// sendStatus is what came of one number, in Tencent's order of fields.
type sendStatus struct {
	SerialNo       string
	PhoneNumber    string
	Fee            int
	SessionContext string
	Code           string
	Message        string
	IsoCode        string
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

// sendLocked sends to every number of the request. A number that is refused is
// an item of a successful response; code is that of the first one.
func (c *Cloud) sendLocked(q *call, key Key, fault Fault) (response *sendResponse, code string, err *apiError) {
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

	s := sending{cloud: c, call: q, key: key, params: p, fault: fault, mixed: mixed(numbers)}
	response = &sendResponse{RequestId: q.id()}
	for _, number := range numbers {
		status := s.send(number)
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

// sending is one SendSms request under the cloud's lock.
type sending struct {
	cloud  *Cloud
	call   *call
	key    Key
	params params
	fault  Fault
	mixed  bool
}

func (s *sending) send(number string) sendStatus {
	e164, ok := parseNumber(number)
	if !ok {
		return s.refused(e164, refuse("InvalidParameterValue.IncorrectPhoneNumber"))
	}
	if s.fault.Kind == Refuse {
		return s.refused(e164, s.fault.apiError())
	}
	// A number's own fault gives way to a scripted one, even to one that says behave.
	if f := s.cloud.account.Numbers[e164]; f.Kind == Refuse && !s.fault.due {
		return s.refused(e164, f.apiError())
	}
	app, text, code := s.compose(isMainland(e164))
	if code != "" {
		return s.refused(e164, refuse(code))
	}
	fee := segments(text)
	usage, now := &s.cloud.usage, s.call.now
	if code := usage.limit(&s.cloud.account, app, e164, text, fee, now); code != "" {
		return s.refused(e164, refuse(code))
	}

	usage.add(app, e164, text, fee, now)
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
		IsoCode:        isoCode(e164),
	}
}

func (s *sending) refused(e164 string, why *apiError) sendStatus {
	status := sendStatus{
		PhoneNumber:    e164,
		SessionContext: s.params.get("SessionContext"),
		Code:           why.Code,
		Message:        why.Message,
	}
	if strings.HasPrefix(why.Code, "LimitExceeded.") {
		status.IsoCode = isoCode(e164)
	}
	return status
}

// compose finds the app and fills the template for a destination, or returns the
// code that says why it can't.
func (s *sending) compose(mainland bool) (app *App, text, code string) {
	account := &s.cloud.account
	i := slices.IndexFunc(account.Apps, func(a App) bool { return a.SDKAppID == s.params.get("SmsSdkAppId") })
	if i < 0 {
		return nil, "", "UnauthorizedOperation.SmsSdkAppIdVerifyFail"
	}
	app = &account.Apps[i]
	if app.Disabled {
		return nil, "", "UnauthorizedOperation.SdkAppIdIsDisabled"
	}
	if s.mixed {
		return nil, "", "UnsupportedOperation.ContainDomesticAndInternationalPhoneNumber"
	}

	i = slices.IndexFunc(account.Templates, func(t Template) bool { return t.ID == s.params.get("TemplateId") })
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
	if hour := inShanghai(s.call.now).Hour(); template.kind() == Marketing && (hour < 8 || hour >= 22) {
		return nil, "", "FailedOperation.MarketingSendTimeConstraint"
	}
	if code := s.checkSender(mainland); code != "" {
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

// checkSender checks who the message says it is from.
func (s *sending) checkSender(mainland bool) string {
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
	if id := s.params.get("SenderId"); !mainland && id != "" && !slices.Contains(account.SenderIDs, id) {
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

// fill replaces all variables at once, so that a value can't be taken for one.
func fill(text string, values []string) string {
	var pairs []string
	for i, value := range values {
		pairs = append(pairs, variable(i+1), value)
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

func variable(n int) string { return "{" + strconv.Itoa(n) + "}" }

// segments is what a text costs: 160 characters if they are ASCII, else 70, and
// somewhat fewer in each segment of a longer one.
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
