package dependability

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"scf-sms/internal/callersim"
	"scf-sms/internal/cloudsim"
)

// What testdata's secret has for the callers that sign.
const (
	supabaseSecret = "v1,whsec_ZXhhbXBsZSBTdXBhYmFzZSBob29rIHNlY3JldCAwMDE="
	zitadelKey     = "ExampleZitadelSigningKey000000000001"
)

// hiddenRequest is a request of which no part may be seen again.
func hiddenRequest() []byte {
	body := fmt.Sprintf(
		`{"to": %q, "type": "SignIn", "payload": {"code": %q}, "ip": "203.0.113.7", "note": %q}`,
		hiddenNumber, hiddenCode, hiddenText)
	return event(map[string]string{"authorization": goodToken}, body)
}

// hostile returns events that try to have secrets printed.
func hostile() [][]byte {
	good := map[string]string{"authorization": goodToken}
	message := func(to, usageType, payload string) string {
		return fmt.Sprintf(`{"to": %s, "type": %s, "payload": %s}`, to, usageType, payload)
	}
	quote := func(text string) string { return `"` + text + `"` }
	to, code, signIn := quote(hiddenNumber), `{"code": "`+hiddenCode+`"}`, `"SignIn"`
	// coded is a message with more in its payload than the code.
	coded := func(more string) string {
		return message(to, signIn, `{"code": "`+hiddenCode+`", `+more+`}`)
	}
	// post is an event whose headers and body are written by hand.
	post := func(authorization, rest string) []byte {
		return []byte(`{"httpMethod": "POST", "headers": {"authorization": ` + authorization +
			`}, ` + rest + `}`)
	}
	inBase64 := base64.StdEncoding.EncodeToString([]byte(message(to, signIn, code)))
	all := [][]byte{
		[]byte(hiddenText), []byte(quote(hiddenText)), []byte(`{"` + hiddenText),
		[]byte(`{"body": ["` + hiddenText + `"], "httpMethod": "POST"}`),
		[]byte(`{"httpMethod": "` + hiddenText + `"}`),
		[]byte(`{"httpMethod": "` + hiddenNumber + `", "path": "` + hiddenText + `"}`),
		post(`["`+hiddenToken+`", "`+goodToken+`"]`, `"body": ""`),
		post(quote(goodToken), `"isBase64Encoded": true, "body": "`+hiddenText+`!"`),
		post(quote(goodToken), `"isBase64Encoded": true, "body": "`+inBase64+`"`),
	}
	for _, token := range []string{
		hiddenToken, "", goodToken + "x", strings.ToLower(goodToken), " " + goodToken,
		strings.Repeat(hiddenToken, 1000),
	} {
		headers := map[string]string{"authorization": token}
		all = append(all, event(headers, message(to, signIn, code)))
	}
	for _, body := range []string{
		"", hiddenText, quote(hiddenText), `{"` + hiddenText, `["` + hiddenText + `"]`,
		`{"to": "` + hiddenText + `"`,
		message(quote(hiddenText), signIn, code),
		message(hiddenNumber, signIn, code),
		message(quote("+0"+hiddenNumber), signIn, code),
		message(quote(hiddenNumber+hiddenNumber), signIn, code),
		message(quote("+"+hiddenNumber[:9]), signIn, code),
		message(to, quote(hiddenNumber), code),
		message(to, quote("+"+hiddenNumber), code),
		message(to, hiddenCode, code),
		message(to, quote(hiddenCode), code),
		message(to, quote(strings.Repeat(hiddenCode, 100)), code),
		message(to, signIn, quote(hiddenText)),
		message(to, signIn, hiddenCode),
		message(to, signIn, `{"code": `+hiddenCode+`}`),
		message(to, signIn, `{"code": "`+hiddenText+`"}`),
		message(to, signIn, `{"code": "`+hiddenNumber+`"}`),
		coded(`"locale": "` + hiddenCode + `", ` +
			`"uiLocales": "` + hiddenNumber + ` ` + hiddenText + `"`),
		coded(`"locale": "en-` + hiddenCode + `"`),
		coded(`"locale": "` + hiddenNumber + `"`),
		coded(`"locale": "zh-1-3-9-9-8-7-6-5-4-3-2"`),
		coded(`"locale": "zh\n` + hiddenCode + `"`),
		strings.Repeat(hiddenText, 20_000),
	} {
		all = append(all, event(good, body))
	}
	return all
}

