package cloudsim

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

const (
	maxNumbers  = 200 // in one request
	maxText     = 500 // characters of a message, signature included
	maxVariable = 6   // characters of a variable
	maxSession  = 512 // bytes from which a SessionContext is too long
)

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

// sendLocked sends to every number of the request. A refused number is an item of a successful
// response.
func (c *Cloud) sendLocked(q *call) (any, *apiError) {
	numbers := q.params["PhoneNumberSet"]
	switch {
	case len(numbers) == 0:
		return nil, refuse("MissingParameter.EmptyPhoneNumberSet")
	case len(numbers) > maxNumbers:
		return nil, refuse("LimitExceeded.PhoneNumberCountLimit")
	case repeated(numbers), len(q.params.get("SessionContext")) >= maxSession:
		return nil, refuse("InvalidParameter.InvalidParameters")
	}
	var response struct {
		SendStatusSet []sendStatus
		RequestId     string
	}
	both := mixed(numbers)
	for _, number := range numbers {
		status := c.sendOneLocked(q, number, both)
		if status.Code != "Ok" {
			q.record.Code = cmp.Or(q.record.Code, status.Code)
		}
		response.SendStatusSet = append(response.SendStatusSet, status)
	}
	response.RequestId = q.id()
	return response, nil
}

// repeated reports whether a number is there twice, in whatever forms.
func repeated(numbers []string) bool {
	seen := make(map[string]bool)
	for _, number := range numbers {
		e164, _ := parseNumber(number)
		seen[e164] = true
	}
	return len(seen) < len(numbers)
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

func (c *Cloud) sendOneLocked(q *call, number string, both bool) sendStatus {
	e164, ok := parseNumber(number)
	status := sendStatus{PhoneNumber: e164, SessionContext: q.params.get("SessionContext")}
	var text string
	var err *apiError
	switch fault := c.account.Numbers[e164]; {
	case !ok:
		err = refuse("InvalidParameterValue.IncorrectPhoneNumber")
	case q.fault.Kind == Refuse:
		err = q.fault.apiError()
	// A fault of the action precedes that of the number, even if it says behave.
	case fault.Kind == Refuse && !q.fault.ofAction:
		err = fault.apiError()
	default:
		var code string
		if text, code = c.composeLocked(q, isMainland(e164), both); code == "" {
			code = c.limitLocked(e164, text, q.now)
		}
		if code != "" {
			err = refuse(code)
		}
	}
	if err != nil {
		status.Code, status.Message = err.Code, err.Message
		return status
	}
	status.Code, status.Message, status.Fee = "Ok", "send success", segments(text)
	status.SerialNo = fmt.Sprintf("5000:10457106691570536578%08d", len(c.outbox)+1)
	c.outbox = append(c.outbox, Message{
		SerialNo:       status.SerialNo,
		PhoneNumber:    e164,
		SDKAppID:       q.params.get("SmsSdkAppId"),
		SignName:       q.params.get("SignName"),
		TemplateID:     q.params.get("TemplateId"),
		Params:         q.params["TemplateParamSet"],
		SenderID:       q.params.get("SenderId"),
		SessionContext: status.SessionContext,
		Text:           text,
		RequestID:      q.id(),
		KeyID:          q.key.SecretID,
		Time:           q.now,
		Answered:       q.fault.answers(),
		carrier:        c.carrier,
	})
	return status
}

// composeLocked fills the template for a destination. If it can't, it returns the code that says
// why.
func (c *Cloud) composeLocked(q *call, mainland, both bool) (text, code string) {
	if code := c.account.checkApp(q.params.get("SmsSdkAppId")); code != "" {
		return "", code
	}
	if both {
		return "", "UnsupportedOperation.ContainDomesticAndInternationalPhoneNumber"
	}

	id := q.params.get("TemplateId")
	templates := c.account.Templates
	i := slices.IndexFunc(templates, func(t Template) bool { return t.ID == id })
	if i < 0 || !templates[i].Approved {
		return "", "FailedOperation.TemplateIncorrectOrUnapproved"
	}
	template := templates[i]
	if mainland == template.International && !template.Everywhere {
		if mainland {
			return "", "UnsupportedOperation.GlobalTemplateToChineseMainlandPhone"
		}
		return "", "UnsupportedOperation.ChineseMainlandTemplateToGlobalPhone"
	}
	sign := q.params.get("SignName")
	if code := c.account.checkSender(sign, q.params.get("SenderId"), mainland); code != "" {
		return "", code
	}

	values := q.params["TemplateParamSet"]
	if len(values) != variables(template.Text) {
		return "", "FailedOperation.TemplateParamSetNotMatchApprovedTemplate"
	}
	for _, value := range values {
		if code := checkValue(template.Type, value); code != "" {
			return "", code
		}
	}
	text = fill(template.Text, values)
	if sign != "" {
		text = "【" + sign + "】" + text
	}
	if utf8.RuneCountInString(text) > maxText {
		return "", "InvalidParameterValue.ContentLengthLimit"
	}
	return text, ""
}

// checkSender checks the signature and the sender id.
func (a *Account) checkSender(sign, senderID string, mainland bool) (code string) {
	approved := func(international bool) bool {
		return slices.ContainsFunc(a.Signs, func(s Sign) bool {
			return s.Name == sign && s.International == international && s.Approved
		})
	}
	switch {
	case sign != "" && !approved(!mainland) && approved(mainland):
		return "UnsupportedOperation.ContainDomesticAndInternationalPhoneNumber"
	case (mainland || sign != "") && !approved(!mainland):
		return "FailedOperation.SignatureIncorrectOrUnapproved"
	case !mainland && senderID != "" && !slices.Contains(a.SenderIDs, senderID):
		return "FailedOperation.ParametersOtherError"
	}
	return ""
}

func checkValue(templateType, value string) (code string) {
	if templateType != Notification {
		if len(value) > maxVariable || strings.Trim(value, "0123456789") != "" {
			return "InvalidParameterValue.TemplateParameterFormatError"
		}
		return ""
	}
	for _, mark := range []string{"://", "www.", ".com", ".cn", ".net"} {
		if strings.Contains(strings.ToLower(value), mark) {
			return "InvalidParameterValue.ProhibitedUseUrlInTemplateParameter"
		}
	}
	if utf8.RuneCountInString(value) > maxVariable {
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
