package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"runtime"

	"scf-sms/internal/app"
	"scf-sms/internal/settings"
)

// canned answers in place of Tencent Cloud.
type canned struct{ secret, sent []byte }

func (c canned) RoundTrip(req *http.Request) (*http.Response, error) {
	answer := c.sent
	if req.Header.Get("X-TC-Action") == "GetSecretValue" {
		answer = c.secret
	}
	return &http.Response{
		StatusCode: http.StatusOK,
		Header:     http.Header{"Content-Type": {"application/json"}},
		Body:       io.NopCloser(bytes.NewReader(answer)),
		Request:    req,
	}, nil
}

// own measures a send in the handler and the SDK alone: without RPC, without TLS, without waking
// threads. It runs in this process, with the answers of the simulated cloud.
func (m *measurer) own() error {
	secret := `{"accessKeyId":"AKIDexampleSender","accessKeySecret":"example-sender-key",` +
		`"authorization":"Bearer example-token"}` // as in testdata/cloud.json
	cloud := canned{
		secret: fmt.Appendf(nil, `{"Response":{"SecretName":"scf-sms","VersionId":"SSM_Current",`+
			`"SecretString":%q,"RequestId":"00000000-0000-4000-8000-000000000001"}}`, secret),
		sent: []byte(`{"Response":{"SendStatusSet":[{"SerialNo":"2645:100000001",` +
			`"PhoneNumber":"+8613800138000","Fee":1,"SessionContext":"","Code":"Ok",` +
			`"Message":"send success","IsoCode":"CN"}],` +
			`"RequestId":"00000000-0000-4000-8000-000000000002"}}`),
	}
	s := settings.Read(func(name string) string { return m.cloud.env[name] })
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
			answer, _ := h.Invoke(context.Background(), m.postEvent)
			if !bytes.Contains(answer, []byte(`"statusCode":200`)) {
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
