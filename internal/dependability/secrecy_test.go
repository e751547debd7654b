package dependability

import (
	"bufio"
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"scf-sms/internal/cloudsim"
	"scf-sms/internal/scfhost"
	"scf-sms/internal/simulation"
)

// What no log and no answer may hold, beside what the account and the events of testdata hold of it.
const (
	spyNumber = "8613998765432"
	spyCode   = "739164"
	spyText   = "gossip"          // stands in every body, and in every text that a server makes up
	spyToken  = "Bearer gossiper" // of somebody who is not let in
)

// Whatever the function meets, and however it is set up, it gives nothing away: not in its log, on standard error or in an
// answer.
func TestNothingSecretIsEverPrinted(t *testing.T) {
	t.Parallel()
	events := readEvents(t)
	for name, setting := range map[string]struct {
		env    map[string]string
		secret string // instead of the account's
		works  bool   // so that what the cloud answers matters
	}{
		"as in testdata": {works: true},
		"LOG_LEVEL debug, and a secret that is always stale": {works: true, env: map[string]string{
			"LOG_LEVEL": "debug", "SECRET_TTL": "1ns", "BARE_NUMBERS": "china", "SENDER_ID": "Example"}},
		"no template for the usual types": {env: map[string]string{"TEMPLATES": `[{"usageType": "Generic", "templateCode": "1"}]`}},
		"endpoints with a user": {env: map[string]string{
			"SSM_ENDPOINT": "https://AKIDexampleSender:example-sender-key@ssm.tencentcloudapi.com",
			"SMS_ENDPOINT": "http://" + spyText + ".example.com/" + spyNumber}},
		"nothing is set":                     {env: map[string]string{"SECRET_NAME": "", "SDK_APP_ID": "", "SIGN_NAME": "", "TEMPLATES": ""}},
		"no secret of this name":             {env: map[string]string{"SECRET_NAME": "another"}},
		"a secret that is no JSON":           {secret: `{"accessKeyId": "AKIDexampleSender", "accessKeySecret": "example-sender-key", ` + spyText},
		"a secret of numbers":                {secret: `{"accessKeyId": 73916473916, "accessKeySecret": ["example-sender-key"], "authorization": 73916473916}`},
		"a secret with a key twice":          {secret: `{"accessKeyId": "AKIDexampleSender", "SecretId": "AKIDexampleRole", "accessKeySecret": "example-sender-key"}`},
		"a secret without a token":           {secret: `{"accessKeyId": "AKIDexampleSender", "accessKeySecret": "example-sender-key", "` + spyText + `": 1}`},
		"a secret with a key of other cloud": {secret: `{"accessKeyId": "AKIDexampleSender", "accessKeySecret": "gossip-key", "authorization": "Bearer example-token"}`},
		"a secret with a broken list":        {secret: `{"accessKeyId": "AKIDexampleSender", "accessKeySecret": "example-sender-key", "authorization": ["Bearer example-token", {"gossip": "example-token"}]}`},
		"a secret of one word":               {secret: spyText},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := newEavesdropper(t, setting.env, setting.secret)
			for _, event := range events {
				if name == "as in testdata" {
					e.restart() // as in a replay: no event depends on another
				}
				e.overhear(event.payload, "", event.secrets...)
			}
			for _, event := range hostile() {
				e.overhear(event, "", spyToken)
			}
			if setting.works {
				e.faults(setting.env["SECRET_TTL"] != "")
			}
			t.Logf("%d invocations, %d lines, %d bytes: nothing", e.invocations, e.lines, e.bytes)
		})
	}

	t.Run("an answer nobody asked for", func(t *testing.T) {
		t.Parallel()
		e := newEavesdropper(t, map[string]string{"TIME_BUDGET": "8s"}, "")
		chatty := newChatty(t, e.sim.Cloud)
		e.sim.Function.Env["SMS_ENDPOINT"], e.sim.Function.Env["SSM_ENDPOINT"] = chatty.url, chatty.url
		e.instance = startFunction(t, e.sim.Function)
		for range 20 {
			require.Equal(t, http.StatusOK, e.overhear(spy(), ""))
			chatty.wait() // until the function has hung up on it
		}
		e.overhear(spy(), "")
	})
}

// eavesdropper reads everything a function prints and answers.
type eavesdropper struct {
	t        *testing.T
	sim      *simulation.Simulation
	instance *scfhost.Instance
	secrets  []string

	invocations, lines, bytes int
}

