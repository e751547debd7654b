package cloudsim

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
)

// Account is what one Tencent Cloud account holds, as far as the actions look at
// it. The zero Account refuses everybody.
type Account struct {
	Keys      []Key      `json:"keys,omitempty"`
	Secrets   []Secret   `json:"secrets,omitempty"`
	Apps      []App      `json:"apps,omitempty"`
	Signs     []Sign     `json:"signs,omitempty"`
	Templates []Template `json:"templates,omitempty"`

	// SenderIDs are the account's own sender ids, for numbers outside the mainland.
	SenderIDs []string `json:"senderIds,omitempty"`

	// SMSRegions are the regions that take SendSms; none means ap-beijing,
	// ap-guangzhou and ap-nanjing.
	SMSRegions []string `json:"smsRegions,omitempty"`

	Limits Limits `json:"limits,omitzero"`

	// Balance is how many message segments the package held at the last Reset;
	// nil means that nobody counts.
	Balance *int `json:"balance,omitempty"`

	// Individual accounts, those without an enterprise's certification, may not
	// list signatures and templates by API.
	Individual bool `json:"individual,omitempty"`

	// Reports says what comes of messages that were accepted; to a number that is
	// not in it they are delivered.
	Reports map[string]Report `json:"reports,omitempty"` // :: E.164 number → report

	// Numbers says what a send to a number meets, so that an event alone can ask
	// for a refusal or a fault. Scripted and standing faults come first.
	Numbers map[string]Fault `json:"numbers,omitempty"` // :: E.164 number → fault
}

// Key is an API key pair, or a role's temporary credentials if it has a Token.
type Key struct {
	SecretID  string `json:"secretId"`
	SecretKey string `json:"secretKey"`
	Token     string `json:"token,omitempty"`
	Disabled  bool   `json:"disabled,omitempty"`

	// Allow lists the permitted actions: "sms:SendSms", "ssm:*" or "*".
	// An empty list permits nothing.
	Allow []string `json:"allow,omitempty"`

	// SubAccount keys may not list templates, whatever Allow says.
	SubAccount bool `json:"subAccount,omitempty"`
}

// Secret is one SSM secret.
type Secret struct {
	Name string `json:"name"`

	// Region is where the secret lives; empty means ap-guangzhou.
	Region string `json:"region,omitempty"`

	// State is empty (enabled), StateDisabled or StatePendingDelete.
	State string `json:"state,omitempty"`

	Versions map[string]SecretValue `json:"versions"` // :: VersionId → value
}

// The states of a Secret that can't be read.
const (
	StateDisabled      = "Disabled"
	StatePendingDelete = "PendingDelete"
)

// SecretValue is a text or, if Binary is not empty, bytes (base64 in JSON).
type SecretValue struct {
	String string `json:"string,omitempty"`
	Binary []byte `json:"binary,omitempty"`
}

// App is an SMS application.
type App struct {
	SDKAppID string `json:"sdkAppId"`
	Disabled bool   `json:"disabled,omitempty"`

	// DailyLimit is the number of messages a day, 0 for no limit.
	DailyLimit int `json:"dailyLimit,omitempty"`
}

// Sign is the text of a signature, for the mainland or for everywhere else.
type Sign struct {
	Name          string `json:"name"`
	International bool   `json:"international,omitempty"`
	Approved      bool   `json:"approved,omitempty"`

	// ID is the signature's id; 0 means 1000001 and up, in the order of the list.
	ID uint64 `json:"id,omitempty"`
	Review
}

// Review is how far the review of a signature or a template is that is not
// Approved.
type Review struct {
	// Status is StatusRejected, StatusWaiting or, if 0, StatusReviewing.
	Status int `json:"status,omitempty"`

	// Reply is what the reviewer wrote.
	Reply string `json:"reply,omitempty"`
}

// The results of a review, as the lists of signatures and templates show them.
const (
	StatusApproved  = 0
	StatusReviewing = 1
	StatusWaiting   = 2 // approved, not yet in effect
	StatusRejected  = -1
)

func (r Review) valid(approved bool) bool {
	return r.Status == 0 || !approved && slices.Contains([]int{StatusRejected, StatusReviewing, StatusWaiting}, r.Status)
}

func (r Review) status(approved bool) int {
	if approved {
		return StatusApproved
	}
	return cmp.Or(r.Status, StatusReviewing)
}

// Template is a message text with variables {1}, {2}, …
type Template struct {
	ID   string `json:"id"`
	Text string `json:"text"`

	// Type is Verification (the default), Notification or Marketing.
	Type string `json:"type,omitempty"`

	International bool `json:"international,omitempty"`
	Approved      bool `json:"approved,omitempty"`

	// Everywhere makes it one for both kinds of numbers.
	Everywhere bool `json:"everywhere,omitempty"`
	Review
}

// The types of a Template.
const (
	Verification = "verification"
	Notification = "notification"
	Marketing    = "marketing"
)

