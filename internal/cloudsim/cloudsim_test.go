package cloudsim

import (
	"context"
	"encoding/json"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"
	sdkerrors "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/errors"
	tchttp "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/http"
	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/profile"
	sms "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/sms/v20210111"
	ssm "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/ssm/v20190923"
)

// env is an account, the cloud that holds it, and Tencent's own SDK as its caller. The SDK signs by
// the machine's clock, the limits live by another.
type env struct {
	t      *testing.T
	clock  *clock
	cloud  *Cloud
	server *Server

	transport *http.Transport
	scheme    string
	region    string
	key       *common.Credential
}

type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

// noon is a quiet hour in Shanghai.
var noon = time.Date(2026, 3, 4, 12, 0, 0, 0, time.FixedZone("", 8*60*60))

func testAccount() Account {
	return Account{
		Keys: []Key{
			{SecretID: "AKIDsender", SecretKey: "sender-secret", Allow: []string{"sms:SendSms"}},
			{SecretID: "AKIDrole", SecretKey: "role-secret", Token: "role-token",
				Allow: []string{"ssm:*"}},
			{SecretID: "AKIDroot", SecretKey: "root-secret", Allow: []string{"*"}},
			{SecretID: "AKIDold", SecretKey: "old-secret", Disabled: true, Allow: []string{"*"}},
			{SecretID: "AKIDguest", SecretKey: "guest-secret"},
		},
		Secrets: []Secret{
			{Name: "sms-key", Versions: map[string]SecretValue{
				"SSM_Current": {String: `{"accessKeyId":"AKIDsender"}`},
				"v1":          {Binary: []byte("\x00\x01")},
			}},
			{Name: "far", Region: "ap-shanghai",
				Versions: map[string]SecretValue{"SSM_Current": {String: "far"}}},
			{Name: "disabled", State: StateDisabled},
			{Name: "dying", State: StatePendingDelete},
		},
		Apps: []App{
			{SDKAppID: "1400006666"},
			{SDKAppID: "1400007777", Disabled: true},
		},
		Signs: []Sign{
			{Name: "腾讯云", Approved: true},
			{Name: "未审核"},
			{Name: "Tencent", International: true, Approved: true},
		},
		Templates: []Template{
			{ID: "110", Approved: true, Text: "{1}为您的登录验证码，请于{2}分钟内填写"},
			{ID: "111", Text: "您好", Type: Notification, Approved: true},
			{ID: "112", Text: "{1}来了", Type: Notification, Approved: true},
			{ID: "114", Text: "{1}", Approved: false},
			{ID: "115", Text: longText(499), Type: Notification, Approved: true},
			{ID: "220", Text: "Your code is {1}", International: true, Approved: true},
		},
		SenderIDs: []string{"ACME"},
	}
}

func longText(n int) string {
	text := make([]rune, n)
	for i := range text {
		text[i] = '长'
	}
	return string(text)
}

func newEnv(t *testing.T, options ...Options) *env {
	t.Helper()
	e := &env{
		t:         t,
		clock:     &clock{t: noon},
		transport: &http.Transport{},
		scheme:    "HTTP",
		region:    "ap-guangzhou",
		key:       common.NewCredential("AKIDsender", "sender-secret"),
	}
	e.cloud = New(Config{Account: testAccount(), Now: e.clock.now})
	e.cloud.clock = time.Now
	server, err := Start(e.cloud, append(options, Options{})[0])
	require.NoError(t, err)
	e.server = server
	t.Cleanup(func() {
		require.NoError(t, server.Close())
		e.transport.CloseIdleConnections()
	})
	return e
}

func (e *env) profile() *profile.ClientProfile {
	p := profile.NewClientProfile()
	p.HttpProfile.Endpoint = e.server.Addr()
	p.HttpProfile.Scheme = e.scheme
	p.HttpProfile.ReqTimeout = 30
	return p
}

