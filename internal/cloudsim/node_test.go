package cloudsim

import (
	"bytes"
	"context"
	"encoding/json"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// nodeSDK installs Tencent's SDK for Node into a folder of the test's, beside the script that makes
// calls with it. npm keeps what it has downloaded, so that only the first run needs the registry.
func nodeSDK(t *testing.T) (dir string) {
	t.Helper()
	if testing.Short() {
		t.Skip("not with -short: npm may have to download Tencent's SDK for Node")
	}
	for _, name := range []string{"node", "npm"} {
		if _, err := exec.LookPath(name); err != nil {
			t.Skipf("Tencent's SDK for Node can't be tried: there is no %s", name)
		}
	}
	dir = t.TempDir()
	require.NoError(t, os.CopyFS(dir, os.DirFS("testdata/node")))
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	install := exec.CommandContext(ctx, "npm", "install", "--prefix", dir, "--ignore-scripts",
		"--no-audit", "--no-fund", "--no-package-lock", "--prefer-offline", "--fetch-retries=0")
	install.WaitDelay = time.Minute // once it is killed, or has ended and a busy machine reads on
	if out, err := install.CombinedOutput(); err != nil {
		t.Skipf("Tencent's SDK for Node can't be tried: npm install: %v\n%s", err, out)
	}
	return dir
}

// nodeCall is a call for testdata/node/calls.js.
type nodeCall struct {
	Service string  `json:"service"`
	Key     nodeKey `json:"key"`
	Action  string  `json:"action"`
	Request any     `json:"request"`
}

type nodeKey struct {
	ID     string `json:"secretId"`
	Secret string `json:"secretKey"`
	Token  string `json:"token,omitempty"`
}

func TestNodeSDK(t *testing.T) {
	t.Parallel()
	type object = map[string]any
	sender := nodeKey{ID: "AKIDsender", Secret: "sender-secret"}
	role := nodeKey{ID: "AKIDrole", Secret: "role-secret", Token: "role-token"}
	send := func(params ...string) object {
		return object{"PhoneNumberSet": []string{"+8613800138000"}, "SmsSdkAppId": "1400006666",
			"TemplateId": "110", "SignName": "腾讯云", "TemplateParamSet": params}
	}
	tests := []struct {
		name string
		call nodeCall
		want string
	}{
		{"a code is sent", nodeCall{SMS, sender, SendSms, send("012345", "10")},
			`{"SendStatusSet": [{"SerialNo": "5000:1045710669157053657800000001",
			"PhoneNumber": "+8613800138000", "Fee": 1, "SessionContext": "", "Code": "Ok",
			"Message": "send success", "IsoCode": ""}],
			"RequestId": "a0aabda6-cf91-4f3e-a81f-000000000001"}`},
		{"a code without its minutes is refused", nodeCall{SMS, sender, SendSms, send("012345")},
			`{"SendStatusSet": [{"SerialNo": "", "PhoneNumber": "+8613800138000", "Fee": 0,
			"SessionContext": "", "Code": "FailedOperation.TemplateParamSetNotMatchApprovedTemplate",
			"Message": "request content does not match the template content", "IsoCode": ""}],
			"RequestId": "a0aabda6-cf91-4f3e-a81f-000000000002"}`},
		{"a role reads the secret", nodeCall{SSM, role, GetSecretValue,
			object{"SecretName": "sms-key", "VersionId": "SSM_Current"}},
			`{"SecretName": "sms-key", "VersionId": "SSM_Current", "SecretBinary": "",
			"SecretString": "{\"accessKeyId\":\"AKIDsender\"}",
			"RequestId": "a0aabda6-cf91-4f3e-a81f-000000000003"}`},
		{"and looks at it", nodeCall{SSM, role, DescribeSecret, object{"SecretName": "sms-key"}},
			`{"SecretName": "sms-key", "Description": "",
			"KmsKeyId": "00000000-0000-4000-8000-000000000000", "CreateUin": 100000000001,
			"Status": "Enabled", "DeleteTime": 0, "CreateTime": 1735689600, "SecretType": 0,
			"ProductName": "", "ResourceID": "", "RotationStatus": false, "RotationFrequency": 0,
			"ResourceName": "", "ProjectID": 0, "AssociatedInstanceIDs": [], "TargetUin": 0,
			"AdditionalConfig": "", "EncryptType": 0, "EncryptSwitching": false,
			"CreateUinString": "100000000001", "TargetUinString": "0", "AccountInfoList": [],
			"NextRotationTime": "", "RequestId": "a0aabda6-cf91-4f3e-a81f-000000000004"}`},
		{"there is no such secret", nodeCall{SSM, role, GetSecretValue,
			object{"SecretName": "other", "VersionId": "SSM_Current"}},
			`{"refused": "ResourceNotFound.SecretNotExist",
			"message": "ResourceNotFound.SecretNotExist"}`},
		{"a wrong key is refused", nodeCall{SMS, nodeKey{ID: "AKIDsender", Secret: "guess"}, SendSms,
			send("012345", "10")}, `{"refused": "AuthFailure.SignatureFailure",
			"message": "The provided credentials could not be validated. Please check your ` +
			`signature is correct."}`},
	}

	dir := nodeSDK(t)
	e := newTLSEnv(t)
	ca := filepath.Join(dir, "ca.pem")
	require.NoError(t, os.WriteFile(ca, e.server.CertPEM(), 0o600))
	_, port, err := net.SplitHostPort(e.server.Addr())
	require.NoError(t, err)
	var calls []nodeCall
	for _, tt := range tests {
		calls = append(calls, tt.call)
	}
	input, err := json.Marshal(calls)
	require.NoError(t, err)

	node := exec.CommandContext(t.Context(), "node", "calls.js", port)
	node.Dir = dir
	node.Env = append(os.Environ(), "NODE_EXTRA_CA_CERTS="+ca)
	var stderr bytes.Buffer
	node.Stdin, node.Stderr = bytes.NewReader(input), &stderr
	output, err := node.Output()
	require.NoError(t, err, stderr.String())
	var results []json.RawMessage
	require.NoError(t, json.Unmarshal(output, &results), string(output))
	require.Len(t, results, len(tests))
	for i, tt := range tests {
		assert.JSONEq(t, tt.want, string(results[i]), tt.name)
	}
	assert.Len(t, e.cloud.Outbox(), 1)
}
