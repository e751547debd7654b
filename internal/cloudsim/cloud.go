package cloudsim

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"
)

// The actions the cloud knows.
const (
	SendSms                        = "SendSms"
	DescribeSmsSignList            = "DescribeSmsSignList"
	DescribeSmsTemplateList        = "DescribeSmsTemplateList"
	PullSmsSendStatusByPhoneNumber = "PullSmsSendStatusByPhoneNumber"
	GetSecretValue                 = "GetSecretValue"
	DescribeSecret                 = "DescribeSecret"
)

// The versions of the two APIs.
const (
	smsVersion = "2021-01-11"
	ssmVersion = "2019-09-23"
)

// maxBody is what the gateway takes in a request signed with TC3.
const maxBody = 10 << 20

// Config says what the simulated cloud knows and how it tells the time.
type Config struct {
	Account Account

	// Now is the cloud's clock: it judges timestamps and drives the limits.
	// If nil, time.Now is used.
	Now func() time.Time

	// GatewayNow, if not nil, judges timestamps instead of Now. Tencent's SDK
	// signs by the machine's clock, so a test that moves Now to the next day and
	// sends with the SDK sets this to time.Now.
	GatewayNow func() time.Time
}

var _ http.Handler = (*Cloud)(nil)

// Cloud answers requests as Tencent Cloud does. It is an http.Handler for any
// server; the faults that end a connection need HTTP/1.
type Cloud struct {
	now        func() time.Time
	gatewayNow func() time.Time

	mu       sync.Mutex
	account  Account
	standing map[string]Fault // :: action → standing fault
	changed  chan struct{}    // closed and replaced whenever a request is settled
	state
}

// state is what Reset empties.
type state struct {
	requests []*Request
	settled  map[string]int // :: action → requests whose outcome is decided
	outbox   []Message
	scripted map[string][]Fault // :: action → faults of the next requests
	usage    usage
	serial   int
}

// New returns a cloud that knows a copy of config's account.
func New(config Config) *Cloud {
	c := &Cloud{
		now:        config.Now,
		gatewayNow: config.GatewayNow,
		account:    config.Account.clone(),
		standing:   make(map[string]Fault),
		changed:    make(chan struct{}),
		state:      newState(),
	}
	if c.now == nil {
		c.now = time.Now
	}
	if c.gatewayNow == nil {
		c.gatewayNow = c.now
	}
	return c
}

func newState() state {
	return state{
		settled:  make(map[string]int),
		scripted: make(map[string][]Fault),
		usage:    newUsage(),
	}
}

// Update changes the account between two requests: it rotates a key, disables
// one, changes a secret.
func (c *Cloud) Update(change func(*Account)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	change(&c.account)
}

// Replace makes a copy of the account what the cloud knows from now on.
func (c *Cloud) Replace(a Account) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.account = a.clone()
}

// Reset empties the outbox, the requests, what was counted for limits and the
// package, the serial numbers and the scripted faults. It keeps the account and
// the standing faults.
func (c *Cloud) Reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.state = newState()
}

// Request is one request that arrived, whatever came of it.
type Request struct {
	Action     string
	Version    string
	Region     string
	SecretID   string // as claimed, verified or not
	Token      bool   // an X-TC-Token came along
	RemoteAddr string // the same for requests on one connection
	RequestID  string
	Time       time.Time
	Body       []byte // nil if it was never read

	Code  string // the outer error's or the first refused item's code; "" for Ok, or if nothing was decided
	Fault Kind   // the fault it met
}

// Requests returns copies of all requests since the start or Reset, in the order
// of their arrival.
func (c *Cloud) Requests() []Request {
	c.mu.Lock()
	defer c.mu.Unlock()
	requests := make([]Request, len(c.requests))
	for i, r := range c.requests {
		requests[i] = *r
	}
	return requests
}

// Count returns how many requests of the action arrived.
func (c *Cloud) Count(action string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := 0
	for _, r := range c.requests {
		if r.Action == action {
			n++
		}
	}
	return n
}

