package dependability

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"scf-sms/internal/cloudsim"
	"scf-sms/internal/scfhost"
	"scf-sms/internal/simulation"
)

// What no log and no answer may hold, in addition to the secrets in the account and the events of
// testdata.
const (
	hiddenNumber = "8613998765432"
	hiddenCode   = "739164"
	hiddenText   = "gossip"          // in every body, and in every text that a server makes up
	hiddenToken  = "Bearer gossiper" // of a caller who isn't let in
)

// Whatever the function meets, and however it is set up, it reveals nothing: not in its log, on
// standard error or in an answer.
func TestNothingSecretIsEverPrinted(t *testing.T) {
	t.Parallel()
	const pair = `"accessKeyId": "AKIDexampleSender", "accessKeySecret": "example-sender-key"`
	events := readEvents(t)
	for name, setting := range map[string]struct {
		env    map[string]string
		secret string // instead of the account's
		works  bool   // so that it matters what the cloud answers
	}{
		"as in testdata": {works: true},
		"LOG_LEVEL debug, and a secret that is always stale": {works: true, env: map[string]string{
			"LOG_LEVEL": "debug", "SECRET_TTL": "1ns",
			"BARE_NUMBERS": "china", "SENDER_ID": "Example"}},
		"no template for the usual types": {env: map[string]string{
			"TEMPLATES": `[{"usageType": "Generic", "templateCode": "1"}]`}},
		"endpoints with a user": {env: map[string]string{
			"SSM_ENDPOINT": "https://AKIDexampleSender:example-sender-key@ssm.tencentcloudapi.com",
			"SMS_ENDPOINT": "http://" + hiddenText + ".example.com/" + hiddenNumber}},
		"nothing is set": {env: map[string]string{
			"SECRET_NAME": "", "SDK_APP_ID": "", "SIGN_NAME": "", "TEMPLATES": ""}},
		"no secret of this name":   {env: map[string]string{"SECRET_NAME": "another"}},
		"a secret that is no JSON": {secret: `{` + pair + `, ` + hiddenText},
		"a secret of numbers": {secret: `{"accessKeyId": 73916473916, ` +
			`"accessKeySecret": ["example-sender-key"], "authorization": 73916473916}`},
		"a secret with a key twice": {secret: `{"SecretId": "AKIDexampleRole", ` + pair + `}`},
		"a secret without a token":  {secret: `{` + pair + `, "` + hiddenText + `": 1}`},
		"a secret with a key of other cloud": {secret: `{"accessKeyId": "AKIDexampleSender", ` +
			`"accessKeySecret": "gossip-key", "authorization": "Bearer example-token"}`},
		"a secret with a broken list": {secret: `{` + pair + `, ` +
			`"authorization": ["Bearer example-token", {"gossip": "example-token"}]}`},
		"a secret of one word": {secret: hiddenText},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSecrecyFixture(t, setting.env, setting.secret)
			for _, event := range events {
				s.sim.Cloud.Reset() // or its ids count up to what looks like a part of a number
				if name == "as in testdata" {
					s.restart() // as in a replay: no event depends on another
				}
				s.invoke(event.payload, "", event.secrets...)
			}
			for _, event := range hostile() {
				s.invoke(event, "", hiddenToken)
			}
			if setting.works {
				s.faults(setting.env["SECRET_TTL"] != "")
			}
			t.Logf("%d invocations, %d lines, %d bytes: nothing", s.invocations, s.lines, s.bytes)
		})
	}

	t.Run("an unsolicited answer", func(t *testing.T) {
		t.Parallel()
		s := newSecrecyFixture(t, map[string]string{"TIME_BUDGET": "8s"}, "")
		server := newUnsolicited(t, s.sim.Cloud)
		s.sim.Function.Env["SMS_ENDPOINT"] = server.url
		s.sim.Function.Env["SSM_ENDPOINT"] = server.url
		s.instance = startFunction(t, s.sim.Function)
		for range 20 {
			require.Equal(t, http.StatusOK, s.invoke(hiddenRequest(), ""))
			server.wait() // until the function has hung up
		}
		s.invoke(hiddenRequest(), "")
	})
}