// message is a send that works; cases spoil it.
func message(change ...func(*sms.SendSmsRequest)) *sms.SendSmsRequest {
	r := sms.NewSendSmsRequest()
	r.PhoneNumberSet = common.StringPtrs([]string{"+8613800138000"})
	r.SmsSdkAppId = common.StringPtr("1400006666")
	r.TemplateId = common.StringPtr("110")
	r.SignName = common.StringPtr("腾讯云")
	r.TemplateParamSet = common.StringPtrs([]string{"012345", "10"})
	r.SessionContext = common.StringPtr("ctx")
	for _, f := range change {
		f(r)
	}
	return r
}

func to(numbers ...string) func(*sms.SendSmsRequest) {
	return func(r *sms.SendSmsRequest) { r.PhoneNumberSet = common.StringPtrs(numbers) }
}

func app(id string) func(*sms.SendSmsRequest) {
	return func(r *sms.SendSmsRequest) { r.SmsSdkAppId = &id }
}

func signed(name string) func(*sms.SendSmsRequest) {
	return func(r *sms.SendSmsRequest) { r.SignName = &name }
}

func from(senderID string) func(*sms.SendSmsRequest) {
	return func(r *sms.SendSmsRequest) { r.SenderId = &senderID }
}

func template(id string, params ...string) func(*sms.SendSmsRequest) {
	return func(r *sms.SendSmsRequest) {
		r.TemplateId = &id
		r.TemplateParamSet = common.StringPtrs(params)
	}
}

// abroad makes the message one that works outside the mainland.
func abroad(number string) func(*sms.SendSmsRequest) {
	return func(r *sms.SendSmsRequest) {
		to(number)(r)
		template("220", "123456")(r)
		r.SignName = nil
	}
}

func (e *env) send(ctx context.Context, r *sms.SendSmsRequest) (*sms.SendSmsResponse, error) {
	client, err := sms.NewClient(e.key, e.region, e.profile())
	require.NoError(e.t, err)
	client.WithHttpTransport(e.transport)
	return client.SendSmsWithContext(ctx, r)
}

// sendOne sends and returns the only item's code, or the outer error's.
func (e *env) sendOne(r *sms.SendSmsRequest) string {
	e.t.Helper()
	response, err := e.send(e.t.Context(), r)
	if err != nil {
		return codeOf(e.t, err)
	}
	require.Len(e.t, response.Response.SendStatusSet, 1)
	return *response.Response.SendStatusSet[0].Code
}

func (e *env) read(name, version string) (*ssm.GetSecretValueResponse, error) {
	client, err := ssm.NewClient(e.key, e.region, e.profile())
	require.NoError(e.t, err)
	client.WithHttpTransport(e.transport)
	r := ssm.NewGetSecretValueRequest()
	if name != "" {
		r.SecretName = &name
	}
	if version != "" {
		r.VersionId = &version
	}
	return client.GetSecretValueWithContext(e.t.Context(), r)
}

// raw sends any body under a valid signature of the SDK's making.
func (e *env) raw(service, version, action, body string) string {
	e.t.Helper()
	client := common.NewCommonClient(e.key, e.region, e.profile())
	client.WithHttpTransport(e.transport)
	r := tchttp.NewCommonRequest(service, version, action)
	r.SetContext(e.t.Context())
	require.NoError(e.t, r.SetActionParameters(body))
	response := tchttp.NewCommonResponse()
	if err := client.Send(r, response); err != nil {
		return messageOfError(e.t, err)
	}
	return string(response.GetBody())
}

func codeOf(t *testing.T, err error) string {
	t.Helper()
	var e *sdkerrors.TencentCloudSDKError
	require.ErrorAs(t, err, &e)
	return e.Code
}

func messageOfError(t *testing.T, err error) string {
	t.Helper()
	var e *sdkerrors.TencentCloudSDKError
	require.ErrorAs(t, err, &e)
	return e.Code + ": " + e.Message
}

func toJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	require.NoError(t, err)
	return string(b)
}
