package cloudsim

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
)

// The actions of SCF.
const (
	GetFunction                 = "GetFunction"
	CreateFunction              = "CreateFunction"
	UpdateFunctionCode          = "UpdateFunctionCode"
	UpdateFunctionConfiguration = "UpdateFunctionConfiguration"
	DeleteFunction              = "DeleteFunction"
	PublishVersion              = "PublishVersion"
	ListVersionByFunction       = "ListVersionByFunction"
	GetAlias                    = "GetAlias"
	UpdateAlias                 = "UpdateAlias"
	CreateTrigger               = "CreateTrigger"
	ListTriggers                = "ListTriggers"
	UpdateTrigger               = "UpdateTrigger"
)

// Latest is the version of a function that updates change.
const Latest = "$LATEST"

// Function is a function of SCF in the namespace "default".
type Function struct {
	Name     string
	Region   string     // "" means ap-guangzhou
	Versions []Snapshot // the first is $LATEST
	Default  string     // the version of the alias $DEFAULT; "" means $LATEST
	Triggers []Trigger
	Made     time.Time

	// Failed is why it couldn't be created; "" where it could. It can only be deleted then.
	Failed string

	busy      string // Creating, Updating or Publishing, until busyUntil
	busyUntil time.Time
}

// Snapshot is one version of a function.
type Snapshot struct {
	Version     string
	Code        []byte // a zip archive
	Description string // of the version; that of the function stands in Config
	Config      FunctionConfig
	Modified    time.Time
}

// FunctionConfig is what UpdateFunctionConfiguration changes, and what can't be changed.
type FunctionConfig struct {
	Description, Handler, Runtime, Type, Role string
	MemorySize, Timeout, InitTimeout          int
	Variables                                 []Variable
	PublicNetConfig, VpcConfig                json.RawMessage // as they came
	ClsLogsetId, ClsTopicId                   string
	L5Enable, InstallDependency               string
}

// Variable is one of a function's environment.
type Variable struct{ Key, Value string }

// Trigger is a function URL or a timer.
type Trigger struct {
	ID        string // a timer's name
	Qualifier string
	Cron      string         // of a timer; a URL has none
	Argument  string         // what a timer's events say
	Desc      map[string]any // as it was sent
	Disabled  bool
	URL       string // as callers use it
	Made      time.Time
}

func (f Function) clone() Function {
	f.Versions = slices.Clone(f.Versions)
	f.Triggers = slices.Clone(f.Triggers)
	for i := range f.Triggers {
		f.Triggers[i].Desc = maps.Clone(f.Triggers[i].Desc)
	}
	return f
}

// latest is the version that updates change.
func (f *Function) latest() *Snapshot { return &f.Versions[0] }

// at returns a version: $LATEST, a number, or "" and $DEFAULT for that of the alias; nil if there
// is none.
func (f *Function) at(qualifier string) *Snapshot {
	if qualifier == "$DEFAULT" {
		qualifier = cmp.Or(f.Default, Latest)
	}
	i := slices.IndexFunc(f.Versions, func(s Snapshot) bool {
		return s.Version == cmp.Or(qualifier, Latest)
	})
	if i < 0 {
		return nil
	}
	return &f.Versions[i]
}

// status is the function's state by a time.
func (f *Function) status(now time.Time) string {
	switch {
	case now.Before(f.busyUntil):
		return f.busy
	case f.Failed != "":
		return "CreateFailed"
	}
	return "Active"
}

// Deployed returns the version of a function that an alias or version number leads to, for whoever
// serves its URL; false if there is none that runs.
func (c *Cloud) Deployed(name, qualifier string) (s Snapshot, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := range c.account.Functions {
		f := &c.account.Functions[i]
		if at := f.at(qualifier); f.Name == name && at != nil &&
			!strings.HasPrefix(f.status(c.now()), "Creat") {
			return *at, true
		}
	}
	return Snapshot{}, false
}

var functionName = regexp.MustCompile(`^[A-Za-z][\w-]{0,58}[A-Za-z0-9]$`)

// functionLocked returns the function that a request is about.
func (c *Cloud) functionLocked(q *call) (*Function, *apiError) {
	if !slices.Contains([]string{"", "default"}, q.params.get("Namespace")) {
		return nil, refuse("ResourceNotFound.Namespace")
	}
	region := q.http.Header.Get("X-TC-Region")
	for i := range c.account.Functions {
		f := &c.account.Functions[i]
		if f.Name == q.params.get("FunctionName") && cmp.Or(f.Region, "ap-guangzhou") == region {
			return f, nil
		}
	}
	return nil, refuse("ResourceNotFound.FunctionName")
}

// idleLocked is functionLocked for what changes a function: nothing does while it is being changed.
func (c *Cloud) idleLocked(q *call) (*Function, *apiError) {
	f, err := c.functionLocked(q)
	if err == nil && f.status(q.now) != "Active" {
		return nil, refuse("FailedOperation.FunctionStatusError")
	}
	return f, err
}

