package cloudsim

import (
	"archive/zip"
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/json"
	"regexp"
	"slices"
)

func (c *Cloud) createFunctionLocked(q *call) (any, *apiError) {
	if _, err := c.functionLocked(q); err == nil {
		return nil, refuse("ResourceInUse.FunctionName")
	}
	if !functionName.MatchString(q.params.get("FunctionName")) {
		return nil, refuse("InvalidParameterValue.FunctionName")
	}
	code, err := codeOfRequest(q.params)
	if err != nil {
		return nil, err
	}
	config := FunctionConfig{Runtime: cmp.Or(q.params.get("Runtime"), "Python2.7"),
		Type: cmp.Or(q.params.get("Type"), "Event"), Handler: q.params.get("Handler"),
		MemorySize: 128, Timeout: 3, InitTimeout: 65,
		PublicNetConfig: json.RawMessage(`{"PublicNetStatus":"ENABLE",` +
			`"EipConfig":{"EipStatus":"DISABLE","EipAddress":[]}}`),
		VpcConfig: json.RawMessage(`{"VpcId":"","SubnetId":""}`), L5Enable: "FALSE"}
	if config, err = c.configLocked(q, config); err != nil {
		return nil, err
	}
	if role := c.roleLocked("SCF_QcsRole"); role == nil || len(role.Policies) == 0 {
		return nil, refuse("FailedOperation.QcsRoleNotFound")
	}
	f := Function{Name: q.params.get("FunctionName"), Region: q.http.Header.Get("X-TC-Region"),
		Made: q.now, Versions: []Snapshot{{Version: Latest, Code: code, Config: config,
			Modified: q.now}}}
	if c.account.CreateFails {
		f.Failed = "the code could not be loaded"
	}
	c.busyLocked(q, &f, "Creating")
	c.account.Functions = append(c.account.Functions, f)
	return done(q)
}

// codeOfRequest reads the archive of a request, and checks what SCF would only notice at the first
// event: a Go1 function is an executable file at the archive's root.
func codeOfRequest(p params) ([]byte, *apiError) {
	var source struct{ ZipFile string }
	json.Unmarshal([]byte(p.get("Code")), &source)
	code, err := base64.StdEncoding.DecodeString(cmp.Or(source.ZipFile, p.get("ZipFile")))
	if err != nil || len(code) == 0 {
		return nil, refuse("InvalidParameterValue.ZipFile")
	}
	archive, err := zip.NewReader(bytes.NewReader(code), int64(len(code)))
	if err != nil {
		return nil, refuse("InvalidParameterValue.ZipFile")
	}
	handler := cmp.Or(p.get("Handler"), "main")
	for _, file := range archive.File {
		if file.Name == handler && file.Mode().Perm()&0o111 != 0 {
			return code, nil
		}
	}
	return nil, refuse("InvalidParameterValue.Handler")
}

// configLocked changes a configuration as a request says. What the request leaves out stays.
func (c *Cloud) configLocked(q *call, config FunctionConfig) (FunctionConfig, *apiError) {
	p := q.params
	set := func(to *string, name string) {
		if p[name] != nil {
			*to = p.get(name)
		}
	}
	count := func(to *int, name string) {
		if p[name] != nil {
			*to = p.number(name)
		}
	}
	raw := func(to *json.RawMessage, name string) {
		if p[name] != nil {
			*to = json.RawMessage(p.get(name))
		}
	}
	set(&config.Description, "Description")
	set(&config.Role, "Role")
	set(&config.ClsLogsetId, "ClsLogsetId")
	set(&config.ClsTopicId, "ClsTopicId")
	set(&config.L5Enable, "L5Enable")
	set(&config.InstallDependency, "InstallDependency")
	count(&config.MemorySize, "MemorySize")
	count(&config.Timeout, "Timeout")
	count(&config.InitTimeout, "InitTimeout")
	raw(&config.PublicNetConfig, "PublicNetConfig")
	raw(&config.VpcConfig, "VpcConfig")
	if p["Environment"] != nil {
		var environment struct{ Variables []Variable }
		json.Unmarshal([]byte(p.get("Environment")), &environment)
		switch variables := environment.Variables; {
		case len(variables) == 0: // which changes nothing
		case len(variables) == 1 && variables[0] == Variable{}:
			config.Variables = nil
		default:
			config.Variables = variables
		}
	}
	return config, c.checkConfigLocked(q, config)
}

var (
	variableName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]{1,63}$`)
	systemName   = regexp.MustCompile(`^(SCF|QCLOUD|TENCENTCLOUD|TECENTCLOUD)_`)
)

func (c *Cloud) checkConfigLocked(q *call, config FunctionConfig) *apiError {
	size, code := 0, ""
	for _, v := range config.Variables {
		size += len(v.Key) + len(v.Value)
		switch {
		case systemName.MatchString(v.Key):
			code = "InvalidParameterValue.EnvironmentSystemProtect"
		case !variableName.MatchString(v.Key), v.Value == "":
			code = "InvalidParameterValue.Environment"
		}
	}
	role, m := c.roleLocked(config.Role), config.MemorySize
	switch {
	case code != "":
	case size > 4096:
		code = "InvalidParameterValue.EnvironmentExceededLimit"
	case m != 64 && (m < 128 || m > 3072 || m%128 != 0):
		code = "InvalidParameterValue.MemorySize"
	case config.Timeout < 1 || config.Timeout > 900:
		code = "InvalidParameterValue.Timeout"
	case config.Role != "" && (role == nil || !usable(q, role.Created, c.account.Lags.Role)):
		code = "ResourceNotFound.Role"
	case (q.params["ClsLogsetId"] != nil || q.params["ClsTopicId"] != nil) &&
		q.params["Role"] == nil:
		code = "InvalidParameterValue.ClsRole"
	default:
		return nil
	}
	return refuse(code)
}

func (c *Cloud) updateCodeLocked(q *call) (any, *apiError) {
	f, err := c.idleLocked(q)
	if err != nil {
		return nil, err
	}
	code, err := codeOfRequest(q.params)
	if err != nil {
		return nil, err
	}
	f.latest().Code, f.latest().Modified = code, q.now
	f.latest().Config.Handler = cmp.Or(q.params.get("Handler"), f.latest().Config.Handler)
	c.busyLocked(q, f, "Updating")
	return done(q)
}

func (c *Cloud) updateConfigLocked(q *call) (any, *apiError) {
	f, err := c.idleLocked(q)
	if err != nil {
		return nil, err
	}
	config, err := c.configLocked(q, f.latest().Config)
	if err != nil {
		return nil, err
	}
	f.latest().Config, f.latest().Modified = config, q.now
	c.busyLocked(q, f, "Updating")
	return done(q)
}

func (c *Cloud) deleteFunctionLocked(q *call) (any, *apiError) {
	f, err := c.functionLocked(q)
	if err != nil {
		return nil, err
	}
	name, region := f.Name, f.Region
	c.account.Functions = slices.DeleteFunc(c.account.Functions, func(f Function) bool {
		return f.Name == name && f.Region == region
	})
	return done(q)
}
