package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"

	"scf-sms/internal/app"
	"scf-sms/internal/settings"
)

// canned answers in place of Tencent Cloud. It has an answer for each action.
type canned map[string]string

func (c canned) RoundTrip(req *http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: http.StatusOK,
		Header:     http.Header{"Content-Type": {"application/json"}},
		Body:       io.NopCloser(strings.NewReader(c[req.Header.Get("X-TC-Action")])),
		Request:    req,
	}, nil
}

// own measures a send in the handler and the SDK alone: without RPC, without TLS, without waking
// threads. It runs in this process, with the answers of the simulated cloud.
func (m *measurer) own(ctx context.Context) error {
	secret := `{"accessKeyId":"AKIDexampleSender","accessKeySecret":"example-sender-key",` +
		`"authorization":"Bearer example-token"}` // as in testdata/cloud.json
	cloud := canned{
		"GetSecretValue": fmt.Sprintf(`{"Response":{"SecretName":"scf-sms",`+
			`"VersionId":"SSM_Current","SecretString":%q,`+
			`"RequestId":"00000000-0000-4000-8000-000000000001"}}`, secret),
		"SendSms": `{"Response":{"SendStatusSet":[{"SerialNo":"2645:100000001",` +
			`"PhoneNumber":"+8613800138000","Fee":1,"SessionContext":"","Code":"Ok",` +
			`"Message":"send success","IsoCode":"CN"}],` +
			`"RequestId":"00000000-0000-4000-8000-000000000002"}}`,
	}
	env := m.cloud.paths[0].env
	s := settings.Read(func(name string) string { return env[name] })
	h := app.New(s, app.Options{
		Log:       io.Discard,
		Transport: cloud,
		Getenv:    func(name string) string { return m.cloud.role[name] },
	})
	const calls = 200
	for run := range m.runs + 1 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		began := ownCPU()
		for range calls {
			answer, _ := h.Invoke(ctx, m.postEvent)
			if !strings.Contains(string(answer), `"statusCode":200`) {
				return fmt.Errorf("the answer is not a 200: %s", answer)
			}
		}
		used := ownCPU() - began
		runtime.ReadMemStats(&after)
		if run == 0 {
			continue // the first run also fills caches, such as those of package json
		}
		m.function.add("own CPU", ms(used)/calls)
		m.function.add("own allocations", float64(after.Mallocs-before.Mallocs)/calls)
	}
	return nil
}