// Await returns when n requests of the action have met their outcome: they were
// processed, or a fault decided that they never will be. It spares tests a sleep
// where a fault leaves the client without an answer.
func (c *Cloud) Await(ctx context.Context, action string, n int) error {
	for {
		c.mu.Lock()
		done, changed := c.settled[action] >= n, c.changed
		c.mu.Unlock()
		if done {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// call is one request on its way through the cloud.
type call struct {
	http   *http.Request
	action string
	body   []byte
	now    time.Time // by Config.Now
	clock  time.Time // by Config.GatewayNow
	record *Request  // guarded by Cloud.mu
}

// id is the request id. It never changes after arrival, so it needs no lock.
func (q *call) id() string { return q.record.RequestID }

// ServeHTTP meets one request with the fault that is due, or behaves.
func (c *Cloud) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	q, fault, due := c.arrive(r)
	if fault.Kind == ResetEarly {
		c.settle(q, "")
		sever(w, true)
		return
	}
	// The whole body is read before anything else: net/http notices that a
	// client went away only after that.
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if err != nil {
		c.settle(q, "")
		sever(w, true)
		return
	}
	q.body = body
	if !due {
		fault = c.magic(q)
	}
	c.note(q, fault)
	c.meet(w, q, fault)
}

// arrive records the request and takes the fault that is due for its action.
func (c *Cloud) arrive(r *http.Request) (q *call, fault Fault, due bool) {
	now, clock := c.now(), c.gatewayNow() // outside the lock: clocks are somebody else's code
	auth, _ := parseAuthorization(r.Header.Get("Authorization"))
	q = &call{http: r, now: now, clock: clock, action: r.Header.Get("X-TC-Action")}

	c.mu.Lock()
	defer c.mu.Unlock()
	q.record = &Request{
		Action:     q.action,
		Version:    r.Header.Get("X-TC-Version"),
		Region:     r.Header.Get("X-TC-Region"),
		SecretID:   auth.secretID,
		Token:      r.Header.Get("X-TC-Token") != "",
		RemoteAddr: r.RemoteAddr,
		RequestID:  fmt.Sprintf("a0aabda6-cf91-4f3e-a81f-%012x", len(c.requests)+1),
		Time:       now,
	}
	c.requests = append(c.requests, q.record)

	if queue := c.scripted[q.action]; len(queue) > 0 {
		fault, due = queue[0], true
		c.scripted[q.action] = queue[1:]
	} else {
		fault, due = c.standing[q.action]
	}
	q.record.Fault = fault.Kind
	return q, fault, due
}

func (c *Cloud) note(q *call, fault Fault) {
	c.mu.Lock()
	defer c.mu.Unlock()
	q.record.Body = q.body
	q.record.Fault = fault.Kind
}

func (c *Cloud) settle(q *call, code string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.settleLocked(q, code)
}

func (c *Cloud) settleLocked(q *call, code string) {
	q.record.Code = code
	c.settled[q.action]++
	close(c.changed)
	c.changed = make(chan struct{})
}

// apiError is an outer error: Response.Error.
type apiError struct {
	Code    string
	Message string
}

func refuse(code string) *apiError { return &apiError{code, messageOf(code)} }

func missing(parameter string) *apiError {
	return &apiError{"MissingParameter", "The request is missing a required parameter `" + parameter + "`."}
}

// process does what the request asks for and returns the answer's JSON.
func (c *Cloud) process(q *call, fault Fault) []byte {
	c.mu.Lock()
	defer c.mu.Unlock()

	response, code, err := c.answerLocked(q, fault)
	if err != nil {
		code = err.Code
		response = struct {
			Error     *apiError
			RequestId string
		}{err, q.id()}
	}
	c.settleLocked(q, code)
	return encode(struct{ Response any }{response})
}

// answerLocked returns the response of a success with the code of its first
// refused item, or an outer error.
func (c *Cloud) answerLocked(q *call, fault Fault) (response any, code string, err *apiError) {
	if fault.Kind == Error {
		return nil, "", fault.apiError()
	}
	key, err := c.gatewayLocked(q)
	if err != nil {
		return nil, "", err
	}
	switch q.action {
	case DescribeSmsSignList:
		response, err = c.signsLocked(q, fault)
	case DescribeSmsTemplateList:
		response, err = c.templatesLocked(q, key, fault)
	case PullSmsSendStatusByPhoneNumber:
		response, err = c.reportsLocked(q, fault)
	case GetSecretValue:
		response, err = c.secretLocked(q, fault)
	case DescribeSecret:
		response, err = c.describeSecretLocked(q, fault)
	default:
		return c.sendLocked(q, key, fault)
	}
	return response, "", err
}

// serviceWith returns the service and the version of an action.
func serviceWith(action string) (service, version string) {
	switch action {
	case SendSms, DescribeSmsSignList, DescribeSmsTemplateList, PullSmsSendStatusByPhoneNumber:
		return SMS, smsVersion
	case GetSecretValue, DescribeSecret:
		return SSM, ssmVersion
	}
	return "", ""
}

// gatewayLocked checks what is checked of every action, and changes nothing.
func (c *Cloud) gatewayLocked(q *call) (Key, *apiError) {
	if len(q.body) > maxBody {
		return Key{}, refuse("RequestSizeLimitExceeded")
	}
	if q.http.Method != http.MethodPost {
		return Key{}, refuse("UnsupportedProtocol")
	}
	key, service, err := c.authenticateLocked(q)
	if err != nil {
		return Key{}, err
	}

	header := q.http.Header
	if q.action == "" {
		return Key{}, missing("Action")
	}
	wantService, wantVersion := serviceWith(q.action)
	if service != wantService {
		return Key{}, refuse("InvalidAction")
	}
	if header.Get("X-TC-Version") == "" {
		return Key{}, missing("Version")
	}
	if header.Get("X-TC-Version") != wantVersion {
		return Key{}, refuse("NoSuchVersion")
	}
	if mediaType, _, _ := strings.Cut(header.Get("Content-Type"), ";"); strings.TrimSpace(mediaType) != "application/json" {
		return Key{}, refuse("InvalidRequest")
	}
	region := header.Get("X-TC-Region")
	if region == "" {
		return Key{}, missing("Region")
	}
	if !c.account.serves(service, region) {
		return Key{}, refuse("UnsupportedRegion")
	}
	if operation := service + ":" + q.action; !key.may(service, operation) {
		return Key{}, &apiError{"UnauthorizedOperation",
			"you are not authorized to perform operation (" + operation + ")\nresource (*) has no permission\n"}
	}
	return key, nil
}

func (k *Key) may(service, operation string) bool {
	for _, allowed := range k.Allow {
		if allowed == "*" || allowed == service+":*" || allowed == operation {
			return true
		}
	}
	return false
}

// encode writes JSON as it is, without Go's escapes for HTML.
func encode(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic("cloudsim: internal error: " + err.Error()) // only our own types come here
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}
