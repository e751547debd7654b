package cloudsim

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"
)

func (e *env) asRole() *env {
	e.key = common.NewTokenCredential("AKIDrole", "role-secret", "role-token")
	return e
}

func TestGetSecretValue(t *testing.T) {
	t.Parallel()
	const gone, noVersion = "ResourceNotFound.SecretNotExist", "ResourceNotFound"
	tests := []struct {
		title                 string
		region, name, version string
		want                  string // the value, or the code of the error
	}{
		{"the current version", "ap-guangzhou", "sms-key", "SSM_Current",
			`{"accessKeyId":"AKIDsender"}`},
		{"a binary version", "ap-guangzhou", "sms-key", "v1", "AAE="},
		{"a version that isn't", "ap-guangzhou", "sms-key", "v2", noVersion},
		{"a secret that isn't", "ap-guangzhou", "other", "SSM_Current", gone},
		{"a secret of another region", "ap-guangzhou", "far", "SSM_Current", gone},
		{"the same in its region", "ap-shanghai", "far", "SSM_Current", "far"},
		{"a disabled secret", "ap-guangzhou", "disabled", "SSM_Current",
			"ResourceUnavailable.ResourceDisabled"},
		{"a secret about to go", "ap-guangzhou", "dying", "SSM_Current",
			"ResourceUnavailable.ResourcePendingDeleted"},
		{"a name with a slash", "ap-guangzhou", "sms/key", "SSM_Current", "InvalidParameterValue"},
		{"a name too long", "ap-guangzhou", strings.Repeat("a", 129), "SSM_Current",
			"InvalidParameterValue"},
		{"a version too long", "ap-guangzhou", "sms-key", strings.Repeat("v", 65),
			"InvalidParameterValue"},
		{"no name", "ap-guangzhou", "", "SSM_Current", "MissingParameter"},
		{"no version", "ap-guangzhou", "sms-key", "", "MissingParameter"},
		{"no region", "", "sms-key", "SSM_Current", "MissingParameter"},
		{"a region that can't be", "Guangzhou", "sms-key", "SSM_Current", "UnsupportedRegion"},
		{"a region spelled in capitals", "AP-GUANGZHOU", "sms-key", "SSM_Current",
			"UnsupportedRegion"},
		{"a region without SMS is fine here", "ap-singapore", "sms-key", "SSM_Current", gone},
	}
	for _, tt := range tests {
		t.Run(tt.title, func(t *testing.T) {
			t.Parallel()
			e := newEnv(t).asRole()
			e.region = tt.region
			response, err := e.read(tt.name, tt.version)
			if err != nil {
				assert.Equal(t, tt.want, codeOf(t, err))
				return
			}
			r := response.Response
			assert.Equal(t, tt.want, *r.SecretString+*r.SecretBinary)
			assert.Equal(t, tt.name, *r.SecretName)
			assert.Equal(t, tt.version, *r.VersionId)
		})
	}
}

func TestGetSecretValue_withPublicKey(t *testing.T) {
	t.Parallel()
	e := newEnv(t).asRole()
	assert.Contains(t, e.raw(SSM, ssmVersion, GetSecretValue, `{"SecretName": "sms-key",
		"VersionId": "v1", "EncryptionPublicKey": "-----BEGIN PUBLIC KEY-----",
		"EncryptionAlgorithm": "SM2"}`), `"SecretBinary":"AAE="`)
}

func TestUpdate(t *testing.T) {
	t.Parallel()
	e := newEnv(t).asRole()
	e.cloud.Update(func(a *Account) {
		a.Secrets[0].Versions["SSM_Current"] = SecretValue{String: "rotated"}
	})
	response, err := e.read("sms-key", "SSM_Current")
	require.NoError(t, err)
	assert.Equal(t, "rotated", *response.Response.SecretString)

	e.cloud.Update(func(a *Account) { a.Keys[1].Disabled = true })
	_, err = e.read("sms-key", "SSM_Current")
	assert.Equal(t, "AuthFailure.SecretIdNotFound", codeOf(t, err))
}

func TestNew_copiesAccount(t *testing.T) {
	t.Parallel()
	account := testAccount()
	cloud := New(Config{Account: account})
	cloud.Update(func(a *Account) {
		a.Keys[0].Disabled = true
		a.Keys[0].Allow[0] = "*"
		a.Secrets[0].Versions["SSM_Current"] = SecretValue{}
	})
	assert.Equal(t, testAccount().Keys, account.Keys)
	assert.Equal(t, testAccount().Secrets, account.Secrets)
}

func TestGateway_missingRegion(t *testing.T) {
	t.Parallel()
	e := newEnv(t).asRole()
	e.region = ""
	_, err := e.read("sms-key", "SSM_Current")
	assert.Equal(t, "MissingParameter: The request is missing a required parameter `Region`.",
		messageOfError(t, err))
}

func TestDescribeSecret(t *testing.T) {
	t.Parallel()
	e := newEnv(t).asRole()
	assert.JSONEq(t, `{"Response": {"SecretName": "sms-key", "Description": "",
		"KmsKeyId": "00000000-0000-4000-8000-000000000000",
		"CreateUin": 100000000001, "Status": "Enabled", "DeleteTime": 0, "CreateTime": 1735689600,
		"SecretType": 0,
		"ProductName": "", "ResourceID": "", "RotationStatus": false, "RotationFrequency": 0,
		"ResourceName": "", "ProjectID": 0,
		"AssociatedInstanceIDs": [], "TargetUin": 0, "AdditionalConfig": "", "EncryptType": 0,
		"EncryptSwitching": false, "CreateUinString": "100000000001", "TargetUinString": "0",
		"AccountInfoList": [], "NextRotationTime": "",
		"RequestId": "a0aabda6-cf91-4f3e-a81f-000000000001"}}`,
		e.raw(SSM, ssmVersion, DescribeSecret, `{"SecretName": "sms-key"}`))
	assert.Contains(t, e.raw(SSM, ssmVersion, DescribeSecret, `{"SecretName": "disabled"}`),
		`"Status":"Disabled"`)
	dying := e.raw(SSM, ssmVersion, DescribeSecret, `{"SecretName": "dying"}`)
	assert.Contains(t, dying, `"Status":"PendingDelete"`)
	assert.Contains(t, dying, fmt.Sprintf(`"DeleteTime":%d`, noon.Add(7*24*time.Hour).Unix()))

	for body, want := range map[string]string{
		`{"SecretName": "far"}`:   "ResourceNotFound: ResourceNotFound",
		`{"SecretName": "no/no"}`: "InvalidParameterValue: InvalidParameterValue",
		`{}`: "MissingParameter: The request is missing a required parameter " +
			"`SecretName`.",
	} {
		assert.Equal(t, want, e.raw(SSM, ssmVersion, DescribeSecret, body))
	}
	e.key = common.NewCredential("AKIDsender", "sender-secret")
	assert.Contains(t, e.raw(SSM, ssmVersion, DescribeSecret, `{"SecretName": "sms-key"}`),
		"UnauthorizedOperation: ")
}