func newEavesdropper(t *testing.T, env map[string]string, secret string) *eavesdropper {
	sim, err := simulation.Start("", filepath.Join(root, "testdata"), cloudsim.Options{}) // the numbers there have faults of their own
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, sim.Close()) })
	sim.Function.Env["TIME_BUDGET"] = "200ms"
	maps.Copy(sim.Function.Env, env)
	ids := 0
	sim.Function.NewRequestID = func() string { // without digits that could be part of something
		ids++
		return "request-" + strings.Map(func(r rune) rune { return r - '0' + 'a' }, fmt.Sprint(ids))
	}
	e := &eavesdropper{t: t, sim: sim}
	sim.Cloud.Update(func(a *cloudsim.Account) {
		a.Limits = cloudsim.Limits{ThirtySeconds: -1, PerHour: -1, PerDay: -1}
		if secret != "" {
			a.Secrets[0].Versions["SSM_Current"] = cloudsim.SecretValue{String: secret}
		}
		for _, k := range a.Keys {
			e.secrets = append(e.secrets, k.SecretID, k.SecretKey)
			if k.Token != "" {
				e.secrets = append(e.secrets, k.Token)
			}
		}
	})
	e.secrets = append(e.secrets, "example-token", spyText, spyCode, "73916473916", "203.0.113.7")
	e.secrets = append(e.secrets, parts(spyNumber)...)
	e.instance = startFunction(t, sim.Function)
	return e
}

func (e *eavesdropper) restart() {
	e.instance.Restart()
	e.sim.Cloud.Reset()
}

// times are the only digits in the log that are of no account: those of a nanosecond may be anything.
var times = regexp.MustCompile(`"time":"[^"]*"`)

// overhear invokes the function, looks for secrets, and returns the status.
func (e *eavesdropper) overhear(event []byte, what string, secrets ...string) int {
	e.t.Helper()
	r, err := e.instance.Invoke(context.Background(), event)
	require.NoError(e.t, err)
	e.invocations++
	e.lines += strings.Count(r.Stdout, "\n")
	said := string(r.Payload) + "\n" + r.Stderr + "\n" + times.ReplaceAllString(r.Stdout, "")
	e.bytes += len(said)
	for _, secret := range slices.Concat(e.secrets, secrets) {
		require.False(e.t, strings.Contains(said, secret), "%q of %s %.1000s\nis in:\n%s", secret, what, event, said)
	}
	require.False(e.t, r.Failed, "%s\n%s\n%s", r.Payload, r.Stdout, r.Stderr)
	require.Empty(e.t, r.Stderr)
	require.Contains(e.t, r.Stdout, fmt.Sprintf(`"requestId":%q`, r.RequestID), "every invocation has its line in the log: %s", what)
	var a answer
	require.NoError(e.t, json.Unmarshal(r.Payload, &a))
	return a.StatusCode
}