// Limits are those on one number. Zero fields mean Tencent's defaults; negative
// ones switch the limit off.
type Limits struct {
	ThirtySeconds int `json:"thirtySeconds,omitempty"` // same content in 30 seconds, default 1
	PerHour       int `json:"perHour,omitempty"`       // default none
	PerDay        int `json:"perDay,omitempty"`        // default 10
	ParamLength   int `json:"paramLength,omitempty"`   // characters in a variable, default 6; verification templates have their own rule
}

func (l Limits) thirtySeconds() int { return cmp.Or(l.ThirtySeconds, 1) }
func (l Limits) perHour() int       { return cmp.Or(l.PerHour, -1) }
func (l Limits) perDay() int        { return cmp.Or(l.PerDay, 10) }
func (l Limits) paramLength() int   { return cmp.Or(l.ParamLength, 6) }

func (a *Account) smsRegions() []string {
	if len(a.SMSRegions) > 0 {
		return a.SMSRegions
	}
	return []string{"ap-beijing", "ap-guangzhou", "ap-nanjing"}
}

func (s *Secret) region() string { return cmp.Or(s.Region, "ap-guangzhou") }

func (t *Template) kind() string { return cmp.Or(t.Type, Verification) }

// LoadAccount reads an Account from a JSON file. A field it doesn't know and a
// value that could never work are errors, all of them named at once.
func LoadAccount(path string) (Account, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return Account{}, err
	}
	var a Account
	if err := strictJSON(data, &a); err != nil {
		return Account{}, fmt.Errorf("%s: %w", path, err)
	}
	if err := a.check(); err != nil {
		return Account{}, fmt.Errorf("%s: %w", path, err)
	}
	return a, nil
}

func strictJSON(data []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("something follows the JSON value")
	}
	return nil
}

func (a *Account) check() error {
	var errs []error
	wrong := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }

	for i, k := range a.Keys {
		if k.SecretID == "" || k.SecretKey == "" || strings.Contains(k.SecretID, "/") {
			wrong("keys[%d]: needs secretId and secretKey, the id without /", i)
		}
	}
	for i, s := range a.Secrets {
		if !validSecretName(s.Name) {
			wrong("secrets[%d]: name must be 1 to 128 of A-Z a-z 0-9 _ -", i)
		}
		if s.State != "" && s.State != StateDisabled && s.State != StatePendingDelete {
			wrong("secrets[%d]: state %q is neither %s nor %s", i, s.State, StateDisabled, StatePendingDelete)
		}
		for _, version := range slices.Sorted(maps.Keys(s.Versions)) {
			if v := s.Versions[version]; v.String != "" && len(v.Binary) > 0 {
				wrong("secrets[%d]: version %q is both string and binary", i, version)
			}
		}
	}
	for i, app := range a.Apps {
		if app.SDKAppID == "" {
			wrong("apps[%d]: needs sdkAppId", i)
		}
	}
	for i, s := range a.Signs {
		if s.Name == "" {
			wrong("signs[%d]: needs name", i)
		}
		if !s.valid(s.Approved) {
			wrong("signs[%d]: status %d is none of -1, 1, 2, or it is approved", i, s.Status)
		}
	}
	for i, t := range a.Templates {
		if t.ID == "" || t.Text == "" {
			wrong("templates[%d]: needs id and text", i)
		}
		if !t.valid(t.Approved) {
			wrong("templates[%d]: status %d is none of -1, 1, 2, or it is approved", i, t.Status)
		}
		if !slices.Contains([]string{Verification, Notification, Marketing}, t.kind()) {
			wrong("templates[%d]: type %q is none of %s, %s, %s", i, t.Type, Verification, Notification, Marketing)
		}
	}
	for _, n := range slices.Sorted(maps.Keys(a.Numbers)) {
		if e164, ok := parseNumber(n); !ok || e164 != n {
			wrong("numbers: %q is not +, calling code and number", n)
		}
	}
	for _, n := range slices.Sorted(maps.Keys(a.Reports)) {
		if e164, ok := parseNumber(n); !ok || e164 != n {
			wrong("reports: %q is not +, calling code and number", n)
		}
	}
	return errors.Join(errs...)
}

// clone keeps the cloud's account apart from the one it was made with.
func (a Account) clone() Account {
	a.Keys = slices.Clone(a.Keys)
	for i := range a.Keys {
		a.Keys[i].Allow = slices.Clone(a.Keys[i].Allow)
	}
	a.Secrets = slices.Clone(a.Secrets)
	for i := range a.Secrets {
		a.Secrets[i].Versions = maps.Clone(a.Secrets[i].Versions)
	}
	a.Apps = slices.Clone(a.Apps)
	a.Signs = slices.Clone(a.Signs)
	a.Templates = slices.Clone(a.Templates)
	a.SenderIDs = slices.Clone(a.SenderIDs)
	a.SMSRegions = slices.Clone(a.SMSRegions)
	a.Numbers = maps.Clone(a.Numbers)
	a.Reports = maps.Clone(a.Reports)
	if a.Balance != nil {
		balance := *a.Balance
		a.Balance = &balance
	}
	return a
}
