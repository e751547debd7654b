package serve

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRequestsGoToTheFunction(t *testing.T) {
	t.Parallel()
	b := newBench(t)

	status, body := b.post(t, signIn)
	require.Equal(t, http.StatusOK, status, body)
	require.Regexp(t,
		`(?m)^\d\d:\d\d:\d\d  200  sent +\+86····00  1110001 +\d+ ms  cold, \d+ ms$`,
		b.printed.String())
	s := b.state(t)
	require.True(t, s.Warm)
	require.Len(t, s.Messages, 1)
	require.Equal(t, "【示例】您的登录验证码为482913，请勿泄露给他人。", s.Messages[0].Text)
	require.Equal(t, "sent", s.Last.Outcome)
	require.Contains(t, string(s.Last.Event), `"httpMethod":"POST"`)
	require.NotContains(t, string(s.Last.Event), "requestContext")
	require.Contains(t, string(s.Last.Answer), `"statusCode":200`)
	require.Contains(t, string(s.Last.Log), `"msg":"invocation"`)
	require.Contains(t, string(s.Last.Log), `"templateType":"SignIn"`)

	t.Run("whatever their path", func(t *testing.T) {
		status, _ := call(t, "POST", b.url+"/sms/v1?x=1", "{",
			"Authorization: Bearer example-token")
		require.Equal(t, http.StatusBadRequest, status)
	})
	t.Run("and their method, unless a browser wants the page", func(t *testing.T) {
		status, headers, _ := exchangeWith(t, "GET", b.url+"/", "")
		require.Equal(t, http.StatusMethodNotAllowed, status)
		require.Equal(t, "POST", headers.Get("Allow"))
		status, headers, text := exchangeWith(t, "GET", b.url+"/", "", "Accept: text/html,*/*")
		require.Equal(t, http.StatusOK, status)
		page, err := pageFiles.ReadFile("page/page.html")
		require.NoError(t, err)
		require.Equal(t, string(page), text)
		require.Equal(t, "text/html; charset=utf-8", headers.Get("Content-Type"))
	})
	t.Run("also of a container, which has another name for this machine", func(t *testing.T) {
		status, _ := call(t, "POST", b.url+"/", "{}", "Host: host.docker.internal:9000")
		require.Equal(t, http.StatusUnauthorized, status)
	})
	t.Run("but not under the name of a web site that was pointed here", func(t *testing.T) {
		status, text := call(t, "POST", b.url+"/", signIn, "Host: example.com:9000",
			"Authorization: Bearer example-token")
		require.Equal(t, http.StatusForbidden, status)
		require.Equal(t, "serve answers only to this machine's own names\n", text)
		require.Len(t, b.state(t).Messages, 1)
	})
	t.Run("and what the operator should look at is printed", func(t *testing.T) {
		b.post(t, strings.Replace(signIn, "8613800138000", "8613800000506", 1))
		require.Contains(t, b.printed.String(), "502  provider_refused        +86····06  1110001 ")
		require.Contains(t, b.printed.String(),
			"\n          FailedOperation.TemplateParamSetNotMatchApprovedTemplate: check params")
	})
	for _, secret := range []string{"482913", "13800138000", "example-sender-key"} {
		require.NotContains(t, b.printed.String(), secret)
	}
}