// busyLocked begins a change that takes its time.
func (c *Cloud) busyLocked(q *call, f *Function, state string) {
	f.busy, f.busyUntil = state, q.now.Add(c.account.Lags.Function)
}

func (c *Cloud) getFunctionLocked(q *call) (any, *apiError) {
	f, err := c.functionLocked(q)
	if err != nil {
		return nil, err
	}
	s := f.at(cmp.Or(q.params.get("Qualifier"), Latest))
	if s == nil {
		return nil, refuse("ResourceNotFound.Version")
	}
	status, reasons := f.status(q.now), []any{}
	if status == "CreateFailed" {
		reasons = append(reasons,
			map[string]any{"ErrorCode": "FunctionError", "ErrorMessage": f.Failed})
	}
	variables := append([]Variable{}, s.Config.Variables...)
	return map[string]any{
		"FunctionName": f.Name, "FunctionId": "lam-" + f.Name, "Namespace": "default",
		"FunctionVersion": s.Version, "Qualifier": s.Version, "Status": status, "StatusDesc": "",
		"StatusReasons": reasons, "AvailableStatus": "Available", "Description": s.Config.Description,
		"Handler": s.Config.Handler, "Runtime": s.Config.Runtime, "Type": s.Config.Type,
		"Role": s.Config.Role, "MemorySize": s.Config.MemorySize, "Timeout": s.Config.Timeout,
		"InitTimeout": s.Config.InitTimeout, "CodeSize": len(s.Code), "CodeResult": "success",
		"CodeError": "", "CodeInfo": "", "ErrNo": 0,
		"Environment":     map[string]any{"Variables": variables},
		"PublicNetConfig": s.Config.PublicNetConfig, "VpcConfig": s.Config.VpcConfig,
		"ClsLogsetId": s.Config.ClsLogsetId, "ClsTopicId": s.Config.ClsTopicId,
		"L5Enable": s.Config.L5Enable, "InstallDependency": s.Config.InstallDependency,
		"Triggers": []any{}, "Tags": []any{}, "Layers": []any{}, "UseGpu": "FALSE",
		"AddTime": day(f.Made), "ModTime": day(s.Modified),
		"AsyncRunEnable": "FALSE", "TraceEnable": "FALSE", "RequestId": q.id(),
	}, nil
}

func (c *Cloud) publishLocked(q *call) (any, *apiError) {
	f, err := c.functionLocked(q)
	if err != nil {
		return nil, err
	}
	if f.status(q.now) != "Active" {
		return nil, refuse("UnsupportedOperation.PublishVersion")
	}
	s := *f.latest()
	s.Version = fmt.Sprint(len(f.Versions))
	s.Description = q.params.get("Description")
	s.Modified = q.now
	f.Versions = append(f.Versions, s)
	c.busyLocked(q, f, "Publishing")
	return map[string]any{
		"FunctionVersion": s.Version, "CodeSize": len(s.Code), "MemorySize": s.Config.MemorySize,
		"Description": s.Description, "Handler": s.Config.Handler, "Timeout": s.Config.Timeout,
		"Runtime": s.Config.Runtime, "Namespace": "default", "RequestId": q.id(),
	}, nil
}

func (c *Cloud) listVersionsLocked(q *call) (any, *apiError) {
	f, err := c.functionLocked(q)
	if err != nil {
		return nil, err
	}
	names, versions := []string{}, []map[string]any{}
	size := min(cmp.Or(q.params.number("Limit"), 20), 100)
	from := min(q.params.number("Offset"), len(f.Versions))
	for _, s := range f.Versions[from:min(from+size, len(f.Versions))] {
		names = append(names, s.Version)
		versions = append(versions, map[string]any{
			"Version": s.Version, "Description": s.Description, "AddTime": day(s.Modified),
			"ModTime": day(s.Modified), "Status": "Active",
		})
	}
	return map[string]any{"FunctionVersion": names, "Versions": versions,
		"TotalCount": len(f.Versions), "RequestId": q.id()}, nil
}

func (c *Cloud) getAliasLocked(q *call) (any, *apiError) {
	f, err := c.functionLocked(q)
	if err != nil {
		return nil, err
	}
	if q.params.get("Name") != "$DEFAULT" {
		return nil, refuse("ResourceNotFound.Alias")
	}
	return map[string]any{
		"FunctionVersion": cmp.Or(f.Default, Latest), "Name": "$DEFAULT", "Description": "",
		"RoutingConfig": map[string]any{"AdditionalVersionWeights": []any{},
			"AddtionVersionMatchs": []any{}}, // as the API spells it
		"AddTime": day(f.Made), "ModTime": day(f.Made), "RequestId": q.id(),
	}, nil
}

func (c *Cloud) updateAliasLocked(q *call) (any, *apiError) {
	f, err := c.idleLocked(q)
	if err != nil {
		return nil, err
	}
	version := q.params.get("FunctionVersion")
	switch {
	case q.params.get("Name") != "$DEFAULT":
		return nil, refuse("ResourceNotFound.Alias")
	case f.at(version) == nil:
		return nil, refuse("ResourceNotFound.FunctionVersion")
	}
	f.Default = version
	return done(q)
}
