package scfhost

import (
	"encoding/json"
	"maps"
	"strconv"
	"time"

	"github.com/tencentyun/scf-go-lib/cloudfunction/messages"
)

// What the platform says of every function here. The account doesn't exist.
const (
	functionName = "scf-sms"
	namespace    = "default"
	version      = "$LATEST"
	memoryMB     = 64 // SCF's smallest
	appID        = "1250000000"
	uin          = "100000000000"
)

// variables are those of the role's credentials.
func (r Role) variables() map[string]string {
	v := map[string]string{
		"TENCENTCLOUD_SECRETID":     r.SecretID,
		"TENCENTCLOUD_SECRETKEY":    r.SecretKey,
		"TENCENTCLOUD_SESSIONTOKEN": r.SessionToken,
	}
	maps.DeleteFunc(v, func(_, value string) bool { return value == "" })
	return v
}

// environ is the environment of a new process that shall listen on port (583/14570).
func (f Function) environ(port int, role Role) []string {
	env := map[string]string{
		"PATH":            "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
		"LD_LIBRARY_PATH": "/var/runtime:/var/user:/opt",
		"HOME":            "/home/qcloud",
		"HOSTNAME":        "scf",
		"LANG":            "en_US.UTF-8",
		"PWD":             f.codeRoot(),
		"TZ":              "UTC",

		"SCF_FUNCTIONNAME":    functionName,
		"SCF_FUNCTIONVERSION": version,
		"SCF_NAMESPACE":       namespace,
		"SCF_RUNTIME":         "Go1",
		"TENCENTCLOUD_APPID":  appID,
		"TENCENTCLOUD_REGION": f.Region,
		"TENCENTCLOUD_RUNENV": "SCF",
		"TENCENTCLOUD_TZ":     "UTC",
		"TENCENTCLOUD_UIN":    uin,
		"USER_CODE_ROOT":      f.codeRoot() + "/",

		// scf-go-lib reads these three.
		"FUNCTION_MEMORY_SIZE": strconv.Itoa(memoryMB),
		"FUNCTION_NAME":        functionName,
		"FUNCTION_VERSION":     version,

		"_LAMBDA_SERVER_PORT": strconv.Itoa(port),
		"_SCF_SERVER_PORT":    strconv.Itoa(port),
	}
	maps.Copy(env, f.Env)
	if f.RoleAtStart {
		maps.Copy(env, role.variables())
	}
	list := make([]string, 0, len(env))
	for name, value := range env {
		list = append(list, name+"="+value)
	}
	return list
}

// request is one event as the platform hands it to the process. scf-go-lib sets every variable of
// Environment in the process before it calls the handler.
func (f Function) request(
	id string, role Role, event []byte, deadline time.Time,
) *messages.InvokeRequest {
	env := map[string]string{"SCF_NAMESPACE": namespace}
	maps.Copy(env, f.Env)
	maps.Copy(env, role.variables())
	environment, _ := json.Marshal(env) // strings always marshal
	return &messages.InvokeRequest{
		Payload:   event,
		RequestId: id,
		Deadline: messages.InvokeRequest_Timestamp{
			Seconds: deadline.Unix(),
			Nanos:   int64(deadline.Nanosecond()),
		},
		Namespace:          namespace,
		FunctionName:       functionName,
		FunctionVersion:    version,
		MemoryLimitInMb:    memoryMB,
		TimeLimitInMs:      int32(f.Timeout.Milliseconds()),
		Environment:        string(environment),
		TencentcloudRegion: f.Region,
		TencentcloudAppID:  appID,
		TencentcloudUin:    uin,
	}
}
