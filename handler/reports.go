package handler

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"scf-sms/internal/rawjson"
	"scf-sms/internal/redact"
	"scf-sms/secrets"
)

// reportsParameter is the parameter of the query string that has Tencent's proof.
const reportsParameter = "reports"

// reports is Tencent Cloud, which posts what became of messages to a URL that is set in the SMS
// console (https://cloud.tencent.com/document/product/382/5807):
//
//	[{"user_receive_time": "2026-11-25 08:03:04", "nationcode": "86", "mobile": "13800138000",
//	  "report_status": "SUCCESS", "errmsg": "DELIVRD", "description": "…", "sid": "2845:…"}]
//
// It sends no header of ours, so its proof stands in the URL: ?reports=KEY.
func reports() caller {
	return caller{
		name: "reports", maxBody: 256 << 10,
		prove: reportsProof, read: reportsMessage, tell: reportsAnswer,
	}
}

func reportsProof(req *request, _ []byte) credential {
	key := req.query().one(reportsParameter)
	if utf8.RuneCountInString(key) < secrets.MinReportsKey {
		return credential{malformed: "reports in the query string has fewer than 16 characters, " +
			"or is there twice"}
	}
	why := noField(secrets.Reports)
	return credential{
		Proof: secrets.Proof{Field: secrets.Reports, Matches: func(values []string) bool {
			why = "reports in the query string is not the secret's"
			return equalsOneOf(key, values)
		}},
		rejected: func() string { return why },
	}
}

// report is what became of a message. It holds no more than may be logged.
type report struct {
	serialNo    string // as the invocation's line has it; "": the entry can't be read
	delivered   bool
	reason      string // the carrier's word; "" if it is none
	callingCode int64  // 0: not known
	numberEnds  string
	receivedAt  string // RFC 3339
}

func reportsMessage(body []byte, _ parameters) (m message, err error) {
	var entries []json.RawMessage
	body = withoutMark(body)
	if json.Unmarshal(body, &entries) != nil || entries == nil {
		return message{}, errors.New("the body is not a JSON list")
	}
	m.reports = make([]report, len(entries))
	for i, entry := range entries {
		m.reports[i] = readReport(entry)
	}
	return m, nil
}

func readReport(entry json.RawMessage) (r report) {
	sid, status := text(entry, "sid"), text(entry, "report_status")
	if sid == "" || status == "" {
		return report{}
	}
	code, mobile := bare(text(entry, "nationcode")), bare(text(entry, "mobile"))
	end := endOf(rawjson.Get(entry, "mobile"))
	if r.serialNo = redact.ID(sid, mobile, code+mobile); end != "" && strings.Contains(sid, end) {
		r.serialNo = redact.Hidden
	}
	r.delivered = status == "SUCCESS"
	if n, err := strconv.ParseUint(code, 10, 10); err == nil {
		r.callingCode = int64(n)
	}
	const digits = "0123456789"
	if len(mobile) > 6 && strings.Trim(mobile, digits) == "" {
		r.numberEnds = mobile[len(mobile)-2:]
	}
	// A carrier's word, such as DELIVRD or MK:0013.
	const inWord = digits + "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ:_-"
	reason := text(entry, "errmsg")
	if len(reason) <= 32 && strings.Trim(reason, inWord) == "" &&
		(mobile == "" || !strings.Contains(reason, mobile)) &&
		(end == "" || !strings.Contains(reason, end)) {
		r.reason = reason
	}
	china := time.FixedZone("", 8*60*60) // which Tencent doesn't say
	at, err := time.ParseInLocation(time.DateTime, text(entry, "user_receive_time"), china)
	if err == nil {
		r.receivedAt = at.Format(time.RFC3339)
	}
	return r
}

// endOf returns the last eight digits of a number, whatever stands between them, "" where there are
// fewer than seven. They find it in any of its forms: with and without its calling code, zeros or
// blanks. In a serial number they stand by chance once in a million reports.
func endOf(number json.RawMessage) string {
	text, ok := rawjson.String(number)
	if !ok {
		text = string(number)
	}
	found := strings.Map(func(r rune) rune {
		if '０' <= r && r <= '９' {
			r += '0' - '０'
		}
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, text)
	if len(found) < 7 {
		return ""
	}
	return found[max(0, len(found)-8):]
}

// attrs are what the line of a report says. Its serialNo is that of the line of the invocation that
// sent the message.
func (r *report) attrs(requestID string) (attrs attributes) {
	attrs.text("requestId", requestID)
	if r.serialNo == "" {
		attrs.text("hint", "the entry can't be read: it has no sid or no report_status")
		return attrs
	}
	attrs.text("serialNo", r.serialNo)
	attrs.number("delivered", oneIf(r.delivered))
	attrs.text("reason", r.reason)
	if r.callingCode != 0 {
		attrs.number("callingCode", r.callingCode)
	}
	attrs.text("numberEnds", r.numberEnds)
	attrs.text("receivedAt", r.receivedAt)
	return attrs
}

// reportsAnswer answers as Tencent's documents want it. It has no one to speak to.
func reportsAnswer(req *request, out *outcome) response {
	r := answer(req, out, out.sentence())
	switch r.StatusCode {
	case http.StatusOK:
		r.json(reportsResult{0, "OK"})
	case http.StatusBadRequest:
		r.json(reportsResult{1, out.hint})
	}
	return r
}

// reportsResult is what Tencent reads.
type reportsResult struct {
	Result int    `json:"result"`
	Text   string `json:"errmsg"`
}
