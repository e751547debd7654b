package resources

import (
	"context"
	"strings"
	"time"

	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"

	"scf-sms/internal/tencent"
	"scf-sms/scripts/local/internal/operator"
)

// SenderOf is the name of the user whose key sends: by the name of the secret that holds the key.
func SenderOf(secret string) string { return secret + "-sender" }

// User is a sub-account.
type User struct {
	Uin    uint64
	Uid    uint64 // which notices of CLS want
	Name   string
	Remark string

	Email, PhoneNum string // never to be shown
}

// User returns a user by its name, nil if there is none.
func (c Cloud) User(ctx context.Context, name string) (*User, *operator.Failure) {
	var user User
	f := c.Call(ctx, operator.CAM, "GetUser", map[string]any{"Name": name}, &user)
	if f.Absent() {
		return nil, nil
	}
	return &user, f
}

// AddUser makes a user without a key and without a password.
func (c Cloud) AddUser(ctx context.Context, name string) (*User, *operator.Failure) {
	user := User{Name: name}
	f := c.Call(ctx, operator.CAM, "AddUser", map[string]any{
		"Name": name, "Remark": Mark + " sends SMS, made by setup", "ConsoleLogin": 0, "UseApi": 0,
	}, &user)
	return &user, f
}

// AccessKey is an AccessKey of a user, without its secret half.
type AccessKey struct {
	AccessKeyId string
	Status      string // Active or Inactive
	CreateTime  string
	Description string
}

// Active reports whether the key is accepted.
func (k AccessKey) Active() bool { return k.Status == "Active" }

// Made is when the key was made.
func (k AccessKey) Made() time.Time { return readTime(k.CreateTime) }

// Follows reports whether rotate made the key to replace another, whose id it takes.
func (k AccessKey) Follows(id string) bool { return strings.HasSuffix(k.Description, after+id) }

// after stands in a key's description before the id of the one that it replaces.
const after = ":after:"

// keyMark begins the description of a key that is made for the function's secret. The same user may
// have one for another secret, for that of another region, or for another version of it: it is in
// use there.
func (c Cloud) keyMark() string {
	s := &c.Settings.Secret
	mark := Mark + s.Region + "/" + s.Name
	if s.Version != "SSM_Current" {
		mark += "@" + s.Version
	}
	return mark + ":"
}

// Ours reports whether setup or rotate made a key for the function's secret.
func (c Cloud) Ours(k AccessKey) bool { return strings.HasPrefix(k.Description, c.keyMark()) }

// Keys lists a user's keys: two at most.
func (c Cloud) Keys(ctx context.Context, uin uint64) ([]AccessKey, *operator.Failure) {
	var answer struct{ AccessKeys []AccessKey }
	f := c.Call(ctx, operator.CAM, "ListAccessKeys", map[string]any{"TargetUin": uin}, &answer)
	return answer.AccessKeys, f
}

// CreateKey makes a key for the function's secret, in place of the one whose id replaced is, if it
// isn't "". Its secret half is in this answer alone: if the answer is lost, only
// [Cloud.Keys] shows that there is a key, and nobody can use it.
func (c Cloud) CreateKey(
	ctx context.Context, uin uint64, replaced string,
) (*tencent.Key, *operator.Failure) {
	description := c.keyMark() + c.Clock.Now().UTC().Format(time.RFC3339) // it takes no blanks
	if replaced != "" {
		description += after + replaced
	}
	var answer struct {
		AccessKey struct{ AccessKeyId, SecretAccessKey string }
	}
	f := c.Call(ctx, operator.CAM, "CreateAccessKey", map[string]any{
		"TargetUin": uin, "Description": description,
	}, &answer)
	if f != nil {
		return nil, f
	}
	return tencent.NewKey(answer.AccessKey.AccessKeyId, answer.AccessKey.SecretAccessKey, ""), nil
}

// DisableKey makes Tencent refuse a key.
func (c Cloud) DisableKey(ctx context.Context, uin uint64, id string) *operator.Failure {
	return c.Call(ctx, operator.CAM, "UpdateAccessKey", map[string]any{
		"TargetUin": uin, "AccessKeyId": id, "Status": "Inactive",
	}, nil)
}

// DeleteKey disables a key and deletes it, which can't be undone. One that is gone is no failure.
func (c Cloud) DeleteKey(ctx context.Context, uin uint64, id string) *operator.Failure {
	f := c.DisableKey(ctx, uin, id)
	if f == nil {
		f = c.Call(ctx, operator.CAM, "DeleteAccessKey",
			map[string]any{"TargetUin": uin, "AccessKeyId": id}, nil)
	}
	if f.Absent() {
		return nil
	}
	return f
}

// Verdict is what SMS says of a key.
type Verdict int

// The verdicts of [Cloud.TryKey].
const (
	Accepted Verdict = iota
	NotYet           // not known, or without the permission, which a new key may be at first
	Unknown          // no answer that tells
)

// TryKey asks SMS whether a key may send, with a SendSms to nobody, which can't send anything. code
// is Tencent's.
func (c Cloud) TryKey(ctx context.Context, key common.CredentialIface) (v Verdict, code string) {
	failure := c.SendToNobody(ctx, key)
	if failure == nil {
		return Accepted, ""
	}
	is := func(family string) bool { return tencent.Is(failure.Code, family) }
	switch {
	case failure.Code == "", is("RequestLimitExceeded"), is("InternalError"),
		operator.ClockRejected(failure.Code):
		return Unknown, failure.Code
	case is("UnauthorizedOperation.SmsSdkAppIdVerifyFail"),
		is("UnauthorizedOperation.SdkAppIdIsDisabled"),
		is("UnauthorizedOperation.RequestIpNotInWhitelist"):
		return Accepted, failure.Code // what is refused is the application or this machine
	case is("AuthFailure"), is("UnauthorizedOperation"):
		return NotYet, failure.Code
	}
	return Accepted, failure.Code
}