// sample is an event of testdata, and what is secret about it.
type sample struct {
	payload []byte
	secrets []string
}

// readEvents reads the events of testdata.
func readEvents(t *testing.T) []sample {
	files, err := filepath.Glob(filepath.Join(root, "testdata", "events", "*.json"))
	require.NoError(t, err)
	var all []sample
	for _, file := range files {
		if strings.HasSuffix(file, ".want.json") || strings.HasSuffix(file, ".before.json") {
			continue
		}
		payload, err := os.ReadFile(file)
		require.NoError(t, err)
		payload, err = callersim.Fill(payload, func(field string) string {
			return map[string]string{"supabase": supabaseSecret, "zitadel": zitadelKey}[field]
		}, time.Now())
		require.NoError(t, err)
		e := sample{payload: payload}
		var fields struct{ Body string }
		json.Unmarshal(payload, &fields)
		text := []byte(fields.Body)
		if decoded, err := base64.StdEncoding.DecodeString(fields.Body); err == nil {
			text = decoded
		}
		e.secrets = personal(text)
		if len(fields.Body) > 20 {
			e.secrets = append(e.secrets, fields.Body[:20], fields.Body[len(fields.Body)-20:])
		}
		all = append(all, e)
	}
	require.Greater(t, len(all), 50)
	return all
}

// personal returns what is secret in the body of any caller.
func personal(body []byte) (secrets []string) {
	var m struct {
		To, Code any
		Payload  struct{ Code any }
		SMS      struct{ OTP, Phone string }
		User     struct {
			ID, Phone, Email string
			NewPhone         string `json:"new_phone"`
		}
		ContextInfo struct{ RecipientPhoneNumber string }
		Args        struct{ OTP, Code, UserName, PreferredLoginName string }
	}
	json.Unmarshal(body, &m)
	to, _ := m.To.(string)
	for _, number := range []string{
		to, m.SMS.Phone, m.User.Phone, m.User.NewPhone, m.ContextInfo.RecipientPhoneNumber,
	} {
		secrets = append(secrets, parts(number)...)
	}
	for _, text := range []any{m.Code, m.Payload.Code, m.SMS.OTP, m.Args.OTP, m.Args.Code,
		m.User.ID, m.User.Email, m.Args.PreferredLoginName} {
		// Every serial number holds zeros.
		if text, ok := text.(string); ok && text != "" && text != "000000" {
			secrets = append(secrets, text)
		}
	}
	return secrets
}

// parts returns what no output may hold of a number: any five digits in a row, and the number as it
// was written.
func parts(number string) []string {
	digits := strings.Map(func(r rune) rune {
		if r < '0' || '9' < r {
			return -1
		}
		return r
	}, number)
	var all []string
	for i := 0; i+5 <= len(digits); i++ {
		if part := digits[i : i+5]; strings.Count(part, "0") < 4 { // every id holds zeros
			all = append(all, part)
		}
	}
	if digits != number && number != "" {
		all = append(all, number)
	}
	return all
}

// unsolicited is a server that sends the beginning of a second answer after each answer to SendSms.
// net/http would print that.
type unsolicited struct {
	url  string
	hung sync.WaitGroup // connections with such an answer, until the client hangs up
	said chan struct{}
}

func newUnsolicited(t *testing.T, cloud http.Handler) *unsolicited {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	u := &unsolicited{url: "http://" + listener.Addr().String(), said: make(chan struct{}, 100)}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go u.serve(conn, cloud)
		}
	}()
	return u
}

func (u *unsolicited) serve(conn net.Conn, cloud http.Handler) {
	defer conn.Close()
	reader := bufio.NewReader(conn)
	for {
		request, err := http.ReadRequest(reader)
		if err != nil {
			return
		}
		isSend := request.Header.Get("X-TC-Action") == cloudsim.SendSms
		recorder := httptest.NewRecorder()
		cloud.ServeHTTP(recorder, request)
		response := recorder.Result()
		response.ContentLength = int64(recorder.Body.Len())
		response.Write(conn)
		if !isSend {
			continue
		}
		u.hung.Add(1)
		u.said <- struct{}{}
		fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n%s %s %s",
			hiddenText, hiddenNumber, hiddenCode)
		reader.ReadByte() // the end
		u.hung.Done()
		return
	}
}

// wait waits until the function has read the second answer, and hung up.
func (u *unsolicited) wait() {
	<-u.said
	u.hung.Wait()
}
