package cloudsim

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

func name() field { return text("FunctionName").must() }

// functionFields are those of a function's configuration that can be changed later, too.
func functionFields(more ...field) []field {
	return slices.Concat([]field{
		name(), text("Namespace"), text("Description"), number("MemorySize"), number("Timeout"),
		number("InitTimeout"), text("Role"), text("Runtime"), text("InstallDependency"),
		text("ClsLogsetId"), text("ClsTopicId"),
		object("Environment", object("Variables", text("Key"), text("Value")).many()),
		object("VpcConfig", text("VpcId"), text("SubnetId")),
		object("PublicNetConfig", text("PublicNetStatus"), object("EipConfig", text("EipStatus"))),
		text("DnsCache"),
	}, more)
}

var functionActions = map[string]apiAction{
	GetFunction: {SCF, scfVersion, []field{
		name(), text("Namespace"), text("Qualifier"), text("ShowCode"),
	}, (*Cloud).getFunctionLocked},
	CreateFunction: {SCF, scfVersion, functionFields(
		object("Code", text("ZipFile")).must(), text("Handler"), text("Type"), text("CodeSource"),
		object("Tags", text("Key"), text("Value")).many(), text("AsyncRunEnable"),
		text("TraceEnable"), text("AutoCreateClsTopic"), text("AutoDeployClsTopicIndex"),
	), (*Cloud).createFunctionLocked},
	UpdateFunctionCode: {SCF, scfVersion, []field{
		name(), text("Namespace"), text("Handler"), object("Code", text("ZipFile")),
		text("ZipFile"), text("InstallDependency"), text("Publish"), text("CodeSource"),
	}, (*Cloud).updateCodeLocked},
	UpdateFunctionConfiguration: {SCF, scfVersion, functionFields(
		text("L5Enable"), text("Publish"),
	), (*Cloud).updateConfigLocked},
	DeleteFunction: {SCF, scfVersion, []field{name(), text("Namespace"), text("Qualifier")},
		(*Cloud).deleteFunctionLocked},
	PublishVersion: {SCF, scfVersion, []field{name(), text("Namespace"), text("Description")},
		(*Cloud).publishLocked},
	ListVersionByFunction: {SCF, scfVersion, []field{
		name(), text("Namespace"), number("Offset"), number("Limit"), text("Order"),
		text("OrderBy"),
	}, (*Cloud).listVersionsLocked},
	GetAlias: {SCF, scfVersion, []field{name(), text("Name").must(), text("Namespace")},
		(*Cloud).getAliasLocked},
	UpdateAlias: {SCF, scfVersion, []field{
		name(), text("Name").must(), text("FunctionVersion").must(), text("Namespace"),
		object("RoutingConfig", object("AdditionalVersionWeights", text("Version")).many()),
		text("Description"),
	}, (*Cloud).updateAliasLocked},
	CreateTrigger: {SCF, scfVersion, []field{
		name(), text("TriggerName").must(), text("Type").must(), text("TriggerDesc"),
		text("Namespace"), text("Qualifier"), text("Enable"), text("CustomArgument"),
		text("Description"),
	}, (*Cloud).createTriggerLocked},
	ListTriggers: {SCF, scfVersion, []field{
		name(), text("Namespace"), number("Offset"), number("Limit"), text("OrderBy"),
		text("Order"), object("Filters", text("Name"), text("Values").many()).many(),
	}, (*Cloud).listTriggersLocked},
	UpdateTrigger: {SCF, scfVersion, []field{
		name(), text("TriggerName").must(), text("Type").must(), text("Enable"),
		text("Qualifier"), text("Namespace"), text("TriggerDesc"), text("Description"),
		text("CustomArgument"),
	}, (*Cloud).updateTriggerLocked},
}

// readDesc reads what a trigger is to be. AuthType and both kinds of networks must be said
// (https://cloud.tencent.com/document/product/583/100227).
func readDesc(text string) (desc map[string]any, ok bool) {
	if json.Unmarshal([]byte(text), &desc) != nil {
		return nil, false
	}
	network, _ := desc["NetConfig"].(map[string]any)
	_, intranet := network["EnableIntranet"].(bool)
	_, extranet := network["EnableExtranet"].(bool)
	kind, _ := desc["AuthType"].(string)
	return desc, intranet && extranet && slices.Contains([]string{"NONE", "CAM"}, kind)
}

