package probe

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"scf-sms/internal/callersim"
	"scf-sms/internal/liveconn"
	"scf-sms/secrets"
)

const (
	// answerTimeout is that of one answer. A cold start and SCF's own time limit are below it.
	answerTimeout = 20 * time.Second
	// maxAnswer is more than the function ever answers.
	maxAnswer = 64 << 10
)

// reply is what came back from a URL.
type reply struct {
	status  int
	version string // of the function, which tells it to callers with a right proof alone
	problem struct {
		Code      string `json:"code"`
		RequestID string `json:"requestId"`
	}
	ours        bool // it has the form of the function's answers
	wrapped     int  // the status in an answer to Supabase, which is always a 200
	failure     string
	redirectsTo string // the host
}

// newClient is a client that follows no redirect: the token is for the URL's host alone.
func newClient() *http.Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.DisableKeepAlives = true // two requests, perhaps minutes apart
	return &http.Client{
		Transport: transport,
		Timeout:   answerTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse
		},
	}
}

// get asks as an uptime probe does.
func get(ctx context.Context, client *http.Client, url string) reply {
	return do(ctx, client, url, http.MethodGet, "", nil)
}

// message is what is posted, with the headers that prove it.
type message struct {
	body  string
	proof http.Header
}

// The bodies have neither a number nor a code: no version of the function can send them.
const (
	native   = `{"to": "+1", "type": "Generic", "payload": {}}`
	supabase = `{"user": {"phone": "1"}, "sms": {"phone": "+1"}}`
	zitadel  = `{"contextInfo": {"recipientPhoneNumber": "+1"}, "args": {}}`
)

// authorized is a message with an Authorization header.
func authorized(value string) message {
	return message{native, http.Header{"Authorization": {value}}}
}

// proved returns a message with a proof that the secret has, false if it has none.
func proved(secret *secrets.Secret, now time.Time) (message, bool) {
	if secret == nil {
		return message{}, false
	}
	if values := secret.Values(secrets.Authorization); len(values) > 0 {
		return authorized(values[0]), true
	}
	if values := secret.Values(secrets.Supabase); len(values) > 0 {
		proof, err := callersim.SignSupabase("msg_"+rand.Text(), now, []byte(supabase), values...)
		return message{supabase, proof}, err == nil // it has the form of one, or isn't held
	}
	if values := secret.Values(secrets.Zitadel); len(values) > 0 {
		return message{zitadel, callersim.SignZITADEL(now, []byte(zitadel), values...)}, true
	}
	return message{}, false
}

// post sends a message.
func post(ctx context.Context, client *http.Client, url string, m message) reply {
	return do(ctx, client, url, http.MethodPost, m.body, m.proof)
}

func do(
	ctx context.Context, client *http.Client, url, method, body string, headers http.Header,
) (r reply) {
	request, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	if err != nil {
		r.failure = "not a URL" // readURL let it pass, so this doesn't happen
		return r
	}
	for name, values := range headers {
		request.Header[name] = values
	}
	request.Header.Set("Accept", "application/problem+json")
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := client.Do(request)
	if err != nil {
		r.failure = liveconn.Reason(err) // an error of net/http quotes the URL
		return r
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		r.failure = liveconn.Reason(err)
		return r
	}
	r.status, r.version = response.StatusCode, response.Header.Get("x-scf-sms-version")
	if to, err := response.Location(); err == nil {
		r.redirectsTo = to.Host
	}
	r.ours = json.Unmarshal(text, &r.problem) == nil && r.problem.Code != "" &&
		strings.HasPrefix(response.Header.Get("Content-Type"), "application/problem+json")
	var hook struct {
		Error struct {
			Code int `json:"http_code"`
		} `json:"error"`
	}
	if r.status == http.StatusOK && json.Unmarshal(text, &hook) == nil {
		r.wrapped = hook.Error.Code
	}
	return r
}

// is reports whether the function itself gave this answer. Supabase is told no code.
func (r reply) is(status int, code string) bool {
	return r.ours && r.status == status && r.problem.Code == code || r.wrapped == status
}

// String is the reply in a few words, without anything of its body but the code of an outcome.
func (r reply) String() string {
	switch {
	case r.failure != "":
		return r.failure
	case r.ours:
		return fmt.Sprintf("%d %s", r.status, r.problem.Code)
	case r.wrapped != 0:
		return fmt.Sprintf("%d with %d in it", r.status, r.wrapped)
	default:
		return fmt.Sprintf("%d", r.status)
	}
}
