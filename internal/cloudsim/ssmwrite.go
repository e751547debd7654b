package cloudsim

import (
	"cmp"
	"encoding/base64"
	"maps"
	"slices"
	"strings"
)

// maxSecret is the size of a secret's value.
const maxSecret = 32 << 10

// serviceStatusLocked says whether Secrets Manager was opened. Until it is, every other action is
// refused.
func (c *Cloud) serviceStatusLocked(q *call) (any, *apiError) {
	open := !slices.Contains(c.account.Closed, SSM)
	kind := 0 // not bought
	if open {
		kind = 1 // fine
	}
	return map[string]any{
		"ServiceEnabled": open, "InvalidType": kind, "AccessKeyEscrowEnabled": false,
		"ExpiredTime": "", "PayModel": "", "RenewFlag": 0, "ResourceId": "",
		"SecretLimit": 1000, "TotalCount": len(c.account.Secrets), "QPSLimit": 300,
		"RequestId": q.id(),
	}, nil
}

// value reads the value of a secret that a request brings.
func (p params) value() (v SecretValue, err *apiError) {
	text, binary := p.get("SecretString"), p.get("SecretBinary")
	decoded, bad := base64.StdEncoding.DecodeString(binary)
	if (text == "") == (binary == "") || bad != nil || len(text)+len(binary) > maxSecret {
		return v, refuse("InvalidParameterValue")
	}
	return SecretValue{String: text, Binary: decoded}, nil
}

func (c *Cloud) createSecretLocked(q *call) (any, *apiError) {
	name, version := q.params.get("SecretName"), cmp.Or(q.params.get("VersionId"), "SSM_Current")
	value, err := q.params.value()
	switch {
	case !validSecretName(name) || strings.Trim(name[:1], "_-") == "" || len(version) > 64:
		return nil, refuse("InvalidParameterValue")
	case err != nil:
		return nil, err
	case c.findSecretLocked(q, name) != nil: // also one that is about to be deleted: assumed
		return nil, refuse("ResourceInUse.SecretExists")
	case c.account.KMSRefuses:
		return nil, refuse("FailedOperation.AccessKmsError")
	}
	creator := q.key.Uin
	if role := c.roleLocked(q.key.Role); role != nil {
		creator = c.rootUin() // as a role's session has no number of its own: assumed
	}
	c.account.Secrets = append(c.account.Secrets, Secret{
		Name: name, Region: q.http.Header.Get("X-TC-Region"), CreateUin: creator,
		Versions: map[string]SecretValue{version: value},
	})
	return map[string]any{
		"SecretName": name, "VersionId": version, "TagCode": 0, "TagMsg": "", "RequestId": q.id(),
	}, nil
}

func (c *Cloud) updateSecretLocked(q *call) (any, *apiError) {
	name, version := q.params.get("SecretName"), q.params.get("VersionId")
	value, err := q.params.value()
	if !validSecretName(name) || err != nil {
		return nil, cmp.Or(err, refuse("InvalidParameterValue"))
	}
	secret := c.findSecretLocked(q, name)
	switch {
	case secret == nil:
		return nil, refuse("ResourceNotFound.SecretNotExist")
	case secret.State == StatePendingDelete:
		return nil, refuse("ResourceUnavailable.ResourcePendingDeleted")
	case c.account.KMSRefuses:
		return nil, refuse("FailedOperation.AccessKmsError")
	}
	if _, ok := secret.Versions[version]; !ok {
		return nil, refuse("ResourceNotFound")
	}
	secret.Versions = maps.Clone(secret.Versions)
	secret.Versions[version] = value
	return map[string]any{"SecretName": name, "VersionId": version, "RequestId": q.id()}, nil
}