func (c *Cloud) createTriggerLocked(q *call) (any, *apiError) {
	f, err := c.idleLocked(q)
	if err != nil {
		return nil, err
	}
	p := q.params
	qualifier := cmp.Or(p.get("Qualifier"), Latest)
	if p.get("Type") == "timer" {
		return c.createTimerLocked(q, f, qualifier)
	}
	desc, ok := readDesc(p.get("TriggerDesc"))
	switch {
	case p.get("Type") != "http":
		return nil, refuse("InvalidParameterValue.Type")
	case !ok:
		return nil, refuse("InvalidParameterValue.TriggerDesc")
	case f.at(qualifier) == nil:
		return nil, refuse("ResourceNotFound.Qualifier")
	case slices.ContainsFunc(f.Triggers, func(t Trigger) bool {
		return t.Cron == "" && t.Qualifier == qualifier
	}):
		return nil, refuse("LimitExceeded.Trigger")
	}
	id := fmt.Sprintf("u%09d", c.nextIDLocked()%1000000000)
	url := fmt.Sprintf("https://%d-%s.%s.tencentscf.com", c.appID(), id,
		q.http.Header.Get("X-TC-Region"))
	if c.url != nil {
		url = c.url(f.Name, id)
	}
	t := Trigger{ID: id, Qualifier: qualifier, Desc: desc, URL: url, Made: q.now,
		Disabled: p.get("Enable") == "CLOSE"}
	f.Triggers = append(f.Triggers, t)
	return map[string]any{"TriggerInfo": c.triggerLocked(q, f, t), "RequestId": q.id()}, nil
}

// triggerLocked is a trigger as SCF shows it: under the name of its URL, with its URLs.
func (c *Cloud) triggerLocked(q *call, f *Function, t Trigger) map[string]any {
	if t.Cron != "" {
		return c.timerLocked(q, f, t)
	}
	desc := maps.Clone(t.Desc)
	sent, _ := t.Desc["NetConfig"].(map[string]any)
	network := maps.Clone(sent)
	for _, name := range []string{"ExtranetUrl", "ExtranetHTTPUrl", "IntranetUrl",
		"IntranetHTTPUrl", "WssExtranetUrl", "WsExtranetUrl", "WssIntranetUrl", "WsIntranetUrl"} {
		network[name] = ""
	}
	if network["EnableExtranet"] == true && usable(q, t.Made, c.account.Lags.URL) {
		network["ExtranetUrl"] = t.URL
		network["ExtranetHTTPUrl"] = strings.Replace(t.URL, "https:", "http:", 1)
	}
	desc["NetConfig"] = network
	return c.shownLocked(q, f, t, "http", string(encode(desc)))
}

// shownLocked is what all kinds of triggers show.
func (c *Cloud) shownLocked(
	q *call, f *Function, t Trigger, kind, desc string,
) map[string]any {
	enable := 1
	if t.Disabled {
		enable = 0
	}
	return map[string]any{
		"Enable": enable, "Qualifier": t.Qualifier, "TriggerName": t.ID, "Type": kind,
		"TriggerDesc": desc, "AvailableStatus": "Available",
		"ResourceId": fmt.Sprintf("qcs::scf:%s:uin/%d:function/%s/%s",
			q.http.Header.Get("X-TC-Region"), c.rootUin(), f.Name, t.ID),
		"BindStatus": "on", "TriggerAttribute": "single", "CustomArgument": t.Argument,
		"Description":    "",
		"BoundResources": "", "AddTime": day(t.Made), "ModTime": day(t.Made),
	}
}

// listTriggersLocked lists triggers. A filter by Type is sent by Tencent's own tools and isn't
// documented; here it is heard.
func (c *Cloud) listTriggersLocked(q *call) (any, *apiError) {
	f, err := c.functionLocked(q)
	if err != nil {
		return nil, err
	}
	all := []any{}
	for _, t := range f.Triggers {
		wanted := true
		for _, text := range q.params["Filters"] {
			var filter struct {
				Name   string
				Values []string
			}
			json.Unmarshal([]byte(text), &filter)
			of := map[string]string{"Qualifier": t.Qualifier, "TriggerName": t.ID, "Type": "http"}
			if t.Cron != "" {
				of["Type"] = "timer"
			}
			wanted = wanted && slices.Contains(filter.Values, of[filter.Name])
		}
		if wanted {
			all = append(all, c.triggerLocked(q, f, t))
		}
	}
	return map[string]any{"TotalCount": len(all), "Triggers": all, "RequestId": q.id()}, nil
}

func (c *Cloud) updateTriggerLocked(q *call) (any, *apiError) {
	f, err := c.idleLocked(q)
	if err != nil {
		return nil, err
	}
	timer := q.params.get("Type") == "timer"
	i := slices.IndexFunc(f.Triggers, func(t Trigger) bool {
		return t.ID == q.params.get("TriggerName") && (t.Cron != "") == timer
	})
	if timer && i >= 0 {
		return c.updateTimerLocked(q, &f.Triggers[i])
	}
	desc, ok := readDesc(q.params.get("TriggerDesc"))
	switch {
	case i < 0:
		return nil, refuse("ResourceNotFound.Trigger")
	case c.account.FixedURLs:
		return nil, refuse("UnsupportedOperation.Trigger")
	case !ok:
		return nil, refuse("InvalidParameterValue.TriggerDesc")
	}
	f.Triggers[i].Desc = desc
	f.Triggers[i].Disabled = q.params.get("Enable") == "CLOSE"
	return done(q)
}
