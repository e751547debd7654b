package cloudsim

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// Account is what one Tencent Cloud account holds, as far as the simulated actions read it. The
// zero Account refuses every request.
type Account struct {
	Keys      []Key      `json:"keys,omitempty"`
	Secrets   []Secret   `json:"secrets,omitempty"`
	Apps      []App      `json:"apps,omitempty"`
	Signs     []Sign     `json:"signs,omitempty"`
	Templates []Template `json:"templates,omitempty"`

	// SenderIDs are the account's registered sender ids, for numbers outside the mainland.
	SenderIDs []string `json:"senderIds,omitempty"`

	Limits Limits `json:"limits,omitzero"`

	// Packages are those that messages were paid for with, as [SmsPackagesStatistics] lists them.
	Packages []Package `json:"packages,omitempty"`

	// Individual means that the account has no enterprise certification. It may not list signatures
	// and templates by API.
	Individual bool `json:"individual,omitempty"`

	// Reports is the delivery report of an accepted message, by number in E.164. To other numbers
	// messages are delivered.
	Reports map[string]Report `json:"reports,omitempty"`

	// Numbers is the fault of a send to a number in E.164. With it an event alone can ask for a
	// refusal or a fault. Scripted and standing faults precede it.
	Numbers map[string]Fault `json:"numbers,omitempty"`

	// Rates are how many calls of an action are accepted in a second (:: action → calls). The
	// others are refused with RequestLimitExceeded before anything is done. An action that is not
	// in it has no limit.
	Rates map[string]int `json:"rates,omitempty"`

	// Uin is the root account's id; 0 means 100000000001. AppID is in the URL of its functions; 0
	// means 1250000000.
	Uin   uint64 `json:"uin,omitempty"`
	AppID uint64 `json:"appId,omitempty"`

	Users     []User     `json:"users,omitempty"`
	Policies  []Policy   `json:"policies,omitempty"` // without those of Tencent's
	Roles     []Role     `json:"roles,omitempty"`
	Functions []Function `json:"-"`

	// Logs are what the account has in CLS.
	Logs Logs `json:"-"`

	// Closed are the services that nobody has opened yet: "ssm", "scf", "cls".
	Closed []string `json:"closed,omitempty"`

	// Lags are how long what was made is not there yet for others.
	Lags Lags `json:"-"`

	// KMSRefuses means that Secrets Manager can't encrypt: KMS is in arrears.
	KMSRefuses bool `json:"kmsRefuses,omitempty"`

	// CreateFails means that a function which is created ends as CreateFailed.
	CreateFails bool `json:"createFails,omitempty"`

	// FixedURLs means that UpdateTrigger takes no function URL: Tencent's documents contradict each
	// other there.
	FixedURLs bool `json:"fixedUrls,omitempty"`
}

// Key is an API key pair, or a role's temporary credentials if it has a Token.
type Key struct {
	SecretID  string `json:"secretId"`
	SecretKey string `json:"secretKey"`
	Token     string `json:"token,omitempty"`
	Disabled  bool   `json:"disabled,omitempty"`

	// Allow lists the permitted actions: "sms:SendSms", "ssm:*" or "*". An empty list permits
	// nothing.
	Allow []string `json:"allow,omitempty"`

	// SubAccount keys may not list templates, whatever Allow says.
	SubAccount bool `json:"subAccount,omitempty"`

	// Uin is the user's whose key it is; 0 means the root account's. A user's key may also do what
	// the user's policies allow.
	Uin uint64 `json:"uin,omitempty"`

	// Role is that of a temporary key, which may also do what the role's policies allow.
	Role string `json:"role,omitempty"`

	Description string    `json:"description,omitempty"`
	Created     time.Time `json:"created,omitzero"` // zero: at the start of 2025
}

// Secret is one SSM secret.
type Secret struct {
	Name string `json:"name"`

	// Region is where the secret lives; empty means ap-guangzhou.
	Region string `json:"region,omitempty"`

	// State is empty (enabled), StateDisabled or StatePendingDelete.
	State string `json:"state,omitempty"`

	Versions map[string]SecretValue `json:"versions"` // :: VersionId → value

	// CreateUin is who created it; 0 means the root account. The secret's name in a policy has it.
	CreateUin uint64 `json:"createUin,omitempty"`
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

// Review is the state of a signature or template that is not Approved.
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

	// Type is Verification (the default) or Notification.
	Type string `json:"type,omitempty"`

	International bool `json:"international,omitempty"`
	Approved      bool `json:"approved,omitempty"`

	// Everywhere means that the template is for mainland and other numbers.
	Everywhere bool `json:"everywhere,omitempty"`
	Review
}

// The types of a Template.
const (
	Verification = "verification"
	Notification = "notification"
)

// Limits are those on one number. Zero means Tencent's default; a negative value switches the limit
// off.
type Limits struct {
	ThirtySeconds int `json:"thirtySeconds,omitempty"` // same content in 30 seconds, default 1
	PerHour       int `json:"perHour,omitempty"`       // default none
	PerDay        int `json:"perDay,omitempty"`        // default 10
}

// checkApp returns the code that says why the app of an id can't be used, or "".
func (a *Account) checkApp(id string) string {
	i := slices.IndexFunc(a.Apps, func(a App) bool { return a.SDKAppID == id })
	switch {
	case i < 0:
		return "UnauthorizedOperation.SmsSdkAppIdVerifyFail"
	case a.Apps[i].Disabled:
		return "UnauthorizedOperation.SdkAppIdIsDisabled"
	}
	return ""
}

// clone returns a deep copy.
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
	a.Packages = slices.Clone(a.Packages)
	a.Numbers = maps.Clone(a.Numbers)
	a.Reports = maps.Clone(a.Reports)
	a.Rates = maps.Clone(a.Rates)
	a.Users = slices.Clone(a.Users)
	for i := range a.Users {
		a.Users[i].Policies = slices.Clone(a.Users[i].Policies)
	}
	a.Policies = slices.Clone(a.Policies)
	a.Roles = slices.Clone(a.Roles)
	for i := range a.Roles {
		a.Roles[i].Policies = slices.Clone(a.Roles[i].Policies)
	}
	a.Functions = slices.Clone(a.Functions)
	for i := range a.Functions {
		a.Functions[i] = a.Functions[i].clone()
	}
	a.Logs = a.Logs.clone()
	a.Closed = slices.Clone(a.Closed)
	return a
}