// secrecyFixture reads everything a function prints and answers.
type secrecyFixture struct {
	t        *testing.T
	sim      *simulation.Simulation
	instance *scfhost.Instance
	secrets  []string

	invocations, lines, bytes int
}

func newSecrecyFixture(t *testing.T, env map[string]string, secret string) *secrecyFixture {
	// Unlike simulate, this keeps the account's numbers: they have faults of their own.
	sim, err := simulation.Start("", filepath.Join(root, "testdata"), cloudsim.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, sim.Close()) })
	sim.Function.Env["TIME_BUDGET"] = "200ms"
	sim.Function.Env["LOG_LEVEL"] = "debug" // every invocation writes its line
	maps.Copy(sim.Function.Env, env)
	ids := 0
	sim.Function.NewRequestID = func() string { // has no digits, which could be part of a secret
		ids++
		letters := strings.Map(func(r rune) rune { return r - '0' + 'a' }, fmt.Sprint(ids))
		return "request-" + letters
	}
	s := &secrecyFixture{t: t, sim: sim}
	sim.Cloud.Update(func(a *cloudsim.Account) {
		a.Limits = cloudsim.Limits{ThirtySeconds: -1, PerHour: -1, PerDay: -1}
		if secret != "" {
			a.Secrets[0].Versions["SSM_Current"] = cloudsim.SecretValue{String: secret}
		}
		for _, k := range a.Keys {
			s.secrets = append(s.secrets, k.SecretID, k.SecretKey)
			if k.Token != "" {
				s.secrets = append(s.secrets, k.Token)
			}
		}
	})
	s.secrets = append(s.secrets,
		"example-token", supabaseSecret, zitadelKey, hiddenText, hiddenCode, "73916473916", "203.0.113.7")
	s.secrets = append(s.secrets, parts(hiddenNumber)...)
	s.instance = startFunction(t, sim.Function)
	return s
}

func (s *secrecyFixture) restart() {
	s.instance.Restart()
	s.sim.Cloud.Reset()
}

// times matches the times in the log. Their nanoseconds may hold any digits by chance.
var times = regexp.MustCompile(`"time":"[^"]*"`)

// serials matches Tencent's serial number, which is passed on whole: a passcode's digits stand in one
// by chance.
var serials = regexp.MustCompile(`serialNo\\?":\\?"[^"\\]*`)

// invoke invokes the function, looks for secrets, and returns the status.
func (s *secrecyFixture) invoke(event []byte, what string, secrets ...string) int {
	s.t.Helper()
	r, err := s.instance.Invoke(context.Background(), event)
	require.NoError(s.t, err)
	s.invocations++
	s.lines += strings.Count(r.Stdout, "\n")
	said := string(r.Payload) + "\n" + r.Stderr + "\n" + times.ReplaceAllString(r.Stdout, "")
	said = serials.ReplaceAllStringFunc(said, func(serial string) string {
		return strings.ReplaceAll(serial, hiddenCode, "")
	})
	s.bytes += len(said)
	for _, secret := range slices.Concat(s.secrets, secrets) {
		require.False(s.t, strings.Contains(said, secret),
			"%q of %s %.1000s\nis in:\n%s", secret, what, event, said)
	}
	require.False(s.t, r.Failed, "%s\n%s\n%s", r.Payload, r.Stdout, r.Stderr)
	require.Empty(s.t, r.Stderr)
	require.Contains(s.t, r.Stdout, fmt.Sprintf(`"requestId":%q`, r.RequestID),
		"every invocation has its line in the log: %s", what)
	var a answer
	require.NoError(s.t, json.Unmarshal(r.Payload, &a))
	return a.StatusCode
}

