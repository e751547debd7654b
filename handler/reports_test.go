package handler_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// reportsWith is the event in which Tencent posts a body of delivery reports, with changes.
func reportsWith(body string, changes ...fields) []byte {
	event := fields{
		"headers": fields{"authorization": absent}, "queryString": fields{"reports": reportsKey}, "body": body,
	}
	return eventWith(append([]fields{event}, changes...)...)
}

// reportWith is a report as Tencent's documents have it, with changes.
func reportWith(changes ...fields) fields {
	return merge(fields{
		"user_receive_time": "2026-11-25 08:03:04", "nationcode": "86", "mobile": toMainland[2:],
		"report_status": "SUCCESS", "errmsg": "DELIVRD", "description": "用户短信送达成功", "sid": "2845:serial-a",
	}, changes...)
}

func TestReports_eachIsALine(t *testing.T) {
	t.Parallel()
	type line = map[string]any
	const unreadable = "the entry can't be read: it has no sid or no report_status"
	plain := line{"serialNo": "2845:serial-a", "delivered": 1.0, "reason": "DELIVRD", "callingCode": 86.0,
		"numberEnds": "53", "receivedAt": "2026-11-25T08:03:04+08:00"}
	but := func(changes line) line {
		l := line(merge(fields(plain), fields(changes)))
		return l
	}
	for _, tt := range []struct {
		name  string
		entry any
		want  line
	}{
		{"delivered", reportWith(), plain},
		{"not delivered", reportWith(fields{"report_status": "FAIL", "errmsg": "MK:0013", "description": "空号"}),
			but(line{"delivered": 0.0, "reason": "MK:0013"})},
		{"abroad", reportWith(fields{"nationcode": "1", "mobile": toAmerica[1:]}), but(line{"callingCode": 1.0, "numberEnds": "87"})},
		{"a calling code with a plus sign", reportWith(fields{"nationcode": "+86"}), plain},
		{"a number with one", reportWith(fields{"mobile": "+" + toMainland, "sid": toMainland, "errmsg": toMainland}),
			but(line{"serialNo": "(not shown)", "reason": absent})},
		{"a reason of two words", reportWith(fields{"errmsg": "user said no"}), but(line{"reason": absent})},
		{"a reason in Chinese", reportWith(fields{"errmsg": "空号"}), but(line{"reason": absent})},
		{"a reason of 32 characters", reportWith(fields{"errmsg": strings.Repeat("x", 32)}), but(line{"reason": strings.Repeat("x", 32)})},
		{"a longer one", reportWith(fields{"errmsg": strings.Repeat("x", 33)}), but(line{"reason": absent})},
		{"a reason that repeats the number", reportWith(fields{"errmsg": "to:" + toMainland}), but(line{"reason": absent})},
		{"a number in the id", reportWith(fields{"sid": "2845:" + toMainland}), but(line{"serialNo": "(not shown)"})},
		{"a number with a plus sign, repeated without its calling code",
			reportWith(fields{"mobile": "+" + toMainland, "sid": "2845:" + toMainland[2:], "errmsg": "to:" + toMainland[2:]}),
			but(line{"serialNo": "(not shown)", "reason": absent})},
		{"a number repeated with zeros before it",
			reportWith(fields{"sid": "2845:0" + toMainland[2:], "errmsg": "00" + toMainland}),
			but(line{"serialNo": "(not shown)", "reason": absent})},
		{"a number in groups, repeated in one",
			reportWith(fields{"mobile": "+86 136-8197 4253", "sid": "2845:" + toMainland[2:], "errmsg": toMainland[2:]}),
			but(line{"serialNo": "(not shown)", "reason": absent, "numberEnds": absent})},
		{"a number in full-width digits, repeated in others",
			reportWith(fields{"mobile": "１３６８１９７４２５３", "sid": "2845:" + toMainland[2:], "errmsg": toMainland[2:]}),
			but(line{"serialNo": "(not shown)", "reason": absent, "numberEnds": absent})},
		{"a number that isn't a text, repeated in one",
			reportWith(fields{"mobile": json.Number(toMainland[2:]), "sid": "2845:" + toMainland[2:], "errmsg": toMainland[2:]}),
			but(line{"serialNo": "(not shown)", "reason": absent, "numberEnds": absent})},
		{"a few of the number's digits in the id and the reason",
			reportWith(fields{"sid": "2845:4253", "errmsg": "ID:4253"}),
			but(line{"serialNo": "2845:4253", "reason": "ID:4253"})},
		{"another form of time", reportWith(fields{"user_receive_time": "25.11.2026"}), but(line{"receivedAt": absent})},
		{"no time", reportWith(fields{"user_receive_time": absent}), but(line{"receivedAt": absent})},
		{"no number", reportWith(fields{"mobile": absent}), but(line{"numberEnds": absent})},
		{"a number that's none", reportWith(fields{"mobile": "nobody's"}), but(line{"numberEnds": absent})},
		{"a short one", reportWith(fields{"mobile": "123456"}), but(line{"numberEnds": absent})},
		{"no calling code", reportWith(fields{"nationcode": absent}), but(line{"callingCode": absent})},
		{"a calling code that's none", reportWith(fields{"nationcode": "China"}), but(line{"callingCode": absent})},
		{"no id", reportWith(fields{"sid": absent}), line{"hint": unreadable}},
		{"no status", reportWith(fields{"report_status": absent}), line{"hint": unreadable}},
		{"no object", "nonsense", line{"hint": unreadable}},
		{"null", nil, line{"hint": unreadable}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			e, requests := newAccepting(t)
			// Another entry beside it is none the worse for it.
			raw, err := e.Invoke(invocation(t.Context(), requestID), reportsWith(toJSON([]any{tt.entry, reportWith()})))
			require.NoError(t, err)
			log := takeLog(e.log)
			requireNothingPrivate(t, reportsWith(toJSON([]any{tt.entry})), string(raw)+log)
			var lines []line
			for text := range strings.Lines(log) {
				var l line
				require.NoError(t, json.Unmarshal([]byte(text), &l))
				if l["msg"] == "report" {
					require.Equal(t, "INFO", l["level"])
					require.Equal(t, requestID, l["requestId"])
					delete(l, "level")
					delete(l, "msg")
					delete(l, "requestId")
					lines = append(lines, l)
				}
			}
			require.Equal(t, []line{tt.want, plain}, lines)
			a := readAnswer(t, raw, log)
			require.Equal(t, "reports", a.outcome())
			require.Equal(t, "reports", a.logged("caller"))
			require.Equal(t, "2", a.logged("count"))
			require.JSONEq(t, `{"result":0,"errmsg":"OK"}`, a.Body)
			require.Zero(t, *requests)
		})
	}
}

