package resources

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"scf-sms/scripts/local/internal/operator"
)

// Function reads a function's configuration into answer, and reports whether there is one.
func (c Cloud) Function(ctx context.Context, name string, answer any) (bool, *operator.Failure) {
	f := c.Call(ctx, operator.SCF, "GetFunction",
		map[string]any{"FunctionName": name, "Namespace": "default", "ShowCode": "FALSE"}, answer)
	if f.Absent() || f.Is("InvalidParameterValue.FunctionName") { // SCF says both
		return false, nil
	}
	return f == nil, f
}

// Busy reports whether a call was refused because the function is being changed.
func Busy(f *operator.Failure) bool {
	return f.Is("FailedOperation.FunctionStatusError", "FailedOperation.OperationConflict",
		"FailedOperation.UpdateFunctionCode", "FailedOperation.UpdateFunctionConfiguration",
		"UnauthorizedOperation.FunctionStatus", "UnsupportedOperation.PublishVersion")
}

// RoleUnknown reports whether a call was refused because SCF doesn't know the role, which may have
// been made just now.
func RoleUnknown(f *operator.Failure) bool {
	return f.Is("ResourceNotFound.Role", "FailedOperation.CallRoleFailed",
		"InternalError.GetRoleError", "InternalError.GetStsTokenFailed",
		"FailedOperation.QcsRoleNotFound")
}

// CreateFunction makes a function; params are its configuration. It is there before it can be used.
func (c Cloud) CreateFunction(
	ctx context.Context, params map[string]any, archive []byte,
) *operator.Failure {
	params["Code"] = map[string]any{"ZipFile": base64.StdEncoding.EncodeToString(archive)}
	return c.Call(ctx, operator.SCF, "CreateFunction", params, nil)
}

// UpdateCode replaces the code of a function's $LATEST.
func (c Cloud) UpdateCode(
	ctx context.Context, name, handler string, archive []byte,
) *operator.Failure {
	return c.Call(ctx, operator.SCF, "UpdateFunctionCode", map[string]any{
		"FunctionName": name, "Namespace": "default", "Handler": handler,
		"InstallDependency": "FALSE",
		"Code":              map[string]any{"ZipFile": base64.StdEncoding.EncodeToString(archive)},
	}, nil)
}

// UpdateConfig replaces the configuration of a function's $LATEST.
func (c Cloud) UpdateConfig(ctx context.Context, params map[string]any) *operator.Failure {
	return c.Call(ctx, operator.SCF, "UpdateFunctionConfiguration", params, nil)
}

// DeleteFunction deletes a function with its versions and URLs.
func (c Cloud) DeleteFunction(ctx context.Context, name string) *operator.Failure {
	return c.Call(ctx, operator.SCF, "DeleteFunction",
		map[string]any{"FunctionName": name, "Namespace": "default"}, nil)
}

// Trigger is a function URL, or a timer.
type Trigger struct {
	TriggerName string // SCF's own: the id in the URL
	Type        string
	Qualifier   string
	Enable      int
	TriggerDesc string

	CustomArgument string // of a timer
}

// Desc is what a function URL is like.
type Desc struct {
	AuthType  string
	NetConfig struct {
		EnableIntranet, EnableExtranet bool
		ExtranetUrl                    string `json:",omitempty"`
	}
}

// Desc reads the trigger's description.
func (t *Trigger) Desc() (d Desc) {
	json.Unmarshal([]byte(t.TriggerDesc), &d) // else there is no URL
	return d
}

// URL is what callers use; "" as long as SCF hasn't made it.
func (t *Trigger) URL() string { return t.Desc().NetConfig.ExtranetUrl }

// Triggers lists a function's URLs.
func (c Cloud) Triggers(ctx context.Context, name string) (urls []Trigger, f *operator.Failure) {
	all, f := c.triggers(ctx, name)
	for _, t := range all {
		if t.Type == "http" {
			urls = append(urls, t)
		}
	}
	return urls, f
}

func (c Cloud) triggers(ctx context.Context, name string) ([]Trigger, *operator.Failure) {
	var answer struct{ Triggers []Trigger }
	f := c.Call(ctx, operator.SCF, "ListTriggers",
		map[string]any{"FunctionName": name, "Namespace": "default", "Limit": 100}, &answer)
	return answer.Triggers, f
}

// Text is a description as SCF takes it.
func (d Desc) Text() string {
	d.NetConfig.ExtranetUrl = ""
	return string(encode(d))
}