// faults makes both actions meet everything there is, with secrets in every text that a server can choose.
func (e *eavesdropper) faults(stale bool) {
	gossip := fmt.Sprintf("%s %s +%s %s AKIDexampleSender example-sender-key example-role-token", spyText, spyCode, spyNumber, goodToken)
	quoted := strings.ReplaceAll(gossip, `"`, "")
	var all []cloudsim.Fault
	for _, f := range slices.Concat(smsFaults, ssmFaults) {
		f.Message, f.Location = gossip, "https://gossip.example.com/"+spyNumber
		f.Body = cmp.Or(f.Body, gossip)
		if f.Kind == cloudsim.HTTP {
			f.Code = ""
			f.Body = html + gossip
		}
		all = append(all, f.Fault)
	}
	for _, code := range append(codes, spyNumber, "FailedOperation."+spyNumber, "AuthFailure."+spyCode) {
		all = append(all,
			cloudsim.Fault{Kind: cloudsim.Error, Code: code, Message: gossip},
			cloudsim.Fault{Kind: cloudsim.Refuse, Code: code, Message: gossip})
	}
	for _, text := range []string{
		`{"Response":{"Error":{"Code":"%s","Message":"%[1]s"},"RequestId":"%[1]s"}}`,
		`{"Response":{"Error":{"Code":"InternalError","Message":"%s"},"RequestId":"%[1]s"}}`,
		`{"Response":{"SendStatusSet":[{"Code":"%s","Message":"%[1]s","SerialNo":"%[1]s"}],"RequestId":"%[1]s"}}`,
		`{"Response":{"SendStatusSet":[{"Code":"Ok","Message":"%s","SerialNo":"%[1]s"}],"RequestId":"%[1]s"}}`,
		`{"Response":{"SendStatusSet":[{"Code":"Ok","SerialNo":"` + spyNumber + `"}],"RequestId":"` + spyNumber + `"}}`,
		`{"Response":{"SendStatusSet":[{"Code":"Ok","SerialNo":"x` + spyCode + `x"}],"RequestId":"x` + spyCode + `x"}}`,
		`{"Response":{"SendStatusSet":[{"Code":"` + spyNumber + `"}],"RequestId":"r"}}`,
		`{"Response":{"SecretString":"%s","RequestId":"r"}}`,
		`{"Response":{"SecretString":"{\"accessKeyId\": \"%s\"","RequestId":"r"}}`,
		`{"Response":{"SecretBinary":"%s","RequestId":"r"}}`,
		`{"Response": %s`,
		`%s`,
	} {
		if strings.Contains(text, "%") {
			text = fmt.Sprintf(text, quoted)
		}
		all = append(all, cloudsim.Fault{Kind: cloudsim.Body, Body: text}, cloudsim.Fault{Kind: cloudsim.HTTP, Body: text})
	}
	for n, f := range all {
		what, _ := json.Marshal(f)
		for _, action := range []string{cloudsim.SendSms, cloudsim.GetSecretValue} {
			if action == cloudsim.GetSecretValue {
				if strings.Contains(f.Body, `"RequestId":"x`) || strings.Contains(f.Body, `"RequestId":"`+spyNumber) ||
					strings.ContainsAny(f.Code, "0123456789") {
					continue // SSM knows neither code nor number
				}
				if n%10 != 0 && (f.Kind == cloudsim.Error || f.Kind == cloudsim.Refuse) {
					continue // of its codes a few will do
				}
				e.instance.Restart()
				if stale { // the fault is met by a refresh
					e.overhear(spy(), "before "+string(what))
				}
			}
			e.sim.Cloud.Reset()
			e.sim.Cloud.Always(action, &f)
			e.overhear(spy(), action+" meets "+string(what))
			e.sim.Cloud.Always(action, nil)
			e.overhear(spy(), "after "+string(what))
		}
	}
}

// spy is a request of whose parts nothing may be seen again.
func spy() []byte {
	return event(map[string]string{"authorization": goodToken},
		fmt.Sprintf(`{"to": %q, "type": "SignIn", "payload": {"code": %q}, "ip": "203.0.113.7", "note": %q}`, spyNumber, spyCode, spyText))
}

