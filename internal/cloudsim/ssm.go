package cloudsim

import (
	"cmp"
	"strconv"
	"strings"
	"time"
)

// secretLocked reads a secret. All its refusals are outer errors.
func (c *Cloud) secretLocked(q *call) (any, *apiError) {
	name, version := q.params.get("SecretName"), q.params.get("VersionId")
	if !validSecretName(name) || version == "" || len(version) > 64 {
		return nil, refuse("InvalidParameterValue")
	}
	secret := c.findSecretLocked(q, name)
	switch {
	case secret == nil:
		return nil, refuse("ResourceNotFound.SecretNotExist")
	case secret.State == StateDisabled:
		return nil, refuse("ResourceUnavailable.ResourceDisabled")
	case secret.State == StatePendingDelete:
		return nil, refuse("ResourceUnavailable.ResourcePendingDeleted")
	}
	value, ok := secret.Versions[version]
	if !ok {
		return nil, refuse("ResourceNotFound")
	}
	if len(value.Binary) > 0 {
		value.String = ""
	}
	return struct {
		SecretName   string
		VersionId    string
		SecretBinary []byte // base64; "" if it is a text
		SecretString string // "" if it is binary
		RequestId    string
	}{name, version, append([]byte{}, value.Binary...), value.String, q.id()}, nil
}

// findSecretLocked returns the secret of a name in the request's region, or nil.
func (c *Cloud) findSecretLocked(q *call, name string) *Secret {
	region := q.http.Header.Get("X-TC-Region")
	for i := range c.account.Secrets {
		s := &c.account.Secrets[i]
		if s.Name == name && cmp.Or(s.Region, "ap-guangzhou") == region {
			return s
		}
	}
	return nil
}

// secretDescription is the answer of DescribeSecret, in Tencent's order of fields.
type secretDescription struct {
	SecretName            string
	Description           string
	KmsKeyId              string
	CreateUin             uint64
	Status                string
	DeleteTime            uint64
	CreateTime            uint64
	SecretType            int
	ProductName           string
	ResourceID            string
	RotationStatus        bool
	RotationFrequency     int
	ResourceName          string
	ProjectID             int
	AssociatedInstanceIDs []string
	TargetUin             uint64
	AdditionalConfig      string
	EncryptType           int // 0: with KMS
	EncryptSwitching      bool
	CreateUinString       string
	TargetUinString       string
	AccountInfoList       []struct{} // of databases only
	NextRotationTime      string
	RequestId             string
}

// describeSecretLocked describes a secret. Unlike reading it, that works in every state.
func (c *Cloud) describeSecretLocked(q *call) (any, *apiError) {
	name := q.params.get("SecretName")
	if !validSecretName(name) {
		return nil, refuse("InvalidParameterValue")
	}
	secret := c.findSecretLocked(q, name)
	if secret == nil {
		return nil, refuse("ResourceNotFound")
	}
	creator := cmp.Or(secret.CreateUin, c.rootUin())
	d := secretDescription{
		SecretName:            name,
		KmsKeyId:              "00000000-0000-4000-8000-000000000000",
		CreateUin:             creator,
		Status:                cmp.Or(secret.State, "Enabled"),
		CreateTime:            createTime,
		AssociatedInstanceIDs: []string{},
		CreateUinString:       strconv.FormatUint(creator, 10),
		TargetUinString:       "0",
		AccountInfoList:       []struct{}{},
		RequestId:             q.id(),
	}
	if d.Status == StatePendingDelete {
		d.DeleteTime = uint64(q.now.Add(7 * 24 * time.Hour).Unix())
	}
	return d, nil
}

// What the cloud says of everything that was made in it.
const (
	creatorUin = 100000000001
	createTime = 1735689600 // the first of January 2025
)

func validSecretName(name string) bool {
	const allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"
	return name != "" && len(name) <= 128 && strings.Trim(name, allowed) == ""
}