// faults makes both actions meet every fault, with secrets in every text that a server can choose.
// With -short these are a tenth of the faults, and none that lasts until a time budget ends.
func (s *secrecyFixture) faults(stale bool) {
	for n, f := range secretFaults() {
		if testing.Short() && (n%10 != 0 || fault{Fault: f}.endless()) {
			continue
		}
		what, _ := json.Marshal(f)
		for _, action := range []string{cloudsim.SendSms, cloudsim.GetSecretValue} {
			if action == cloudsim.GetSecretValue {
				if strings.Contains(f.Body, `"RequestId":"x`) ||
					strings.Contains(f.Body, `"RequestId":"`+hiddenNumber) ||
					strings.ContainsAny(f.Code, "0123456789") {
					continue // SSM knows neither code nor number
				}
				if n%10 != 0 && (f.Kind == cloudsim.Error || f.Kind == cloudsim.Refuse) {
					continue // a tenth of its codes is enough
				}
				s.instance.Restart()
				if stale { // a refresh meets the fault
					s.invoke(hiddenRequest(), "before "+string(what))
				}
			}
			s.sim.Cloud.Reset()
			s.sim.Cloud.Always(action, &f)
			s.invoke(hiddenRequest(), action+" meets "+string(what))
			s.sim.Cloud.Always(action, nil)
			s.invoke(hiddenRequest(), "after "+string(what))
		}
	}
}

// secretFaults are all faults that there are, with secrets in every text of theirs.
func secretFaults() []cloudsim.Fault {
	gossip := fmt.Sprintf("%s %s +%s %s AKIDexampleSender example-sender-key example-role-token",
		hiddenText, hiddenCode, hiddenNumber, goodToken)
	var all []cloudsim.Fault
	for _, f := range slices.Concat(smsFaults, ssmFaults) {
		f.Message, f.Location = gossip, "https://gossip.example.com/"+hiddenNumber
		f.Body = cmp.Or(f.Body, gossip)
		if f.Kind == cloudsim.HTTP {
			f.Code = ""
			f.Body = html + gossip
		}
		all = append(all, f.Fault)
	}
	madeUp := []string{hiddenNumber, "FailedOperation." + hiddenNumber, "AuthFailure." + hiddenCode}
	for _, code := range slices.Concat(codes, madeUp) {
		all = append(all,
			cloudsim.Fault{Kind: cloudsim.Error, Code: code, Message: gossip},
			cloudsim.Fault{Kind: cloudsim.Refuse, Code: code, Message: gossip})
	}
	quoted := strings.ReplaceAll(gossip, `"`, "")
	statusOf := func(fields, requestID string) string {
		return `{"Response":{"SendStatusSet":[{` + fields + `}],"RequestId":"` + requestID + `"}}`
	}
	x := "x" + hiddenCode + "x"
	for _, text := range []string{
		`{"Response":{"Error":{"Code":"%s","Message":"%[1]s"},"RequestId":"%[1]s"}}`,
		`{"Response":{"Error":{"Code":"InternalError","Message":"%s"},"RequestId":"%[1]s"}}`,
		statusOf(`"Code":"%s","Message":"%[1]s","SerialNo":"%[1]s"`, "%[1]s"),
		statusOf(`"Code":"Ok","Message":"%s","SerialNo":"%[1]s"`, "%[1]s"),
		statusOf(`"Code":"Ok","SerialNo":"`+hiddenNumber+`"`, hiddenNumber),
		statusOf(`"Code":"Ok","SerialNo":"`+x+`"`, x),
		statusOf(`"Code":"`+hiddenNumber+`"`, "r"),
		`{"Response":{"SecretString":"%s","RequestId":"r"}}`,
		`{"Response":{"SecretString":"{\"accessKeyId\": \"%s\"","RequestId":"r"}}`,
		`{"Response":{"SecretBinary":"%s","RequestId":"r"}}`,
		`{"Response": %s`,
		`%s`,
	} {
		if strings.Contains(text, "%") {
			text = fmt.Sprintf(text, quoted)
		}
		all = append(all,
			cloudsim.Fault{Kind: cloudsim.Body, Body: text},
			cloudsim.Fault{Kind: cloudsim.HTTP, Body: text})
	}
	return all
}
