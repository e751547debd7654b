package replay

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"strings"
	"time"

	"github.com/aymanbagabas/go-udiff"

	"scf-sms/internal/callersim"
	"scf-sms/internal/cloudsim"
	"scf-sms/internal/limits"
	"scf-sms/internal/redissim"
	"scf-sms/internal/scfhost"
	"scf-sms/internal/simulation"
	"scf-sms/scripts/local/internal/function"
	"scf-sms/scripts/local/internal/term"
	"scf-sms/secrets"
)

// requestID is that of every replayed invocation, so that answers can be compared.
const requestID = "5f0e4c1a-7d2b-4b6e-9c3f-2a8d1e6b7c90"

// began is the time of the Redis in which limits are counted, so that waits can be compared.
var began = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// player replays events.
type player struct {
	sim      *simulation.Simulation
	instance *scfhost.Instance // with the settings of testdata
}

func newPlayer(binary, testdata string) (*player, error) {
	sim, err := simulation.Start(binary, testdata, cloudsim.Options{})
	if err != nil {
		return nil, err
	}
	if err := sim.StartRedis(); err != nil {
		sim.Close()
		return nil, err
	}
	sim.Redis.SetClock(began)
	sim.Function.NewRequestID = func() string { return requestID }
	instance, err := scfhost.New(sim.Function)
	if err != nil {
		sim.Close()
		return nil, err
	}
	return &player{sim, instance}, nil
}

func (p *player) close() {
	p.instance.Close()
	p.sim.Close()
}

// with returns an instance with other settings than those of testdata.
func (p *player) with(settings map[string]string) (instance *scfhost.Instance, err error) {
	f := p.sim.Function
	f.Env = maps.Clone(f.Env)
	maps.Copy(f.Env, settings)
	return scfhost.New(f)
}

// play sends one event. It does so anew where this machine was too busy for what has its time, such
// as the 50 ms in which Redis has to answer: that says nothing of the event.
func (p *player) play(ctx context.Context, e sample) (o outcome, err error) {
	for range 20 {
		o, err = p.try(ctx, e)
		busy := errors.Is(err, errEarlier) || e.before.Redis == redissim.None && withoutRedis(o.line)
		if !busy {
			break
		}
	}
	return o, err
}

// errEarlier is that of an event that doesn't come to what is expected of it when it comes before
// another one.
var errEarlier = errors.New("an event that comes before it didn't come to what is expected")

// withoutRedis reports whether a line says that Redis didn't answer.
func withoutRedis(line function.LogLine) bool {
	return line.Limits != "" || strings.Contains(line.Hint, limits.HintUnsettled)
}

// try sends one event to a fresh instance, in front of a cloud and a Redis that remember nothing but
// what comes before it: no event depends on another.
func (p *player) try(ctx context.Context, e sample) (outcome, error) {
	instance := p.instance
	if e.before.Settings != nil {
		var err error
		if instance, err = p.with(e.before.Settings); err != nil {
			return outcome{}, err
		}
		defer instance.Close()
	}
	p.sim.Redis.SetFault(redissim.None)
	p.sim.Redis.Clear()
	p.sim.Cloud.Reset()
	for _, earlier := range e.before.earlier {
		instance.Restart()
		if err := p.playEarlier(ctx, instance, earlier); err != nil {
			return outcome{}, fmt.Errorf("%s: %w", earlier.name, err)
		}
	}
	p.sim.Redis.SetFault(e.before.Redis)
	instance.Restart()
	sent := len(p.sim.Cloud.Outbox())
	event, err := p.fill(e.payload)
	if err != nil {
		return outcome{}, err
	}
	result, err := instance.Invoke(ctx, event)
	if err != nil {
		return outcome{}, err
	}
	o := outcome{result: result, Answer: result.Payload, SMS: []message{}}
	o.line, _, _ = function.ReadLog(result.Stdout)
	for _, m := range p.sim.Cloud.Outbox()[sent:] {
		o.SMS = append(o.SMS, message{
			m.PhoneNumber, m.SignName, m.TemplateID, m.Params, m.SessionContext, m.Text,
		})
	}
	for line := range strings.Lines(result.Stdout) {
		var fields map[string]any
		if err := json.Unmarshal([]byte(line), &fields); err != nil {
			return outcome{}, fmt.Errorf("the function printed a line that is not JSON: %q", line)
		}
		for _, varying := range []string{"time", "ms", "smsMs", "ssmMs", "limitsMs"} {
			delete(fields, varying)
		}
		o.Log = append(o.Log, fields)
	}
	return o, nil
}