// hostile are events that try to have secrets printed.
func hostile() [][]byte {
	good := map[string]string{"authorization": goodToken}
	message := func(to, usage, payload string) string {
		return fmt.Sprintf(`{"to": %s, "type": %s, "payload": %s}`, to, usage, payload)
	}
	to, code := `"`+spyNumber+`"`, `{"code": "`+spyCode+`"}`
	all := [][]byte{
		[]byte(spyText), []byte(`"` + spyText + `"`), []byte(`{"` + spyText), []byte(`{"body": ["` + spyText + `"], "httpMethod": "POST"}`),
		[]byte(`{"httpMethod": "` + spyText + `"}`), []byte(`{"httpMethod": "` + spyNumber + `", "path": "` + spyText + `"}`),
		[]byte(`{"httpMethod": "POST", "headers": {"authorization": ["` + spyToken + `", "` + goodToken + `"]}, "body": ""}`),
		[]byte(`{"httpMethod": "POST", "headers": {"authorization": "` + goodToken + `"}, "isBase64Encoded": true, "body": "` + spyText + `!"}`),
		[]byte(`{"httpMethod": "POST", "headers": {"authorization": "` + goodToken + `"}, "isBase64Encoded": true, "body": "` +
			base64.StdEncoding.EncodeToString([]byte(message(to, `"SignIn"`, code))) + `"}`),
	}
	for _, token := range []string{spyToken, "", goodToken + "x", strings.ToLower(goodToken), " " + goodToken, strings.Repeat(spyToken, 1000)} {
		all = append(all, event(map[string]string{"authorization": token}, message(to, `"SignIn"`, code)))
	}
	for _, body := range []string{
		"", spyText, `"` + spyText + `"`, `{"` + spyText, `["` + spyText + `"]`, `{"to": "` + spyText + `"`,
		message(`"`+spyText+`"`, `"SignIn"`, code), message(spyNumber, `"SignIn"`, code), message(`"+0`+spyNumber+`"`, `"SignIn"`, code),
		message(`"`+spyNumber+spyNumber+`"`, `"SignIn"`, code), message(`"+`+spyNumber[:9]+`"`, `"SignIn"`, code),
		message(to, `"`+spyNumber+`"`, code), message(to, `"+`+spyNumber+`"`, code), message(to, spyCode, code),
		message(to, `"`+spyCode+`"`, code), message(to, `"`+strings.Repeat(spyCode, 100)+`"`, code),
		message(to, `"SignIn"`, `"`+spyText+`"`), message(to, `"SignIn"`, spyCode), message(to, `"SignIn"`, `{"code": `+spyCode+`}`),
		message(to, `"SignIn"`, `{"code": "`+spyText+`"}`), message(to, `"SignIn"`, `{"code": "`+spyNumber+`"}`),
		message(to, `"SignIn"`, `{"code": "`+spyCode+`", "locale": "`+spyCode+`", "uiLocales": "`+spyNumber+` `+spyText+`"}`),
		message(to, `"SignIn"`, `{"code": "`+spyCode+`", "locale": "en-`+spyCode+`"}`),
		message(to, `"SignIn"`, `{"code": "`+spyCode+`", "locale": "`+spyNumber+`"}`),
		message(to, `"SignIn"`, `{"code": "`+spyCode+`", "locale": "zh-1-3-9-9-8-7-6-5-4-3-2"}`),
		message(to, `"SignIn"`, `{"code": "`+spyCode+`", "locale": "zh\n`+spyCode+`"}`),
		strings.Repeat(spyText, 20_000),
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
		if strings.HasSuffix(file, ".want.json") {
			continue
		}
		payload, err := os.ReadFile(file)
		require.NoError(t, err)
		e := sample{payload: payload}
		var fields struct{ Body string }
		json.Unmarshal(payload, &fields)
		text := []byte(fields.Body)
		if decoded, err := base64.StdEncoding.DecodeString(fields.Body); err == nil {
			text = decoded
		}
		var m struct {
			To      string
			Payload struct{ Code any }
		}
		json.Unmarshal(text, &m)
		e.secrets = parts(m.To)
		if code, ok := m.Payload.Code.(string); ok && code != "000000" { // zeros are in every serial number
			e.secrets = append(e.secrets, code)
		}
		if len(fields.Body) > 20 {
			e.secrets = append(e.secrets, fields.Body[:20], fields.Body[len(fields.Body)-20:])
		}
		all = append(all, e)
	}
	require.Greater(t, len(all), 50)
	return all
}

// parts are all that is too much of a number: any five digits in a row, however they were written.
func parts(number string) []string {
	digits := strings.Map(func(r rune) rune {
		if r < '0' || '9' < r {
			return -1
		}
		return r
	}, number)
	var all []string
	for i := 0; i+5 <= len(digits); i++ {
		if part := digits[i : i+5]; strings.Count(part, "0") < 4 { // zeros are in every id
			all = append(all, part)
		}
	}
	if digits != number && number != "" {
		all = append(all, number)
	}
	return all
}

// chatty is a server that says something more after each answer. net/http prints the beginning of such a thing.
type chatty struct {
	url  string
	hung sync.WaitGroup // connections on which something was said, until the other side hangs up
	said chan struct{}
}

func newChatty(t *testing.T, cloud http.Handler) *chatty {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	c := &chatty{url: "http://" + listener.Addr().String(), said: make(chan struct{}, 100)}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go c.serve(conn, cloud)
		}
	}()
	return c
}

func (c *chatty) serve(conn net.Conn, cloud http.Handler) {
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
		c.hung.Add(1)
		c.said <- struct{}{}
		fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n%s %s %s", spyText, spyNumber, spyCode)
		reader.ReadByte() // the end
		c.hung.Done()
		return
	}
}

// wait waits until the function has read what was said, and hung up.
func (c *chatty) wait() {
	<-c.said
	c.hung.Wait()
}
