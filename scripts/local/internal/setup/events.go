package setup

import (
	"cmp"
	"regexp"
	"strings"

	"scf-sms/scripts/local/internal/resources"
)

// urlSpec is the function URL.
type urlSpec struct {
	Qualifier          string
	AuthType           string
	Extranet, Intranet bool
}

// event is what serverless.yml may say of one event: it is the function's URL, or a timer.
type event struct {
	HTTP *struct {
		Name       string `yaml:"name"`
		Parameters struct {
			Qualifier string `yaml:"qualifier"`
			AuthType  string `yaml:"authType"`
			NetConfig struct {
				Extranet bool `yaml:"enableExtranet"`
				Intranet bool `yaml:"enableIntranet"`
			} `yaml:"netConfig"`
		} `yaml:"parameters"`
	} `yaml:"http"`
	Timer *struct {
		Name       string `yaml:"name"`
		Parameters struct {
			Name      string `yaml:"name"` // stands over the other one, as for scf
			Qualifier string `yaml:"qualifier"`
			Cron      string `yaml:"cronExpression"`
			Enable    bool   `yaml:"enable"`
			Argument  string `yaml:"argument"`
		} `yaml:"parameters"`
	} `yaml:"timer"`
}

// readEvents checks the events, with the defaults of tencent-component-toolkit
// (lib/modules/triggers/http.js and timer.js). wrong takes what is wrong with them.
func (s *spec) readEvents(events []event, wrong func(format string, values ...any)) {
	urls, timers := 0, 0
	for _, e := range events {
		if e.HTTP != nil {
			urls++
			p := e.HTTP.Parameters
			s.URL = urlSpec{cmp.Or(p.Qualifier, "$DEFAULT"), cmp.Or(p.AuthType, "NONE"),
				p.NetConfig.Extranet, p.NetConfig.Intranet}
			if s.URL.AuthType != "NONE" || !s.URL.Extranet {
				wrong("the URL must have authType NONE and enableExtranet: callers can't sign as " +
					"CAM does")
			}
		}
		if e.Timer != nil {
			timers++
			p := e.Timer.Parameters
			s.Timer = &resources.Timer{Name: cmp.Or(p.Name, e.Timer.Name), Cron: p.Cron,
				Qualifier: cmp.Or(p.Qualifier, "$DEFAULT"), Argument: p.Argument}
			switch {
			case !timerName.MatchString(s.Timer.Name):
				wrong("%q is no name of a timer", s.Timer.Name)
			case len(strings.Fields(p.Cron)) != cronFields:
				wrong("the timer's cronExpression must have 7 fields, from seconds to years")
			case !p.Enable:
				wrong("the timer must have enable: true, or it never goes off")
			}
		}
	}
	if urls != 1 || timers > 1 || len(events) > urls+timers {
		wrong("events must have one event http, the function's URL, and at most one timer")
	}
}

// cronFields is how many fields an expression of SCF's has
// (https://cloud.tencent.com/document/product/583/9708).
const cronFields = 7

var timerName = regexp.MustCompile(`^[\w-]{1,100}$`)
