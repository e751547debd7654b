package replay

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/aymanbagabas/go-udiff"

	"scf-sms/internal/callersim"
	"scf-sms/internal/cloudsim"
	"scf-sms/internal/scfhost"
	"scf-sms/internal/simulation"
	"scf-sms/scripts/local/internal/function"
	"scf-sms/scripts/local/internal/term"
	"scf-sms/secrets"
)

// requestID is that of every replayed invocation, so that answers can be compared.
const requestID = "5f0e4c1a-7d2b-4b6e-9c3f-2a8d1e6b7c90"

// player replays events.
type player struct {
	sim      *simulation.Simulation
	instance *scfhost.Instance
}

func newPlayer(binary, testdata string) (*player, error) {
	sim, err := simulation.Start(binary, testdata, cloudsim.Options{})
	if err != nil {
		return nil, err
	}
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

// play sends one event to a fresh instance, in front of a cloud that remembers nothing: no event
// depends on another.
func (p *player) play(ctx context.Context, event []byte) (outcome, error) {
	p.instance.Restart()
	p.sim.Cloud.Reset()
	event, err := callersim.Fill(event, p.secret, time.Now())
	if err != nil {
		return outcome{}, err
	}
	result, err := p.instance.Invoke(ctx, event)
	if err != nil {
		return outcome{}, err
	}
	o := outcome{result: result, Answer: result.Payload, SMS: []message{}}
	o.line, _, _ = function.ReadLog(result.Stdout)
	for _, m := range p.sim.Cloud.Outbox() {
		o.SMS = append(o.SMS, message{
			m.PhoneNumber, m.SignName, m.TemplateID, m.Params, m.SessionContext, m.Text,
		})
	}
	for line := range strings.Lines(result.Stdout) {
		var fields map[string]any
		if err := json.Unmarshal([]byte(line), &fields); err != nil {
			return outcome{}, fmt.Errorf("the function printed a line that is not JSON: %q", line)
		}
		for _, varying := range []string{"time", "ms", "smsMs", "ssmMs"} {
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
