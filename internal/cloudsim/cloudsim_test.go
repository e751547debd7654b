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

// world is an account, the cloud that holds it, and Tencent's own SDK as its
// caller. The SDK signs by the machine's clock, the limits live by another.
type world struct {
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
			{SecretID: "AKIDrole", SecretKey: "role-secret", Token: "role-token", Allow: []string{"ssm:*"}},
			{SecretID: "AKIDroot", SecretKey: "root-secret", Allow: []string{"*"}},
			{SecretID: "AKIDold", SecretKey: "old-secret", Disabled: true, Allow: []string{"*"}},
			{SecretID: "AKIDguest", SecretKey: "guest-secret"},
		},
		Secrets: []Secret{
			{Name: "sms-key", Versions: map[string]SecretValue{
				"SSM_Current": {String: `{"accessKeyId":"AKIDsender"}`},
				"v1":          {Binary: []byte("\x00\x01")},
			}},
			{Name: "far", Region: "ap-shanghai", Versions: map[string]SecretValue{"SSM_Current": {String: "far"}}},
			{Name: "disabled", State: StateDisabled},
			{Name: "dying", State: StatePendingDelete},
		},
		Apps: []App{
			{SDKAppID: "1400006666"},
			{SDKAppID: "1400007777", Disabled: true},
			{SDKAppID: "1400008888", DailyLimit: 2},
		},
		Signs: []Sign{
			{Name: "腾讯云", Approved: true},
			{Name: "未审核"},
			{Name: "Tencent", International: true, Approved: true},
		},
		Templates: []Template{
			{ID: "110", Text: "{1}为您的登录验证码，请于{2}分钟内填写", Approved: true},
			{ID: "111", Text: "您好", Type: Notification, Approved: true},
			{ID: "112", Text: "{1}来了", Type: Notification, Approved: true},
			{ID: "113", Text: "促销", Type: Marketing, Approved: true},
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

func newWorld(t *testing.T, options ...Options) *world {
	t.Helper()
	w := &world{
		t:         t,
		clock:     &clock{t: noon},
		transport: &http.Transport{},
		scheme:    "HTTP",
		region:    "ap-guangzhou",
		key:       common.NewCredential("AKIDsender", "sender-secret"),
	}
	w.cloud = New(Config{Account: testAccount(), Now: w.clock.now, GatewayNow: time.Now})
	server, err := Start(w.cloud, append(options, Options{})[0])
	require.NoError(t, err)
	w.server = server
	t.Cleanup(func() {
		require.NoError(t, server.Close())
		w.transport.CloseIdleConnections()
	})
	return w
}

func (w *world) profile() *profile.ClientProfile {
	p := profile.NewClientProfile()
	p.HttpProfile.Endpoint = w.server.Addr()
	p.HttpProfile.Scheme = w.scheme
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

func (w *world) send(ctx context.Context, r *sms.SendSmsRequest) (*sms.SendSmsResponse, error) {
	client, err := sms.NewClient(w.key, w.region, w.profile())
	require.NoError(w.t, err)
	client.WithHttpTransport(w.transport)
	return client.SendSmsWithContext(ctx, r)
}

// sendOne sends and returns the only item's code, or the outer error's.
func (w *world) sendOne(r *sms.SendSmsRequest) string {
	w.t.Helper()
	response, err := w.send(w.t.Context(), r)
	if err != nil {
		return codeOf(w.t, err)
	}
	require.Len(w.t, response.Response.SendStatusSet, 1)
	return *response.Response.SendStatusSet[0].Code
}

func (w *world) read(name, version string) (*ssm.GetSecretValueResponse, error) {
	client, err := ssm.NewClient(w.key, w.region, w.profile())
	require.NoError(w.t, err)
	client.WithHttpTransport(w.transport)
	r := ssm.NewGetSecretValueRequest()
	if name != "" {
		r.SecretName = &name
	}
	if version != "" {
		r.VersionId = &version
	}
	return client.GetSecretValueWithContext(w.t.Context(), r)
}

// raw sends any body under a valid signature of the SDK's making.
func (w *world) raw(service, version, action, body string) string {
	w.t.Helper()
	client := common.NewCommonClient(w.key, w.region, w.profile())
	client.WithHttpTransport(w.transport)
	r := tchttp.NewCommonRequest(service, version, action)
	r.SetContext(w.t.Context())
	require.NoError(w.t, r.SetActionParameters(body))
	response := tchttp.NewCommonResponse()
	if err := client.Send(r, response); err != nil {
		return messageOfError(w.t, err)
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
