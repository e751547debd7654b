package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"sync"
	"time"

	"scf-sms/internal/cloudsim"
)

// burst is what came of events that reached as many fresh instances at once, before an API that
// takes so many calls a second.
type burst struct {
	API       string
	Rate      int // calls a second
	Instances int
	Lost      int     // messages that were not sent
	Twice     int     // messages that were sent more than once
	SSM       calls   // GetSecretValue
	SMS       calls   // SendSms
	Last      float64 // seconds until the last answer
}

// calls are those of an action in a burst.
type calls struct {
	Mean float64 // of an instance
	Most int     // of one
}

// maxSSMCalls is the target of a burst: calls of SSM by one instance.
const maxSSMCalls = 4

// bursts measures a burst before a limited SSM and one before a limited SMS. The API takes a third
// of the events in a second.
func (m *measurer) bursts(ctx context.Context, instances int) (all []burst, err error) {
	for _, action := range []string{cloudsim.GetSecretValue, cloudsim.SendSms} {
		say("a burst of %d instances before %s", instances, action)
		b, err := m.burst(ctx, action, instances)
		if err != nil {
			return nil, err
		}
		all = append(all, b)
	}
	return all, nil
}

func (m *measurer) burst(ctx context.Context, action string, instances int) (burst, error) {
	b := burst{API: action, Rate: max(instances/3, 1), Instances: instances}
	env := maps.Clone(m.cloud.paths[0].env)
	env["TIME_BUDGET"] = "8s"
	roles := m.cloud.roles(instances)
	m.cloud.Reset()
	m.cloud.Update(func(a *cloudsim.Account) { a.Rates = map[string]int{action: b.Rate} })
	defer m.cloud.Update(func(a *cloudsim.Account) { a.Rates = nil })

	var started []*instance
	defer func() {
		for _, i := range started {
			i.end()
		}
	}()
	for n := range instances {
		i, err := startInstance(ctx, m.function.binary, env, roles[n])
		if err != nil {
			return b, err
		}
		i.requestID = fmt.Sprint("burst-", n)
		started = append(started, i)
	}
	began := time.Now()
	answered := make([]error, instances)
	var all sync.WaitGroup
	for n, i := range started {
		all.Go(func() { answered[n] = i.invoke(m.postEvent, 200) })
	}
	all.Wait()
	b.Last = time.Since(began).Seconds()
	b.count(m.cloud.Cloud)
	for _, err := range answered {
		if err != nil {
			say("%v", err)
		}
	}
	return b, nil
}

// count counts what the cloud saw.
func (b *burst) count(cloud *cloudsim.Cloud) {
	sent := map[string]int{} // :: request id → messages
	for _, m := range cloud.Outbox() {
		sent[m.SessionContext]++
		if sent[m.SessionContext] == 2 {
			b.Twice++
		}
	}
	b.Lost = b.Instances - len(sent)
	ssm, sms := map[string]int{}, map[string]int{}
	for _, r := range cloud.Requests() {
		switch r.Action {
		case cloudsim.GetSecretValue: // each instance has a role of its own
			ssm[r.SecretID]++
		case cloudsim.SendSms:
			var body struct{ SessionContext string }
			json.Unmarshal(r.Body, &body)
			sms[body.SessionContext]++
		}
	}
	b.SSM, b.SMS = callsOf(ssm, b.Instances), callsOf(sms, b.Instances)
}

func callsOf(each map[string]int, instances int) calls {
	var c calls
	for _, n := range each {
		c.Mean += float64(n) / float64(instances)
		c.Most = max(c.Most, n)
	}
	return c
}

// roles returns credentials for each of n instances, and makes the cloud accept them.
func (c *cloud) roles(n int) []map[string]string {
	var roles []map[string]string
	c.Update(func(a *cloudsim.Account) {
		for i := range n {
			role := maps.Clone(c.role)
			role["TENCENTCLOUD_SECRETID"] = fmt.Sprint("AKIDburst", i)
			roles = append(roles, role)
			a.Keys = append(a.Keys, cloudsim.Key{
				SecretID:  role["TENCENTCLOUD_SECRETID"],
				SecretKey: role["TENCENTCLOUD_SECRETKEY"],
				Token:     role["TENCENTCLOUD_SESSIONTOKEN"],
				Allow:     []string{"ssm:" + cloudsim.GetSecretValue},
			})
		}
	})
	return roles
}

// burstLines are the bursts as a table.
func burstLines(bursts []burst) [][]string {
	lines := [][]string{{"burst", "lost", "sent twice", "calls of SSM", "calls of SMS",
		"last answer, s", "target"}}
	for _, b := range bursts {
		met := b.Lost == 0 && b.Twice == 0 && b.SSM.Most <= maxSSMCalls
		mark := map[bool]string{true: "✓", false: "✗"}[met]
		lines = append(lines, []string{
			fmt.Sprintf("%d instances, %s takes %d a second", b.Instances, b.API, b.Rate),
			fmt.Sprint(b.Lost), fmt.Sprint(b.Twice), b.SSM.String(), b.SMS.String(),
			fmt.Sprintf("%.1f", b.Last),
			fmt.Sprintf("%s 0 lost, 0 twice, ≤ %d calls of SSM", mark, maxSSMCalls),
		})
	}
	return lines
}

func (c calls) String() string { return fmt.Sprintf("%.2f each, at most %d", c.Mean, c.Most) }