// secret returns the first value of a field of the function's secret, "" if there is none.
func (p *player) secret(field string) (value string) {
	p.sim.Cloud.Update(func(a *cloudsim.Account) {
		for _, s := range a.Secrets {
			held, err := secrets.Parse([]byte(s.Versions["SSM_Current"].String))
			if err != nil {
				continue
			}
			if values := held.Values(secrets.Field(field)); len(values) > 0 {
				value = values[0]
			}
		}
	})
	return value
}

// fill fills in the time and the signature that an event leaves open.
func (p *player) fill(event []byte) ([]byte, error) {
	return callersim.Fill(event, p.secret, time.Now())
}

// playEarlier sends an event that comes before another one. If the instance is to die, it does when
// the SMS is on its way.
func (p *player) playEarlier(ctx context.Context, instance *scfhost.Instance, e earlier) error {
	event, err := p.fill(e.payload)
	if err != nil {
		return err
	}
	if !e.dies {
		result, err := instance.Invoke(ctx, event)
		if err != nil {
			return err
		}
		line, _, _ := function.ReadLog(result.Stdout)
		if withoutRedis(line) || e.outcome != "" && line.Outcome != e.outcome {
			return fmt.Errorf("%w: %s", errEarlier, result.Stdout)
		}
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, p.sim.Function.Timeout)
	defer cancel()
	before := p.sim.Cloud.Count(cloudsim.SendSms)
	died := make(chan struct{})
	go func() { instance.Invoke(ctx, event); close(died) }() // that it fails is meant
	if err := p.sim.Cloud.Await(ctx, cloudsim.SendSms, before+1); err != nil {
		return errEarlier
	}
	instance.Restart()
	<-died
	return nil
}

// outcome is the result of an event, in the form of the files that say what is expected.
type outcome struct {
	Answer json.RawMessage  `json:"answer"` // what the function returned
	SMS    []message        `json:"sms"`    // what the simulated cloud sent
	Log    []map[string]any `json:"log"`    // what the function printed, without times

	result scfhost.Result
	line   function.LogLine
}

type message struct {
	To             string   `json:"to"`
	SignName       string   `json:"signName"`
	TemplateID     string   `json:"templateId"`
	Params         []string `json:"params"`
	SessionContext string   `json:"sessionContext"`
	Text           string   `json:"text"`
}

// open is what stands in the expected outcome for a field that differs each time, such as a
// Retry-After that depends on the time of day.
var open = regexp.MustCompile(`"([\w-]+)": "\*"`)

// golden is the outcome as a file. Where want leaves a field open, so does the result.
func (o outcome) golden(want []byte) []byte {
	var text bytes.Buffer
	if term.PrintJSON(&text, o) != nil {
		// The answer was not JSON.
		return fmt.Appendf(nil, "%s\n", o.Answer)
	}
	result := text.Bytes()
	for _, field := range open.FindAllSubmatch(want, -1) {
		value := regexp.MustCompile(`"` + string(field[1]) + `": ("[^"]*"|[0-9]+)`)
		result = value.ReplaceAllLiteral(result, field[0])
	}
	return result
}

// diff says how the outcome differs from what is expected; "" if it doesn't.
func (o outcome) diff(e sample) string {
	if e.want == nil {
		return ""
	}
	return udiff.Unified("expected", "came", string(e.want), string(o.golden(e.want)))
}