func TestReports_answers(t *testing.T) {
	t.Parallel()
	const notList = `{"result":1,"errmsg":"the body is not a JSON list"}`
	for _, tt := range []struct {
		name    string
		event   []byte
		outcome string
		status  int
		body    string
	}{
		{"none", reportsWith("[]"), "reports", 200, `{"result":0,"errmsg":"OK"}`},
		{"in base64", reportsWith("", inBase64(toJSON([]any{reportWith()}))), "reports", 200, `{"result":0,"errmsg":"OK"}`},
		{"behind a byte order mark", reportsWith("\ufeff[]"), "reports", 200, `{"result":0,"errmsg":"OK"}`},
		{"an object", reportsWith("{}"), "bad_request", 400, notList},
		{"null", reportsWith("null"), "bad_request", 400, notList},
		{"nothing", reportsWith(""), "bad_request", 400, notList},
		{"no base64", reportsWith("!", fields{"isBase64Encoded": true}), "bad_request", 400,
			`{"result":1,"errmsg":"the body is not base64"}`},
		{"another key", reportsWith("[]", fields{"queryString": fields{"reports": reportsKey + "x"}}), "unauthorized", 401,
			"The code could not be sent. Please contact support if this continues. (" + requestID[:8] + ")"},
		{"GET", reportsWith("[]", fields{"httpMethod": "GET"}), "method_not_allowed", 405,
			"The code could not be sent. Please contact support if this continues. (" + requestID[:8] + ")"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			e, _ := newAccepting(t)
			a := e.invoke(t, tt.event)
			require.Equal(t, tt.outcome, a.outcome())
			require.Equal(t, tt.status, a.StatusCode)
			require.Equal(t, tt.body, a.Body)
		})
	}
}
