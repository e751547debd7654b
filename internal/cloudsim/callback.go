package cloudsim

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Callback stands for an action in [Cloud.Script] and [Cloud.Always]: its faults are those of the
// calls that bring delivery reports. They are [OtherKey], [Cut] (half of the body) and [Body] (just
// this one).
const Callback = "callback"

// OtherKey posts delivery reports with another key than that in the URL.
const OtherKey Kind = "other-key"

// maxReports is how many reports come in one call. Tencent says only that they may be several.
const maxReports = 500

// callbackEntry is one message in the body of a callback, in the order of
// https://cloud.tencent.com/document/product/382/5807.
type callbackEntry struct {
	UserReceiveTime string `json:"user_receive_time"`
	NationCode      string `json:"nationcode"`
	Mobile          string `json:"mobile"`
	ReportStatus    string `json:"report_status"`
	ErrMsg          string `json:"errmsg"`
	Description     string `json:"description"`
	SID             string `json:"sid"`
}

// Carry makes r what carriers say of messages that are accepted from now on, to numbers of which
// Account.Reports says nothing.
func (c *Cloud) Carry(r Report) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.carrier = r
}

// ReportTo posts delivery reports until ctx ends, each when it is due, those that are due together
// in one call. address tells where to; after is called after each call, with what went wrong.
func (c *Cloud) ReportTo(ctx context.Context, address func() string, after func(error)) {
	for {
		c.mu.Lock()
		changed, wait := c.changed, c.untilReportLocked()
		c.mu.Unlock()
		due := time.NewTimer(wait)
		select {
		case <-due.C:
			n, err := c.PostReports(ctx, address())
			if n > 0 && ctx.Err() == nil {
				after(err)
			}
		case <-changed:
		case <-ctx.Done():
		}
		due.Stop()
		if ctx.Err() != nil {
			return
		}
	}
}

// untilReportLocked is how long it is until the next report, an hour if there is none.
func (c *Cloud) untilReportLocked() time.Duration {
	wait := time.Hour
	for _, m := range c.outbox {
		if r, arrival := c.reportLocked(m); r.Delay >= 0 && !m.posted {
			wait = min(wait, max(time.Millisecond, arrival.Sub(c.now())))
		}
	}
	return wait
}

// PostReports posts the reports that are due by now in one call, and returns how many. It is an
// error if they were not taken; none is posted again, because nothing says that Tencent would.
func (c *Cloud) PostReports(ctx context.Context, address string) (int, error) {
	c.mu.Lock()
	entries, serials := c.dueLocked()
	var fault Fault
	if len(entries) > 0 {
		fault = c.takeFaultLocked(Callback)
	}
	c.mu.Unlock()
	if len(entries) == 0 {
		return 0, nil
	}
	body, err := json.Marshal(entries)
	if err != nil {
		return 0, err
	}
	switch fault.Kind {
	case OtherKey:
		address, err = withOtherKey(address)
	case Cut:
		body = body[:len(body)/2]
	case Body:
		body = []byte(fault.Body)
	}
	if err == nil {
		err = postReports(ctx, address, body)
	}
	if err == nil {
		c.reported(serials)
	}
	return len(entries), err
}

// dueLocked takes the reports that are due.
func (c *Cloud) dueLocked() (entries []callbackEntry, serials map[string]bool) {
	serials = map[string]bool{}
	for i := range c.outbox {
		m := &c.outbox[i]
		r, arrival := c.reportLocked(*m)
		if m.posted || r.Delay < 0 || c.now().Before(arrival) || len(entries) == maxReports {
			continue
		}
		m.posted = true
		serials[m.SerialNo] = true
		code := callingCode(m.PhoneNumber)
		status, word := r.words()
		china := time.FixedZone("", 8*60*60)
		entries = append(entries, callbackEntry{
			UserReceiveTime: arrival.In(china).Format(time.DateTime),
			NationCode:      code,
			Mobile:          strings.TrimPrefix(m.PhoneNumber, "+"+code),
			ReportStatus:    status,
			ErrMsg:          word,
			Description:     describe(word),
			SID:             m.SerialNo,
		})
	}
	return entries, serials
}

// reported notes that the reports of messages were taken.
func (c *Cloud) reported(serials map[string]bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := range c.outbox {
		if m := &c.outbox[i]; serials[m.SerialNo] && m.posted {
			r, _ := c.reportLocked(*m)
			_, r.Description = r.words()
			m.Reported = &r
		}
	}
}

// postReports posts a body as Tencent does, and reads the answer that its page asks for.
func postReports(ctx context.Context, address string, body []byte) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}} // and no proxy
	answer, err := client.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(io.LimitReader(answer.Body, 64<<10))
	if err != nil {
		return err
	}
	var result struct {
		Result *int
		ErrMsg string
	}
	switch unread := json.Unmarshal(text, &result); {
	case answer.StatusCode != http.StatusOK:
		return fmt.Errorf("the reports were answered with %d", answer.StatusCode)
	case unread != nil || result.Result == nil || *result.Result != 0:
		return fmt.Errorf("the reports were not taken: %s", text)
	}
	return nil
}

func withOtherKey(address string) (string, error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", err
	}
	query := u.Query()
	for name := range query {
		query.Set(name, "another-key-than-that")
	}
	u.RawQuery = query.Encode()
	return u.String(), nil
}
