package cloudsim

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"fmt"
	"io/fs"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// archive is a zip archive with one file, in base64.
func archive(t *testing.T, name string, mode fs.FileMode) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	header := &zip.FileHeader{Name: name}
	header.SetMode(mode)
	_, err := w.CreateHeader(header)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return base64.StdEncoding.EncodeToString(b.Bytes())
}

// scfEnv is an account with what a function needs.
func scfEnv(t *testing.T) *env {
	t.Helper()
	e := rootEnv(t)
	e.cloud.Update(func(a *Account) {
		a.Roles = []Role{
			{ID: "1", Name: "SCF_QcsRole", Policies: []Attachment{{PolicyID: 28341895}}},
			{ID: "2", Name: "r"},
		}
	})
	return e
}

func TestFunctions(t *testing.T) {
	t.Parallel()
	e := scfEnv(t)
	create := func(more string) string {
		return `{"FunctionName": "f1", "Runtime": "Go1", "Handler": "main", "Code": {"ZipFile": "` +
			archive(t, "main", 0o755) + `"}` + more + `}`
	}
	code := `{"FunctionName": "f1", "Handler": "main", "ZipFile": "` +
		archive(t, "main", 0o755) + `"}`
	const of = `{"FunctionName": "f1"}`
	desc := `"TriggerDesc": "{\"AuthType\":\"NONE\",\"NetConfig\":` +
		`{\"EnableIntranet\":false,\"EnableExtranet\":true}}"`
	trigger := fmt.Sprintf(`{"FunctionName": "f1", "TriggerName": "url-trigger", "Type": "http",
		"Qualifier": "$DEFAULT", "Enable": "OPEN", %s}`, desc)
	e.cloud.Update(func(a *Account) { a.Lags = Lags{Function: time.Second, URL: 5 * time.Second} })
	e.run(t, []request{
		{GetFunction, of, "ResourceNotFound.FunctionName"},
		{CreateFunction, create(`, "Role": "none"`), "ResourceNotFound.Role"},
		{CreateFunction, create(`, "MemorySize": 100`), "InvalidParameterValue.MemorySize"},
		{CreateFunction, create(`, "Environment": {"Variables": [{"Key": "SCF_X", "Value": "1"}]}`),
			"InvalidParameterValue.EnvironmentSystemProtect"},
		{CreateFunction, create(`, "Publish": true`), "UnknownParameter"},
		{CreateFunction, create(`, "MemorySize": "64"`), "InvalidParameter"},
		{CreateFunction, `{"FunctionName": "f1", "Code": {"ZipFile": "` +
			archive(t, "main", 0o644) + `"}, "Handler": "main"}`,
			"InvalidParameterValue.Handler"},
		{CreateFunction, create(`, "Role": "r", "Environment": {"Variables":
			[{"Key": "AB", "Value": "1"}]}`), "RequestId"},
		{CreateFunction, create(""), "ResourceInUse.FunctionName"},
		{GetFunction, of, `"Status":"Creating"`},
		{UpdateFunctionCode, code, "FailedOperation.FunctionStatusError"},
		{CreateTrigger, trigger, "FailedOperation.FunctionStatusError"},
		{"wait", "1s", ""},
		{GetFunction, of, `"Status":"Active"`},
		{UpdateFunctionConfiguration, `{"FunctionName": "f1", "Timeout": 10,
			"Environment": {"Variables": []}}`, "RequestId"},
		{GetFunction, of, `"Status":"Updating"`},
		{GetFunction, of, `"Key":"AB"`},
		{"wait", "1s", ""},
		{UpdateFunctionConfiguration, `{"FunctionName": "f1", "ClsTopicId": "t"}`,
			"InvalidParameterValue.ClsRole"},
		{UpdateFunctionConfiguration, `{"FunctionName": "f1", "Environment":
			{"Variables": [{"Key": "", "Value": ""}]}}`, "RequestId"},
		{"wait", "1s", ""},
		{GetFunction, of, `"Environment":{"Variables":[]}`},

		{CreateTrigger, trigger, `"Enable":1`},
		{CreateTrigger, trigger, "LimitExceeded.Trigger"},
		{ListTriggers, of, `\"ExtranetUrl\":\"\"`},
		{"wait", "5s", ""},
		{ListTriggers, of,
			`https://1250000000-u000000101.ap-guangzhou.tencentscf.com`},
		{UpdateTrigger, trigger, "ResourceNotFound.Trigger"},

		{PublishVersion, `{"FunctionName": "f1", "Description": "one"}`, `"FunctionVersion":"1"`},
		{"wait", "1s", ""},
		{ListVersionByFunction, of, `"Description":"one"`},
		{GetAlias, `{"FunctionName": "f1", "Name": "$DEFAULT"}`, `"FunctionVersion":"$LATEST"`},
		{UpdateAlias, `{"FunctionName": "f1", "Name": "$DEFAULT", "FunctionVersion": "2"}`,
			"ResourceNotFound.FunctionVersion"},
		{UpdateAlias, `{"FunctionName": "f1", "Name": "$DEFAULT", "FunctionVersion": "1",
			"RoutingConfig": {"AdditionalVersionWeights": []}}`, "RequestId"},
	})
	at, ok := e.cloud.Deployed("f1", "$DEFAULT")
	require.True(t, ok)
	require.Equal(t, "1", at.Version)

	e.run(t, []request{
		{DeleteFunction, of, "RequestId"},
		{ListTriggers, of, "ResourceNotFound.FunctionName"},
	})
}

func TestFunctions_refuse(t *testing.T) {
	t.Parallel()
	e := scfEnv(t)
	body := `{"FunctionName": "f1", "Runtime": "Go1", "Handler": "main", "Code": {"ZipFile": "` +
		archive(t, "main", 0o755) + `"}}`
	e.cloud.Update(func(a *Account) { a.CreateFails = true })
	e.run(t, []request{
		{CreateFunction, body, "RequestId"},
		{GetFunction, `{"FunctionName": "f1"}`, `"Status":"CreateFailed"`},
		{UpdateFunctionConfiguration, `{"FunctionName": "f1", "Timeout": 10}`,
			"FailedOperation.FunctionStatusError"},
		{DeleteFunction, `{"FunctionName": "f1"}`, "RequestId"},
	})
	e.cloud.Update(func(a *Account) { a.Roles = nil })
	e.run(t, []request{{CreateFunction, body, "FailedOperation.QcsRoleNotFound"}})
	e.cloud.Update(func(a *Account) { a.Closed = []string{SCF} })
	e.run(t, []request{{CreateFunction, body, "FailedOperation.UnOpenedService"}})
}
