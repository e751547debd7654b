package setup

import (
	"slices"
	"strconv"
	"strings"

	"scf-sms/internal/settings"
)

func hidden(value string) string {
	if value == "" {
		return ""
	}
	return "…"
}

// config is a function's configuration as GetFunction tells it, as far as serverless.yml says it.
type config struct {
	Description, Role, Status, Runtime, Type, Handler string
	AvailableStatus                                   string // whether it may run
	MemorySize, Timeout, InitTimeout                  int
	Environment                                       struct{ Variables []variable }
	PublicNetConfig                                   struct {
		PublicNetStatus string
		EipConfig       struct{ EipStatus string }
	}
	L5Enable                string
	VpcConfig               struct{ VpcId, SubnetId string }
	ClsLogsetId, ClsTopicId string
	ModTime                 string
	StatusReasons           []struct{ ErrorCode, ErrorMessage string }
}

// difference is one thing that a deployment would change.
type difference struct{ what, from, to string }

// differences are what the function has otherwise than serverless.yml says.
func (s *spec) differences(c *config) (all []difference) {
	add := func(what, from, to string) {
		from, to = strings.TrimSpace(from), strings.TrimSpace(to)
		if from != to {
			all = append(all, difference{what, from, to})
		}
	}
	// What isn't a setting of this function's may be anything, and is not shown.
	setting := func(key, from, to string) {
		if from != to && !slices.Contains(settings.Names(), key) {
			from, to = hidden(from), hidden(to)
			all = append(all, difference{key, from, to})
			return
		}
		add(key, from, to)
	}
	add("description", c.Description, s.Description)
	add("role", c.Role, s.Role)
	add("memorySize", strconv.Itoa(c.MemorySize), strconv.Itoa(s.MemorySize))
	add("timeout", strconv.Itoa(c.Timeout), strconv.Itoa(s.Timeout))
	if s.InitTimeout != 0 {
		add("initTimeout", strconv.Itoa(c.InitTimeout), strconv.Itoa(s.InitTimeout))
	}
	add("publicAccess", strconv.FormatBool(c.PublicNetConfig.PublicNetStatus != "DISABLE"),
		strconv.FormatBool(s.Public))
	if s.VPC != "" { // how a function leaves a VPC isn't documented
		add("vpcConfig", c.VpcConfig.VpcId+" "+c.VpcConfig.SubnetId, s.VPC+" "+s.Subnet)
	}
	if s.Topic != "" { // without one, that which the function has stays
		add("cls", c.ClsLogsetId+" "+c.ClsTopicId, s.Logset+" "+s.Topic)
	}
	value := func(all []variable, key string) string {
		i := slices.IndexFunc(all, func(v variable) bool { return v.Key == key })
		if i < 0 {
			return ""
		}
		return all[i].Value
	}
	for _, v := range s.Variables {
		setting(v.Key, value(c.Environment.Variables, v.Key), v.Value)
	}
	for _, v := range c.Environment.Variables {
		if value(s.Variables, v.Key) == "" {
			setting(v.Key, v.Value, "")
		}
	}
	return all
}