// CreateTrigger makes a function URL for an alias or a version.
func (c Cloud) CreateTrigger(
	ctx context.Context, name, qualifier string, d Desc,
) *operator.Failure {
	return c.Call(ctx, operator.SCF, "CreateTrigger", map[string]any{
		"FunctionName": name, "Namespace": "default", "TriggerName": "url-trigger", "Type": "http",
		"Qualifier": qualifier, "TriggerDesc": d.Text(), "Enable": "OPEN",
	}, nil)
}

// with is a description as SCF takes it, with what else the URL has: who may call it from a browser
// (https://cloud.tencent.com/document/product/583/100227).
func (t *Trigger) with(d Desc) string {
	d.NetConfig.ExtranetUrl = ""
	all := struct {
		Desc
		CorsConfig map[string]any `json:",omitempty"`
	}{}
	json.Unmarshal([]byte(t.TriggerDesc), &all)
	all.Desc = d
	return string(encode(all))
}

// UpdateTrigger changes a function URL, which stays the same URL.
func (c Cloud) UpdateTrigger(
	ctx context.Context, name string, t Trigger, d Desc,
) *operator.Failure {
	return c.Call(ctx, operator.SCF, "UpdateTrigger", map[string]any{
		"FunctionName": name, "Namespace": "default", "TriggerName": t.TriggerName, "Type": "http",
		"Qualifier": t.Qualifier, "TriggerDesc": t.with(d), "Enable": "OPEN",
	}, nil)
}

// Version is a version of a function that was published: it never changes.
type Version struct {
	Version     string
	Description string
	AddTime     string
}

// Holds reports whether a function that was changed last at a time, as SCF writes it, is still what
// the version is. Whether publishing a version counts as a change isn't documented, hence the
// minutes.
func (v Version) Holds(changed string) bool {
	const margin = 2 * time.Minute
	return v.Number() > 0 && !readTime(changed).After(readTime(v.AddTime).Add(margin))
}

// Number is the version's number, 0 for $LATEST.
func (v Version) Number() int {
	n, _ := strconv.Atoi(v.Version)
	return n
}

// Versions lists the published versions, in no order.
func (c Cloud) Versions(ctx context.Context, name string) (all []Version, f *operator.Failure) {
	const size = 100
	for offset := 0; ; offset += size {
		var answer struct {
			Versions   []Version
			TotalCount int
		}
		f := c.Call(ctx, operator.SCF, "ListVersionByFunction", map[string]any{
			"FunctionName": name, "Namespace": "default", "Offset": offset, "Limit": size,
		}, &answer)
		if f != nil {
			return nil, f
		}
		for _, v := range answer.Versions {
			if v.Number() > 0 {
				all = append(all, v)
			}
		}
		if len(answer.Versions) < size {
			return all, nil
		}
	}
}

// Publish makes a version of what $LATEST is now.
func (c Cloud) Publish(ctx context.Context, name, description string) *operator.Failure {
	return c.Call(ctx, operator.SCF, "PublishVersion", map[string]any{
		"FunctionName": name, "Namespace": "default", "Description": description,
	}, nil)
}

// Serving returns the version that callers of the URL get: that of the alias $DEFAULT. shares are
// other versions, which some of them get: an alias may divide callers among versions.
func (c Cloud) Serving(ctx context.Context, name string) (
	version string, shares []string, f *operator.Failure,
) {
	var answer struct {
		FunctionVersion string
		RoutingConfig   struct {
			AdditionalVersionWeights, AddtionVersionMatchs []Version // as the API spells it
		}
	}
	f = c.Call(ctx, operator.SCF, "GetAlias",
		map[string]any{"FunctionName": name, "Namespace": "default", "Name": "$DEFAULT"}, &answer)
	routes := &answer.RoutingConfig
	for _, v := range slices.Concat(routes.AdditionalVersionWeights, routes.AddtionVersionMatchs) {
		shares = append(shares, v.Version)
	}
	return answer.FunctionVersion, shares, f
}

// Serve gives all callers of the URL a version.
func (c Cloud) Serve(ctx context.Context, name, version string) *operator.Failure {
	return c.Call(ctx, operator.SCF, "UpdateAlias", map[string]any{
		"FunctionName": name, "Namespace": "default", "Name": "$DEFAULT",
		"FunctionVersion": version,
		"RoutingConfig":   map[string]any{"AdditionalVersionWeights": []any{}},
	}, nil)
}