func TestSwitchesOfThePage(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	english := strings.Replace(signIn, "zh-CN", "en", 1)

	t.Run("a fault of SMS", func(t *testing.T) {
		b.do(t, "fault", `{"action":"SendSms","name":"blacklist"}`)
		require.Equal(t, "blacklist", b.state(t).Chosen["SendSms"])
		status, body := b.post(t, english)
		require.Equal(t, 422, status)
		require.Contains(t, body, "This phone number cannot receive codes.")
		b.do(t, "fault", `{"action":"SendSms","name":""}`)
		status, _ = b.post(t, english)
		require.Equal(t, 200, status)
	})
	t.Run("an SMS is shown before its caller has an answer", func(t *testing.T) {
		b.do(t, "clear", `{}`)
		b.do(t, "fault", `{"action":"SendSms","name":"silent"}`)
		answered := make(chan int, 1)
		go func() {
			r, _ := http.NewRequest("POST", b.url+"/", strings.NewReader(english))
			r.Header.Set("Authorization", "Bearer example-token")
			answer, err := http.DefaultClient.Do(r)
			if err != nil {
				answered <- 0
				return
			}
			answer.Body.Close()
			answered <- answer.StatusCode
		}()
		require.True(t, within(soon, func() bool {
			s, changed := b.workbench.state()
			if len(s.Messages) == 1 {
				require.False(t, s.Messages[0].Answered)
				return true
			}
			<-changed // told of the arrival, not of the answer
			return false
		}))
		require.Empty(t, answered)
		require.Equal(t, 202, <-answered)
		b.do(t, "fault", `{"action":"SendSms","name":""}`)
	})
	t.Run("a fault of SSM, which shows when the instance is new", func(t *testing.T) {
		b.do(t, "fault", `{"action":"GetSecretValue","name":"notFound"}`)
		b.do(t, "restart", `{}`)
		require.False(t, b.state(t).Warm)
		status, _ := b.post(t, english)
		require.Equal(t, 500, status)
		s := b.state(t)
		require.True(t, s.Last.Cold)
		require.Contains(t, string(s.Last.Log), `"tencentCode":"ResourceNotFound"`)
		require.NotContains(t, string(s.Last.Log), "templateType")
		b.do(t, "fault", `{"action":"GetSecretValue","name":""}`)
		b.do(t, "restart", `{}`)
	})
	t.Run("the limits on one number", func(t *testing.T) {
		b.do(t, "clear", `{}`)
		statuses := func() (list []int) {
			for range 2 {
				status, _ := b.post(t, signIn)
				list = append(list, status)
			}
			return list
		}
		require.Equal(t, []int{200, 429}, statuses())
		b.do(t, "limits", `{"thirtySeconds":false,"perDay":true}`)
		require.Equal(t, tencentLimits{false, true}, b.state(t).Limits)
		require.Equal(t, []int{200, 200}, statuses())
		b.do(t, "limits", `{"thirtySeconds":true,"perDay":false}`)
		require.Equal(t, []int{429, 429}, statuses())
		b.do(t, "clear", `{}`)
		require.Empty(t, b.state(t).Messages)
		require.Equal(t, []int{200, 429}, statuses())
		b.do(t, "clear", `{}`)
	})
	t.Run("the AccessKey is rotated, and the next message goes out with the new one",
		func(t *testing.T) {
			before := b.state(t).KeyID
			b.do(t, "rotate-key", `{}`)
			now := b.state(t).KeyID
			require.NotEqual(t, before, now)
			b.do(t, "clear", `{}`)
			status, body := b.post(t, signIn)
			require.Equal(t, 200, status, body)
			require.Equal(t, now, b.state(t).Messages[0].KeyID)
			b.do(t, "clear", `{}`)
		})
	t.Run("the callers' token is rotated, and either is taken", func(t *testing.T) {
		b.do(t, "rotate-token", `{}`)
		fresh := b.state(t).Authorization
		require.NotEqual(t, "Bearer example-token", fresh)
		b.do(t, "restart",
			`{}`) // or the function would look into the secret again after some seconds only
		status, body := call(t, "POST", b.url+"/", signIn, "Authorization: "+fresh)
		require.Equal(t, 200, status, body)
		status, _ = b.post(t, english)
		require.Equal(t, 200, status)
	})
	t.Run("what there is none of is refused", func(t *testing.T) {
		for path, body := range map[string]string{
			"fault":  `{"action":"SendSms","name":"flood"}`,
			"limits": `nonsense`,
		} {
			status, _ := call(t, "POST", b.url+ours+path, body, "Content-Type: application/json")
			require.Equal(t, http.StatusBadRequest, status, path)
		}
		status, _ := call(t, "POST", b.url+ours+"fault", `{"action":"Everything","name":""}`,
			"Content-Type: application/json")
		require.Equal(t, http.StatusBadRequest, status)
		status, _ = call(t, "GET", b.url+ours+"nothing", "")
		require.Equal(t, http.StatusNotFound, status)
	})
}

// Every fault that the page offers gives an answer that says something, and none costs the
// instance.
func TestEveryFaultIsAnswered(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for _, f := range faults() {
		if f.Action == redisAction || f.Action == deliveryAction {
			continue // it is no reason not to send: guard_test.go, delivery_test.go
		}
		t.Run(f.Action+" "+f.Name, func(t *testing.T) {
			b.do(t, "restart", `{}`)
			b.do(t, "fault", `{"action":"`+f.Action+`","name":"`+f.Name+`"}`)
			status, body := b.post(t, signIn)
			require.NotEqual(t, 200, status, body)
			require.NotContains(t, body, "errorCode", "the platform answered")
			b.do(t, "fault", `{"action":"`+f.Action+`","name":""}`)
		})
	}
}
