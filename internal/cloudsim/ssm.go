package cloudsim

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

type secretResponse struct {
	SecretName   string
	VersionId    string
	SecretBinary []byte // base64; "" if it is a text
	SecretString string // "" if it is binary
	RequestId    string
}

// secretLocked reads a secret. All its refusals are outer errors.
func (c *Cloud) secretLocked(q *call, fault Fault) (*secretResponse, *apiError) {
	p, err := parseParams(q.body, []field{
		{name: "SecretName", required: true},
		{name: "VersionId", required: true},
	})
	if err != nil {
		return nil, err
	}
	if fault.Kind == Refuse {
		return nil, fault.apiError()
	}
	name, version := p.get("SecretName"), p.get("VersionId")
	if !validSecretName(name) || version == "" || len(version) > 64 {
		return nil, refuse("InvalidParameterValue")
	}
	secret := c.findSecretLocked(q, name)
	if secret == nil {
		return nil, refuse("ResourceNotFound.SecretNotExist")
	}
	switch secret.State {
	case StateDisabled:
		return nil, refuse("ResourceUnavailable.ResourceDisabled")
	case StatePendingDelete:
		return nil, refuse("ResourceUnavailable.ResourcePendingDeleted")
	}
	value, ok := secret.Versions[version]
	if !ok {
		return nil, refuse("ResourceNotFound")
	}
	response := &secretResponse{SecretName: name, VersionId: version, RequestId: q.id()}
	if len(value.Binary) > 0 {
		response.SecretBinary = value.Binary
	} else {
		response.SecretBinary, response.SecretString = []byte{}, value.String
	}
	return response, nil
}

// findSecretLocked returns the secret of a name in the request's region, or nil.
func (c *Cloud) findSecretLocked(q *call, name string) *Secret {
	region := q.http.Header.Get("X-TC-Region")
	for i := range c.account.Secrets {
		if s := &c.account.Secrets[i]; s.Name == name && s.region() == region {
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
	RequestId             string
}

// describeSecretLocked describes a secret. Unlike reading it, that works in every state.
func (c *Cloud) describeSecretLocked(q *call, fault Fault) (*secretDescription, *apiError) {
	p, err := parseParams(q.body, []field{{name: "SecretName", required: true}})
	if err != nil {
		return nil, err
	}
	if fault.Kind == Refuse {
		return nil, fault.apiError()
	}
	name := p.get("SecretName")
	if !validSecretName(name) {
		return nil, refuse("InvalidParameterValue")
	}
	secret := c.findSecretLocked(q, name)
	if secret == nil {
		return nil, refuse("ResourceNotFound")
	}
	d := &secretDescription{
		SecretName:            name,
		KmsKeyId:              "00000000-0000-4000-8000-000000000000",
		CreateUin:             creatorUin,
		Status:                cmp.Or(secret.State, "Enabled"),
		CreateTime:            createTime,
		AssociatedInstanceIDs: []string{},
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

// serves reports whether the service can be called in the region. SMS has a list of regions. No
// full list is published for SSM, so the form decides.
func (a *Account) serves(service, region string) bool {
	if service == SMS {
		return slices.Contains(a.smsRegions(), region)
	}
	area, place, ok := strings.Cut(region, "-")
	return ok && len(area) == 2 && place != "" && strings.ToLower(region) == region
}
